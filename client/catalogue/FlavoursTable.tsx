import { useTranslation } from 'react-i18next';
import type { Flavour } from '#shared/flavour';
import { useResourceColumns } from '../ui/columns';
import type { Column } from '../ui/DataTable';
import type { CatalogueTableProps } from './CataloguePage';
import { CatalogueTable } from './CatalogueTable';
import { RetiredBadge } from './RetiredBadge';

export interface FlavoursTableProps extends CatalogueTableProps<Flavour> {
  flavours: readonly Flavour[];
}

export function FlavoursTable({ flavours, ...props }: FlavoursTableProps) {
  const { t } = useTranslation('catalogue');
  const columns: Column<Flavour, 'name' | 'vcpus' | 'ramMb' | 'diskGb'>[] = [
    { key: 'name', header: t('name'), sortValue: (flavour) => flavour.name, render: (flavour) => flavour.name },
    ...useResourceColumns<Flavour>(),
  ];
  return (
    <CatalogueTable
      {...props}
      caption={t('flavours.title')}
      entries={flavours}
      columns={columns}
      initialSort={{ key: 'ramMb', direction: 'ascending' }}
      state={{
        wide: true,
        sortValue: (flavour) => flavour.retiredAt ?? '',
        render: (flavour) => <RetiredBadge retiredAt={flavour.retiredAt} />,
      }}
    />
  );
}
