import { Autocomplete, Group, Select, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { idleActions, leastIdleMinutes, setIdleInput, type IdleRule } from '#shared/idle';
import { limits } from '#shared/limits';
import { minutesOf, minutesText } from '#shared/schedule/terms';
import { notifyDone } from '../api/error-message';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFoot, FormFrame } from '../ui/FormFrame';

/** Times that are offered, in minutes; any other can be typed. */
const times = [15, 30, 60, 120, 240, 480, 1_440].map(minutesText);
const nothing = 'nothing';
const choices = [nothing, ...idleActions] as const;
const ruleInput = setIdleInput.pick({ rule: true });

interface IdleFormProps {
  rule: IdleRule | null;
  /** Why it cannot be changed; null where it can. */
  reason: string | null;
  save: (rule: IdleRule | null) => Promise<unknown>;
  /** What holds for whom, above the fields. */
  children: ReactNode;
}

/** What is done when nothing happens: of a slice, or of all of a zone or a role. */
export function IdleForm({ rule, reason, save, children }: IdleFormProps) {
  const { t } = useTranslation('leases');
  const { form, ...frame } = useSchemaForm({
    schema: ruleInput,
    initialValues: { rule: { action: rule?.action ?? nothing, minutes: minutesText(rule?.minutes ?? 120) } },
    // what is no length goes to the schema as it is, which refuses it
    toInput: ({ rule: { action, minutes } }) => ({
      rule: action === nothing ? null : { action, minutes: minutesOf(minutes) ?? minutes },
    }),
    save: async (input) => {
      await save(input.rule);
      notifyDone(t('idle.saved'));
    },
  });
  const disabled = reason !== null;
  const noTime = t('idle.noTime', { least: minutesText(leastIdleMinutes), most: minutesText(limits.leaseMinutes) });
  return (
    <FormFrame {...frame} foot={<FormFoot submit={t('idle.save')} saving={frame.saving} disabled={disabled} />}>
      <Text size="sm" c="dimmed">
        {t('idle.help')}
      </Text>
      {children}
      <Group grow align="start">
        <Select
          label={t('idle.do')}
          allowDeselect={false}
          disabled={disabled}
          data={choices.map((action) => ({ value: action, label: t(`idle.action.${action}`) }))}
          {...form.getInputProps('rule.action')}
        />
        <Autocomplete
          label={t('idle.after')}
          disabled={disabled || form.values.rule.action === nothing}
          data={times}
          // a field that was refused gets the focus, and its sentence is to be read then
          openOnFocus={false}
          // all of them, whatever stands there
          filter={({ options }) => options}
          {...form.getInputProps('rule.minutes')}
          error={form.errors['rule.minutes'] === undefined ? null : noTime}
        />
      </Group>
    </FormFrame>
  );
}
