import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createConsoleServer } from '#server/console/console-server';
import { listen } from '#server/http/listen';
import { createEventBus } from '#server/events/bus';
import { silentLogger } from '#server/lib/logger';
import { ConsoleFanout } from '#server/providers/console-fanout';
import { consolePath, consoleProtocol } from '#shared/console';

/*
 * What console readers that stop reading cost the server. The guest prints as one that runs `yes` does, N browsers attach
 * and read nothing, and until a while after they were given up the slowest answer to a plain request and the memory are
 * noted. `npm run bench:consoles -- [readers…]`
 */
const readers = process.argv.slice(2).map(Number);
const watchMs = 60_000;
/** 0.55 MB/s, in the pieces in which QEMU hands it over. */
const bytesPerSecond = 550_000;
const piece = Buffer.from('y\r\n');

for (const count of readers.length > 0 ? readers : [0, 2, 10, 30]) console.log(await measure(count));

async function measure(count: number): Promise<string> {
  const guest = new ConsoleFanout(256 * 1024);
  let printed = 0;
  const from = performance.now();
  const printing = setInterval(() => {
    const due = Math.min(printed + bytesPerSecond / 4, ((performance.now() - from) / 1000) * bytesPerSecond);
    for (; printed < due; printed += piece.length) guest.push(piece);
  }, 5);
  const actor = { userId: 1, role: 'user', tokenId: 1, kind: 'session', scopes: null, ip: null } as const;
  const server = createConsoleServer({
    domain: { bus: createEventBus(), log: silentLogger },
    authenticate: () => Promise.resolve(actor),
    originAllowed: () => true,
    stillSignedIn: () => Promise.resolve(true),
    maySlice: () => Promise.resolve(true),
    askAgainMs: 10_000,
    spend: () => Promise.resolve(),
    isThere: async () => true,
    open: () =>
      Promise.resolve({ ...guest.attach(() => undefined), sliceId: 1, vmId: 1, vmName: 'web', readOnly: false }),
  });
  const listener = await listen({ host: '127.0.0.1', port: 0 });
  listener.setHandlers({ request: (_request, response) => void response.end('alive'), upgrade: server.handleUpgrade });
  const { port } = new URL(listener.url);
  const clients: WebSocket[] = [];
  for (let n = 0; n < count; n += 1) {
    const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
    client.on('error', () => undefined);
    await once(client, 'open');
    client.pause();
    clients.push(client);
  }
  let slowest = 0;
  let memory = 0;
  const end = performance.now() + watchMs;
  while (performance.now() < end) {
    const asked = performance.now();
    await fetch(listener.url, { headers: { connection: 'close' } }).then((response) => response.text());
    slowest = Math.max(slowest, performance.now() - asked);
    memory = Math.max(memory, process.memoryUsage().rss);
    await sleep(20);
  }
  clearInterval(printing);
  for (const client of clients) client.terminate();
  server.close();
  await listener.close();
  return `${count} readers that read nothing: slowest answer ${slowest.toFixed(0)} ms, memory ${(memory / 2 ** 20).toFixed(0)} MiB`;
}
