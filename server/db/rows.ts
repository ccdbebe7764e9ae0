/** The first row, when the table must have it. */
export function only<Row>(rows: readonly Row[], what: string): Row {
  const row = rows[0];
  if (row === undefined) throw new Error(`No row: ${what}`);
  return row;
}

/** Compares rows by their ids: what was made first comes first. */
export const byId = (a: { id: number }, b: { id: number }): number => a.id - b.id;

/** `items` in pieces of at most `size`, so that no statement grows without bound. */
export function chunked<Item>(items: readonly Item[], size = 500): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

/** A date for the wire. */
export function iso(date: Date): string;
export function iso(date: Date | null): string | null;
export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
