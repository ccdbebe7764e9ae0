import type { Connection, RowDataPacket } from 'mysql2/promise';
import { againAfterContention } from '#server/db/contention';
import { isDatabaseUnavailable, sqlDetails } from '#server/db/errors';
import { refuseChanged, type Migration } from './migrations';
import { DatabaseServerError } from './server-process';

export const journalTable = '__drizzle_migrations';
/** There only while a migration is under way, or was broken off. */
export const progressTable = '__trama_migration_progress';

/** Where a migration stands. */
export interface Progress {
  hash: string;
  /** When the file was generated, as in `Migration`. */
  when: number;
  /** The statement that comes next, counted from 0. */
  statement: number;
  /** It was sent to the database, and whether it was done is not known. */
  begun: boolean;
}

/** Where a migration was broken off; null when none was. */
export async function readProgress(connection: Connection): Promise<Progress | null> {
  const [tables] = await connection.query<RowDataPacket[]>(
    'select 1 from information_schema.tables where table_schema = database() and table_name = ?',
    [progressTable],
  );
  if (tables.length === 0) return null;
  const [rows] = await connection.query<RowDataPacket[]>(
    `select hash, created_at, statement, begun from ${progressTable}`,
  );
  const [row] = rows;
  if (row === undefined) return null;
  return {
    hash: String(row['hash']),
    when: Number(row['created_at']),
    statement: Number(row['statement']),
    begun: Number(row['begun']) === 1,
  };
}

/**
 * Applies `pending` in order and writes each down in the journal, as drizzle's own migrator does, but can be killed at any
 * instant and called again: it goes on at the statement at which it was. DDL commits by itself, so a statement that changes
 * the schema is written down before it is sent; when nobody saw how it ended, it is sent once more, and an answer that it is
 * there already says that it was done (each is atomic on MySQL 8 and on MariaDB since 10.6). Statements that change rows are
 * in one transaction with what is written down of them. Call it under the lock of `migrate`.
 */
export async function applyMigrations(connection: Connection, pending: readonly Migration[]): Promise<void> {
  await connection.query(
    `create table if not exists ${journalTable} (id serial primary key, hash text not null, created_at bigint)`,
  );
  let left = await readProgress(connection);
  if (left !== null && !pending.some(({ hash }) => hash === left?.hash)) {
    refuseChanged(pending.find(({ when }) => when === left?.when));
    throw new DatabaseServerError(
      'Another version of Trama was broken off while it changed this database: let that version finish, then start this one.',
    );
  }
  if (pending.length === 0) {
    // killed after the last of them was written down
    await connection.query(`drop table if exists ${progressTable}`);
    return;
  }
  await connection.query(
    `create table if not exists ${progressTable} (
       one tinyint primary key, hash char(64) not null, created_at bigint not null, statement int not null, begun tinyint not null
     )`,
  );
  for (const migration of pending) {
    await applyOne(connection, migration, left?.hash === migration.hash ? left : null);
    left = null;
  }
  await connection.query(`drop table ${progressTable}`);
}

async function applyOne(connection: Connection, migration: Migration, left: Progress | null): Promise<void> {
  const total = migration.statements.length;
  for (let at = left?.statement ?? 0; at < total; at += 1) {
    const sql = migration.statements[at] ?? '';
    try {
      if (changesRows(sql)) {
        await together(connection, async () => {
          await connection.query(sql);
          await writeProgress(connection, migration, at + 1, false);
        });
      } else {
        const uncertain = left !== null && left.begun && left.statement === at;
        await writeProgress(connection, migration, at, true);
        await changeSchema(connection, sql, uncertain);
      }
    } catch (error) {
      // what was not reached, or has no room, is told by its own sentence
      if (sqlDetails(error).errno === null || isDatabaseUnavailable(error)) throw error;
      // the database has refused it: it is not done, whatever a later refusal says
      await writeProgress(connection, migration, at, false);
      const reason = error instanceof Error ? error.message : String(error);
      throw new DatabaseServerError(
        `The migration ${migration.tag} failed at statement ${at + 1} of ${total}: ${reason}. ` +
          'What came before it is kept, and the next start goes on with it.',
        { cause: error },
      );
    }
  }
  await together(connection, async () => {
    await connection.query(`insert into ${journalTable} (hash, created_at) values (?, ?)`, [
      migration.hash,
      migration.when,
    ]);
    await connection.query(`delete from ${progressTable}`);
  });
}

/** Statements that a transaction holds together; all others commit by themselves. */
const changesRows = (sql: string) => /^(insert|update|delete|replace)\b/i.test(sql);

async function changeSchema(connection: Connection, sql: string, uncertain: boolean): Promise<void> {
  try {
    await againAfterContention(() => connection.query(sql));
  } catch (error) {
    if (!uncertain || !saysDone(error)) throw error;
  }
}

/**
 * What the two databases answer to a change of the schema that was done before: table, column, index, primary key, foreign
 * key or check is there; table, column, index or constraint to be dropped or renamed is not.
 */
const doneBefore = new Set([1050, 1060, 1061, 1068, 1826, 3822, 1051, 1054, 1091, 1146, 3821, 3940]);

function saysDone(error: unknown): boolean {
  const { errno } = sqlDetails(error);
  if (errno !== null && doneBefore.has(errno)) return true;
  // MariaDB's answer to a foreign key whose name is taken
  return errno === 1005 && error instanceof Error && /errno: 121\b/.test(error.message);
}

async function writeProgress(connection: Connection, { hash, when }: Migration, statement: number, begun: boolean) {
  await connection.query(
    `replace into ${progressTable} (one, hash, created_at, statement, begun) values (1, ?, ?, ?, ?)`,
    [hash, when, statement, begun ? 1 : 0],
  );
}

function together(connection: Connection, work: () => Promise<void>): Promise<void> {
  return againAfterContention(async () => {
    await connection.beginTransaction();
    try {
      await work();
      await connection.commit();
    } catch (error) {
      await connection.rollback().catch(() => {
        // a connection that is lost rolls back by itself, and why it was is the error that counts
      });
      throw error;
    }
  });
}
