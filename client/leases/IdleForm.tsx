import { Button, Group, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { idleActions, setIdleInput, type IdleOfSlice, type IdleRule } from '#shared/idle';
import { minutesText } from '#shared/schedule/terms';
import { notifyDone } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFrame } from '../ui/FormFrame';

/** Times that are offered, in minutes. */
const times = [15, 30, 60, 120, 240, 480, 1_440];
const nothing = 'nothing';
const choices = [nothing, ...idleActions] as const;

/** What is done when nothing happens in the slice. */
export function IdleForm({ sliceId, of, reason }: { sliceId: number; of: IdleOfSlice; reason: string | null }) {
  const { t } = useTranslation('leases');
  const utils = trpc.useUtils();
  const set = trpc.idle.set.useMutation();
  const { own } = of;
  const { form, ...frame } = useSchemaForm({
    schema: setIdleInput,
    initialValues: { action: own?.action ?? nothing, minutes: String(own?.minutes ?? 120) },
    toInput: ({ action, minutes }) => ({
      id: sliceId,
      rule: action === nothing ? null : { action, minutes: Number(minutes) },
    }),
    save: async (input) => {
      utils.idle.get.setData({ id: sliceId }, await set.mutateAsync(input));
      notifyDone(t('idle.saved'));
    },
  });
  const disabled = reason !== null;
  const offered = [...new Set([...times, own?.minutes ?? 120])].toSorted((a, b) => a - b);
  const told = (name: 'zone' | 'role', rule: IdleRule | null) =>
    rule === null ? null : (
      <Text size="sm" c="dimmed">
        {t(`idle.of.${name}`, { time: minutesText(rule.minutes), action: t(`idle.action.${rule.action}`) })}
      </Text>
    );
  return (
    <FormFrame
      {...frame}
      foot={
        <Group justify="flex-end" mt="md">
          <Button type="submit" disabled={disabled} loading={frame.saving}>
            {t('idle.save')}
          </Button>
        </Group>
      }
    >
      <Text size="sm" c="dimmed">
        {t('idle.help')}
      </Text>
      {told('zone', of.zone)}
      {told('role', of.role)}
      <Group grow align="start">
        <Select
          label={t('idle.do')}
          allowDeselect={false}
          disabled={disabled}
          data={choices.map((action) => ({ value: action, label: t(`idle.action.${action}`) }))}
          {...form.getInputProps('action')}
        />
        <Select
          label={t('idle.after')}
          allowDeselect={false}
          disabled={disabled || form.values.action === nothing}
          data={offered.map((minutes) => ({ value: String(minutes), label: minutesText(minutes) }))}
          {...form.getInputProps('minutes')}
        />
      </Group>
    </FormFrame>
  );
}
