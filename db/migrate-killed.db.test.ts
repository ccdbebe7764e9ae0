import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { databaseName } from './database-url';
import { dumpDatabase } from './dump';
import { schemaStatements } from './init-sql';
import { migrate, seedDatabase } from './migrate';
import { progressTable } from './migration-steps';
import { migrationsFolder, readMigrations } from './migrations';
import { useServer } from './testing/database';
import { describeSchema, readAllRows } from './testing/describe-database';
import { startKillingProxy, type Fate } from './testing/killing-proxy';

// a whole database is migrated with a connection of its own for each of some 300 queries
vi.setConfig({ testTimeout: 600_000, hookTimeout: 240_000 });
const server = useServer();
const root = path.resolve(import.meta.dirname, '..');

/** A folder with the migrations up to and without `tag`. */
async function migrationsBefore(tag: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trama-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const journal = JSON.parse(await readFile(path.join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as {
    entries: { tag: string }[];
  };
  const entries = journal.entries.slice(
    0,
    journal.entries.findIndex((entry) => entry.tag === tag),
  );
  await mkdir(path.join(folder, 'meta'));
  await writeFile(path.join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  for (const entry of entries)
    await copyFile(path.join(migrationsFolder, `${entry.tag}.sql`), path.join(folder, `${entry.tag}.sql`));
  return folder;
}

async function run(url: string, ...statements: string[]): Promise<void> {
  const connection = await mysql.createConnection({ uri: url });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    connection.destroy();
  }
}

/** A database of the first version with rows that later migrations work on. */
async function firstVersion(): Promise<string> {
  const url = await server.createDatabase();
  await run(
    url,
    ...schemaStatements(
      migrationsFolder,
      new Set(
        readMigrations()
          .slice(0, 1)
          .map(({ hash }) => hash),
      ),
    ),
    "insert into roles (id, name, created_at) values (1, 'user', '2020-01-01'), (2, 'instructor', '2020-01-01'), (3, 'admin', '2020-01-01')",
    "insert into users (id, email, name, password_hash, role_id, created_at) values (1, 'a@b.c', 'Ana 2', 'hash', 3, '2020-01-01')",
    "insert into templates (id, owner_id, name, updated_at, created_at) values (1, 1, 'Lab 10', '2020-01-01', '2020-01-01')",
    "insert into flavours (id, name, vcpus, ram_mb, disk_gb, created_at) values (1, 'R10', 1, 2, 3, '2020-01-01')",
    "insert into images (id, name, description, kind, source, min_ram_mb, created_at) values (1, 'tiny', '', 'kernel', 'builtin:tiny', 96, '2020-01-01')",
    "insert into availability_zones (id, name, provider, overcommit, created_at) values (7, 'lab', 'qemu', '{}', '2020-01-01')",
    "insert into slices (id, owner_id, zone_id, name, created_at, updated_at) values (3, 1, 7, 's', '2020-01-01', '2020-01-01'), (4, 1, 7, 't', '2020-01-01', '2020-01-01')",
    "insert into deployments (slice_id, kind, status, requested_by, created_at) values (3, 'deploy', 'pending', 1, '2020-01-01')",
  );
  return url;
}

/** Shape and rows. */
async function contents(url: string) {
  const name = databaseName(url);
  const { __drizzle_migrations: journal = [], ...rows } = await readAllRows(server.control, name);
  // a row of the journal that was taken back has used up its number
  const applied = journal.map((row) => ({ ...row, id: null }));
  return { schema: await describeSchema(server.control, name), rows, applied };
}

let expected: Awaited<ReturnType<typeof contents>>;
beforeAll(async () => {
  if (server.unavailable !== null) return;
  const url = await firstVersion();
  await migrate(url);
  expected = await contents(url);
});

test('a catalogue of before the router and Debian gets them, once, and no other is touched', () => {
  if (server.unavailable !== null) return;
  expect(expected.rows['images']?.map(({ name, source }) => `${String(name)} ${String(source)}`)).toEqual([
    'tiny builtin:tiny',
    'router builtin:router',
    'debian builtin:debian',
  ]);
});

/** Migrates again and again until it is let through, killed once at each of its queries. Answers at how many that was. */
async function migrateKilledEverywhere(
  url: string,
  fate: Fate,
  counts: (sql: string) => boolean = () => true,
): Promise<number> {
  const met = new Set<string>();
  let progress = '';
  const proxy = await startKillingProxy(url, (sql) => {
    if (sql.includes(`into ${progressTable}`)) progress = sql;
    // the same text, such as COMMIT, is another instant with other progress
    const instant = `${progress}\n${sql}`;
    if (met.has(instant) || sql.startsWith('set time_zone') || !counts(sql)) return 'passes';
    met.add(instant);
    return fate;
  });
  try {
    for (let killed = 0; ;) {
      const before = met.size;
      const lost = await migrate(proxy.url).then(
        () => null,
        (error: unknown) => error,
      );
      if (lost === null) return killed;
      if (met.size === before) throw lost;
      killed += 1;
    }
  } finally {
    await proxy.close();
  }
}

for (const fate of ['unsent', 'unheard'] as const)
  test(`killed at every query in turn, which was ${fate}, it ends as one that was not killed`, async () => {
    const url = await firstVersion();
    const statements = readMigrations()
      .slice(1)
      .flatMap((migration) => migration.statements);
    expect(await migrateKilledEverywhere(url, fate)).toBeGreaterThan(2 * statements.length);
    expect(await contents(url)).toEqual(expected);
    expect(expected.rows['zone_sums']).toMatchObject([{ zone_id: 7, slices: 2 }]);
    expect(expected.rows['deployments']).toMatchObject([{ slice_id: 3, zone_id: 7 }]);
  });

test('a new database whose making is killed at every statement of the first migration is whole in the end', async () => {
  const url = await server.createDatabase();
  const first = new Set(readMigrations()[0]?.statements);
  expect(await migrateKilledEverywhere(url, 'unheard', (sql) => first.has(sql))).toBe(first.size);
  expect(await describeSchema(server.control, databaseName(url))).toEqual(
    await describeSchema(server.control, server.template),
  );
});

for (const pattern of [/^UPDATE `deployments`/, /^ALTER TABLE `templates` DROP COLUMN `live_name`/])
  test(`of two servers that start at once, the one at ${pattern.source.slice(1)} is killed with -9 and the other goes on`, async () => {
    const url = await firstVersion();
    let killed = 0;
    const start = async () => {
      const proxy = await startKillingProxy(
        url,
        (sql) => (killed === 0 && pattern.test(sql) ? 'unheard' : 'passes'),
        () => {
          killed += 1;
          child.kill('SIGKILL');
        },
      );
      const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'db/cli.ts'), 'migrate'], {
        cwd: root,
        env: { ...process.env, DATABASE_URL: proxy.url },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      await proxy.close();
      return signal ?? code;
    };
    const ends = await Promise.all([start(), start()]);
    expect(ends.toSorted()).toEqual([0, 'SIGKILL']);
    expect(killed).toBe(1);
    expect(await contents(url)).toEqual(expected);
  });

/** A folder with all migrations, of which `change` has been made to the text of `tag`. */
async function changedMigrations(tag: string, change: (text: string) => string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trama-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(migrationsFolder, folder, { recursive: true });
  const file = path.join(folder, `${tag}.sql`);
  await writeFile(file, change(await readFile(file, 'utf8')));
  return folder;
}

/** A database whose migration was killed at the first query that `pattern` matches. */
async function brokenOff(pattern: RegExp): Promise<string> {
  const url = await firstVersion();
  const proxy = await startKillingProxy(url, (sql) => (pattern.test(sql) ? 'unheard' : 'passes'));
  await expect(migrate(proxy.url)).rejects.toThrow();
  await proxy.close();
  return url;
}

test('a migration that was changed after it had been applied is refused by its name', async () => {
  const url = await server.createDatabase();
  await migrate(url);
  const before = await contents(url);
  const folder = await changedMigrations('0005_user_sort_names', (text) => `${text}\n`);
  await expect(migrate(url, { folder })).rejects.toThrow(/0005_user_sort_names\.sql was changed after/);
  expect(await contents(url)).toEqual(before);
});

test('a migration that was changed after it had been begun is refused by its name', async () => {
  const url = await brokenOff(/^CREATE INDEX `images_sort_key_index`/);
  const folder = await changedMigrations('0012_natural_names', (text) => `${text}\n`);
  await expect(migrate(url, { folder })).rejects.toThrow(/0012_natural_names\.sql was changed after/);
  await migrate(url);
  expect(await contents(url)).toEqual(expected);
});

test('a migration that an older one was left out before is refused', async () => {
  const url = await server.createDatabase();
  await migrate(url);
  await run(url, `delete from __drizzle_migrations where id = 4`);
  await expect(migrate(url)).rejects.toThrow(/0003_homes was never applied .* the newer/);
});

test('a half migrated database is left alone by a version that does not know it, not dumped, and not seeded', async () => {
  const url = await brokenOff(/^CREATE INDEX `images_sort_key_index`/);
  const folder = await migrationsBefore('0012_natural_names');
  await expect(migrate(url, { folder })).rejects.toThrow(/let that version finish/);
  await expect(seedDatabase(url)).rejects.toThrow(/broken off/);
  await expect(dumpDatabase(url).next()).rejects.toThrow(/broken off/);
});

test('a statement that the database refuses is named, and done when its cause is gone', async () => {
  const url = await firstVersion();
  // somebody made an index of ours
  await run(url, 'create index images_sort_key_index on images (name)');
  for (const _ of [1, 2])
    await expect(migrate(url)).rejects.toThrow(/0012_natural_names failed at statement 26 of 33: Duplicate key name/);
  await run(url, 'drop index images_sort_key_index on images');
  await migrate(url);
  expect(await contents(url)).toEqual(expected);
});
