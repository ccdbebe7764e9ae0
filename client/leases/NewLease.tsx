import { skipToken } from '@tanstack/react-query';
import { Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LeaseLimit, NewLease } from '#shared/lease';
import { trpc } from '../api/trpc';
import { LeaseFields } from './LeaseFields';
import { fromLocalInput, toLocalInput } from './local-input';

/** What was chosen by hand; null where nobody has touched it. */
interface Chosen {
  until: string | null;
  atEnd: NewLease['atEnd'] | null;
}

/**
 * The lease of a slice that is being made: what its zone allows, filled in with what it would be, and what is to be sent. Untouched it is
 * the server's to choose; an empty end is none.
 */
export function useNewLease(zoneId: number | null) {
  const [chosen, setChosen] = useState<Chosen>({ until: null, atEnd: null });
  const limit = trpc.leases.limit.useQuery(zoneId === null ? skipToken : { zoneId }).data;
  // by the time at which it was opened: it does not change under a hand
  const [openedAt] = useState(() => Date.now());
  const proposed = limit?.maxMinutes == null ? '' : toLocalInput(new Date(openedAt + limit.maxMinutes * 60_000));
  const until = chosen.until ?? proposed;
  const atEnd = chosen.atEnd != null && limit?.atEnd.includes(chosen.atEnd) === true ? chosen.atEnd : limit?.atEnd[0];
  const isUntouched = chosen.until === null && chosen.atEnd === null;
  const lease: NewLease | null | undefined =
    isUntouched || (until === '' && limit?.maxMinutes === null)
      ? undefined
      : until === ''
        ? null
        : { expiresAt: fromLocalInput(until), atEnd };
  return { limit, until, atEnd: atEnd ?? null, lease, setChosen };
}

interface NewLeaseFieldsProps {
  of: Omit<ReturnType<typeof useNewLease>, 'limit'> & { limit: LeaseLimit };
  errors: { until: React.ReactNode; atEnd: React.ReactNode };
  /** Something was chosen: what was said about it is over. */
  onChoose: () => void;
}

/** The part of the form of a new slice that says until when it may run. */
export function NewLeaseFields({ of: { limit, until, atEnd, setChosen }, errors, onChoose }: NewLeaseFieldsProps) {
  const { t } = useTranslation('leases');
  const choose = (choice: Partial<Chosen>) => {
    onChoose();
    setChosen((before) => ({ ...before, ...choice }));
  };
  return (
    <Stack gap="xs" component="section" aria-label={t('lease')}>
      <Title order={3} size="h5" fz="sm">
        {t('lease')}
      </Title>
      <LeaseFields
        limit={limit}
        until={{ value: until, error: errors.until, onChange: (event) => choose({ until: event.currentTarget.value }) }}
        atEnd={{
          value: atEnd,
          error: errors.atEnd,
          onChange: (value) => choose({ atEnd: limit.atEnd.find((kind) => kind === value) }),
        }}
        onLength={(length) => choose({ until: length })}
      />
    </Stack>
  );
}
