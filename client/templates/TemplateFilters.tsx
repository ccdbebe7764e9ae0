import { Button, Select } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { visibilities } from '#shared/sharing';
import { templateSets, templateSorts, type TemplateSummary } from '#shared/template';
import { trpc } from '../api/trpc';
import type { Filters } from '../hooks/filters';
import { SetTabs } from '../sharing/SetTabs';
import { SearchField } from '../ui/SearchField';

/** What the list of templates is asked for, as the page's address says it. */
interface TemplateQuery {
  of: (typeof templateSets)[number];
  sort: (typeof templateSorts)[number];
  search: string;
  tag: string | null;
  visibility: (typeof visibilities)[number] | null;
  ownerId: number | null;
}

/** What takes everything off that leaves templates out. */
export const nothingLeftOut = { q: null, tag: null, visible: null, owner: null };

export function templateQueryOf(filters: Filters): TemplateQuery {
  const named = <Name extends string>(names: readonly Name[], param: string) =>
    names.find((name) => name === filters.get(param)) ?? null;
  const owner = filters.get('owner');
  const tag = filters.get('tag');
  return {
    of: named(templateSets, 'of') ?? 'mine',
    sort: named(templateSorts, 'sort') ?? 'updated',
    search: filters.get('q'),
    tag: tag === '' ? null : tag,
    visibility: named(visibilities, 'visible'),
    ownerId: /^[1-9]\d{0,14}$/.test(owner) ? Number(owner) : null,
  };
}

export const leavesOut = ({ search, tag, visibility, ownerId }: TemplateQuery): boolean =>
  search !== '' || tag !== null || visibility !== null || ownerId !== null;

interface TemplateFiltersProps {
  query: TemplateQuery;
  filters: Filters;
  /** There is something to be narrowed. */
  worthwhile: boolean;
  rows: readonly TemplateSummary[] | undefined;
}

/** Whose templates a list shows, in which order, and which of them. */
export function TemplateFilters({ query, filters, worthwhile, rows }: TemplateFiltersProps) {
  const { t } = useTranslation(['templates', 'sharing']);
  const { of, sort, search, tag, visibility, ownerId } = query;
  const tags = trpc.templates.tags.useQuery({ of });
  const listed = tags.data?.items ?? [];
  // one that was taken off everywhere meanwhile can still be taken off here
  const known = tag === null || listed.some((one) => one.tag === tag) ? listed : [{ tag, templates: 0 }, ...listed];
  const owner = rows?.find((template) => template.owner.id === ownerId)?.owner.name;
  return (
    <>
      <SetTabs
        sets={templateSets}
        value={of}
        onChange={(set) => filters.set({ of: set === 'mine' ? null : set, owner: null }, { push: true })}
      />
      {worthwhile ? (
        <>
          <SearchField label={t('search')} value={search} onChange={(q) => filters.set({ q })} />
          {known.length === 0 ? null : (
            <Select
              aria-label={t('filter.tag')}
              placeholder={t('filter.anyTag')}
              clearable
              searchable
              nothingFoundMessage={t('filter.noTag')}
              value={tag}
              onChange={(value) => filters.set({ tag: value })}
              data={known.map((one) => ({
                value: one.tag,
                label: t('filter.tagged', { tag: one.tag, count: one.templates }),
              }))}
              w={{ base: '100%', xs: 180 }}
            />
          )}
          <Select
            aria-label={t('filter.visibility')}
            placeholder={t('filter.anyVisibility')}
            clearable
            value={visibility}
            onChange={(value) => filters.set({ visible: value })}
            data={visibilities.map((value) => ({ value, label: t(`sharing:visibility.${value}`) }))}
            w={{ base: '100%', xs: 190 }}
          />
          <Select
            aria-label={t('filter.sort')}
            allowDeselect={false}
            value={sort}
            onChange={(value) => filters.set({ sort: value === 'updated' ? null : value })}
            data={templateSorts.map((value) => ({ value, label: t(`filter.sorts.${value}`) }))}
            w={{ base: '100%', xs: 180 }}
          />
          {ownerId === null ? null : (
            <Button
              variant="default"
              rightSection={<X size={14} aria-hidden />}
              title={t('filter.anyOwner')}
              onClick={() => filters.set({ owner: null })}
            >
              {t('filter.owner', { name: owner ?? `#${ownerId}` })}
            </Button>
          )}
        </>
      ) : null}
    </>
  );
}
