import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { expect, test, vi } from 'vitest';
import { initFolder, staleInit, writeInit } from './init-sql';
import { migrate } from './migrate';
import { splitSql } from './sql-splitter';
import { databaseName } from './database-url';
import { useServer } from './testing/database';
import { describeSchema, readAllRows } from './testing/describe-database';

// whole databases are made, which a busy MySQL takes 5 s for
vi.setConfig({ testTimeout: 240_000 });
const server = useServer();

async function databaseFromInit(): Promise<string> {
  const url = await server.createDatabase();
  const connection = await mysql.createConnection({ uri: url });
  // in the order of their names, as the container runs them
  for (const name of ['00_schema.sql', '01_seed.sql']) {
    for await (const { sql } of splitSql([await readFile(path.join(initFolder, name), 'utf8')]))
      await connection.query(sql);
  }
  await connection.end();
  return url;
}

const withoutClock = (rows: Record<string, RowDataPacket[]>) =>
  Object.fromEntries(
    Object.entries(rows).map(([table, list]) => [
      table,
      // the journal's `created_at` is the migration's own, the others are the hour of the insert
      list.map((row) => (table === '__drizzle_migrations' ? row : { ...row, created_at: 'now' })),
    ]),
  );

test('a database made by db/init equals one made by migrations and seed, the journal included', async () => {
  const migrated = await server.createDatabase();
  await migrate(migrated);
  const initialised = await databaseFromInit();
  const expected = await describeSchema(server.control, databaseName(migrated));
  expect(expected['columns']?.length).toBeGreaterThan(150);
  expect(expected['foreignKeys']?.length).toBeGreaterThan(25);
  expect(await describeSchema(server.control, databaseName(initialised))).toEqual(expected);

  const rows = withoutClock(await readAllRows(server.control, databaseName(migrated)));
  expect(rows['flavours']).toHaveLength(7);
  expect(rows['__drizzle_migrations']?.length).toBeGreaterThan(0);
  expect(withoutClock(await readAllRows(server.control, databaseName(initialised)))).toEqual(rows);

  // and the migrator has nothing to do on it
  await migrate(initialised);
  expect(withoutClock(await readAllRows(server.control, databaseName(initialised)))).toEqual(rows);
});

test('the files are fresh, and a change of them is noticed', async () => {
  expect(await staleInit()).toEqual([]);
  const copy = await mkdtemp(path.join(tmpdir(), 'trama-init-'));
  try {
    await cp(initFolder, copy, { recursive: true });
    expect(await staleInit(copy)).toEqual([]);
    const file = path.join(copy, '01_seed.sql');
    await writeFile(file, (await readFile(file, 'utf8')).replace('nano', 'pico'));
    expect(await staleInit(copy)).toEqual(['01_seed.sql']);
    await writeInit(copy);
    expect(await staleInit(copy)).toEqual([]);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});
