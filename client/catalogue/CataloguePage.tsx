import { Group, Switch } from '@mantine/core';
import { Plus, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import type { Listed } from '../api/keyset';
import { useFilters, type Filters } from '../hooks/filters';
import { usePanel } from '../hooks/panel';
import { ListPage } from '../layouts/ListPage';
import { ActionButton } from '../ui/ActionButton';
import { confirmDestroy } from '../ui/confirm';
import { EmptyState } from '../ui/EmptyState';
import { SearchField } from '../ui/SearchField';
import { SidePanel } from '../ui/SidePanel';
import { useCatalogueReasons } from './catalogue-reasons';

export interface CatalogueFilter {
  filters: Filters;
  search: string;
  includeRetired: boolean;
  /** As the lists of the API take it. */
  input: { limit: number; search: string | undefined; includeRetired: boolean };
}

/** What the address says that the catalogue is filtered by. */
export function useCatalogueFilter(): CatalogueFilter {
  const filters = useFilters();
  const search = filters.get('q');
  const includeRetired = filters.get('retired') !== '';
  const input = { limit: limits.pageSize, search: search === '' ? undefined : search, includeRetired };
  return { filters, search, includeRetired, input };
}

/** What a table of the catalogue is given besides its rows. */
export interface CatalogueTableProps<Entry> {
  partial: boolean;
  mayManage: boolean;
  /** Of some entries also who manages none of the others; who manages them all unless told. */
  mayEdit?: ((entry: Entry) => boolean) | undefined;
  onEdit: (entry: Entry) => void;
  onRetire: (entry: Entry) => void;
}

export interface CataloguePageProps<Entry> {
  noun: 'flavours' | 'images';
  icon: LucideIcon;
  mayManage: boolean;
  filter: CatalogueFilter;
  list: Listed<Entry>;
  mayEdit?: ((entry: Entry) => boolean) | undefined;
  /** Beside the button that makes a new one: for who may not use that in its place. */
  action?: ReactNode;
  /** How retiring is asked about; null for the usual way. */
  retireTexts?: ((entry: Entry) => { title: string; goes: string; stays: string; confirm: string } | null) | undefined;
  onRetire: (entry: Entry) => void;
  table: (rows: readonly Entry[], props: CatalogueTableProps<Entry>) => ReactNode;
  /** Makes a new one (null), or edits the one that it is given. */
  form: (entry: Entry | null, onDone: () => void) => ReactNode;
}

/** The page of flavours, and that of images: a list of things to choose from, that administrators add to and retire. */
export function CataloguePage<Entry extends { id: number; name: string }>(props: CataloguePageProps<Entry>) {
  const { noun, icon, mayManage, filter, list, onRetire, table, form, mayEdit = () => mayManage } = props;
  const { t } = useTranslation('catalogue');
  const { filters, search, includeRetired } = filter;
  const panel = usePanel(['new', 'edit']);
  const edited = panel.name === 'edit' ? list.rows?.find((entry) => entry.id === panel.id) : undefined;
  const isNew = panel.name === 'new' && mayManage;
  const shown = isNew ? null : edited !== undefined && mayEdit(edited) ? edited : undefined;
  const create = useCatalogueReasons(mayManage).create;
  const confirmRetire = (entry: Entry) => {
    const texts = props.retireTexts?.(entry) ?? {
      title: t(`${noun}.retire.title`, { name: entry.name }),
      goes: t(`${noun}.retire.goes`, { name: entry.name }),
      stays: t(`${noun}.retire.stays`),
      confirm: t(`${noun}.retire.confirm`),
    };
    confirmDestroy({
      title: texts.title,
      goes: [texts.goes],
      stays: texts.stays,
      confirmLabel: texts.confirm,
      onConfirm: () => onRetire(entry),
    });
  };
  return (
    <ListPage
      title={t(`${noun}.title`)}
      description={t(`${noun}.description`)}
      action={
        <Group gap="xs">
          {props.action}
          {props.action !== undefined && !mayManage ? null : (
            <ActionButton leftSection={<Plus size={16} />} disabledReason={create} onClick={() => panel.open('new')}>
              {t(`${noun}.new`)}
            </ActionButton>
          )}
        </Group>
      }
      list={list}
      loading={{ rows: 7 }}
      filters={() => (
        <>
          <SearchField label={t(`${noun}.search`)} value={search} onChange={(q) => filters.set({ q })} />
          <Switch
            label={t('showRetired')}
            checked={includeRetired}
            onChange={(event) => filters.set({ retired: event.currentTarget.checked ? '1' : null })}
          />
        </>
      )}
      narrowed={
        search === '' && !includeRetired ? null : { search, clear: () => filters.set({ q: null, retired: null }) }
      }
      empty={
        <EmptyState icon={icon} title={t(`${noun}.empty.title`)}>
          {t(`${noun}.empty.text`)}
        </EmptyState>
      }
      panels={
        <SidePanel
          opened={shown !== undefined}
          onClose={panel.close}
          title={shown === null ? t(`${noun}.new`) : t(`${noun}.edit`)}
        >
          {shown === undefined ? null : form(shown, panel.close)}
        </SidePanel>
      }
    >
      {(rows, partial) =>
        table(rows, {
          partial,
          mayManage,
          mayEdit,
          onEdit: (entry) => panel.open('edit', entry.id),
          onRetire: confirmRetire,
        })
      }
    </ListPage>
  );
}
