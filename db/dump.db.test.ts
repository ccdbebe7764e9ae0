import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sql } from 'drizzle-orm';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { auditLog } from '#drizzle/schema/audit';
import { flavours } from '#drizzle/schema/catalogue';
import { roles, users } from '#drizzle/schema/users';
import { databaseName } from './database-url';
import { dumpDatabase } from './dump';
import { importDatabase } from './import';
import { findServer } from './server-binary';
import { useDatabase, useServer } from './testing/database';
import { describeSchema, readAllRows } from './testing/describe-database';
import { startTestServer } from './testing/server';
import { migrate } from './migrate';

vi.setConfig({ testTimeout: 240_000 });
const server = useServer();
const database = useDatabase();
const root = path.resolve(import.meta.dirname, '..');
let folder = '';

beforeAll(async () => {
  await mkdir(path.join(root, '.trama'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.trama/test-dump-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const stranger = "own;'table";
const nasty = `it's "quoted" \\ and\nnew\r\nlines\0\x1a; -- /* ü 😀 \` \t%_ \\' \\`;

/** Rows that are hard to carry: quotes, zeros, nulls, JSON, binary, floating point, retired names, a key far ahead. */
async function fill(): Promise<void> {
  const { db, handle } = database;
  await db
    .update(flavours)
    .set({ retiredAt: new Date('2026-02-03T04:05:06.789Z') })
    .where(sql`name = 'nano'`);
  const [role] = await db.select().from(roles).limit(1);
  if (role === undefined) throw new Error('no role');
  await db.insert(users).values([
    { email: 'a@b.c', name: nasty.slice(0, 40), passwordHash: '$argon2id$v=19$', roleId: role.id },
    { email: 'gone@b.c', name: '', passwordHash: 'x', roleId: role.id, deletedAt: new Date(0) },
  ]);
  await db.insert(auditLog).values([
    { id: 5_000_000_000, action: 'a', details: { text: nasty, list: [1, 2.5, null, true, {}], key: { 'a"b': "c'd" } } },
    { action: 'b', details: null, userId: null, createdAt: new Date('2026-12-31T23:59:59.999Z') },
  ]);
  await db.delete(auditLog).where(sql`action = 'b'`);
  // a table that is not ours comes along too
  await handle.pool.query(
    "create table if not exists `own;'table` (a int primary key, b varbinary(300), c double, d decimal(20,10), e bit(9), f text, g date, h blob)",
  );
  await handle.pool.query(
    "replace into `own;'table` values (?, ?, ?, ?, b'100000001', ?, ?, ?), (2, '', 0.1, -1.5, null, null, null, null)",
    [
      1,
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      1.7976931348623157e308,
      '1234567890.0123456789',
      nasty,
      '2026-02-28',
      Buffer.from([0, 255]),
    ],
  );
}

test('what is dumped and imported is equal: tables, rows, keys to come', async () => {
  await fill();
  const file = path.join(folder, 'small.sql.gz');
  await pipeline(Readable.from(dumpDatabase(database.url)), createGzip(), createWriteStream(file));
  const target = await server.createDatabase();
  expect(await importDatabase(target, createReadStream(file))).toBeGreaterThan(100);
  await expectEqual(target);

  const [rows] = await database.handle.pool.query<RowDataPacket[]>("select * from `own;'table`");
  expect(rows).toHaveLength(2);
  // a key that was given and taken away is not given again
  const next: number[] = [];
  for (const url of [database.url, target]) {
    const connection = await mysql.createConnection({ uri: url });
    const [result] = await connection.query<mysql.ResultSetHeader>("insert into audit_log (action) values ('next')");
    next.push(result.insertId);
    await connection.end();
  }
  expect(next[0]).toBeGreaterThan(5_000_000_001);
  expect(next[1]).toBe(next[0]);
  await database.handle.pool.query("drop table `own;'table`");
});

async function expectEqual(target: string): Promise<void> {
  const name = databaseName(target);
  const shape = await describeSchema(server.control, name);
  const ours = Object.fromEntries(
    Object.entries(shape).map(([part, rows]) => [part, rows.filter((row) => !JSON.stringify(row).includes(stranger))]),
  );
  expect(ours).toEqual(await describeSchema(server.control, server.template));
  expect(await readAllRows(server.control, name)).toEqual(
    await readAllRows(server.control, databaseName(database.url)),
  );
}

test('100,000 rows pass in bounded memory, of one moment, while others write', async () => {
  const count = 100_000;
  const { pool } = database.handle;
  const digits =
    '(select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9)';
  await pool.query(
    `insert into audit_log (action, details)
     select 'bulk', json_object('n', a.n + 10 * b.n, 'text', repeat('lorem "ipsum" ', 60))
     from ${digits} a, ${digits} b, ${digits} c, ${digits} d, ${digits} e`,
  );
  const file = path.join(folder, 'large.sql');
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = 0;
  let written = false;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss - before)), 20);
  const source = async function* () {
    for await (const piece of dumpDatabase(database.url)) {
      if (!written && piece.includes('bulk')) {
        written = true;
        await pool.query("insert into audit_log (action) values ('meanwhile')");
      }
      yield piece;
    }
  };
  const started = performance.now();
  await pipeline(Readable.from(source()), createWriteStream(file));
  const dumped = performance.now();
  const target = await server.createDatabase();
  await importDatabase(target, createReadStream(file));
  const imported = performance.now();
  clearInterval(watch);
  const megabytes = (await stat(file)).size / 1e6;
  const rate = (from: number, to: number) => `${Math.round((megabytes / (to - from)) * 1000)} MB/s`;
  process.stdout.write(
    `dump ${Math.round(megabytes)} MB at ${rate(started, dumped)}, import at ${rate(dumped, imported)}, memory +${Math.round(peak / 1e6)} MB\n`,
  );
  expect(written).toBe(true);
  const [rows] = await server.control.query<RowDataPacket[]>(
    `select count(*) as n, sum(action = 'meanwhile') as m from ${databaseName(target)}.audit_log`,
  );
  expect(rows[0]).toEqual({ n: count, m: '0' });
  const [a] = await server.control.query<RowDataPacket[]>(
    `select count(*) as n from ${databaseName(database.url)}.audit_log x join ${databaseName(target)}.audit_log y
     on x.id = y.id and x.details = y.details and x.created_at = y.created_at`,
  );
  expect(a[0]?.['n']).toBe(count);
  expect(megabytes).toBeGreaterThan(80);
  expect(peak / 1e6).toBeLessThan(megabytes * 1.5);
});

async function importText(text: string, force = false): Promise<unknown> {
  const url = await server.createDatabase();
  const error: unknown = await importDatabase(url, Readable.from([Buffer.from(text)]), { force }).catch(
    (e: unknown) => e,
  );
  const [left] = await server.control.query<RowDataPacket[]>(
    'select 1 from information_schema.tables where table_schema = ?',
    [databaseName(url)],
  );
  if (error instanceof Error) expect(left).toEqual([]);
  return error;
}

test('an import says which line is wrong and leaves nothing half-made', async () => {
  expect(String(await importText('create table a (i int);\n\n-- note\ninsert into b values (1);\n'))).toMatch(
    /Line 4: .*b' doesn't exist/,
  );
  expect(String(await importText("create table a (i int);\ninsert into a values ('"))).toMatch(
    /Line 2: .*never closed/,
  );
  expect(String(await importText('\u0089PNG\r\n\u001a\n'))).toMatch(/Line 1/);
  expect(await importText('')).toBe(0);
});

test('an import refuses a file that is cut off, damaged or no text', async () => {
  const pieces: string[] = [];
  for await (const piece of dumpDatabase(database.url)) pieces.push(piece);
  const text = pieces.join('');
  const cut = text.slice(0, text.lastIndexOf('insert into `roles`'));
  expect(String(await importText(cut))).toMatch(/cut off/);
  const png = path.join(folder, 'image.png');
  await writeFile(png, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xfe]));
  const broken = path.join(folder, 'broken.sql.gz');
  await pipeline(Readable.from(pieces), createGzip(), createWriteStream(broken));
  await writeFile(broken, (await readFile(broken)).subarray(0, -20));
  for (const file of [png, broken]) {
    const url = await server.createDatabase();
    await expect(importDatabase(url, createReadStream(file))).rejects.toThrow(/no SQL text|damaged/);
  }
});

