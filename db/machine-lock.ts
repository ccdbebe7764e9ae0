import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `work` while no other process of this machine runs work under the same name. The lock is a Linux abstract socket:
 * the kernel frees it when its holder ends, also by -9, so there is no stale lock. Elsewhere than on Linux there is no lock.
 * Throws after `timeoutMs`.
 */
export async function withMachineLock<T>(name: string, work: () => Promise<T>, timeoutMs = 120_000): Promise<T> {
  if (process.platform !== 'linux') return work();
  const address = `\0trama-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
  const deadline = Date.now() + timeoutMs;
  let server = await listen(address);
  while (server === null) {
    if (Date.now() > deadline)
      throw new Error(`Another process has held the lock "${name}" for ${timeoutMs / 1000} s.`);
    await untilReleased(address, deadline - Date.now());
    server = await listen(address);
  }
  const held = server;
  try {
    return await work();
  } finally {
    await new Promise((resolve) => held.close(resolve));
  }
}

/** Null when somebody else has it. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    // a waiting process keeps its connection open; closing the server must not wait for it
    const waiting = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.once('close', () => waiting.delete(socket)).on('error', () => {});
    });
    const close = server.close.bind(server);
    server.close = (callback) => {
      close(callback);
      for (const socket of waiting) socket.destroy();
      return server;
    };
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

/** Resolves when the holder of the lock lets go or ends: then the connection to it closes. */
async function untilReleased(address: string, timeoutMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(address);
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    socket
      .on('error', () => {})
      .once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    // data is needed for the end to be noticed
    socket.resume();
  });
  // several waited: let the kernel's order of wake-ups decide, not a busy loop
  await delay(5);
}
