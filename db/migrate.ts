import { drizzle } from 'drizzle-orm/mysql2';
import { escapeId, type Connection, type Pool, type RowDataPacket } from 'mysql2/promise';
import { openDatabase, type Database } from '#server/db/client';
import { applyMigrations, journalTable, progressTable, readProgress } from './migration-steps';
import { migrationsFolder, pendingMigrations, readMigrations, type Applied, type Migration } from './migrations';
import { seed } from './seed';
import { DatabaseServerError } from './server-process';

const lockName = 'trama:migrate';

export interface MigrateOptions {
  /** How long to wait for another process that is migrating, in seconds. */
  lockTimeoutSeconds?: number;
  folder?: string;
}

/**
 * Brings the database behind `url` to this version's schema and base rows. Any number of processes may call it at once:
 * one works, the others wait for it. One that was killed is gone on with where it was (`applyMigrations`). Throws
 * `DatabaseServerError` when the wait is too long, when a statement is refused, or when the database was made by other files.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  const migrations = readMigrations(options.folder ?? migrationsFolder);
  await underLock(url, options.lockTimeoutSeconds ?? 60, async (db, connection) => {
    const applied = await appliedMigrations(connection);
    const pending = pendingMigrations(applied, migrations);
    if (applied.length === 0) {
      if ((await readProgress(connection)) === null) await clearHalfMade(connection, migrations);
      // tables take it over; the default of MySQL 8 does not exist on MariaDB
      await connection.query('alter database character set utf8mb4 collate utf8mb4_unicode_ci');
    }
    await applyMigrations(connection, pending);
    await seed(db);
  });
}

/** Puts missing base rows into a migrated database, see `seed`. */
export async function seedDatabase(url: string): Promise<void> {
  await underLock(url, 60, async (db, connection) => {
    if ((await appliedMigrations(connection)).length === 0) {
      throw new DatabaseServerError('The database has no tables yet: migrate it first.');
    }
    await refuseHalfMigrated(connection);
    await seed(db);
  });
}

/** Runs `work` on one connection that holds the migration lock; no other process migrates or seeds meanwhile. */
async function underLock(
  url: string,
  timeoutSeconds: number,
  work: (db: Database, connection: Connection) => Promise<void>,
): Promise<void> {
  const handle = openDatabase(url, { connectionLimit: 1 });
  try {
    // not the pool, which would open another connection for one that is lost: the lock is lost with it
    const connection = await handle.pool.getConnection();
    try {
      await waitForMigrationLock(connection, timeoutSeconds);
      await work(drizzle({ client: connection }), connection);
    } finally {
      // closing the connection frees the lock
      connection.destroy();
    }
  } finally {
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

/** The migrations that the database records as applied, in their order. */
export async function appliedMigrations(pool: Pool | Connection): Promise<Applied[]> {
  if (!(await tableNames(pool)).includes(journalTable)) return [];
  const [rows] = await pool.query<RowDataPacket[]>(`select hash, created_at from ${journalTable} order by id`);
  return rows.map((row) => ({ hash: String(row['hash']), when: Number(row['created_at']) }));
}

/** Throws `DatabaseServerError` when a migration was broken off: the tables are of no version. */
export async function refuseHalfMigrated(connection: Connection): Promise<void> {
  if ((await readProgress(connection)) === null) return;
  throw new DatabaseServerError(
    'A migration of this database was broken off: finish it first, by a start of Trama or `npm run db:migrate`.',
  );
}

export async function tableNames(pool: Pool | Connection): Promise<string[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'select table_name as name from information_schema.tables where table_schema = database()',
  );
  return rows.map((row) => String(row['name']));
}

/**
 * Versions that kept no progress left some tables and an empty journal when they were killed in the first migration. Such
 * tables hold no rows yet, so they are dropped. Throws when others are there: it is somebody else's database.
 */
async function clearHalfMade(connection: Connection, migrations: readonly Migration[]): Promise<void> {
  const ours = new Set(
    migrations
      .flatMap((migration) => migration.statements)
      .flatMap((statement) => /^create table `([^`]+)`/i.exec(statement)?.[1] ?? []),
  );
  const left = (await tableNames(connection)).filter((name) => name !== journalTable && name !== progressTable);
  for (const name of left) {
    const [rows] = await connection.query<RowDataPacket[]>(`select 1 from ${escapeId(name)} limit 1`);
    if (ours.has(name) && rows.length === 0) continue;
    throw new DatabaseServerError(
      `The database holds a table ${name} but no record of Trama's migrations: give Trama an empty database of its own.`,
    );
  }
  await dropTables(connection, left);
}

/** Drops them whatever refers to them. */
export async function dropTables(connection: Pool | Connection, names: readonly string[]): Promise<void> {
  await connection.query('set foreign_key_checks = 0');
  for (const name of names) await connection.query(`drop table if exists ${escapeId(name)}`);
  await connection.query('set foreign_key_checks = 1');
}
