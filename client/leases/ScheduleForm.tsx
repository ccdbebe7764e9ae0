import { Chip, Group, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addScheduleInput } from '#shared/lease';
import { scheduledKinds } from '#shared/schedule/terms';
import { notifyDone } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFoot, FormFrame } from '../ui/FormFrame';
import { weekdayLabels } from './weekday-labels';
import { toLocalInput } from './local-input';

interface Values extends Record<string, unknown> {
  kind: string;
  repeat: 'once' | 'weekly';
  rule: { weekdays: string[]; date: string; time: string; timeZone: string };
}

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = () => [...new Set([ownZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];

/** One more thing to be done at a time: once, or on days of each week, by the clock of a zone. */
export function ScheduleForm({ sliceId }: { sliceId: number }) {
  const { t, i18n } = useTranslation(['leases', 'common']);
  const utils = trpc.useUtils();
  const add = trpc.schedules.add.useMutation();
  const [today] = useState(() => toLocalInput(new Date()).slice(0, 10));
  const initialValues: Values = {
    kind: scheduledKinds.find((kind) => kind === 'stop') ?? scheduledKinds[0] ?? '',
    repeat: 'weekly',
    rule: {
      weekdays: ['1', '2', '3', '4', '5'],
      date: today,
      time: '18:00',
      timeZone: ownZone(),
    },
  };
  const { form, ...frame } = useSchemaForm({
    schema: addScheduleInput,
    initialValues,
    toInput: ({ kind, repeat, rule: { weekdays, date, ...rule } }) => ({
      sliceId,
      kind,
      rule: repeat === 'once' ? { repeat, date, ...rule } : { repeat, weekdays: weekdays.map(Number), ...rule },
    }),
    save: async (input) => {
      utils.schedules.list.setData({ id: sliceId }, await add.mutateAsync(input));
      notifyDone(t('schedules.added'));
    },
  });
  const { repeat, rule } = form.values;
  return (
    <FormFrame {...frame} foot={<FormFoot submit={t('schedules.add')} saving={frame.saving} variant="default" />}>
      <Select
        label={t('schedules.operation')}
        allowDeselect={false}
        data={scheduledKinds.map((kind) => ({ value: kind, label: t(`common:deploymentKind.${kind}`) }))}
        {...form.getInputProps('kind')}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('schedules.repeat')}
        data={[
          { value: 'weekly', label: t('schedules.weekly') },
          { value: 'once', label: t('schedules.once') },
        ]}
        value={repeat}
        onChange={(value) => form.setFieldValue('repeat', value === 'once' ? 'once' : 'weekly')}
      />
      {repeat === 'weekly' ? (
        <>
          <Chip.Group multiple value={rule.weekdays} onChange={(days) => form.setFieldValue('rule.weekdays', days)}>
            <Group gap={6} role="group" aria-label={t('schedules.days')}>
              {weekdayLabels(i18n.language, 'short').map((label, index) => (
                <Chip key={label} size="xs" value={String(index + 1)}>
                  {label}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {form.errors['rule.weekdays'] === undefined ? null : (
            <Text size="xs" c="red" role="alert">
              {form.errors['rule.weekdays']}
            </Text>
          )}
        </>
      ) : (
        <TextInput type="date" label={t('schedules.date')} {...form.getInputProps('rule.date')} />
      )}
      <Group grow align="flex-start" gap="xs">
        <TextInput type="time" label={t('schedules.time')} {...form.getInputProps('rule.time')} />
        <Select
          label={t('schedules.timeZone')}
          searchable
          allowDeselect={false}
          limit={50}
          data={zones()}
          {...form.getInputProps('rule.timeZone')}
        />
      </Group>
    </FormFrame>
  );
}
