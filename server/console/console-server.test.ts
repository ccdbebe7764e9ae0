import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Actor } from '#server/domain/context';
import { listen, type Listener } from '#server/http/listen';
import { silentLogger } from '#server/lib/logger';
import { ConsoleFanout } from '#server/providers/console-fanout';
import { AppError } from '#shared/errors';
import { consolePath, consoleProtocol } from '#shared/console';
import { createConsoleServer } from './console-server';

const actor: Actor = { userId: 1, role: 'user', tokenId: 1, kind: 'session', scopes: null, ip: null };
let listener: Listener | undefined;
afterEach(() => listener?.close());

/** The console server on a real port, in front of a guest that says nothing. */
async function serving(
  authenticate: () => Promise<Actor | null> = async () => actor,
  stillSignedIn: () => Promise<boolean> = async () => true,
) {
  const open = { readers: 0, typed: '' };
  const server = createConsoleServer({
    domain: { log: silentLogger },
    authenticate,
    originAllowed: () => true,
    stillSignedIn,
    mayOperate: async () => true,
    askAgainMs: 10,
    open: async () => {
      open.readers += 1;
      const stream = new ConsoleFanout(1024).attach((data) => (open.typed += Buffer.from(data).toString()));
      return {
        ...stream,
        sliceId: 1,
        close: () => {
          open.readers -= 1;
          stream.close();
        },
      };
    },
  });
  const at = await listen({ host: '127.0.0.1', port: 0 });
  listener = at;
  at.setHandlers({ request: (_request, response) => void response.end('alive'), upgrade: server.handleUpgrade });
  const { port } = new URL(at.url);
  return { at, open, port: Number(port) };
}

async function raw(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  socket.on('error', () => {});
  socket.write(head);
  await once(socket, 'close');
  return answer;
}

test('an address that is no URL does not end the server', async () => {
  const { at, port } = await serving();
  await raw(port, 'GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(await (await fetch(at.url)).text()).toBe('alive');
});

test('a handshake that fails leaves no reader behind', async () => {
  const { open, port } = await serving();
  const answer = await raw(
    port,
    `GET ${consolePath} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${consoleProtocol}, token\r\nSec-WebSocket-Key: short\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 400/);
  expect(open.readers).toBe(0);
});

test('an open console does not keep the server from stopping', async () => {
  const { at, open, port } = await serving();
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  await once(client, 'open');
  expect(open.readers).toBe(1);
  const closed = once(client, 'close');
  await at.close();
  await closed;
});

test.each([
  ['nobody', async () => null, 401],
  [
    'somebody who tried too many tokens',
    () => Promise.reject(new AppError('RATE_LIMITED', 'Too many attempts.', { params: { seconds: 1 } })),
    429,
  ],
])('%s is told so, and opens nothing', async (_who, authenticate, status) => {
  const { open, port } = await serving(authenticate);
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  const [, response] = await once(client, 'unexpected-response');
  expect(response.statusCode).toBe(status);
  expect(open.readers).toBe(0);
  client.on('error', () => {});
  client.terminate();
});

test('what is typed after the session has ended reaches the guest no more, whatever the client makes of the closing', async () => {
  let signedIn = true;
  const { open, port } = await serving(
    () => Promise.resolve(actor),
    () => Promise.resolve(signedIn),
  );
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  await once(client, 'open');
  client.send(Buffer.from('a'));
  await expect.poll(() => open.typed).toBe('a');
  // a client that leaves the server's closing unread, and so unanswered
  client.pause();
  signedIn = false;
  await expect.poll(() => open.readers).toBe(0);
  await new Promise<void>((resolve, reject) => {
    client.send(Buffer.from('b'), (error) => (error == null ? resolve() : reject(error)));
  });
  const other = await raw(port, 'GET / HTTP/1.0\r\n\r\n');
  expect(other).toContain('alive');
  expect(open.typed).toBe('a');
  client.terminate();
});
