import { asc, desc, gte, lt, type SQL } from 'drizzle-orm';
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core';
import type { Queryable } from './client';

/** The database's clock may be set back by so much, in ms, and rows be found all the same. */
const clockSlackMs = 3_600_000;

/**
 * Ids between which the rows of a time are. They are read by their ids, which rise with the time: without these bounds all that is
 * newer than `until`, or older than `from`, would be read only to be left out. The table has an index on `created_at`, `id`.
 */
export async function idBounds(
  q: Queryable,
  table: MySqlTable & { id: MySqlColumn; createdAt: MySqlColumn },
  { from, until }: { from?: string | undefined; until?: string | undefined },
): Promise<{ above: number | null; below: number | null }> {
  const { id, createdAt } = table;
  const first = async (where: SQL, ...order: SQL[]) => {
    const [row] = await q
      .select({ id })
      .from(table)
      .where(where)
      .orderBy(...order)
      .limit(1);
    return row === undefined ? null : Number(row.id);
  };
  const moved = (moment: string, by: number) => new Date(Date.parse(moment) + by);
  return {
    above:
      from === undefined ? null : await first(lt(createdAt, moved(from, -clockSlackMs)), desc(createdAt), desc(id)),
    below:
      until === undefined ? null : await first(gte(createdAt, moved(until, clockSlackMs)), asc(createdAt), asc(id)),
  };
}
