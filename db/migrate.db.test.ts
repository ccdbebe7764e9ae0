import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import type { RowDataPacket } from 'mysql2/promise';
import { expect, test, vi } from 'vitest';
import { availabilityZones, flavours } from '#drizzle/schema/catalogue';
import { roles, users } from '#drizzle/schema/users';
import { openDatabase } from '#server/db/client';
import { databaseName } from './database-url';
import { schemaStatements } from './init-sql';
import { migrate, seedDatabase } from './migrate';
import { useDatabase, useServer } from './testing/database';
import { describeSchema } from './testing/describe-database';

// whole databases are made, which a busy MySQL takes 5 s for
vi.setConfig({ testTimeout: 240_000 });
const server = useServer();
const database = useDatabase();

test('the migrations and the seed apply', async () => {
  const rows = await database.db.select().from(flavours).orderBy(flavours.id);
  expect(rows.map((row) => row.name)).toEqual(['nano', 'mini', 'micro', 'small', 'medium', 'large', 'xlarge']);
  expect(rows[0]).toMatchObject({ vcpus: 1, ramMb: 1024, diskGb: 2, liveName: 'nano', retiredAt: null });
});

test('a test may change base rows and add others', async () => {
  await database.db.update(flavours).set({ vcpus: 9 }).where(eq(flavours.name, 'nano'));
  const [role] = await database.db.select().from(roles).limit(1);
  if (role === undefined) throw new Error('no role');
  await database.db.insert(users).values({ email: 'a@b.c', name: 'A', passwordHash: 'x', roleId: role.id });
  expect(await database.db.$count(users)).toBe(1);
});

test('the next test sees nothing of that', async () => {
  expect(await database.db.$count(users)).toBe(0);
  const [nano] = await database.db.select().from(flavours).where(eq(flavours.name, 'nano'));
  expect(nano?.vcpus).toBe(1);
});

test('several processes may migrate at once', async () => {
  const url = await server.createDatabase();
  await Promise.all([migrate(url), migrate(url), migrate(url)]);
  const handle = openDatabase(url);
  expect(await handle.db.$count(flavours)).toBe(7);
  const [journal] = await handle.pool.query<RowDataPacket[]>('select count(*) as n from __drizzle_migrations');
  const files = await readdir(path.resolve(import.meta.dirname, '../drizzle/migrations'));
  expect(journal[0]?.['n']).toBe(files.filter((name) => name.endsWith('.sql')).length);
  await handle.close();
});

test('gives up with a sentence when another process keeps the lock', async () => {
  await server.control.query("do get_lock('trama:migrate', 5)");
  try {
    await expect(migrate(await server.createDatabase(), { lockTimeoutSeconds: 1 })).rejects.toThrow(
      /Another process has been migrating/,
    );
  } finally {
    await server.control.query("do release_lock('trama:migrate')");
  }
});

test('a first migration that was killed half-way is made again', async () => {
  const url = await server.createDatabase();
  const handle = openDatabase(url, { connectionLimit: 1 });
  for (const statement of schemaStatements().slice(0, 30)) await handle.pool.query(statement);
  await handle.close();
  await migrate(url);
  expect(await describeSchema(server.control, databaseName(url))).toEqual(
    await describeSchema(server.control, server.template),
  );
});

test('somebody else’s database is left alone', async () => {
  const url = await server.createDatabase();
  await server.control.query(`create table ${databaseName(url)}.users (secret int)`);
  await server.control.query(`insert into ${databaseName(url)}.users values (1)`);
  await expect(migrate(url)).rejects.toThrow(/empty database of its own/);
  await server.control.query(`create table ${databaseName(url)}.orders (id int)`);
  await server.control.query(`delete from ${databaseName(url)}.users`);
  await expect(migrate(url)).rejects.toThrow(/table orders/);
  const [rows] = await server.control.query<RowDataPacket[]>(`select * from ${databaseName(url)}.users`);
  expect(rows).toEqual([]);
});

test('a database of a newer version is refused', async () => {
  const url = await server.createDatabase();
  await migrate(url);
  await server.control.query(
    `insert into ${databaseName(url)}.__drizzle_migrations (hash, created_at) values ('of-tomorrow', 9999999999999)`,
  );
  await expect(migrate(url)).rejects.toThrow(/newer version/);
});

test('the seed leaves alone what an admin changed, renamed or retired', async () => {
  const url = await server.createDatabase();
  await migrate(url);
  const handle = openDatabase(url);
  await handle.db.update(flavours).set({ vcpus: 3 }).where(eq(flavours.name, 'mini'));
  await handle.db.update(flavours).set({ name: 'pico' }).where(eq(flavours.name, 'nano'));
  await handle.db.update(flavours).set({ retiredAt: new Date() }).where(eq(flavours.name, 'large'));
  await handle.db.update(availabilityZones).set({ enabled: false, overcommit: { vcpus: 1, ram: 1, disk: 1 } });
  await handle.db.delete(roles).where(eq(roles.name, 'instructor'));
  const before = await handle.db.select().from(flavours).orderBy(flavours.id);
  const zones = await handle.db.select().from(availabilityZones);
  await migrate(url);
  await seedDatabase(url);
  expect(await handle.db.select().from(flavours).orderBy(flavours.id)).toEqual(before);
  expect(await handle.db.select().from(availabilityZones)).toEqual(zones);
  // roles are code
  expect((await handle.db.select().from(roles)).map((role) => role.name).toSorted()).toEqual([
    'admin',
    'instructor',
    'user',
  ]);
  await handle.close();
});
