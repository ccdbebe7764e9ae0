import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { writeFileAtomic } from '#server/lib/atomic-file';
import { openConnections } from './connections';
import { withDatabase } from './database-url';
import { withMachineLock } from './machine-lock';
import { findRunningServer, isRunning, ownerOf, terminate } from './running-server';
import { findWay, giveFiles, giveHome, noFilesFolder, serverAccount, spawnServer, type Way } from './server-account';
import { findServer, type ServerBinary } from './server-binary';
import {
  DatabaseServerError,
  DiskFullError,
  failureOf,
  freePort,
  initialiseDataDir,
  isPortFree,
  serverArguments,
  serverDatabase,
  serverUrl,
  untilServing,
  writeInitFile,
} from './server-process';

export interface EmbeddedDatabase {
  /** With user, password and database. It stays the same while this process runs. */
  url: string;
  /** The database ran already: another process of this clone uses it, or was killed without ending it. */
  adopted: boolean;
  /** It has ended and waits for room on its disk; it comes back by itself. */
  lacksRoom(): boolean;
  /** Lets go of the database and ends it cleanly, unless another process still uses it. Waits until it is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  log?: ((line: string) => void) | undefined;
  /** Which server to start; by default MariaDB, else MySQL. */
  findServer?: typeof findServer;
  /** Free bytes on the disk that holds a folder. */
  freeBytes?: typeof freeBytes;
}

type Log = (line: string) => void;

/** Below this a server that starts is soon at its end again: its temporary tablespace alone takes 12 MiB. */
const roomToStart = 64 * 2 ** 20;
const roomPollMs = 1_000;

const installCommand = 'apt-get install --no-install-recommends mariadb-server-core mariadb-client-core';

/** Kept beside the data, readable by its owner only. The rest is null until the server came up once. */
const stateSchema = z.object({
  password: z.string().regex(/^[0-9a-f]{32,}$/),
  port: z.number().int().nullable(),
  product: z.enum(['mariadb', 'mysql']).nullable(),
  version: z.string().nullable(),
});
type State = z.infer<typeof stateSchema>;

interface Up {
  url: string;
  port: number;
  adopted: boolean;
}

/** Bytes that may still be written to the disk that holds `folder`. */
async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * The private database in `folder` (data, log and password): adopted when it runs already, else started. Any number of
 * processes may call it at once. While it is held here, a database that ends is started again on the same port; one
 * that ended on a full disk, when there is room.
 * Throws `DatabaseServerError` with one line for a person.
 */
