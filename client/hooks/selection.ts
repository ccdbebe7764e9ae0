import { useMemo, useState } from 'react';
import type { RowChoice } from '../ui/row-selection';

export interface Selection<Row> {
  /** The chosen among the given rows, in their order. */
  rows: readonly Row[];
  clear: () => void;
  /** For the table; what its boxes are called says who shows them. */
  table: Pick<RowChoice<Row>, 'isSelected' | 'toggle' | 'toggleAll'>;
}

/** Which rows of a list are chosen. What is no longer listed is not chosen any more. */
export function useSelection<Row extends { id: number }>(listed: readonly Row[]): Selection<Row> {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const [last, setLast] = useState<number | null>(null);
  return useMemo(
    () => ({
      rows: listed.filter(({ id }) => ids.has(id)),
      clear: () => setIds(new Set()),
      table: {
        isSelected: ({ id }) => ids.has(id),
        toggle(rows, index, range) {
          setIds((before) => toggled(before, rows, { index, from: range ? last : null }));
          setLast(rows[index]?.id ?? null);
        },
        toggleAll: (rows) =>
          setIds((before) => (rows.every(({ id }) => before.has(id)) ? new Set() : new Set(rows.map(({ id }) => id)))),
      },
    }),
    [listed, ids, last],
  );
}

/** After a click on the row at `index`; `from`: the one that a range begins at, which all become as this one becomes. */
export function toggled(
  ids: ReadonlySet<number>,
  rows: readonly { id: number }[],
  { index, from }: { index: number; from: number | null },
): Set<number> {
  const row = rows[index];
  const next = new Set(ids);
  if (row === undefined) return next;
  const start = from === null ? -1 : rows.findIndex(({ id }) => id === from);
  const [first, end] = start === -1 ? [index, index] : [Math.min(start, index), Math.max(start, index)];
  const choose = !ids.has(row.id);
  for (const { id } of rows.slice(first, end + 1))
    if (choose) next.add(id);
    else next.delete(id);
  return next;
}
