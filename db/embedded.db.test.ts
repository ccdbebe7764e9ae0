import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEmbedded, type EmbeddedDatabase } from './embedded';
import { findRunningServer, untilEnded } from './running-server';
import { findServer } from './server-binary';
import { DatabaseServerError } from './server-process';
import { useServer } from './testing/database';
import { bringMysql } from './testing/mysql-from-packages';

const server = useServer();
// MySQL takes 3 s to make a data folder, more on a busy machine
vi.setConfig({ testTimeout: 240_000 });
const root = path.resolve(import.meta.dirname, '..');
let folder = '';
const started: EmbeddedDatabase[] = [];

beforeEach(async () => {
  await mkdir(path.join(root, '.trama'), { recursive: true });
  // the space is deliberate
  folder = path.join(await mkdtemp(path.join(root, '.trama/test-embedded ')), 'db');
});

afterEach(async () => {
  for (const database of started.splice(0)) await database.stop();
  await rm(path.dirname(folder), { recursive: true, force: true });
});

/** The product of this run, so that both are tried. */
const find: typeof findServer = async () => {
  if (server.product === 'mariadb') return findServer(['mariadb']);
  const brought = await bringMysql(path.join(root, '.trama/cache/mysql'));
  return 'binary' in brought ? brought.binary : null;
};

async function start(log: string[] = []): Promise<EmbeddedDatabase> {
  const database = await startEmbedded(folder, { findServer: find, log: (line) => log.push(line) });
  started.push(database);
  return database;
}

const dataDir = () => path.join(folder, 'data');

async function ask(url: string, statement: string): Promise<RowDataPacket[]> {
  const connection = await mysql.createConnection({ uri: url });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows;
  } finally {
    await connection.end();
  }
}

test('keeps its temporary tables where no other server clears them away', async () => {
  const database = await start();
  const [row] = await ask(database.url, 'select @@tmpdir as folder');
  expect(row?.['folder']).toBe(path.join(folder, 'tmp'));
});

test('keeps its rows, its port and its password over a stop and a start', async () => {
  const first = await start();
  expect(first.adopted).toBe(false);
  await ask(first.url, 'create table t (a int)');
  await ask(first.url, 'insert into t values (7)');
  await first.stop();
  expect(await findRunningServer(dataDir())).toBeNull();
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'select a from t')).toEqual([{ a: 7 }]);
});

test('lets nobody in without the password, which only its owner can read', async () => {
  const database = await start();
  const stranger = new URL(database.url);
  for (const [user, password] of [
    ['root', ''],
    ['', ''],
    ['trama', ''],
    ['trama', 'wrong'],
    ['root', new URL(database.url).password],
  ]) {
    stranger.username = user ?? '';
    stranger.password = password ?? '';
    await expect(ask(stranger.href, 'select 1'), `${user}/${password}`).rejects.toThrow(/denied|not allowed/i);
  }
  expect((await stat(path.join(folder, 'server.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await expect(stat(path.join(folder, 'init.sql'))).rejects.toThrow('ENOENT');
});

test('two starts at once share one server, and the first to stop leaves it to the other', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect(one?.url).toBe(two?.url);
  expect(one?.adopted).toBe(two?.adopted === false);
  await one?.stop();
  expect(await ask(two?.url ?? '', 'select 1 as a')).toEqual([{ a: 1 }]);
  await two?.stop();
  expect(await findRunningServer(dataDir())).toBeNull();
});

test('adopts the database of a process that was killed with -9', async () => {
  const program = path.join(folder, '../holder.ts');
  await writeFile(
    program,
    `import { startEmbedded } from ${JSON.stringify(path.join(root, 'db/embedded.ts'))};
     const binary = ${JSON.stringify(await find())};
     const database = await startEmbedded(${JSON.stringify(folder)}, { findServer: async () => binary });
     process.stdout.write(database.url + '\\n');
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(child.stdout), 'line');
  const before = await findRunningServer(dataDir());
  child.kill('SIGKILL');
  await once(child, 'exit');
  const adopted = await start();
  expect(adopted.adopted).toBe(true);
  expect(adopted.url).toBe(url);
  expect(await findRunningServer(dataDir())).toEqual(before);
});

test('recovers from a killed server with stale files of another process', async () => {
  const first = await start();
  await ask(first.url, 'create table t (a int)');
  await ask(first.url, 'insert into t values (1)');
  const running = await findRunningServer(dataDir());
  if (running === null) throw new Error('no server');
  const lines: string[] = [];
  await first.stop();
  // as a crash of the whole machine leaves it: the number now belongs to this very process
  await writeFile(path.join(dataDir(), 'server.pid'), `${process.pid}\n`);
  await writeFile(path.join(dataDir(), 'server.sock.lock'), `${process.pid}\n`);
  const second = await start(lines);
  expect(await ask(second.url, 'select a from t')).toEqual([{ a: 1 }]);
});

test('starts a database again that ended while it was held, at the same URL', async () => {
  let restarted: () => void = () => {};
  const said = new Promise<void>((resolve) => (restarted = resolve));
  const database = await startEmbedded(folder, {
    findServer: find,
    log: (line) => {
      if (line.includes('starting it again')) restarted();
    },
  });
  started.push(database);
  await ask(database.url, 'create table t (a int)');
  const running = await findRunningServer(dataDir());
  if (running === null) throw new Error('no server');
  process.kill(running.pid, 'SIGKILL');
  await untilEnded(running.pid, 60_000);
  await said;
  await expect.poll(() => ask(database.url, 'select count(*) as n from t'), { timeout: 120_000 }).toEqual([{ n: 0 }]);
});

test('a lost password file costs nothing but the password', async () => {
  const first = await start();
  await ask(first.url, 'create table t (a int)');
  await first.stop();
  await rm(path.join(folder, 'server.json'));
  const second = await start();
  expect(second.url).not.toBe(first.url);
  expect(await ask(second.url, 'select * from t')).toEqual([]);
});

test('data of another product or of a newer version is refused in one line and not touched', async () => {
  const first = await start();
  await first.stop();
  const file = path.join(folder, 'server.json');
  const state: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof state !== 'object') throw new Error('no state');
  await writeFile(file, JSON.stringify({ ...state, version: '99.1.0' }));
  await expect(startEmbedded(folder, { findServer: find })).rejects.toThrow(
    /made by .* 99\.1\.0; the installed .* is older/,
  );
  await expect(startEmbedded(folder, { findServer: find })).rejects.toBeInstanceOf(DatabaseServerError);
});

test('a folder that is not a database is refused in one line', async () => {
  await mkdir(dataDir(), { recursive: true });
  await writeFile(path.join(dataDir(), 'ibdata1'), 'not a tablespace');
  const error: unknown = await startEmbedded(folder, { findServer: find }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DatabaseServerError);
  expect(String(error)).not.toContain('\n');
});
