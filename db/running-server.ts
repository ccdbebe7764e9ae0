import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseServerError } from './server-process';

/** A database server's process, found by what it works on. */
export interface RunningServer {
  pid: number;
  port: number;
}

/** The port of a server that was started on `dataDir` with this argument vector; null for any other process. */
export function portOfServer(argv: readonly string[], dataDir: string): number | null {
  if (!argv.includes(`--datadir=${dataDir}`)) return null;
  const port = Number(argv.find((argument) => argument.startsWith('--port='))?.slice('--port='.length));
  return Number.isInteger(port) && port > 0 ? port : null;
}

/**
 * The process that serves `dataDir`, by the argument vectors of this machine's processes. No pid file is believed: a killed
 * server leaves a stale one, and its number may be somebody else's by now.
 */
export async function findRunningServer(dataDir: string): Promise<RunningServer | null> {
  const names = await readdir('/proc').catch(() => []);
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const argv = text.split('\0');
    // a shell that carries the same arguments to the server is not the server
    if (/(^|\/)(ba|da)?sh$/.test(argv[0] ?? '')) continue;
    const port = portOfServer(argv, dataDir);
    if (port !== null) return { pid: Number(name), port };
  }
  return null;
}

/** The user id that a process runs as; null when it has ended. */
export async function ownerOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  return uid === undefined ? null : Number(uid);
}

/** Whether the process exists and has not become a zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // the state follows the program's name, which may hold anything but is in parentheses
  return stat !== null && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Resolves when the process has ended; throws after `timeoutMs`. */
export async function untilEnded(pid: number, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (await isRunning(pid)) {
    if (Date.now() > deadline) {
      throw new DatabaseServerError(`The database server (process ${pid}) did not end in ${timeoutMs / 1000} s.`);
    }
    // not our child: the kernel tells us nothing
    await delay(20);
  }
}

/** Sends SIGTERM, on which a database server ends cleanly, and waits for it. */
export async function terminate(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    return;
  }
  await untilEnded(pid, 60_000);
}
