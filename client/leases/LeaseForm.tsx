import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setLeaseInput, type LeaseOfSlice } from '#shared/lease';
import { minutesText } from '#shared/schedule/terms';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFrame } from '../ui/FormFrame';
import { endWord } from './LeaseBar';
import { fromLocalInput, toLocalInput } from './local-input';

/** Lengths that are offered, in minutes: the shorter ones where the lease has a limit. */
const lengths = [60, 240, 1_440, 10_080, 43_200];

/** Until when the slice may run and what is done then. */
export function LeaseForm({ sliceId, of, reason }: { sliceId: number; of: LeaseOfSlice; reason: string | null }) {
  const { t } = useTranslation(['leases', 'common']);
  const utils = trpc.useUtils();
  const set = trpc.leases.set.useMutation();
  const took = (next: LeaseOfSlice) => {
    utils.leases.get.setData({ id: sliceId }, next);
    utils.slices.get.setData({ id: sliceId }, (known) => known && { ...known, lease: next.lease });
  };
  const { lease, limit } = of;
  // a day, or as long as it may be
  const [proposed] = useState(() => new Date(Date.now() + Math.min(limit.maxMinutes ?? 1_440, 1_440) * 60_000));
  const { form, ...frame } = useSchemaForm({
    schema: setLeaseInput,
    initialValues: {
      expiresAt: toLocalInput(lease === null ? proposed : new Date(lease.expiresAt)),
      atEnd: (lease === null || !limit.atEnd.includes(lease.atEnd) ? limit.atEnd[0] : lease.atEnd) ?? 'stop',
    },
    toInput: ({ expiresAt, atEnd }) => ({ id: sliceId, expiresAt: fromLocalInput(expiresAt), atEnd }),
    save: async (input) => {
      took(await set.mutateAsync(input));
      notifyDone(t('saved'));
    },
  });
  const remove = trpc.leases.set.useMutation({
    onSuccess: (next) => {
      took(next);
      notifyDone(t('removed'));
    },
    onError: notifyError,
  });
  const offered = lengths.filter((minutes) => limit.maxMinutes === null || minutes <= limit.maxMinutes);
  const disabled = reason !== null;
  return (
    <FormFrame
      {...frame}
      foot={
        <Group justify="flex-end" mt="md">
          {lease === null || limit.maxMinutes !== null ? null : (
            <Button
              variant="default"
              disabled={disabled}
              loading={remove.isPending}
              onClick={() => remove.mutate({ id: sliceId, expiresAt: null })}
            >
              {t('remove')}
            </Button>
          )}
          <Button type="submit" disabled={disabled} loading={frame.saving}>
            {lease === null ? t('give') : t('common:actions.save')}
          </Button>
        </Group>
      }
    >
      <Text size="sm" c="dimmed">
        {limit.maxMinutes === null ? t('unlimited') : t('limit', { max: minutesText(limit.maxMinutes) })}{' '}
        {t('warning', { before: minutesText(limit.warnMinutes) })}
      </Text>
      <TextInput type="datetime-local" label={t('until')} disabled={disabled} {...form.getInputProps('expiresAt')} />
      <Group gap={6} role="group" aria-label={t('lengths')}>
        {offered.map((minutes) => (
          <Button
            key={minutes}
            size="compact-xs"
            variant="default"
            disabled={disabled}
            onClick={() => form.setFieldValue('expiresAt', toLocalInput(new Date(Date.now() + minutes * 60_000)))}
          >
            {minutesText(minutes)}
          </Button>
        ))}
      </Group>
      <Select
        label={t('atEnd')}
        allowDeselect={false}
        disabled={disabled}
        data={limit.atEnd.map((kind) => ({ value: kind, label: t(`end.${endWord(kind)}`) }))}
        {...form.getInputProps('atEnd')}
      />
    </FormFrame>
  );
}
