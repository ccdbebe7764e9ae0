import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { openRelayedConsole } from './relay';

/** A console of another server, which does `say` with each that is opened. */
async function relayed(say: (socket: WebSocket) => void) {
  const home = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => new Promise<void>((resolve) => home.close(() => resolve())));
  await once(home, 'listening');
  const address = home.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  home.on('connection', say);
  return openRelayedConsole({ relayUrl: `http://127.0.0.1:${address.port}`, host: 'h' }, 'token', 'serial');
}

test('what a relayed console sent before its reader came was kept without end', { timeout: 60_000 }, async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const stream = await relayed((socket) => {
    socket.once('close', end);
    for (let n = 0; n < 48; n += 1) socket.send(Buffer.alloc(64 * 1024));
  });
  await ended;
  const reason = await new Promise<string>((resolve) => stream.onClose(resolve));
  expect(reason).toBe('The connection to the server h was lost.');
});

test('what its home has left out of a relayed console is told between what came before and after', async () => {
  let home: WebSocket | undefined;
  const stream = await relayed((socket) => (home = socket));
  onTestFinished(() => stream.close());
  const heard: (string | number)[] = [];
  stream.onLoss?.((bytes) => heard.push(bytes));
  stream.onData((data) => heard.push(Buffer.from(data).toString()));
  home?.send(Buffer.from('before'));
  for (const said of ['nonsense', '{"type":"newer"}', '{"type":"left-out","bytes":7}']) home?.send(said);
  home?.send(Buffer.from('after'));
  await expect.poll(() => heard).toEqual(['before', 7, 'after']);
});
