import { randomBytes } from 'node:crypto';
import path from 'node:path';
import mysql, { escapeId, type RowDataPacket } from 'mysql2/promise';
import type { TestProject } from 'vitest/node';
import { migrate } from '../migrate';
import { findServer } from '../server-binary';
import { withDatabase } from '../database-url';
import { bringMysql, type BroughtServer } from './mysql-from-packages';
import { startTestServer, type TestServer } from './server';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `unavailable`: why there is no server to test on; every test of the run is then skipped. */
    testDatabase: TestServerInfo | { unavailable: string };
  }
}

export interface TestServerInfo {
  /** Of the server, without a database. */
  serverUrl: string;
  product: 'mariadb' | 'mysql';
  /** Every database of this run begins with it. */
  prefix: string;
  /** A migrated and seeded database to copy. */
  template: string;
}

const root = path.resolve(import.meta.dirname, '../..');
let server: TestServer | undefined;
let dropDatabases: (() => Promise<void>) | undefined;

/**
 * One database server for the whole run, and in it one migrated database that the test files copy. The server is a private
 * MariaDB; with `TRAMA_TEST_DATABASE=mysql` a private MySQL; with `TRAMA_TEST_DATABASE_URL` the one that it names.
 */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env['TRAMA_TEST_DATABASE_URL'];
  const brought = given === undefined ? await bring() : null;
  if (brought !== null && 'reason' in brought) {
    process.stdout.write(`\nDatabase tests on MySQL: SKIPPED, ${brought.reason}\n`);
    project.provide('testDatabase', { unavailable: brought.reason });
    return;
  }
  if (brought !== null) server = await startTestServer(brought.binary, root);
  const serverUrl = withDatabase(given ?? server?.url ?? '', '');
  const prefix = `trama_test_${process.pid}_${randomBytes(3).toString('hex')}_`;
  const template = `${prefix}template`;
  dropDatabases = () => dropAll(serverUrl, prefix);
  try {
    const version = await makeDatabase(serverUrl, template);
    await migrate(withDatabase(serverUrl, template));
    const product = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
    process.stdout.write(`\nDatabase tests on ${product === 'mysql' ? 'MySQL' : 'MariaDB'} ${version}\n`);
    project.provide('testDatabase', { serverUrl, product, prefix, template });
  } catch (error) {
    await teardown();
    throw error;
  }
}

export async function teardown(): Promise<void> {
  // a server of our own goes with all that it holds
  if (server === undefined) await dropDatabases?.();
  await server?.stop();
}

async function bring(): Promise<BroughtServer> {
  if (process.env['TRAMA_TEST_DATABASE'] === 'mysql') return bringMysql(path.join(root, '.trama/cache/mysql'));
  const binary = await findServer(['mariadb']);
  if (binary !== null) return { binary };
  throw new Error('The database tests need MariaDB: apt-get install --no-install-recommends mariadb-server-core');
}

async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  const control = await mysql.createConnection({ uri: serverUrl });
  try {
    await control.query(`create database ${escapeId(name)} character set utf8mb4 collate utf8mb4_unicode_ci`);
    const [rows] = await control.query<RowDataPacket[]>('select version() as version');
    return String(rows[0]?.['version']);
  } finally {
    await control.end();
  }
}

async function dropAll(serverUrl: string, prefix: string): Promise<void> {
  const control = await mysql.createConnection({ uri: serverUrl });
  try {
    const [rows] = await control.query<RowDataPacket[]>('select schema_name as name from information_schema.schemata');
    for (const name of rows.map((row) => String(row['name'])).filter((name) => name.startsWith(prefix))) {
      await control.query(`drop database ${escapeId(name)}`);
    }
  } finally {
    await control.end();
  }
}
