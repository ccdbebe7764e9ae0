import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm, stat, symlink, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEmbedded, type EmbeddedDatabase } from './embedded';
import { migrate } from './migrate';
import { findRunningServer, ownerOf, terminate, untilEnded } from './running-server';
import { findServer, type ServerBinary } from './server-binary';
import {
  DatabaseServerError,
  freePort,
  initialiseDataDir,
  serverArguments,
  serverUrl,
  untilServing,
  writeInitFile,
} from './server-process';
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
  // a server that is not root has to pass through
  expect((await stat(folder)).mode & 0o777).toBe(isRoot ? 0o710 : 0o700);
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

/** What the server's process runs as. */
async function ownerOfServer(): Promise<number | null> {
  const running = await findRunningServer(dataDir());
  return running === null ? null : ownerOf(running.pid);
}

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)('does not run as root, and owns nothing but its data', async () => {
  await start();
  const uid = await ownerOfServer();
  expect(uid).toBeGreaterThan(0);
  expect((await stat(dataDir())).uid).toBe(uid);
  for (const file of ['server.json', 'server.log', 'no-files', '.'])
    expect((await stat(path.join(folder, file))).uid, file).toBe(0);
});

test.skipIf(!isRoot)('runs unprivileged in a folder that only root can reach', async () => {
  await chmod(path.dirname(folder), 0o700);
  const database = await start();
  expect(await ownerOfServer()).toBeGreaterThan(0);
  // what is opened late needs the way, too
  await ask(database.url, 'create table t (a int)');
  await ask(database.url, 'create table t2 as select * from t');
  await ask(database.url, 'analyze table t');
  await database.stop();
  const again = await start();
  expect(await ask(again.url, 'select count(*) as n from t')).toEqual([{ n: 0 }]);
});

test('its user may write no file, read none, and reach no other database or account', async () => {
  const database = await start();
  const target = path.join(folder, 'written');
  for (const statement of [
    `select 'x' into outfile ${mysql.escape(target)}`,
    `select 'x' into outfile ${mysql.escape(path.join(folder, 'no-files/written'))}`,
    `load data infile '/etc/passwd' into table t`,
    `load data local infile '/etc/passwd' into table t`,
    'create database another',
    'select * from mysql.user',
    "create user 'x'@'%'",
    "grant all on trama.* to 'x'@'%'",
    'set global general_log = 1',
    'shutdown',
  ])
    await expect(
      ask(database.url, statement).finally(() => ask(database.url, 'create table if not exists t (a text)')),
      statement,
    ).rejects.toThrow(/denied|privilege|not allowed|secure-file-priv|local|infile/i);
  expect(await ask(database.url, "select load_file('/etc/passwd') as text")).toEqual([{ text: null }]);
  const [row] = await ask(database.url, 'select @@secure_file_priv as folder, @@local_infile as local');
  expect([null, 'NULL', path.join(folder, 'no-files') + '/']).toContain(row?.['folder']);
  expect(row?.['local']).toBe(0);
});

test('has all rights that this version’s migrations and seed need', async () => {
  const database = await start();
  await migrate(database.url);
  await migrate(database.url);
  expect(await ask(database.url, 'select count(*) as n from roles')).not.toEqual([{ n: 0 }]);
});

/** A folder as older versions made it and ran it: as root, with a user that might do everything. Left running. */
async function oldFolder(): Promise<void> {
  const binary = await find();
  if (binary === null) throw new Error('no server');
  const password = 'ab'.repeat(24);
  await mkdir(path.join(folder, 'tmp'), { recursive: true });
  await mkdir(path.join(folder, 'any'));
  await chmod(folder, 0o700);
  await initialiseDataDir(binary, dataDir());
  const initFile = path.join(folder, 'init.sql');
  await writeInitFile(initFile, binary, password, 'server');
  const port = await freePort();
  const [program, ...args] = serverArguments(binary, {
    dataDir: dataDir(),
    temporaryDir: path.join(folder, 'tmp'),
    port,
    initFile,
    noFiles: path.join(folder, 'any'),
    asRoot: true,
  });
  spawn(program, args, { cwd: folder, stdio: 'ignore', detached: true }).unref();
  await untilServing(serverUrl(port, password), dataDir(), () => false);
  const { product, version } = binary;
  await writeFile(path.join(folder, 'server.json'), JSON.stringify({ password, port, product, version }), {
    mode: 0o600,
  });
  await ask(serverUrl(port, password), 'create database trama character set utf8mb4 collate utf8mb4_unicode_ci');
  await ask(serverUrl(port, password, 'trama'), 'create table t (a int)');
  await ask(serverUrl(port, password, 'trama'), 'insert into t values (5)');
}

test.each(['stopped', 'left running'])(
  'a folder of an older version, %s, keeps its rows and loses its power',
  async (how) => {
    await oldFolder();
    const before = await findRunningServer(dataDir());
    if (before === null) throw new Error('no server');
    if (how === 'stopped') await terminate(before.pid);
    const database = await start();
    expect(await ask(database.url, 'select a from t')).toEqual([{ a: 5 }]);
    if (!isRoot && how === 'left running') return;
    if (isRoot) expect(await ownerOfServer()).toBeGreaterThan(0);
    await expect(ask(database.url, 'create database another')).rejects.toThrow(/denied/i);
    await ask(database.url, 'insert into t values (6)');
  },
);

test.skipIf(!isRoot)('an ordinary user’s folder stays theirs when root starts there', async () => {
  await mkdir(folder);
  await chown(folder, 12_345, 12_345);
  await start();
  expect(await ownerOfServer()).toBe(12_345);
  for (const file of ['server.json', 'server.log', 'data', 'tmp', 'data/ibdata1'])
    expect((await stat(path.join(folder, file))).uid, file).toBe(12_345);
});

test.skipIf(!isRoot)('says so when only root can run it, and runs all the same', async () => {
  const hidden = path.join(path.dirname(folder), 'bin');
  await mkdir(hidden, { mode: 0o700 });
  const found = await find();
  if (found === null) throw new Error('no server');
  const [program, ...args] = found.command;
  await symlink(program, path.join(hidden, path.basename(program)));
  const binary: ServerBinary = { ...found, command: [path.join(hidden, path.basename(program)), ...args] };
  const lines: string[] = [];
  started.push(await startEmbedded(folder, { findServer: async () => binary, log: (line) => lines.push(line) }));
  expect(await ownerOfServer()).toBe(0);
  expect(lines.join('\n')).toMatch(/runs as root: nobody else can reach/);
});
