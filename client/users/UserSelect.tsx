import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';
import { PersonOption } from '../ui/PersonOption';

type UserSelectProps = Omit<
  SelectProps,
  'data' | 'value' | 'onChange' | 'searchable' | 'searchValue' | 'onSearchChange' | 'filter' | 'renderOption'
> & {
  value: number | null;
  onChange: (userId: number | null) => void;
  /** Not to be chosen. */
  except?: number | undefined;
  enabledOnly?: boolean;
};

/** One account of all, found by name or address. For administrators. */
export function UserSelect({ value, onChange, except, enabledOnly = false, ...props }: UserSelectProps) {
  const { t } = useTranslation(['users', 'common']);
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, 200);
  const chosen = trpc.users.get.useQuery(value === null ? skipToken : { id: value });
  // what the field shows of the choice is not something to search for
  const term = wanted === chosen.data?.name ? '' : wanted.trim().slice(0, limits.searchLength);
  const found = trpc.users.list.useQuery(
    { limit: 20, search: term === '' ? undefined : term, state: enabledOnly ? 'enabled' : undefined },
    { placeholderData: keepPreviousData },
  );
  const people = (found.data?.items ?? []).filter((user) => user.id !== except);
  if (chosen.data !== undefined && !people.some((user) => user.id === value)) people.unshift(chosen.data);
  return (
    <Select
      placeholder={t('find.placeholder')}
      nothingFoundMessage={found.isPending ? t('common:loading') : t('find.none')}
      {...props}
      data={people.map((user) => ({ value: String(user.id), label: user.name }))}
      value={value === null ? null : String(value)}
      onChange={(next) => onChange(next === null ? null : Number(next))}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      // the server has searched
      filter={({ options }) => options}
      renderOption={({ option }) => {
        const user = people.find((candidate) => String(candidate.id) === option.value);
        return <PersonOption name={option.label} detail={user?.kind === 'service' ? t('kind.service') : user?.email} />;
      }}
    />
  );
}
