import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './DataTable.module.css';
import type { Sort } from './sort';

export interface Column<Row, Key extends string = string> {
  key: Key;
  header: string;
  render: (row: Row) => ReactNode;
  /** What the column is sorted by; without it, it cannot be. */
  sortValue?: ((row: Row) => string | number) | undefined;
  /** `end`: numbers. `actions`: the row's buttons, without a visible heading. */
  kind?: 'text' | 'mono' | 'end' | 'actions' | undefined;
  /** Takes the whole width of a card on a narrow screen. */
  wide?: boolean | undefined;
}

/** Rows that can be chosen, several at once. Rows are those of the table, in the order in which it shows them. */
export interface RowSelection<Row> {
  isSelected: (row: Row) => boolean;
  /** `range`: all from the one that was chosen last to this one. */
  toggle: (rows: readonly Row[], index: number, range: boolean) => void;
  /** The box of a row, and the one of all of them; see `row-selection.tsx`. */
  boxOf: (rows: readonly Row[], index: number) => ReactNode;
  boxOfAll: (rows: readonly Row[]) => ReactNode;
}

export interface DataTableProps<Row, Key extends string> {
  /** What the table holds, for who cannot see it. */
  caption: string;
  columns: readonly Column<Row, Key>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  sort: Sort<Key> | null;
  onSort: (sort: Sort<Key>) => void;
  /** What Enter does on a row. */
  onOpen?: ((row: Row) => void) | undefined;
  /** Rows can be chosen: by their boxes, or by Space on a row, with Shift from the last one on. */
  selection?: RowSelection<Row> | undefined;
  /** Rows that count no more: retired, destroyed. */
  isFaded?: ((row: Row) => boolean) | undefined;
}

/** From row to row by the arrow keys, Home and End; Enter opens, Space chooses. */
function useRowKeys(
  body: RefObject<HTMLTableSectionElement | null>,
  onOpen: (index: number) => void,
  onChoose: ((index: number, range: boolean) => void) | undefined,
) {
  const open = useEffectEvent(onOpen);
  const choose = useEffectEvent((index: number, range: boolean): boolean => {
    onChoose?.(index, range);
    return onChoose !== undefined;
  });
  useEffect(() => {
    const element = body.current;
    if (element === null) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const onRow = event.target instanceof HTMLTableRowElement;
      // an open menu or a field inside the row has its own use for these keys
      if (!onRow && !(event.target instanceof HTMLAnchorElement)) return;
      const rows = [...element.rows];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      if (event.key === 'Enter' && onRow) return open(at);
      if (event.key === ' ' && onRow && choose(at, event.shiftKey)) return event.preventDefault();
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
      const row = to === undefined ? undefined : rows[to];
      if (row === undefined) return;
      event.preventDefault();
      row.focus();
    };
    element.addEventListener('keydown', onKeyDown);
    return () => element.removeEventListener('keydown', onKeyDown);
  }, [body]);
}

/**
 * Rows to sort and to walk with the keyboard. The first column is the row's name. On a narrow screen each row is a
 * card.
 */
export function DataTable<Row, Key extends string>(props: DataTableProps<Row, Key>) {
  const { caption, columns, rows, rowKey, sort, onSort, onOpen, selection, isFaded } = props;
  const { t } = useTranslation();

  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(
    body,
    (index) => {
      const row = rows[index];
      if (row !== undefined) onOpen?.(row);
    },
    selection === undefined ? undefined : (index, range) => selection.toggle(rows, index, range),
  );

  const toggle = (key: Key) =>
    onSort({ key, direction: sort?.key === key && sort.direction === 'ascending' ? 'descending' : 'ascending' });

  return (
    <div className={classes.container}>
      <table className={classes.table} aria-label={caption}>
        <thead>
          <tr>
            {selection === undefined ? null : (
              <th scope="col" className={classes.select}>
                {selection.boxOfAll(rows)}
              </th>
            )}
            {columns.map((column) => {
              const direction = sort?.key === column.key ? sort.direction : undefined;
              const Arrow = direction === 'descending' ? ArrowDown : ArrowUp;
              return (
                <th
                  key={column.key}
                  scope="col"
                  aria-sort={column.sortValue === undefined ? undefined : (direction ?? 'none')}
                  className={column.kind === 'end' ? classes.end : undefined}
                >
                  {column.sortValue === undefined ? (
                    <div className={classes.heading}>
                      {column.kind === 'actions' ? <VisuallyHidden>{column.header}</VisuallyHidden> : column.header}
                    </div>
                  ) : (
                    <UnstyledButton
                      className={classes.sort}
                      title={t('table.sortBy', { column: column.header })}
                      onClick={() => toggle(column.key)}
                    >
                      {column.header}
                      <Arrow size={12} aria-hidden />
                    </UnstyledButton>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <tr
              key={rowKey(row)}
              tabIndex={index === 0 ? 0 : -1}
              className={isFaded?.(row) === true ? classes.faded : undefined}
              aria-selected={selection?.isSelected(row)}
            >
              {selection === undefined ? null : <td className={classes.select}>{selection.boxOf(rows, index)}</td>}
              {columns.map((column, place) => (
                <td
                  key={column.key}
                  data-label={column.header}
                  className={[
                    place === 0 ? classes.lead : '',
                    column.wide === true ? classes.wide : '',
                    column.kind === undefined || column.kind === 'text' ? '' : classes[column.kind],
                  ].join(' ')}
                >
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
