import { randomBytes } from 'node:crypto';
import mysql, { escapeId, type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import { openDatabase, type Database, type DatabaseHandle } from '#server/db/client';
import { databaseName, withDatabase } from '../database-url';
// for the type of what it provides
import type {} from './global-setup';

export interface TestDatabase {
  readonly db: Database;
  /** With the database's name in it. */
  readonly url: string;
  readonly handle: DatabaseHandle;
}

// quotas are not among them: a test's users have no limits but those that it sets
const seeded = ['roles', 'flavours', 'images', 'availability_zones'];
const journal = '__drizzle_migrations';

/**
 * A migrated and seeded database, for as long as this test file runs for it alone. Call it once at the top of the file; before
 * each test every row that is not a base row is gone, and the base rows are as seeded. Keys go on counting: do not rely on
 * their values. Files hand it on, since making its tables takes as long as many tests: what changes the schema, or measures how
 * the server reads, wants one that is `fresh`.
 */
export function useDatabase({ fresh = false } = {}): TestDatabase {
  const server = useServer();
  let url: string | undefined;
  let handle: DatabaseHandle | undefined;
  let reset: (() => Promise<void>) | undefined;
  const opened = () => {
    if (handle === undefined || url === undefined) throw new Error('The database is there in tests and hooks only.');
    return { handle, url };
  };

  beforeAll(async () => {
    if (server.unavailable !== null) return;
    url = fresh ? await server.createDatabase() : await server.takeDatabase();
    reset = await copyDatabase(server.control, server.template, databaseName(url));
    handle = openDatabase(url);
  });
  beforeEach(async () => {
    await reset?.();
  });
  afterAll(async () => {
    await handle?.close();
  });

  return {
    get db() {
      return opened().handle.db;
    },
    get url() {
      return opened().url;
    },
    get handle() {
      return opened().handle;
    },
  };
}

export interface DatabaseServer {
  readonly product: 'mariadb' | 'mysql';
  /** A connection that may do everything, without a database; takes several statements at once. */
  readonly control: Connection;
  /** Name of the migrated and seeded database; to read from only. */
  readonly template: string;
  /** Why the tests are skipped; null when they run. */
  readonly unavailable: string | null;
  /** Makes an empty database, dropped when the file's tests have run; answers its URL. */
  createDatabase(): Promise<string>;
  /** One that another file had before, or an empty one; nobody else's until the file's tests have run. Answers its URL. */
  takeDatabase(): Promise<string>;
}

/** The server of this run, for tests that make databases of their own. Call it at the top of the file. */
export function useServer(): DatabaseServer {
  const provided = inject('testDatabase');
  const info = 'unavailable' in provided ? null : provided;
  const unavailable = 'unavailable' in provided ? provided.unavailable : null;
  const made: string[] = [];
  let connection: Connection | undefined;
  const opened = () => {
    if (connection === undefined || info === null) throw new Error('The server is there in tests and hooks only.');
    return { connection, info };
  };

  beforeAll(async () => {
    if (info !== null) connection = await mysql.createConnection({ uri: info.serverUrl, multipleStatements: true });
  });
  beforeEach((context) => {
    if (unavailable !== null) context.skip(unavailable);
  });
  afterAll(async () => {
    for (const name of made) await connection?.query(`drop database if exists ${escapeId(name)}`);
    await connection?.end();
  });

  return {
    get product() {
      return opened().info.product;
    },
    get control() {
      return opened().connection;
    },
    get template() {
      return opened().info.template;
    },
    unavailable,
    async createDatabase() {
      const name = opened().info.prefix + randomBytes(5).toString('hex');
      made.push(name);
      await opened().connection.query(
        `create database ${escapeId(name)} character set utf8mb4 collate utf8mb4_unicode_ci`,
      );
      return withDatabase(opened().info.serverUrl, name);
    },
    async takeDatabase() {
      const { info, connection } = opened();
      for (let number = 1; ; number++) {
        const name = `${info.prefix}shared_${number}`;
        // it is let go of with the connection, also when the process is killed
        const [locks] = await connection.query<RowDataPacket[]>('select get_lock(?, 0) as taken', [name]);
        if (locks[0]?.['taken'] !== 1) continue;
        await connection.query(
          `create database if not exists ${escapeId(name)} character set utf8mb4 collate utf8mb4_unicode_ci`,
        );
        return withDatabase(info.serverUrl, name);
      }
    },
  };
}

/**
 * Copies tables and rows, a third of the time that migrating takes, unless an earlier file has. Answers how to bring the copy
 * back to this state.
 */
async function copyDatabase(control: Connection, template: string, name: string) {
  const from = escapeId(template);
  await control.query(`use ${escapeId(name)}`);
  // a test that left a transaction open should fail soon and by name
  await control.query(`set foreign_key_checks = 0, innodb_lock_wait_timeout = 20`);
  const names = await tablesOf(control, template);
  const isThere = new Set(await tablesOf(control, name));
  for (const table of names.filter((one) => !isThere.has(one))) {
    const [made] = await control.query<RowDataPacket[]>(`show create table ${from}.${escapeId(table)}`);
    await control.query(String(made[0]?.['Create Table']));
  }
  const refill = new Map<string, string>();
  for (const table of [...seeded, journal]) {
    const [columns] = await control.query<RowDataPacket[]>(
      `select column_name as name from information_schema.columns
       where table_schema = ? and table_name = ? and coalesce(generation_expression, '') = '' order by ordinal_position`,
      [template, table],
    );
    const to = escapeId(table);
    const list = columns.map((row) => escapeId(String(row['name']))).join(', ');
    refill.set(table, `delete from ${to}; insert into ${to} (${list}) select ${list} from ${from}.${to}`);
  }

  const emptied = names.filter((table) => !refill.has(table));
  const filled = `select ${emptied.map((table, at) => `exists (select 1 from ${escapeId(table)}) as t${at}`).join(', ')}`;
  const clear = async () => {
    const [rows] = await control.query<RowDataPacket[]>(filled);
    const left = emptied.filter((_, at) => Number(rows[0]?.[`t${at}`]) === 1);
    if (left.length > 0) await control.query(left.map((table) => `delete from ${escapeId(table)}`).join('; '));
  };
  const sums = `checksum table ${seeded.map((table) => escapeId(table)).join(', ')}`;
  const checksums = async () => {
    const [rows] = await control.query<RowDataPacket[]>(sums);
    return rows.map((row) => String(row['Checksum']));
  };
  await untilNoDeadlock(clear);
  await control.query([...refill.values()].join('; '));
  const asSeeded = await checksums();
  return async () => {
    await untilNoDeadlock(clear);
    const now = await checksums();
    for (const [index, table] of seeded.entries())
      if (now[index] !== asSeeded[index]) await control.query(String(refill.get(table)));
  };
}

async function tablesOf(control: Connection, database: string): Promise<string[]> {
  const [tables] = await control.query<RowDataPacket[]>(
    `select table_name as name from information_schema.tables where table_schema = ?`,
    [database],
  );
  return tables.map((row) => String(row['name']));
}

/** What a test left behind may still write when the next one begins; the server then refuses one of the two. */
async function untilNoDeadlock(statements: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await statements();
      return;
    } catch (error) {
      const deadlock = error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK';
      if (!deadlock || attempt === 5) throw error;
    }
  }
}
