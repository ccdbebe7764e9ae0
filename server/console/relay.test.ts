import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { openRelayedConsole } from './relay';

test('what a relayed console sent before its reader came was kept without end', { timeout: 60_000 }, async () => {
  const home = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => new Promise<void>((resolve) => home.close(() => resolve())));
  await once(home, 'listening');
  const address = home.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const ended = new Promise<void>((resolve) =>
    home.on('connection', (socket: WebSocket) => {
      socket.once('close', () => resolve());
      for (let n = 0; n < 48; n += 1) socket.send(Buffer.alloc(64 * 1024));
    }),
  );
  const stream = await openRelayedConsole(
    { relayUrl: `http://127.0.0.1:${address.port}`, host: 'h' },
    'token',
    'serial',
  );
  await ended;
  const reason = await new Promise<string>((resolve) => stream.onClose(resolve));
  expect(reason).toBe('The connection to the server h was lost.');
});
