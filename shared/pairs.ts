import { z } from 'zod';

/*
 * What of ours is which of a cloud, as a setting has it: `2=m1.small, 5=m1.large`, our ids and the cloud's names or ids. Text, so that a command line gives
 * it as a form does.
 */

const mostPairs = 500;
const valueLength = 255;

const partsOf = (text: string) =>
  text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Null: it is no pair. */
function pairOf(part: string): [number, string] | null {
  const [, id = '', value = ''] = /^(\d{1,15})\s*=\s*(.+)$/.exec(part) ?? [];
  return id === '' || Number(id) === 0 || value.length > valueLength ? null : [Number(id), value];
}

/** The pairs of a text that {@link pairsSchema} has taken. */
export function pairsOf(text: string): Map<number, string> {
  return new Map(
    partsOf(text).flatMap((part): [number, string][] => {
      const pair = pairOf(part);
      return pair === null ? [] : [pair];
    }),
  );
}

/** The text of pairs, by the ids. */
export function pairsText(pairs: ReadonlyMap<number, string>): string {
  return [...pairs]
    .toSorted(([a], [b]) => a - b)
    .map(([id, value]) => `${id}=${value}`)
    .join(', ');
}

/** Pairs with commas or line breaks between them, each id once. */
export const pairsSchema = z
  .string()
  .trim()
  .max(20_000)
  .superRefine((text, ctx) => {
    const issue = (message: string) => ctx.addIssue({ code: 'custom', message });
    const parts = partsOf(text);
    const wrong = parts.find((part) => pairOf(part) === null);
    if (wrong !== undefined) return issue(`${wrong.slice(0, 60)} is no pair, such as 2=m1.small.`);
    const ids = parts.map((part) => pairOf(part)?.[0] ?? 0);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) issue(`${twice} is there twice.`);
    if (parts.length > mostPairs) issue(`At most ${mostPairs}.`);
  });
