import path from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as applyMigrations } from 'drizzle-orm/mysql2/migrator';
import { escapeId, type Connection, type Pool, type RowDataPacket } from 'mysql2/promise';
import { openDatabase, type DatabaseHandle } from '#server/db/client';
import { DatabaseServerError } from './server-process';
import { seed } from './seed';

export const migrationsFolder = path.resolve(import.meta.dirname, '../drizzle/migrations');
export const journalTable = '__drizzle_migrations';
const lockName = 'trama:migrate';

export interface MigrateOptions {
  /** How long to wait for another process that is migrating, in seconds. */
  lockTimeoutSeconds?: number;
  folder?: string;
}

/**
 * Brings the database behind `url` to this version's schema and base rows. Any number of processes may call it at once:
 * one works, the others wait for it. Throws `DatabaseServerError` when the wait is too long or when the database was made by
 * another version. What a killed first migration left is cleared away and made again.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  const folder = options.folder ?? migrationsFolder;
  await underLock(url, options.lockTimeoutSeconds ?? 60, async ({ db, pool }) => {
    const applied = await appliedMigrations(pool);
    refuseForeign(applied, folder);
    if (applied.length === 0) {
      await clearHalfMade(pool, folder);
      // tables take it over; the default of MySQL 8 does not exist on MariaDB
      await pool.query('alter database character set utf8mb4 collate utf8mb4_unicode_ci');
    }
    await applyMigrations(db, { migrationsFolder: folder });
    await seed(db);
  });
}

/** Puts missing base rows into a migrated database, see `seed`. */
export async function seedDatabase(url: string): Promise<void> {
  await underLock(url, 60, async ({ db, pool }) => {
    if ((await appliedMigrations(pool)).length === 0) {
      throw new DatabaseServerError('The database has no tables yet: migrate it first.');
    }
    await seed(db);
  });
}

/** Runs `work` on one connection that holds the migration lock; no other process migrates or seeds meanwhile. */
async function underLock(url: string, timeoutSeconds: number, work: (handle: DatabaseHandle) => Promise<void>) {
  // a pool of one: the lock belongs to the connection that does the work
  const handle = openDatabase(url, { connectionLimit: 1 });
  try {
    await waitForMigrationLock(handle.pool, timeoutSeconds);
    await work(handle);
  } finally {
    // closing the connection frees the lock
    await handle.close();
  }
}

/** Takes the lock for this connection, which holds it until it closes; `DatabaseServerError` after `seconds`. */
export async function waitForMigrationLock(connection: Pool | Connection, seconds: number): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('select get_lock(?, ?) as held', [lockName, seconds]);
  if (rows[0]?.['held'] === 1) return;
  throw new DatabaseServerError(
    `Another process has been migrating or copying this database for ${seconds} s. Try again when it has ended.`,
  );
}

/** Hashes of the migrations that the database records, in their order. */
export async function appliedMigrations(pool: Pool | Connection): Promise<string[]> {
  if (!(await tableNames(pool)).includes(journalTable)) return [];
  const [rows] = await pool.query<RowDataPacket[]>(`select hash from ${journalTable} order by id`);
  return rows.map((row) => String(row['hash']));
}

export async function tableNames(pool: Pool | Connection): Promise<string[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'select table_name as name from information_schema.tables where table_schema = database()',
  );
  return rows.map((row) => String(row['name']));
}

/**
 * DDL is not transactional: a process killed in the first migration leaves some tables and an empty journal, on which the
 * next attempt would fail for ever. Such tables hold no rows yet, so they are dropped.
 */
async function clearHalfMade(pool: Pool, folder: string): Promise<void> {
  const ours = new Set(
    readMigrationFiles({ migrationsFolder: folder })
      .flatMap((migration) => migration.sql)
      .flatMap((statement) => /^\s*create table `([^`]+)`/i.exec(statement)?.[1] ?? []),
  );
  const left = (await tableNames(pool)).filter((name) => name !== journalTable);
  for (const name of left) {
    const [rows] = await pool.query<RowDataPacket[]>(`select 1 from ${escapeId(name)} limit 1`);
    if (ours.has(name) && rows.length === 0) continue;
    throw new DatabaseServerError(
      `The database holds a table ${name} but no record of Trama's migrations: give Trama an empty database of its own.`,
    );
  }
  await dropTables(pool, left);
}

/** Drops them whatever refers to them. */
export async function dropTables(connection: Pool | Connection, names: readonly string[]): Promise<void> {
  await connection.query('set foreign_key_checks = 0');
  for (const name of names) await connection.query(`drop table if exists ${escapeId(name)}`);
  await connection.query('set foreign_key_checks = 1');
}

/** Throws `DatabaseServerError` when a migration was applied that `folder` does not hold. */
export function refuseForeign(applied: readonly string[], folder: string): void {
  const known = new Set(readMigrationFiles({ migrationsFolder: folder }).map((migration) => migration.hash));
  const foreign = applied.filter((hash) => !known.has(hash)).length;
  if (foreign === 0) return;
  throw new DatabaseServerError(
    `The database holds ${foreign === 1 ? 'a migration' : `${foreign} migrations`} that this version of Trama does not know: ` +
      'it was made by a newer version. Update Trama, or use another database.',
  );
}
