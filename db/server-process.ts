import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { moveIntoPlace } from '#server/lib/atomic-file';
import { isExecutable, type ServerBinary } from './server-binary';

const run = promisify(execFile);

/** A failure that a person can act on: one line, no stack needed. */
export class DatabaseServerError extends Error {
  override name = 'DatabaseServerError';
}

/** There is no room for what the server has to write. */
export class DiskFullError extends DatabaseServerError {
  override name = 'DiskFullError';
}

/** The user of a private server, from this machine, by password only. */
export const serverUser = 'trama';
/** The database of a private server. */
export const serverDatabase = 'trama';

// the default of 96 MB is written out at the first start
const logSize = { mariadb: ['--innodb-log-file-size=16M'], mysql: ['--innodb-redo-log-capacity=16M'] } as const;
const asRoot = () => (process.getuid?.() === 0 ? ['--user=root'] : []);

/** Makes an empty data folder at `dataDir`, complete or not at all: it is built beside and renamed. */
export async function initialiseDataDir(binary: ServerBinary, dataDir: string): Promise<void> {
  const parent = path.dirname(dataDir);
  await mkdir(parent, { recursive: true });
  const building = await mkdtemp(path.join(parent, '.new-'));
  try {
    // relative names from `building`: MariaDB's install script breaks on a path with a space
    if (binary.product === 'mariadb') {
      await runInstall(await mariadbInstaller(binary), building);
    } else {
      const [program, ...args] = binary.command;
      await mkdir(path.join(building, 'data'), { mode: 0o700 });
      const insecure = ['--initialize-insecure', `--datadir=${path.join(building, 'data')}`];
      await runServerTool(program, [...args, '--no-defaults', ...binary.options, ...insecure, ...asRoot()], building);
    }
    await moveIntoPlace(path.join(building, 'data'), dataDir);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function mariadbInstaller(binary: ServerBinary): Promise<string> {
  const folder = path.dirname(binary.command[0]);
  const names = ['mariadb-install-db', 'mysql_install_db'];
  for (const name of names) {
    for (const file of [path.join(folder, name), path.join(folder, '../bin', name), path.join('/usr/bin', name)]) {
      if (await isExecutable(file)) return file;
    }
  }
  throw new DatabaseServerError(
    `${binary.command[0]} is here, but mariadb-install-db, which makes its data folder, is not.`,
  );
}

const runInstall = (installer: string, cwd: string) =>
  runServerTool(
    installer,
    [
      '--no-defaults',
      '--datadir=./data',
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...logSize.mariadb,
      ...asRoot(),
    ],
    cwd,
  );

async function runServerTool(program: string, args: string[], cwd: string): Promise<void> {
  try {
    await run(program, args, { cwd, maxBuffer: 16 << 20 });
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr : '';
    throw new DatabaseServerError(
      explainServerLog(output) ?? `${path.basename(program)} could not make a data folder.`,
      {
        cause,
      },
    );
  }
}

export interface ServerOptions {
  /** Absolute. */
  dataDir: string;
  /** Absolute, there, and this server's alone: a server that starts deletes the temporary tables it finds in it. */
  temporaryDir: string;
  port: number;
  /** SQL that the server runs before it lets anybody in. */
  initFile: string;
  /** The only folder that statements may write files to: one that the server may not enter. Absolute. */
  noFiles: string;
  /** If started by root, it stays root. */
  asRoot?: boolean;
  extra?: readonly string[];
}

/** The argument vector for a private server on 127.0.0.1; socket and pid file lie in the data folder. */
export function serverArguments(binary: ServerBinary, options: ServerOptions): [string, ...string[]] {
  const common = [
    '--no-defaults',
    ...binary.options,
    `--datadir=${options.dataDir}`,
    `--tmpdir=${options.temporaryDir}`,
    // relative to the data folder: a socket's path may have 107 bytes only
    '--socket=server.sock',
    '--pid-file=server.pid',
    `--port=${options.port}`,
    '--bind-address=127.0.0.1',
    `--init-file=${options.initFile}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--performance-schema=0',
    '--innodb-buffer-pool-size=32M',
    '--max-connections=200',
    '--max-allowed-packet=64M',
    '--local-infile=0',
    ...logSize[binary.product],
    ...(options.asRoot ? asRoot() : []),
  ];
  // MariaDB has no NULL
  const own =
    binary.product === 'mysql'
      ? ['--mysqlx=OFF', '--secure-file-priv=NULL']
      : [`--secure-file-priv=${options.noFiles}`];
  const [program, ...args] = binary.command;
  return [program, ...args, ...common, ...own, ...(options.extra ?? [])];
}

/**
 * Writes the SQL that makes `serverUser` with `password` and takes away every way in without one. `rights`: `database` is
 * all that migrations and work need, on the one database, and nothing of the server (files, other accounts, other databases);
 * `server` is everything, for tests. Repeatable: each start runs it again. The server wants one statement per line.
 */
export async function writeInitFile(
  file: string,
  binary: ServerBinary,
  password: string,
  rights: 'database' | 'server',
): Promise<void> {
  // what is quoted below is ours and hexadecimal
  if (!/^[0-9a-f]+$/.test(password)) throw new TypeError('The password must be hexadecimal.');
  const strangers =
    binary.product === 'mariadb'
      ? [
          `delete from mysql.global_priv where User = '' or (User = 'root' and Host <> 'localhost');`,
          `delete from mysql.proxies_priv where User = '' or User = 'root';`,
          'flush privileges;',
        ]
      : [];
  const lines = [
    ...strangers,
    `alter user 'root'@'localhost' identified by '${password}';`,
    `create user if not exists '${serverUser}'@'127.0.0.1' identified by '${password}';`,
    `alter user '${serverUser}'@'127.0.0.1' identified by '${password}';`,
    ...(rights === 'server'
      ? [`grant all on *.* to '${serverUser}'@'127.0.0.1' with grant option;`]
      : [
          // older versions gave it everything
          `revoke all privileges, grant option from '${serverUser}'@'127.0.0.1';`,
          `grant all on ${serverDatabase}.* to '${serverUser}'@'127.0.0.1';`,
        ]),
  ];
  // not synced: every start writes it anew
  await writeFile(file, lines.join('\n') + '\n', { mode: 0o600 });
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** A port on 127.0.0.1 that is free at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No TCP port is to be had on 127.0.0.1.');
  return address.port;
}

export const serverUrl = (port: number, password: string, database = '') =>
  `mysql://${serverUser}:${password}@127.0.0.1:${port}/${database}`;

/** Whether the server behind `url` lets us in and works on `dataDir`. */
export async function serves(url: string, dataDir: string): Promise<boolean> {
  let connection: mysql.Connection | undefined;
  try {
    connection = await mysql.createConnection({ uri: url, connectTimeout: 2_000 });
    const [rows] = await connection.query<mysql.RowDataPacket[]>('select @@datadir as folder');
    return path.resolve(String(rows[0]?.['folder'])) === path.resolve(dataDir);
  } catch {
    return false;
  } finally {
    connection?.destroy();
  }
}

/** Resolves when the server answers; false when `gone` says that its process has ended. Throws after `timeoutMs`. */
export async function untilServing(
  url: string,
  dataDir: string,
  gone: () => boolean,
  timeoutMs = 60_000,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await serves(url, dataDir)) return true;
    if (gone()) return false;
    if (Date.now() > deadline)
      throw new DatabaseServerError(`The database server did not answer in ${timeoutMs / 1000} s.`);
    // nothing to wait on: a server that is starting only has its port to ask
    await delay(20);
  }
}

/** The reason in a server's log, as one sentence for a person; null when none is known. */
export function explainServerLog(log: string): string | null {
  for (const [pattern, sentence] of knownFailures) if (pattern.test(log)) return sentence;
  const lines = log.split('\n').filter((line) => /\[ERROR\]|\bERROR\b/.test(line) && !/Aborting/.test(line));
  const first = lines[0]?.replace(/^.*\[ERROR\]\s*(\[[^\]]*\]\s*)*/, '').trim();
  return first ? `The database server says: ${first}` : null;
}

/** {@link explainServerLog} as an error. */
export function failureOf(log: string): DatabaseServerError | null {
  const sentence = explainServerLog(log);
  if (sentence === null) return null;
  return sentence === fullDisk ? new DiskFullError(sentence) : new DatabaseServerError(sentence);
}

const fullDisk = 'The disk is full: free some space, then start again.';

const knownFailures: [RegExp, string][] = [
  [/No space left on device|OS errno 28\b|error(?: number)? 28\b|Disk is full/i, fullDisk],
  [/Address already in use|Bind on TCP\/IP port/i, 'The port of the database server was taken by another program.'],
  [
    /Unable to lock .*ibdata1|unable to lock|Another process with pid|Could not open or create the system tablespace|Can't lock aria control file/i,
    'Another database server is using this data folder.',
  ],
  [
    /downgrade|Unsupported redo log format|Invalid MySQL server upgrade|Data Dictionary initialization failed|does not support this version|Upgrade after a crash is not supported|upgrading? from.*not supported/i,
    'The data folder was made by another product or a newer version of the database server.',
  ],
  [/Permission denied|OS errno 13\b/i, 'The data folder belongs to another user.'],
];

/** A copy of an initialised data folder, kept in `cacheDir`: 40 ms instead of up to 5 s. */
export async function copyInitialisedDataDir(binary: ServerBinary, cacheDir: string, dataDir: string): Promise<void> {
  const template = path.join(cacheDir, `empty-${binary.product}-${binary.version}`);
  try {
    await cp(template, dataDir, { recursive: true, mode: 2, errorOnExist: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await initialiseDataDir(binary, template).catch(async (failure: unknown) => {
      // somebody else was faster
      if (!(await isExecutable(template))) throw failure;
    });
    await cp(template, dataDir, { recursive: true });
  }
}
