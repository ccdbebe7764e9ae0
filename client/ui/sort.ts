export interface Sort<Key extends string = string> {
  key: Key;
  direction: 'ascending' | 'descending';
}

/**
 * The rows in the order that is asked for; equal ones keep theirs. Names as people sort them: `vm2` before `vm10`,
 * whatever the case.
 */
export function sorted<Row>(
  rows: readonly Row[],
  value: ((row: Row) => string | number) | undefined,
  direction: Sort['direction'],
  language: string,
): Row[] {
  if (value === undefined) return [...rows];
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((left, right) => {
    const a = value(left);
    const b = value(right);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * collator.compare(String(a), String(b));
  });
}
