import { bigint, datetime, json } from 'drizzle-orm/mysql-core';
import { sql } from 'drizzle-orm';

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
