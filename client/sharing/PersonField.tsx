import { Autocomplete, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';
import { useSession } from '../hooks/session';
import { PersonOption } from '../ui/PersonOption';

/** Shorter than this, the server does not search. */
const shortest = 2;

interface PersonFieldProps {
  label: string;
  value: string;
  onChange: (email: string) => void;
  error?: ReactNode;
  'data-path'?: string | undefined;
  'data-autofocus'?: boolean | undefined;
}

const common = {
  autoComplete: 'off',
  autoCapitalize: 'none',
  spellCheck: false,
  maxLength: limits.emailLength,
} as const;

/** The address of somebody's account. Who may look people up gets suggestions; others type the whole of it. */
export function PersonField({ onChange, ...props }: PersonFieldProps) {
  const { t } = useTranslation('sharing');
  if (useSession().can('users:find')) return <FoundPersonField onChange={onChange} {...props} />;
  return (
    <TextInput
      type="email"
      description={t('whole')}
      {...common}
      {...props}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function FoundPersonField({ value, ...props }: PersonFieldProps) {
  const { t } = useTranslation('sharing');
  const [wanted] = useDebouncedValue(value.trim(), 200);
  const search = wanted.length < shortest ? null : wanted.slice(0, limits.searchLength);
  const found = trpc.users.find.useQuery(search === null ? skipToken : { search }, {
    placeholderData: keepPreviousData,
  });
  const people = search === null ? [] : (found.data?.items ?? []);
  return (
    <Autocomplete
      placeholder={t('add.find')}
      {...common}
      {...props}
      value={value}
      data={people.map((person) => person.email)}
      // the server has searched, by name too
      filter={({ options }) => options}
      renderOption={({ option }) => (
        <PersonOption
          name={people.find((person) => person.email === option.value)?.name ?? option.value}
          detail={option.value}
        />
      )}
    />
  );
}
