import { Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable, type DataTableProps } from './DataTable';
import { sorted, type Sort } from './sort';

type Controlled = 'sort' | 'onSort';
export interface SortedTableProps<Row, Key extends string> extends Omit<DataTableProps<Row, Key>, Controlled> {
  /** Without it, the order in which the rows come. */
  initialSort?: Sort<Key> | undefined;
  /** More rows exist than are here: a sort orders only these, and the table says so. */
  partial?: boolean | undefined;
}

/** A table that sorts the rows it has. */
export function SortedTable<Row, Key extends string>(props: SortedTableProps<Row, Key>) {
  const { initialSort, partial = false, ...table } = props;
  const { t, i18n } = useTranslation();
  const [sort, setSort] = useState<Sort<Key> | null>(initialSort ?? null);
  const value = table.columns.find((column) => column.key === sort?.key)?.sortValue;
  const rows = sort === null ? table.rows : sorted(table.rows, value, sort.direction, i18n.language);
  return (
    <>
      <DataTable {...table} rows={rows} sort={sort} onSort={setSort} />
      {partial && sort !== null ? (
        <Text size="xs" c="dimmed" mt={4}>
          {t('table.sortedAmong', { count: rows.length })}
        </Text>
      ) : null}
    </>
  );
}
