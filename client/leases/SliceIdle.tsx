import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { IdleOfSlice, IdleRule } from '#shared/idle';
import { minutesText } from '#shared/schedule/terms';
import { trpc } from '../api/trpc';
import { IdleForm } from './IdleForm';

/** What is done when nothing happens in the slice: its own rule, and what holds besides. */
export function SliceIdle({ sliceId, of, reason }: { sliceId: number; of: IdleOfSlice; reason: string | null }) {
  const { t } = useTranslation('leases');
  const utils = trpc.useUtils();
  const set = trpc.idle.set.useMutation();
  const told = (name: 'zone' | 'role', rule: IdleRule | null) =>
    rule === null ? null : (
      <Text size="sm" c="dimmed">
        {t(`idle.of.${name}`, { time: minutesText(rule.minutes), action: t(`idle.action.${rule.action}`) })}
      </Text>
    );
  return (
    <IdleForm
      rule={of.own}
      reason={reason}
      save={async (rule) => utils.idle.get.setData({ id: sliceId }, await set.mutateAsync({ id: sliceId, rule }))}
    >
      {told('zone', of.zone)}
      {told('role', of.role)}
    </IdleForm>
  );
}
