import { bigint, customType, datetime, int, json, varchar } from 'drizzle-orm/mysql-core';
import { sql } from 'drizzle-orm';
import type { Sentence } from '#shared/sentence';
import type { Annotation } from '#shared/topology/annotations';
import type { Parameter } from '#shared/topology/parameters/schema';

/** `bigint unsigned`, read as a JavaScript number: ids stay far below 2^53. */
export const id = (name: string) => bigint(name, { mode: 'number', unsigned: true });

export const primaryId = () => id('id').autoincrement().primaryKey();

/** UTC with milliseconds. `datetime`, since `timestamp` ends in 2038. */
export const instant = (name: string) => datetime(name, { mode: 'date', fsp: 3 });

/** Set by the database when the row is made. */
export const createdAt = () =>
  instant('created_at')
    .notNull()
    .default(sql`(utc_timestamp(3))`);

/** What a VM, a network or an edge has besides what has a column of its own (`server/db/queries/parts.ts`). */
export const properties = () => json('properties').$type<Record<string, unknown>>();

/** GiB of a VM's extra disks together, which stand in its `properties`: sums are made by it. */
export const extraDiskGb = () => int('extra_disk_gb', { unsigned: true }).notNull().default(0);

/** What is drawn beside all that: read and written as a whole, and asked for by no query. */
export const annotations = () => json('annotations').$type<Annotation[]>();

/** What a slice of it is asked for: read and written as a whole, as the above. */
export const parameters = () => json('parameters').$type<Parameter[]>();

/** Beside a text that tells a person something: the same by its sentences. Null where only the text is known. */
export const sentences = () => json('sentences').$type<Sentence[]>();

/** Compared character by character: the tables' own collation takes `ano` for `año`. */
export const exactText = (length: number) =>
  customType<{ data: string }>({
    dataType: () => `varchar(${length}) character set utf8mb4 collate utf8mb4_bin`,
  });
const exactName = exactText(63);

/**
 * By which a name is unique while its row lives; null, and so free again, once `goneAt` (the column's name in SQL) is set. Upper and
 * lower case are the same name, accents are not.
 */
export const liveKey = (goneAt: string) =>
  exactName('live_key').generatedAlwaysAs(sql.raw(`(case when ${goneAt} is null then lower(name) else null end)`), {
    mode: 'stored',
  });

/** {@link liveKey} where rows are deleted for good. */
export const uniqueKey = () => exactName('unique_key').generatedAlwaysAs(sql`(lower(name))`, { mode: 'stored' });

/**
 * What lists by name are ordered by: each number in it has at least ten digits, so that `R2` comes before `R10`. Ten zeros go before each
 * number, then as many as are too many go; one first digit after the other, since the databases write references to what was
 * found differently, and MariaDB replaces no empty match. Cut to what an index takes; the rest is decided by the id.
 */
export const sortKey = () => {
  const padded = Array.from('0123456789').reduce(
    (text, digit) => `regexp_replace(${text}, '(?<![0-9])${digit}', '0000000000${digit}')`,
    'name',
  );
  return varchar('sort_key', { length: 190 }).generatedAlwaysAs(
    sql.raw(`(left(regexp_replace(${padded}, '(?<![0-9])0+(?=[0-9]{10})', ''), 190))`),
    { mode: 'stored' },
  );
};
