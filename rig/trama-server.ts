import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const root = path.resolve(import.meta.dirname, '..');

export interface TramaServer {
  url: string;
  /** Printed by the first start only. */
  admin: { email: string; password: string } | null;
  /** Everything printed so far. */
  output: () => string;
  process: ChildProcess;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

/** A data folder of one test, inside the clone's ignored folder. */
export async function makeDataDir(): Promise<string> {
  const parent = path.join(root, '.trama', 'e2e');
  await mkdir(parent, { recursive: true });
  return mkdtemp(path.join(parent, 'data-'));
}

/** A port that was free a moment ago: for servers that must come back on the same one. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** `npm start` as a person would, on a data folder of the test's own. Resolves when the URL is printed. */
export async function startTrama(options: {
  dataDir: string;
  port: number;
  env?: Record<string, string>;
  /** Options of Node itself; the process then also has a channel for messages. */
  nodeOptions?: readonly string[];
  /** What is run instead of `npm start`. */
  script?: string;
}): Promise<TramaServer> {
  const channel = options.nodeOptions === undefined ? [] : (['ipc'] as const);
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), options.script ?? 'tools/start.mjs'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      TRAMA_PORT: String(options.port),
      TRAMA_DATA: options.dataDir,
      DATABASE_URL: '',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...channel],
    // a group of its own, so that a signal to the test run is not one to the server
    detached: true,
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the server has no output');
  const lines: string[] = [];
  let email: string | null = null;
  let admin: TramaServer['admin'] = null;
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      lines.push(line);
      email = /^\s+e-mail\s+(\S+)/.exec(line)?.[1] ?? email;
      const password = /^\s+password\s+(\S+)/.exec(line)?.[1];
      if (email !== null && password !== undefined) admin = { email, password };
      const seen = /Trama is ready: (\S+)/.exec(line)?.[1];
      // the account, if any, comes in the same piece
      if (seen !== undefined) setImmediate(() => resolve(seen));
    });
    createInterface({ input: stderr }).on('line', (line) => lines.push(line));
    child.once('exit', (code) =>
      reject(new Error(`the server ended with ${code} before it was ready:\n${lines.join('\n')}`)),
    );
  });
  const running = () => child.exitCode === null && child.signalCode === null;
  return {
    url,
    get admin() {
      return admin;
    },
    output: () => lines.join('\n'),
    process: child,
    async stop() {
      // twice, as a Ctrl-C arrives through npm
      for (let times = 0; times < 2; times += 1) if (running()) child.kill('SIGINT');
      await exited;
      return child.exitCode;
    },
    async kill() {
      if (running()) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Stands on the port of a server that is away and answers 503, as a proxy does; resolves after a request for `path`. */
export async function answerUnavailable(port: number, path: string): Promise<void> {
  let asked = () => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = http.createServer((request, response) => {
    response.writeHead(503).end();
    if (request.url?.startsWith(path) === true) asked();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  await wasAsked;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Command lines of the processes that work in `folder` or below, by pid. */
export async function processesIn(folder: string): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const where = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (where !== folder && !where.startsWith(`${folder}/`)) continue;
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    found.set(
      Number(pid),
      commandLine.split('\0').filter((argument) => argument !== ''),
    );
  }
  return found;
}

/** Processes of the embedded database of a data folder: none once the server was stopped. */
export async function databasesIn(dataDir: string): Promise<number[]> {
  return [...(await processesIn(path.join(dataDir, 'db'))).keys()];
}

/** The QEMU processes of a data folder, as `guest name → number of processes`. */
export async function guestsIn(dataDir: string): Promise<Map<string, number>> {
  const guests = new Map<string, number>();
  for (const args of (await processesIn(path.join(dataDir, 'zones'))).values()) {
    if (args[0]?.includes('qemu') !== true || !args.includes('-name')) continue;
    const option = args[args.indexOf('-name') + 1] ?? '?';
    const name = /(?:^|,)guest=([^,]+)/.exec(option)?.[1] ?? option;
    guests.set(name, (guests.get(name) ?? 0) + 1);
  }
  return guests;
}

/** Files and folders below the zones' folders that belong to slices. */
export async function sliceFilesIn(dataDir: string): Promise<string[]> {
  const entries = await readdir(path.join(dataDir, 'zones'), { recursive: true }).catch(() => []);
  return entries.filter((entry) => /(^|\/)s\d+(\/|$)/.test(entry));
}

/** Ends with `kill -9` all processes that work in `folder` or below, as a power cut does; answers how many. */
export async function killAllIn(folder: string): Promise<number> {
  const found = await processesIn(folder);
  for (const pid of found.keys())
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  return found.size;
}

/** Ends whatever still runs on a data folder and removes it. For `afterAll`, also after a failed test. */
export async function removeDataDir(dataDir: string): Promise<void> {
  await killAllIn(dataDir);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
