import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { migrate as applyMigrations } from 'drizzle-orm/mysql2/migrator';
import type { RowDataPacket } from 'mysql2/promise';
import { expect, onTestFinished, test, vi } from 'vitest';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones, flavours } from '#drizzle/schema/catalogue';
import { deployments } from '#drizzle/schema/deployments';
import { templates } from '#drizzle/schema/templates';
import { apiTokens, roles, users } from '#drizzle/schema/users';
import { openDatabase } from '#server/db/client';
import { limitsOfRoles } from '#server/db/queries/quotas';
import { databaseName } from './database-url';
import { schemaStatements } from './init-sql';
import { migrate, seedDatabase } from './migrate';
import { migrationsFolder } from './migrations';
import { useDatabase, useServer } from './testing/database';
import { describeSchema } from './testing/describe-database';

// whole databases are made, which a busy MySQL takes 5 s for
vi.setConfig({ testTimeout: 240_000 });
const server = useServer();
const database = useDatabase();

test('the migrations and the seed apply', async () => {
  const rows = await database.db.select().from(flavours).orderBy(flavours.id);
  expect(rows.map((row) => row.name)).toEqual(['nano', 'mini', 'micro', 'small', 'medium', 'large', 'xlarge']);
  expect(rows[0]).toMatchObject({ vcpus: 1, ramMb: 1024, diskGb: 2, liveKey: 'nano', retiredAt: null });
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

/** A folder with the first migration alone, as the first version had it. */
async function firstMigration(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trama-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const journalFile = path.join(migrationsFolder, 'meta/_journal.json');
  const journal = JSON.parse(await readFile(journalFile, 'utf8')) as { entries: { tag: string }[] };
  const [first] = journal.entries;
  if (first === undefined) throw new Error('there are no migrations');
  await mkdir(path.join(folder, 'meta'));
  await writeFile(path.join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries: [first] }));
  await copyFile(path.join(migrationsFolder, `${first.tag}.sql`), path.join(folder, `${first.tag}.sql`));
  return folder;
}

test('a database of the first version keeps its rows, and nobody gets limits', async () => {
  const url = await server.createDatabase();
  const handle = openDatabase(url, { connectionLimit: 1 });
  onTestFinished(() => handle.close());
  await handle.pool.query('alter database character set utf8mb4 collate utf8mb4_unicode_ci');
  await applyMigrations(handle.db, { migrationsFolder: await firstMigration() });
  for (const statement of [
    "insert into roles (id, name) values (1, 'user'), (2, 'admin')",
    "insert into users (id, email, name, password_hash, role_id) values (1, 'a@b.c', 'A', 'hash', 2)",
    "insert into api_tokens (user_id, kind, token_hash, expires_at) values (1, 'session', 'abc', '2100-01-01')",
    "insert into audit_log (user_id, action, created_at) values (1, 'auth.login', '2020-01-01')",
    "insert into templates (id, owner_id, name, updated_at) values (1, 1, 'Lab', '2020-01-01')",
    "insert into rate_limits values ('login:ip:abc', 3, '2020-01-01')",
    "insert into availability_zones (id, name, provider, overcommit) values (7, 'lab', 'qemu', '{}')",
    "insert into slices (id, owner_id, zone_id, name) values (3, 1, 7, 's')",
    "insert into deployments (slice_id, kind, status, requested_by) values (3, 'deploy', 'pending', 1)",
  ])
    await handle.pool.query(statement);
  await migrate(url);
  expect(await handle.db.select().from(users)).toMatchObject([
    { email: 'a@b.c', kind: 'person', passwordHash: 'hash', roleId: 2, totpEnabledAt: null, liveEmail: 'a@b.c' },
  ]);
  expect(await handle.db.select().from(apiTokens)).toMatchObject([{ kind: 'session', tokenHash: 'abc', scopes: null }]);
  expect(await handle.db.select().from(auditLog)).toMatchObject([
    { action: 'auth.login', result: 'OK', tokenId: null, createdAt: new Date('2020-01-01T00:00:00Z') },
  ]);
  expect(await handle.db.select().from(templates)).toMatchObject([{ name: 'Lab', publishedAt: null }]);
  expect(await handle.db.select().from(deployments)).toMatchObject([{ sliceId: 3, zoneId: 7 }]);
  expect(await limitsOfRoles(handle.db)).toMatchObject(
    ['user', 'admin', 'instructor'].map((role) => ({ role, limits: { slices: null, runningVms: null } })),
  );
  expect(await describeSchema(server.control, databaseName(url))).toEqual(
    await describeSchema(server.control, server.template),
  );
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
