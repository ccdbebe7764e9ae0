import { spawn, type ChildProcess } from 'node:child_process';
import { open, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than any service of a cloud takes on a busy machine of two processors. */
const patienceMs = 900_000;
const endsWithinMs = 7_000;

/** By which `npm test` finds what one of its runs has started. */
const { TRAMA_TEST_RUN } = process.env;
const runMark = TRAMA_TEST_RUN === undefined ? {} : { TRAMA_TEST_RUN };

/** Programs of a testbed: each in a process group of its own, with a log and a note by which a later run finds it. */
export interface Processes {
  /** Its process id, which is that of its group. */
  start(name: string, command: readonly string[], env?: Record<string, string>): Promise<number>;
  /** Runs one to its end; rejects with the end of its log. */
  run(name: string, command: readonly string[], env?: Record<string, string>): Promise<void>;
  /** Waits until `isThere`; rejects as soon as the program has ended. */
  until(name: string, what: string, isThere: () => Promise<boolean>): Promise<void>;
  /** Ends all, also those of an earlier run; never a process that only has the number of one. Nothing is started here after that. */
  stop(): Promise<void>;
}

export function processesIn(folder: string): Processes {
  const notes = path.join(folder, 'run');
  const logOf = (name: string) => path.join(folder, 'log', `${name}.log`);
  const lastLines = async (name: string) =>
    (await readFile(logOf(name), 'utf8').catch(() => '')).trim().split('\n').slice(-15).join('\n');

  let over = false;
  const noteOf = (name: string) => path.join(notes, name);

  async function launch(name: string, command: readonly string[], env: Record<string, string>) {
    await mkdir(path.join(folder, 'log'), { recursive: true });
    await mkdir(notes, { recursive: true });
    const log = await open(logOf(name), 'a');
    const [program = '', ...args] = command;
    if (over) throw new Error(`${name} is not started: the testbed has been stopped.`);
    const child = spawn(program, args, {
      detached: true,
      // by which it is found, too, when it has written another name over its environment
      cwd: folder,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...runMark, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, LC_ALL: 'C.UTF-8', ...env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    await log.close();
    await writeFile(noteOf(name), `${child.pid} ${await beganAt(child.pid ?? 0)}`);
    // who stopped all meanwhile has not seen the note
    if (over) signal(child.pid ?? 0, 'SIGKILL');
    return child;
  }

  return {
    async start(name, command, env = {}) {
      const child = await launch(name, command, env);
      child.unref();
      return child.pid ?? 0;
    },
    async run(name, command, env = {}) {
      const child = await launch(name, command, env);
      const code = await ended(child);
      await rm(noteOf(name), { force: true });
      if (code !== 0) throw new Error(`${name} ended with ${code}:\n${await lastLines(name)}`);
    },
    async until(name, what, isThere) {
      for (const end = Date.now() + patienceMs; ; await sleep(300)) {
        if (await isThere().catch(() => false)) return;
        if ((await noted(noteOf(name))) === null)
          throw new Error(`${name} ended while ${what} was waited for:\n${await lastLines(name)}`);
        if (Date.now() > end) throw new Error(`${name}: no ${what} in time:\n${await lastLines(name)}`);
      }
    },
    async stop() {
      over = true;
      const names = await readdir(notes).catch(() => []);
      const groups = (await Promise.all(names.map((name) => noted(noteOf(name))))).filter((pid) => pid !== null);
      for (const pid of groups) signal(pid, 'SIGTERM');
      for (const end = Date.now() + endsWithinMs; groups.some((pid) => signal(pid, 0)) && Date.now() < end;)
        await sleep(200);
      for (const pid of groups) signal(pid, 'SIGKILL');
      await rm(notes, { recursive: true, force: true });
    },
  };
}

/** Its exit code, null for one that was ended by a signal. */
function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

/** Signals a process group; whether there is one. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, name);
  } catch {
    return false;
  }
}

/** When a process began, in ticks since the machine did; '' for none. */
async function beganAt(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** The process that a note is of, while it is that one; null for one that has ended. */
async function noted(file: string): Promise<number | null> {
  const [pid = '', began = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  return began !== '' && (await beganAt(Number(pid))) === began ? Number(pid) : null;
}

/** So many ports of loopback that nobody has now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether somebody listens at a port of loopback. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
