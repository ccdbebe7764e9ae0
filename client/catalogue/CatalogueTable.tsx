import { Archive, SquarePen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useActionsColumn } from '../ui/actions-column';
import type { Column } from '../ui/DataTable';
import type { RowAction } from '../ui/RowMenu';
import type { Sort } from '../ui/sort';
import { SortedTable } from '../ui/SortedTable';
import type { CatalogueTableProps } from './CataloguePage';
import { usedByText, useCatalogueReasons, type CatalogueEntry } from './catalogue-reasons';

type Shared = 'used' | 'state' | 'actions';

interface Props<Entry, Key extends string> extends CatalogueTableProps<Entry> {
  caption: string;
  entries: readonly Entry[];
  /** What says of what kind an entry is, its name first; use, state and actions follow. */
  columns: readonly Column<Entry, Key>[];
  state: Pick<Column<Entry>, 'sortValue' | 'render' | 'wide'>;
  initialSort?: Sort<Key> | undefined;
  /** What the last of its actions is called, where it is not retiring. */
  retireLabel?: ((entry: Entry) => string) | undefined;
  /** What can be done with an entry besides editing and retiring it. */
  actions?: ((entry: Entry) => readonly RowAction[]) | undefined;
}

/** The table of flavours, and that of images: what is chosen from, by how much it is used, and whether it still can be. */
export function CatalogueTable<Entry extends CatalogueEntry & { id: number; name: string }, Key extends string>(
  props: Props<Entry, Key>,
) {
  const { caption, entries, columns, state, initialSort, actions, partial, mayManage, onEdit, onRetire } = props;
  const { t } = useTranslation('catalogue');
  const reasons = useCatalogueReasons<Entry>(mayManage, props.mayEdit);
  const used: Column<Entry, Shared> = {
    key: 'used',
    wide: true,
    header: t('used'),
    sortValue: (entry) => entry.inUse,
    render: (entry) => usedByText(t, entry.inUse),
  };
  const all: Column<Entry, Key | Shared>[] = [
    ...columns,
    used,
    { key: 'state', header: t('state'), ...state },
    useActionsColumn<Entry>(
      ({ name }) => name,
      (entry) => [
        { label: t('edit'), icon: SquarePen, onClick: () => onEdit(entry), disabledReason: reasons.edit(entry) },
        ...(actions?.(entry) ?? []),
        {
          label: props.retireLabel?.(entry) ?? t('retire'),
          icon: Archive,
          danger: true,
          onClick: () => onRetire(entry),
          disabledReason: reasons.retire(entry),
        },
      ],
    ),
  ];
  return (
    <SortedTable<Entry, Key | Shared>
      caption={caption}
      columns={all}
      rows={entries}
      rowKey={(entry) => entry.id}
      initialSort={initialSort}
      partial={partial}
      isFaded={(entry) => entry.retiredAt !== null}
      onOpen={(entry) => {
        if (reasons.edit(entry) === null) onEdit(entry);
      }}
    />
  );
}
