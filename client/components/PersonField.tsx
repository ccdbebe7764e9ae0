import { Autocomplete, Text, type AutocompleteProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../api/trpc';
import { useSession } from '../hooks/session';

/** Shorter than this, the server does not search. */
const shortest = 2;

type PersonFieldProps = Omit<AutocompleteProps, 'data' | 'renderOption' | 'filter' | 'value'> & { value: string };

/** The address of somebody's account. Who may look people up gets suggestions; others type the whole of it. */
export function PersonField({ value, description, ...props }: PersonFieldProps) {
  const { t } = useTranslation('sharing');
  const mayFind = useSession().can('users:find');
  const [search] = useDebouncedValue(value.trim(), 200);
  const found = trpc.users.find.useQuery(mayFind && search.length >= shortest ? { search } : skipToken, {
    placeholderData: keepPreviousData,
  });
  const people = mayFind && search.length >= shortest ? (found.data?.items ?? []) : [];
  return (
    <Autocomplete
      type={mayFind ? 'text' : 'email'}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={254}
      description={description ?? (mayFind ? undefined : t('whole'))}
      placeholder={mayFind ? t('add.find') : undefined}
      value={value}
      {...props}
      data={people.map((person) => person.email)}
      // the server has searched, by name too
      filter={({ options }) => options}
      renderOption={({ option }) => (
        <div style={{ minWidth: 0 }}>
          <Text size="sm" truncate>
            {people.find((person) => person.email === option.value)?.name ?? option.value}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {option.value}
          </Text>
        </div>
      )}
    />
  );
}
