import type { RowSelection } from './DataTable';

/** Which rows are chosen, and what the boxes that choose them are called. */
export interface RowChoice<Row> extends Pick<RowSelection<Row>, 'isSelected' | 'toggle'> {
  toggleAll: (rows: readonly Row[]) => void;
  labelOf: (row: Row) => string;
  labelOfAll: string;
}

/** What a table needs so that its rows can be chosen. Apart from the table, which pages without it load, too. */
export function rowSelection<Row>({
  isSelected,
  toggle,
  toggleAll,
  labelOf,
  labelOfAll,
}: RowChoice<Row>): RowSelection<Row> {
  return {
    isSelected,
    toggle,
    boxOf(rows, index) {
      const row = rows[index];
      return row === undefined ? null : (
        <input
          type="checkbox"
          aria-label={labelOf(row)}
          checked={isSelected(row)}
          // a change does not say whether Shift was held
          onClick={(event) => toggle(rows, index, event.shiftKey)}
          onChange={() => undefined}
        />
      );
    },
    boxOfAll(rows) {
      const chosen = rows.filter(isSelected).length;
      return (
        <input
          type="checkbox"
          aria-label={labelOfAll}
          checked={chosen > 0 && chosen === rows.length}
          ref={(box) => {
            if (box !== null) box.indeterminate = chosen > 0 && chosen < rows.length;
          }}
          onChange={() => toggleAll(rows)}
        />
      );
    },
  };
}
