import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setLeaseInput, type LeaseOfSlice } from '#shared/lease';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFoot, FormFrame } from '../ui/FormFrame';
import { LeaseFields } from './LeaseFields';
import { fromLocalInput, toLocalInput } from './local-input';

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
  const disabled = reason !== null;
  return (
    <FormFrame
      {...frame}
      foot={
        <FormFoot
          submit={lease === null ? t('give') : t('common:actions.save')}
          saving={frame.saving}
          disabled={disabled}
        >
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
        </FormFoot>
      }
    >
      <LeaseFields
        limit={limit}
        disabled={disabled}
        until={form.getInputProps('expiresAt')}
        atEnd={form.getInputProps('atEnd')}
        onLength={(until) => form.setFieldValue('expiresAt', until)}
      />
    </FormFrame>
  );
}
