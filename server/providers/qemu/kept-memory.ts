import { chmod, chown, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineName } from './qemu-args';
import type { QmpClient } from './qmp-client';
import type { ZoneFolder } from './zone-folder';

/** QEMU limits itself otherwise, for the sake of a network. Bytes a second. */
const unbounded = 1e12;
/** A guest of many GiB on a slow disk needs its time. */
const saveMs = 30 * 60_000;
/** Of what no event tells. The memory of a small guest is written or read within a few of these. */
const askAgainMs = 5;

/**
 * Writes the memory and the devices' state of a VM that is paused to `path`, which QEMU cannot write itself, and has it on the
 * disk when it resolves. The VM stays paused either way, and its disks are closed until it goes on. Answers the bytes.
 */
export async function writeMemory(
  { folder, sliceId, name }: { folder: ZoneFolder; sliceId: number; name: MachineName },
  monitor: QmpClient,
  path: string,
): Promise<number> {
  const relative = `${name}/save.sock`;
  const socketFile = join(folder.slicePath(sliceId), relative);
  await rm(socketFile, { force: true });
  const server = createServer();
  const file = await open(path, 'w', 0o600);
  try {
    const accepted = new Promise<Socket>((resolve, reject) => {
      server.once('connection', resolve);
      server.once('error', reject);
    });
    accepted.catch(() => undefined);
    await listening(server, folder.socketPath(sliceId, relative));
    await chmod(socketFile, 0o600);
    const user = await folder.userOf(sliceId);
    if (user) await chown(socketFile, user.uid, user.gid);
    await monitor.execute('migrate-set-parameters', { 'max-bandwidth': unbounded });
    await monitor.execute('migrate', { uri: `unix:${relative}` });
    const written = accepted.then((socket) => copy(socket, file));
    // whatever fails first says why
    await Promise.all([written, saved(monitor)]);
    await file.sync();
    return (await file.stat()).size;
  } finally {
    server.close();
    await file.close().catch(() => undefined);
    await rm(socketFile, { force: true });
  }
}

async function copy(socket: Socket, file: FileHandle): Promise<void> {
  for await (const data of socket) if (Buffer.isBuffer(data)) await file.writeFile(data);
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}

/** Resolves when QEMU has sent all of it. */
async function saved(monitor: QmpClient): Promise<void> {
  const deadline = performance.now() + saveMs;
  for (;;) {
    const answer = await monitor.execute('query-migrate');
    const status = statusOf(answer);
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled')
      throw new Error(`The memory was not sent: ${JSON.stringify(answer)}`);
    if (performance.now() > deadline) throw new Error('The memory was not sent in time');
    // QEMU tells of it by no event unless it is asked to by its own protocol's option
    await sleep(askAgainMs);
  }
}

/** Resolves when QEMU writes no memory any more, as it may when nobody reads what it writes, and its VM can go on. */
export async function callOffWriting(monitor: QmpClient): Promise<void> {
  const over: readonly unknown[] = [null, undefined, 'none', 'completed', 'failed', 'cancelled'];
  for (;;) {
    const answer = await monitor.execute('query-migrate');
    if (over.includes(statusOf(answer))) return;
    await monitor.execute('migrate_cancel');
    // no event tells of it
    await sleep(askAgainMs);
  }
}

function statusOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'status' in answer ? answer.status : null;
}

/** Resolves when a process that was started with a memory has read it and waits to go on; false when it has ended. */
export async function untilLoaded(monitor: QmpClient, lives: () => boolean): Promise<boolean> {
  const deadline = performance.now() + saveMs;
  while (lives() && performance.now() < deadline) {
    const status = statusOf(await monitor.execute('query-status').catch(() => null));
    if (status === 'paused' || status === 'postmigrate') return true;
    await sleep(askAgainMs);
  }
  return false;
}

/** How many bytes the memory of a running process can have at most: what of it is in use. `ramMb`: of its guest, and of a screen. */
export async function memoryInUse(pid: number, ramMb: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  const used = (kib('VmRSS') + kib('VmSwap')) * 1024;
  // what the devices say of themselves comes to it
  return Math.min(used, ramMb * 2 ** 20) + 4 * 2 ** 20;
}

/** The command line of a running process, without its program. */
export async function argumentsOf(pid: number): Promise<string[]> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  return line.replace(/\0$/, '').split('\0').slice(1);
}
