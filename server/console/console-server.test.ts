import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Actor } from '#server/domain/context';
import { listen, type Listener } from '#server/http/listen';
import { createEventBus } from '#server/events/bus';
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
  readOnly = false,
) {
  const fanout = new ConsoleFanout(1024);
  const open = {
    readers: 0,
    typed: '',
    sizes: [] as string[],
    spent: [] as string[],
    print: (text: string) => fanout.push(Buffer.from(text)),
    leaveOut: (_bytes: number) => {},
  };
  const server = createConsoleServer({
    domain: { bus: createEventBus(), log: silentLogger },
    authenticate,
    originAllowed: () => true,
    stillSignedIn,
    maySlice: async () => true,
    isThere: async () => true,
    askAgainMs: 10,
    spend: async (token) => void open.spent.push(token),
    open: async () => {
      open.readers += 1;
      const stream = fanout.attach((data) => (open.typed += Buffer.from(data).toString()), {
        resize: (cols, rows) => open.sizes.push(`${cols}x${rows}`),
      });
      return {
        ...stream,
        onLoss: (listener) => void (open.leaveOut = listener),
        sliceId: 1,
        vmId: 1,
        vmName: 'web',
        readOnly,
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
  await raw(port, 'GET // HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(await (await fetch(at.url)).text()).toBe('alive');
});

test('a handshake that fails leaves no reader behind', async () => {
  const { open, port } = await serving();
  const answer = await raw(
    port,
    `GET ${consolePath} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
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
  if (status === 401) expect(open.spent).toEqual(['token']);
  client.on('error', () => {});
  client.terminate();
});

test('who may only look sees what the guest prints; neither their keys nor the size of their window reach it', async () => {
  const { open, port } = await serving(undefined, undefined, true);
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  let shown = '';
  client.on('message', (data: Buffer, isBinary) => {
    if (isBinary) shown += data.toString();
  });
  await once(client, 'open');
  client.send(Buffer.from('reboot\r'));
  client.send(JSON.stringify({ type: 'resize', cols: 10, rows: 5 }));
  // what came before it has been read
  client.ping();
  await once(client, 'pong');
  open.print('login: ');
  await expect.poll(() => shown).toBe('login: ');
  expect(open).toMatchObject({ typed: '', sizes: [] });
  client.terminate();
});

test('who reads a console by way of another server is told what that one has left out', async () => {
  const { open, port } = await serving();
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  const said: string[] = [];
  client.on('message', (data: Buffer) => said.push(data.toString()));
  await once(client, 'open');
  open.leaveOut(300);
  open.print('login: ');
  await expect.poll(() => said.slice(1)).toEqual([JSON.stringify({ type: 'left-out', bytes: 300 }), 'login: ']);
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

test('the size of the terminal reaches the guest, and what is no size does not', async () => {
  const { open, port } = await serving();
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  await once(client, 'open');
  for (const text of ['nonsense', '{"type":"resize"}', '{"type":"resize","cols":0,"rows":4}', '{"type":"other"}'])
    client.send(text);
  client.send(JSON.stringify({ type: 'resize', cols: 132, rows: 43 }));
  client.send(Buffer.from('x'));
  await expect.poll(() => open.typed).toBe('x');
  expect(open.sizes).toEqual(['132x43']);
  client.terminate();
});

test('output that comes in many small pieces goes out in few frames, whole and in order', async () => {
  const { open, port } = await serving();
  const client = new WebSocket(`ws://127.0.0.1:${port}${consolePath}`, [consoleProtocol, 'token']);
  let text = '';
  let frames = 0;
  client.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return;
    frames += 1;
    text += data.toString();
  });
  await once(client, 'open');
  let printed = '';
  for (let n = 0; n < 10_000; n += 1) {
    printed += `${n}\n`;
    open.print(`${n}\n`);
  }
  await expect.poll(() => text).toBe(printed);
  expect(frames).toBeLessThan(100);
  client.terminate();
});