export async function startEmbedded(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const home = path.resolve(folder);
  const log = options.log ?? (() => {});
  const find = options.findServer ?? findServer;
  const free = options.freeBytes ?? freeBytes;
  const stopping = new AbortController();
  let full = false;
  let hold: Hold | null = null;

  const bringUp = async (port: number | null): Promise<Up> => {
    const up = await adoptOrStart(home, port, find, log);
    hold = await holdOpen(up.url, () => void bringBack(up.port));
    return up;
  };

  const pauseFor = (milliseconds: number) =>
    delay(milliseconds, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
  const hasRoom = () =>
    free(home).then(
      (bytes) => bytes >= roomToStart,
      // not to be asked, so not the reason to wait
      () => true,
    );
  /** Said once, however often it is found. */
  const fillUp = (): void => {
    if (!full)
      log(`The embedded database has ended and the disk that holds ${home} is full: it comes back when there is room.`);
    full = true;
  };

  const bringBack = async (port: number): Promise<void> => {
    for (let pause = 250; !stopping.signal.aborted; pause = Math.min(pause * 2, 15_000)) {
      for (; !stopping.signal.aborted && !(await hasRoom()); await pauseFor(roomPollMs)) fillUp();
      if (stopping.signal.aborted) return;
      try {
        if (!full) log('The embedded database has ended; starting it again.');
        await withMachineLock(home, async () => {
          // asked to stop while waiting for the lock
          if (!stopping.signal.aborted) await bringUp(port);
        });
        if (full && !stopping.signal.aborted) log('There is room again, and the embedded database is back.');
        full = false;
        return;
      } catch (failure) {
        const error = inOneLine(failure, home);
        if (error instanceof DiskFullError || !(await hasRoom())) fillUp();
        else log(error instanceof Error ? error.message : String(error));
        await pauseFor(pause);
      }
    }
  };

  const first = await withMachineLock(home, () => bringUp(null)).catch((error: unknown) => {
    throw inOneLine(error, home);
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping.abort();
    // under the lock nobody is between finding the database and holding it
    return withMachineLock(home, async () => {
      hold?.release();
      await stopUnlessUsed(first.url, path.join(home, 'data'), log);
    });
  };
  return { url: first.url, adopted: first.adopted, lacksRoom: () => full, stop: () => (stopped ??= stop()) };
}

/** The file system's refusals in words; any other error as it is. */
function inOneLine(error: unknown, home: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const sentences: Readonly<Record<string, string>> = {
    ENOSPC: `The disk that holds ${home} is full: free some space, then start again.`,
    EDQUOT: `The disk quota for ${home} is used up: free some space, then start again.`,
    EACCES: `${home} belongs to another user: start as that user, or give the folder to yourself.`,
    EPERM: `${home} belongs to another user: start as that user, or give the folder to yourself.`,
    EROFS: `${home} is on a file system that cannot be written to.`,
  };
  const sentence = typeof code === 'string' ? sentences[code] : undefined;
  if (sentence === undefined) return error;
  const Kind = code === 'ENOSPC' || code === 'EDQUOT' ? DiskFullError : DatabaseServerError;
  return new Kind(sentence, { cause: error });
}

/** Finds the running server of `home` or starts one; on `wantedPort` only, if given. Call it under the lock. */
async function adoptOrStart(home: string, wantedPort: number | null, find: typeof findServer, log: Log): Promise<Up> {
  const dataDir = path.join(home, 'data');
  await prepareHome(home);
  const state = await readState(home);
  const account = await serverAccount(home);
  let running = await findRunningServer(dataDir);
  if (running !== null && account !== null && (await ownerOf(running.pid)) === 0) {
    // an older version's, which was left running as root; what another process works on is left to it
    if (await stopUnlessUsed(serverUrl(running.port, state.password), dataDir, log)) running = null;
  }
  if (running !== null && (wantedPort === null || wantedPort === running.port)) {
    const ended = { yes: false };
    const watch = setInterval(() => void isRunning(running.pid).then((is) => (ended.yes = !is)), 50);
    const url = serverUrl(running.port, state.password);
    // it may be starting, or its password may be lost: then the next start gives it a new one
    const up = await untilServing(url, dataDir, () => ended.yes, 15_000)
      .catch(() => false)
      .finally(() => clearInterval(watch));
    if (up) return { url: await makeDatabase(running.port, state.password), port: running.port, adopted: true };
  }
  if (running !== null) await terminate(running.pid);

  const binary = await suitableServer(state, find);
  if (!(await exists(dataDir))) {
    log(`Making an empty ${binary.product === 'mysql' ? 'MySQL' : 'MariaDB'} database in ${home}.`);
    await initialiseDataDir(binary, dataDir);
  }
  const way = account === null ? null : await findWay(home, account, binary.command);
  if (account !== null && way === null)
    log(
      `The database runs as root: nobody else can reach ${home} and ${binary.command[0]}. Move the clone out of /root.`,
    );
  const port = await launch(home, binary, state, wantedPort, way);
  await writeState(home, { ...state, port, product: binary.product, version: binary.version });
  await giveFiles(home);
  return { url: await makeDatabase(port, state.password), port, adopted: false };
}

async function prepareHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  // root's is changed by `giveHome`, while no server needs the way through it
  if (process.getuid?.() !== 0) await chmod(home, 0o700);
  for (const name of await readdir(home)) {
    // a data folder whose making was killed
    if (name.startsWith('.new-')) await rm(path.join(home, name), { recursive: true, force: true });
  }
}

async function readState(home: string): Promise<State> {
  const file = path.join(home, 'server.json');
  try {
    return stateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // missing or torn: every start sets the password anew, so a new one does no harm
    const state: State = { password: randomBytes(24).toString('hex'), port: null, product: null, version: null };
    await writeState(home, state);
    return state;
  }
}

async function writeState(home: string, state: State): Promise<void> {
  await writeFileAtomic(path.join(home, 'server.json'), JSON.stringify(state) + '\n');
}

/** An installed server that can open this data. */
async function suitableServer(state: State, find: typeof findServer): Promise<ServerBinary> {
  const binary = await find(state.product === null ? undefined : [state.product]);
  if (state.product === null) {
    if (binary !== null) return binary;
    throw new DatabaseServerError(
      `No database server is installed. Type, as root: ${installCommand} (or set DATABASE_URL).`,
    );
  }
  const made = `${state.product === 'mysql' ? 'MySQL' : 'MariaDB'} ${state.version ?? ''}`;
  if (binary === null) {
    throw new DatabaseServerError(
      `The data was made by ${made}, which is not installed: install it, or set DATABASE_URL.`,
    );
  }
  if (state.version !== null && isNewer(state.version, binary.version)) {
    throw new DatabaseServerError(
      `The data was made by ${made}; the installed ${binary.version} is older and cannot open it: install the newer one.`,
    );
  }
  return binary;
}

/** Whether data of version `made` is too new for a server of `installed`; the third number never matters. */
export function isNewer(made: string, installed: string): boolean {
  const [a = 0, b = 0] = made.split('.').map(Number);
  const [c = 0, d = 0] = installed.split('.').map(Number);
  return a > c || (a === c && b > d);
}

/** Starts the server and waits until it answers; answers its port. */
async function launch(
  home: string,
  binary: ServerBinary,
  state: State,
  wantedPort: number | null,
  way: Way | null,
): Promise<number> {
  const dataDir = path.join(home, 'data');
  const initFile = path.join(home, 'init.sql');
  const logFile = path.join(home, 'server.log');
  const temporaryDir = path.join(home, 'tmp');
  await mkdir(temporaryDir, { recursive: true, mode: 0o700 });
  await giveHome(home, way?.account ?? null);
  for (let attempt = 1; ; attempt++) {
    const last = state.port !== null && attempt === 1 && (await isPortFree(state.port)) ? state.port : null;
    const port = wantedPort ?? last ?? (await freePort());
    // nobody runs: a killed server's files would make MySQL believe in whoever has its number now
    for (const stale of ['server.sock', 'server.sock.lock', 'server.pid'])
      await rm(path.join(dataDir, stale), { force: true });
    await writeInitFile(initFile, binary, state.password, 'database');
    if (way !== null) await chown(initFile, way.account.uid, way.account.gid);
    const log = openSync(logFile, 'w', 0o600);
    const noFiles = noFilesFolder(home);
    const argv = serverArguments(binary, { dataDir, temporaryDir, port, initFile, noFiles, asRoot: way === null });
    const child = spawnServer({ argv, home, way, log });
    closeSync(log);
    let ended = false;
    child.once('exit', () => (ended = true)).once('error', () => (ended = true));
    try {
      // a start after a crash may have to recover first
      if (await untilServing(serverUrl(port, state.password), dataDir, () => ended, 300_000)) {
        child.unref();
        return port;
      }
    } finally {
      await rm(initFile, { force: true });
    }
    const text = await readFile(logFile, 'utf8').catch(() => '');
    const portLost = /Address already in use|Bind on TCP\/IP port/i.test(text);
    if (portLost && attempt < 4 && wantedPort === null) continue;
    throw failureOf(text) ?? new DatabaseServerError(`The database server did not start; its log is ${logFile}.`);
  }
}

async function makeDatabase(port: number, password: string): Promise<string> {
  const connection = await mysql.createConnection({ uri: serverUrl(port, password) });
  try {
    await connection.query(
      `create database if not exists ${serverDatabase} character set utf8mb4 collate utf8mb4_unicode_ci`,
    );
  } finally {
    await connection.end();
  }
  return serverUrl(port, password, serverDatabase);
}

interface Hold {
  release(): void;
}

/**
 * An idle connection that says "in use" to other processes, and calls `lost` when the server goes away. It is told from the
 * connections that work by being in no database.
 */
async function holdOpen(url: string, lost: () => void): Promise<Hold> {
  const connection = await mysql.createConnection({ uri: withDatabase(url, ''), enableKeepAlive: true });
  await connection.query('set session wait_timeout = 2147483');
  // idle, so an error is the end of the connection
  connection.once('error', lost);
  return {
    release: () => {
      connection.off('error', lost);
      connection.on('error', () => {});
      connection.destroy();
    },
  };
}

/** Ends the server of `dataDir`, unless another process holds it: then false. */
async function stopUnlessUsed(url: string, dataDir: string, log: Log): Promise<boolean> {
  const running = await findRunningServer(dataDir);
  if (running === null) return true;
  try {
    const connection = await mysql.createConnection({ uri: withDatabase(url, '') });
    try {
      if (await isHeld(connection)) {
        log('The embedded database stays up: another process uses it.');
        return false;
      }
    } finally {
      connection.destroy();
    }
  } catch (error) {
    // another password: this is no longer the server that we started
    if (error instanceof Error && 'code' in error && error.code === 'ER_ACCESS_DENIED_ERROR') return false;
  }
  await terminate(running.pid);
  return true;
}

/** Whether another process holds it. A hold that was just released may take a moment to disappear. */
async function isHeld(connection: mysql.Connection): Promise<boolean> {
  const [[own]] = await connection.query<RowDataPacket[]>(
    "select connection_id() as id, substring_index(current_user(), '@', 1) as user",
  );
  for (let attempt = 0; attempt < 10; attempt++) {
    const held = (await openConnections(connection)).some(
      ({ id, user, database }) => id !== Number(own?.['id']) && database === null && user === own?.['user'],
    );
    if (!held) return false;
    await delay(50);
  }
  return true;
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
