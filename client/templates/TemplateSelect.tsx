import { Select, Text, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, skipToken } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { trpc } from '../api/trpc';

/** Templates as the search finds them, the chosen one always among them. */
export function useTemplateChoice(chosen: string) {
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, 200);
  const selected = trpc.templates.get.useQuery(chosen === '' ? skipToken : { id: Number(chosen) });
  const selectedName = selected.data?.name;
  // what the field shows of the choice is not something to search for
  const term = wanted === selectedName ? '' : wanted.trim();
  const found = trpc.templates.list.useQuery(
    // what others share or publish can be made a slice of, too
    { search: term === '' ? undefined : term.slice(0, limits.searchLength), limit: 20, of: 'all' },
    { placeholderData: keepPreviousData },
  );
  const options = useMemo(() => {
    const items = (found.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
    if (selectedName !== undefined && !items.some((item) => item.value === chosen))
      items.unshift({ value: chosen, label: selectedName });
    return items;
  }, [found.data, chosen, selectedName]);
  const ownerOf = (value: string): string | null => {
    const template = found.data?.items.find((item) => String(item.id) === value);
    return template === undefined || template.access === 'own' ? null : template.owner.name;
  };
  return {
    options,
    ownerOf,
    name: selectedName,
    search,
    setSearch,
    loading: found.isPending,
    error: found.data === undefined ? found.error : null,
    retry: () => void found.refetch(),
  };
}

type TemplateSelectProps = Omit<
  SelectProps,
  'data' | 'searchable' | 'searchValue' | 'onSearchChange' | 'filter' | 'renderOption' | 'nothingFoundMessage'
> & { choice: ReturnType<typeof useTemplateChoice> };

/** One template of those that one sees, found by name. */
export function TemplateSelect({ choice, ...props }: TemplateSelectProps) {
  const { t } = useTranslation(['slices', 'common']);
  return (
    <Select
      {...props}
      data={choice.options}
      searchable
      searchValue={choice.search}
      onSearchChange={choice.setSearch}
      renderOption={({ option }) => <TemplateOption name={option.label} owner={choice.ownerOf(option.value)} />}
      // the server has searched
      filter={({ options }) => options}
      nothingFoundMessage={choice.loading ? t('common:loading') : t('create.noTemplates')}
    />
  );
}

function TemplateOption({ name, owner }: { name: string; owner: string | null }) {
  const { t } = useTranslation('slices');
  return (
    <div>
      <Text size="sm">{name}</Text>
      {owner === null ? null : (
        <Text size="xs" c="dimmed">
          {t('create.templateOf', { owner })}
        </Text>
      )}
    </div>
  );
}
