import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen, type ListenOptions } from './listen';

async function listening(options: Partial<ListenOptions> = {}) {
  const listener = await listen({ host: '127.0.0.1', port: 0, ...options });
  onTestFinished(() => listener.close());
  const reached: string[] = [];
  listener.setHandlers({
    request: (request, response) => {
      reached.push(request.url ?? '');
      request.resume().once('end', () => response.end('hello'));
      request.once('error', () => {});
    },
    upgrade: (request, socket) => {
      reached.push(request.url ?? '');
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: close\r\n\r\n');
      return true;
    },
  });
  return { port: Number(new URL(listener.url).port), reached };
}

/** All that the server answers to `text` until it closes the connection. */
async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const pages = (host: string) =>
  ['/', '/assets/app.js', '/trpc/auth.me', '/healthz'].map(
    (path) => `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
  );
const webSocket = (host: string) =>
  `GET /console HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`;

test('a page whose name was made to point here reaches nothing: no page, no file, no procedure, no console', async () => {
  const { port, reached } = await listening();
  const host = `evil.example:${port}`;
  for (const request of [...pages(host), webSocket(host)]) expect(await say(port, request)).toMatch(/^HTTP\/1\.1 421 /);
  expect(await say(port, pages(host)[0] ?? '')).toMatch(
    /does not answer to the name "evil\.example".*TRAMA_PUBLIC_URL/,
  );
  expect(reached).toEqual([]);
});

test('by its own names the server is reached', async () => {
  const { port, reached } = await listening({ publicUrl: 'https://trama.example.org', allowedHosts: ['lab'] });
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'trama.example.org', `lab:${port}`]) {
    for (const request of pages(host)) expect(await say(port, request)).toContain('hello');
    expect(await say(port, webSocket(host))).toContain('101 Switching');
  }
  expect(reached).toHaveLength(4 * 5);
});

test('a request whose body never comes is ended, and so is one whose head does not', async () => {
  const { port } = await listening({ headMs: 200, requestMs: 400 });
  const body = 'POST /trpc/auth.login HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nslow';
  for (const request of [body, 'GET / HTTP/1.1\r\nhost: local'])
    expect(await say(port, request)).toMatch(/^HTTP\/1\.1 408 /);
});
