import { limits } from '#shared/limits';

/** Names are compared as the database does: without regard to case. */
const folded = (name: string) => name.toLowerCase();

/**
 * `wanted` if nobody has it, else the first free one that counts on: web → web2, vm3 → vm4. Never longer than a name
 * may be.
 */
export function uniqueName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(folded(wanted))) return wanted;
  const [, stem = wanted, digits = ''] = /^(.*?)(\d{0,6})$/.exec(wanted) ?? [];
  for (let number = digits === '' ? 2 : Number(digits) + 1; ; number++) {
    const name = stem.slice(0, limits.nameLength - String(number).length) + String(number);
    if (!taken.has(folded(name))) return name;
  }
}

/** The names that are taken, as `uniqueName` compares them. */
export function takenNames(items: readonly { name: string }[]): Set<string> {
  return new Set(items.map(({ name }) => folded(name)));
}

/** The first free one of stem1, stem2 … */
export function countedName(stem: string, taken: ReadonlySet<string>): string {
  return uniqueName(`${stem}1`, taken);
}
