import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

let trusted = false;

/**
 * From now on answers go out as the domain gives them, unchecked: for the server as people use it. While it is developed and
 * in tests every answer is held against its schema.
 */
export function trustAnswers(): void {
  trusted = true;
}

/** What the wire keeps of a value. */
const onTheWire = (value: unknown): unknown => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

/** The first place in `value` that is not in `named`; null where there is none. */
function unnamed(value: unknown, named: unknown, place = 'the answer'): string | null {
  if (isDeepStrictEqual(value, named)) return null;
  if (typeof value !== 'object' || value === null || typeof named !== 'object' || named === null) return place;
  const inside = Object.entries(value).map(([key, inner]) =>
    unnamed(inner, Reflect.get(named, key), `${place}.${key}`),
  );
  return inside.find((found) => found !== null) ?? place;
}

/** Rejects for an answer that its schema does not accept, or that holds more than the schema names. */
async function assertIs(schema: z.ZodType, value: unknown): Promise<void> {
  const found = unnamed(onTheWire(value), onTheWire(await schema.parseAsync(value)));
  if (found !== null) throw new Error(`The schema does not name ${found}.`);
}

/**
 * The schema of what a procedure answers, for `output`: the types hold the code to it, the tests what the code really answers,
 * to the last key. A parse in every answer would cost more than the rest of the call (`npm run bench:api`), only to find what
 * a test finds.
 */
export function answer<Schema extends z.ZodType>(schema: Schema): Schema {
  const parseAsync = async (value: unknown): Promise<unknown> => {
    if (!trusted) await assertIs(schema, value);
    return value;
  };
  // the schema still, for the types and for the description of the API
  return Object.create(schema, { parseAsync: { value: parseAsync } }) as Schema;
}