test('an import replaces what is there only when forced, and nothing under a running server', async () => {
  const pieces: string[] = [];
  for await (const piece of dumpDatabase(database.url)) pieces.push(piece);
  const target = await server.createDatabase();
  await migrate(target);
  await expect(importDatabase(target, Readable.from(pieces.map((piece) => Buffer.from(piece))))).rejects.toThrow(
    /not empty .* --force/,
  );
  await importDatabase(target, Readable.from(pieces.map((piece) => Buffer.from(piece))), { force: true });
  await expectEqual(target);

  const empty = await server.createDatabase();
  const other = await mysql.createConnection({ uri: empty });
  await expect(importDatabase(empty, Readable.from([Buffer.from('select 1')]))).rejects.toThrow(
    /connected to this database/,
  );
  // who works in another database is not in the way, whatever is said there
  await other.query('use information_schema');
  const asleep = other.query("select sleep(100), '👩‍🔬'").catch(() => {});
  await vi.waitFor(async () => {
    const [rows] = await server.control.query<RowDataPacket[]>('show processlist');
    expect(rows.map((row) => String(row['Info'])).join('\n')).toContain('sleep(100)');
  });
  expect(await importDatabase(empty, Readable.from([Buffer.from('select 1')]))).toBe(1);
  await server.control.query(`kill ${other.threadId}`);
  await asleep;
  other.destroy();
});

test('a dump of MariaDB loads into MySQL, and back, and all is equal', async (context) => {
  const binary = await findServer(['mariadb']);
  if (server.product !== 'mysql' || binary === null)
    context.skip('runs where MySQL is the database of the run and MariaDB is installed');
  if (binary === null) return;
  await fill();
  await database.handle.pool.query("drop table `own;'table`");
  const mariadb = await startTestServer(binary, root);
  try {
    const control = await mysql.createConnection({ uri: mariadb.url });
    await control.query('create database a character set utf8mb4 collate utf8mb4_unicode_ci');
    await importDatabase(
      `${mariadb.url}a`,
      Readable.from(dumpDatabase(database.url)).map((piece) => Buffer.from(String(piece))),
    );
    const there = await server.createDatabase();
    await importDatabase(
      there,
      Readable.from(dumpDatabase(`${mariadb.url}a`)).map((piece) => Buffer.from(String(piece))),
    );
    await expectEqual(there);
    // the rows are equal in between too
    expect(await readAllRows(control, 'a')).toEqual(await readAllRows(server.control, databaseName(database.url)));
    // and both are databases of this version
    await migrate(`${mariadb.url}a`);
    await migrate(there);
    await control.end();
  } finally {
    await mariadb.stop();
  }
});
