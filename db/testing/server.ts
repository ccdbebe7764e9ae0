import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ServerBinary } from '../server-binary';
import {
  copyInitialisedDataDir,
  DatabaseServerError,
  explainServerLog,
  freePort,
  serverArguments,
  serverUrl,
  untilServing,
  writeInitFile,
} from '../server-process';

export interface TestServer {
  /** Without a database: `mysql://user:password@127.0.0.1:port/`. */
  url: string;
  product: ServerBinary['product'];
  stop(): Promise<void>;
}

/**
 * Waits for its input to end, which happens when the process that holds the other end stops, crashes or is killed with -9;
 * then ends the server and removes its folder. $1: folder, the rest: the server's argument vector.
 */
const guardian =
  'folder=$1; shift; "$@" <&- & server=$!; read -r _; kill -9 $server; wait $server; rm -rf -- "$folder"';

// durability is of no use to a database that is thrown away
const careless = {
  mariadb: ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-flush-method=nosync'],
  mysql: ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF'],
} as const;

/**
 * A database server of its own for a test run in `<root>/.trama/test-db-<pid>`, gone with its folder when this process
 * ends in whatever way. Throws `DatabaseServerError` when it does not start.
 */
export async function startTestServer(binary: ServerBinary, root: string): Promise<TestServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(binary, root);
    } catch (error) {
      // the port was free when it was chosen, and somebody else was faster
      if (attempt === 3 || !(error instanceof DatabaseServerError && /port .* was taken/.test(error.message)))
        throw error;
    }
  }
}

async function launch(binary: ServerBinary, root: string): Promise<TestServer> {
  const local = path.join(root, '.trama');
  await mkdir(local, { recursive: true });
  await removeAbandoned(local);
  const folder = path.join(local, `test-db-${process.pid}-${randomBytes(2).toString('hex')}`);
  const dataDir = path.join(folder, 'data');
  const temporaryDir = path.join(folder, 'tmp');
  await mkdir(temporaryDir, { recursive: true, mode: 0o700 });
  const noFiles = path.join(folder, 'no-files');
  await mkdir(noFiles);
  const password = randomBytes(16).toString('hex');
  const initFile = path.join(folder, 'init.sql');
  const logFile = path.join(folder, 'server.log');
  await copyInitialisedDataDir(binary, path.join(local, 'cache'), dataDir);
  await writeInitFile(initFile, binary, password, 'server');
  const port = await freePort();
  const log = openSync(logFile, 'a', 0o600);
  // detached: Ctrl-C reaches the test run first, which still needs its database
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      guardian,
      'guardian',
      folder,
      ...serverArguments(binary, {
        dataDir,
        temporaryDir,
        port,
        initFile,
        noFiles,
        asRoot: true,
        extra: careless[binary.product],
      }),
    ],
    { stdio: ['pipe', log, log], detached: true },
  );
  closeSync(log);
  let ended = false;
  const end = new Promise<void>((resolve) =>
    child.once('close', () => {
      ended = true;
      resolve();
    }),
  );
  const stop = async () => {
    child.ref();
    child.stdin?.end();
    await end;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = serverUrl(port, password);
  try {
    const logged = async () => readFile(logFile, 'utf8').catch(() => '');
    let failed = false;
    const watch = setInterval(() => void logged().then((text) => (failed = /Aborting/.test(text))), 100);
    const up = await untilServing(url, dataDir, () => ended || failed).finally(() => clearInterval(watch));
    if (!up) throw new DatabaseServerError(explainServerLog(await logged()) ?? 'The test database did not start.');
    child.unref();
    return { url, product: binary.product, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Folders of runs whose process has ended and whose guardian was killed too. */
async function removeAbandoned(local: string): Promise<void> {
  for (const name of await readdir(local)) {
    const pid = Number(/^test-db-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(path.join(local, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
