import { bigint, char, int, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { id } from '../columns';
import { slices } from './slices';

const bytes = (name: string) => bigint(name, { mode: 'number', unsigned: true }).notNull();

/** What has passed between a slice's guests and the internet, of those that have had any. */
export const sliceInternet = mysqlTable('slice_internet', {
  sliceId: id('slice_id')
    .primaryKey()
    .references(() => slices.id, { onDelete: 'cascade' }),
  /** Of UTC, `2026-11`: of which `bytes` are. */
  month: char('month', { length: 7 }).notNull(),
  bytes: bytes('bytes'),
  /** By which it was counted last, and how far that was. */
  meter: varchar('meter', { length: 120 }).notNull(),
  meterBytes: bytes('meter_bytes'),
  /** Its owner was told of so much of the total in this month: 0, 80 or 100. */
  toldPercent: int('told_percent', { unsigned: true }).notNull(),
  /** Counts the writes: who has read a row before another wrote it writes nothing. */
  version: int('version', { unsigned: true }).notNull(),
});
