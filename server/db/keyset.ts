import { is, Placeholder, sql, type Column, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';

/** Packs the place after which the next page begins. Opaque to clients. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/** Unpacks a cursor; null for the first page. INVALID_INPUT for what this list did not hand out. */
export function decodeCursor<Position extends z.ZodType>(
  position: Position,
  cursor: string | null | undefined,
): z.infer<Position> | null {
  if (cursor === null || cursor === undefined) return null;
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new AppError('INVALID_INPUT', say('NO_SUCH_PAGE'), { field: 'cursor', cause });
  }
}

/** `[name, id]` of the last row of a page. */
export const nameCursor = z.tuple([z.string(), z.int().nonnegative()]);
/** `[instant, id]` of the last row of a page. */
export const instantCursor = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.int().nonnegative()]);
export const idCursor = z.tuple([z.int().nonnegative()]);

/** One page out of `limit + 1` rows: the extra one only says that there is more. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  position: (row: Row) => readonly (string | number)[],
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}

/** Of the last row of the page before, or where it will be put into a prepared statement. */
type Position = readonly [string | Date | Placeholder, number | Placeholder];

const valueOf = (value: Position[0], column: Column) => (is(value, Placeholder) ? value : sql.param(value, column));

/** Rows that come after `(value, id)` in ascending order. Written so that an index on the two is used by both databases. */
export function after(column: Column, id: Column, position: Position | null): SQL | undefined {
  if (position === null) return undefined;
  const value = valueOf(position[0], column);
  return sql`(${column} >= ${value} and (${column} > ${value} or ${id} > ${position[1]}))`;
}

/** Rows that come after `(value, id)` in descending order. */
export function before(column: Column, id: Column, position: Position | null): SQL | undefined {
  if (position === null) return undefined;
  const value = valueOf(position[0], column);
  return sql`(${column} <= ${value} and (${column} < ${value} or ${id} < ${position[1]}))`;
}

/** Rows whose `column` holds `search`, taken literally. */
export function contains(column: Column, search: string | undefined): SQL | undefined {
  if (search === undefined || search === '') return undefined;
  return sql`${column} like ${containing(search)} escape '!'`;
}

/** The pattern of {@link contains}. */
export function containing(search: string): string {
  return `%${literal(search)}%`;
}

/** Rows whose `column` begins with `text`, taken literally. */
export function startsWith(column: Column, text: string): SQL {
  return sql`${column} like ${`${literal(text)}%`} escape '!'`;
}

function literal(text: string): string {
  return text.replaceAll(/[!%_]/g, (character) => `!${character}`);
}
