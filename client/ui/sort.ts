export interface Sort<Key extends string = string> {
  key: Key;
  direction: 'ascending' | 'descending';
}

const collators = new Map<string, Intl.Collator>();

/** Names as people sort them: `R2` before `R10`, whatever the case. Made once a language: making one is slow. */
function collatorOf(language: string): Intl.Collator {
  let collator = collators.get(language);
  if (collator === undefined) {
    collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    collators.set(language, collator);
  }
  return collator;
}

/** To sort things by their names. */
export function byName(language: string): (a: { name: string }, b: { name: string }) => number {
  const collator = collatorOf(language);
  return (a, b) => collator.compare(a.name, b.name);
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
  const collator = collatorOf(language);
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((left, right) => {
    const a = value(left);
    const b = value(right);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * collator.compare(String(a), String(b));
  });
}
