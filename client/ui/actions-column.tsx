import { useTranslation } from 'react-i18next';
import type { Column } from './DataTable';
import { RowMenu, type RowAction } from './RowMenu';

/** The last column: the menu of what can be done with a row. */
export function useActionsColumn<Row>(
  nameOf: (row: Row) => string,
  actionsOf: (row: Row) => readonly RowAction[],
): Column<Row, 'actions'> {
  const { t } = useTranslation();
  return {
    key: 'actions',
    header: t('table.actions'),
    kind: 'actions',
    render: (row) => <RowMenu name={nameOf(row)} actions={actionsOf(row)} />,
  };
}
