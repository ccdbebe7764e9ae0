import { Archive, SquarePen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Flavour } from '#shared/flavour';
import type { CatalogueTableProps } from './CataloguePage';
import { usedByText, useCatalogueReasons } from './catalogue-reasons';
import type { Column } from '../ui/DataTable';
import { formatDisk, formatRam } from '../ui/format';
import { RowMenu } from '../ui/RowMenu';
import { SortedTable } from '../ui/SortedTable';
import { RetiredBadge } from './RetiredBadge';

export interface FlavoursTableProps extends CatalogueTableProps<Flavour> {
  flavours: readonly Flavour[];
}

type Key = 'name' | 'vcpus' | 'ramMb' | 'diskGb' | 'used' | 'state' | 'actions';

export function FlavoursTable({ flavours, partial, mayManage, onEdit, onRetire }: FlavoursTableProps) {
  const { t, i18n } = useTranslation(['catalogue', 'common']);
  const reasons = useCatalogueReasons(mayManage);
  const columns: Column<Flavour, Key>[] = [
    { key: 'name', header: t('name'), sortValue: (flavour) => flavour.name, render: (flavour) => flavour.name },
    {
      key: 'vcpus',
      header: t('common:resources.vcpu'),
      kind: 'end',
      sortValue: (flavour) => flavour.vcpus,
      render: (flavour) => flavour.vcpus,
    },
    {
      key: 'ramMb',
      header: t('common:resources.ram'),
      kind: 'end',
      sortValue: (flavour) => flavour.ramMb,
      render: (flavour) => formatRam(flavour.ramMb, i18n.language),
    },
    {
      key: 'diskGb',
      header: t('common:resources.disk'),
      kind: 'end',
      sortValue: (flavour) => flavour.diskGb,
      render: (flavour) => formatDisk(flavour.diskGb, i18n.language),
    },
    {
      key: 'used',
      header: t('used'),
      sortValue: (flavour) => flavour.inUse,
      render: (flavour) => usedByText(t, flavour.inUse),
    },
    {
      key: 'state',
      wide: true,
      header: t('state'),
      sortValue: (flavour) => flavour.retiredAt ?? '',
      render: (flavour) => <RetiredBadge retiredAt={flavour.retiredAt} />,
    },
    {
      key: 'actions',
      header: t('common:table.actions'),
      kind: 'actions',
      render: (flavour) => (
        <RowMenu
          name={flavour.name}
          actions={[
            {
              label: t('edit'),
              icon: SquarePen,
              onClick: () => onEdit(flavour),
              disabledReason: reasons.edit(flavour),
            },
            {
              label: t('retire'),
              icon: Archive,
              danger: true,
              onClick: () => onRetire(flavour),
              disabledReason: reasons.retire(flavour),
            },
          ]}
        />
      ),
    },
  ];
  return (
    <SortedTable
      caption={t('flavours.title')}
      columns={columns}
      rows={flavours}
      rowKey={(flavour) => flavour.id}
      initialSort={{ key: 'ramMb', direction: 'ascending' }}
      partial={partial}
      isFaded={(flavour) => flavour.retiredAt !== null}
      onOpen={(flavour) => {
        if (reasons.edit(flavour) === null) onEdit(flavour);
      }}
    />
  );
}
