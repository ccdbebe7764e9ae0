import { NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { auditOutcomes } from '#shared/audit';
import type { Filters } from '../hooks/filters';
import { dayStart } from '../ui/days';

const nouns = ['auth', 'tokens', 'templates', 'slices', 'deployments'] as const;
const adminNouns = ['flavours', 'images', 'zones', 'users', 'quotas', 'audit'] as const;
const results = auditOutcomes;
const names = ['action', 'result', 'from', 'until'] as const;

export interface AuditQuery {
  action: string | undefined;
  result: (typeof results)[number] | undefined;
  from: string | undefined;
  until: string | undefined;
}

/** What the address says the log is filtered by, as the API takes it. The last day is included. */
export function auditQuery(filters: Filters): AuditQuery {
  const noun = [...nouns, ...adminNouns].find((known) => known === filters.get('action'));
  return {
    action: noun === undefined ? undefined : `${noun}.`,
    result: results.find((known) => known === filters.get('result')),
    from: dayStart(filters.get('from')),
    until: dayStart(filters.get('until'), 1),
  };
}

/** Whether any of it leaves something out. */
export function isAuditFiltered(filters: Filters): boolean {
  return names.some((name) => filters.get(name) !== '');
}

/** To be set: takes all of them off. */
export const noAuditFilters: Record<string, null> = Object.fromEntries(names.map((name) => [name, null]));

export interface AuditFiltersProps {
  filters: Filters;
  /** With what only administrators do. */
  admin?: boolean | undefined;
}

/** What the log can be filtered by; kept in the address. */
export function AuditFilters({ filters, admin = false }: AuditFiltersProps) {
  const { t } = useTranslation('audit');
  const shown = admin ? [...nouns, ...adminNouns] : nouns;
  return (
    <>
      <NativeSelect
        label={t('filter.action')}
        value={filters.get('action')}
        onChange={(event) => filters.set({ action: event.currentTarget.value })}
        data={[
          { value: '', label: t('filter.anyAction') },
          ...shown.map((noun) => ({ value: noun, label: t(`nouns.${noun}`) })),
        ]}
        w={{ base: '100%', xs: 190 }}
      />
      <NativeSelect
        label={t('filter.result')}
        value={filters.get('result')}
        onChange={(event) => filters.set({ result: event.currentTarget.value })}
        data={[
          { value: '', label: t('filter.anyResult') },
          ...results.map((result) => ({ value: result, label: t(`outcome.${result}`) })),
        ]}
        w={{ base: '100%', xs: 170 }}
      />
      {(['from', 'until'] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          label={t(`filter.${name}`)}
          value={filters.get(name)}
          onChange={(event) => filters.set({ [name]: event.currentTarget.value })}
          style={{ flex: '0 1 9.5rem' }}
        />
      ))}
    </>
  );
}
