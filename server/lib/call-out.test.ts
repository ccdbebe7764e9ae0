import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { expect, test } from 'vitest';
import { cert, key, listening } from '#server/testing/listening';
import { callOut, type Call } from './call-out';
import { callFailureOf } from './guarded-request';

const serving = (handler: RequestListener) => listening(http.createServer(handler));

const calling = (url: string, change: Partial<Call> = {}) =>
  callOut({
    url: new URL(url),
    headers: { 'x-mark': 'here' },
    body: '{"text":"ñ"}',
    mayCall: () => true,
    timeoutMs: 60_000,
    bodyBytes: 1024,
    bodyMs: 60_000,
    ...change,
  });

test('what is posted arrives, and the answer comes back', async () => {
  const seen: unknown[] = [];
  const port = await serving((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      seen.push(request.method, request.url, request.headers['x-mark'], request.headers.host, body);
      response.writeHead(202).end('thanks');
    });
  });
  const answer = await calling(`http://127.0.0.1:${port}/a?b=c`);
  expect(answer).toEqual({ status: 202, body: 'thanks', failure: null });
  expect(seen).toEqual(['POST', '/a?b=c', 'here', `127.0.0.1:${port}`, '{"text":"ñ"}']);
});

test('one that never answers is given up', async () => {
  const port = await serving(() => undefined);
  expect(await calling(`http://127.0.0.1:${port}/`, { timeoutMs: 200 })).toMatchObject({ failure: 'late' });
});

test('a name that is never resolved is given up', async () => {
  const resolve = () => new Promise<string[]>(() => undefined);
  expect(await calling('http://hook.test/', { timeoutMs: 50, resolve })).toMatchObject({ failure: 'late' });
});

test('a redirect is an answer, and is not followed', async () => {
  let asked = 0;
  const port = await serving((_request, response) => {
    asked += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await calling(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 302, failure: null });
  expect(asked).toBe(1);
});

test('of 10 GB a KiB is read, and then the connection is cut', async () => {
  let closed: () => void = () => undefined;
  const cut = new Promise<void>((resolve) => (closed = resolve));
  const piece = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  const port = await serving((_request, response) => {
    response.writeHead(200, { 'content-length': String(10 * 1024 ** 3) });
    const more = () => {
      while (!response.destroyed && sent < 10 * 1024 ** 3) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
    };
    response.on('close', () => closed());
    more();
  });
  const answer = await calling(`http://127.0.0.1:${port}/`);
  expect(answer).toEqual({ status: 200, body: 'x'.repeat(1024), failure: null });
  await cut;
  expect(sent).toBeLessThan(100 * 1024 ** 2);
});

test('one that drips for ever has answered with what it said at first', async () => {
  const port = await serving((_request, response) => {
    response.writeHead(200).write('drip');
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const answer = await calling(`http://127.0.0.1:${port}/`, { bodyMs: 100 });
  expect(answer).toMatchObject({ status: 200, failure: null, body: expect.stringMatching(/^drip/) });
});

test('headers without end are no answer', async () => {
  const port = await listening(
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(`HTTP/1.1 200 OK\r\n${'x-more: y\r\n'.repeat(20_000)}`);
    }),
  );
  expect(await calling(`http://127.0.0.1:${port}/`)).toMatchObject({ failure: 'broken-off' });
});

test('nothing listens, and what answers is not HTTP, are told apart', async () => {
  const server = net.createServer();
  const port = await listening(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect(await calling(`http://127.0.0.1:${port}/`)).toMatchObject({ failure: 'refused' });
  const other = await listening(net.createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')));
  expect(await calling(`http://127.0.0.1:${other}/`)).toMatchObject({ failure: 'broken-off' });
});

test('addresses that may not be called are not, by number or by name, however often the name is asked', async () => {
  let asked = 0;
  const port = await serving((_request, response) => {
    asked += 1;
    response.end();
  });
  const mayCall = (address: string) => address === '192.0.2.1';
  for (const host of ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]'])
    expect(await calling(`http://${host}:${port}/`, { mayCall })).toMatchObject({ failure: 'forbidden-address' });
  // rebinding: allowed at the first look, loopback at the next. There is no next look
  const answers = [['127.0.0.2'], ['127.0.0.1']];
  const looked: string[] = [];
  const resolve = (host: string) => {
    looked.push(host);
    return Promise.resolve(answers.shift() ?? ['127.0.0.1']);
  };
  const rebound = await calling(`http://hook.test:${port}/`, { resolve, mayCall: (one) => one === '127.0.0.2' });
  expect(rebound.failure).toBe('refused');
  expect([looked, asked]).toEqual([['hook.test'], 0]);
  expect(await calling('http://hook.test/', { resolve: () => Promise.resolve([]) })).toMatchObject({
    failure: 'not-resolved',
  });
});

test('certificates that are signed by themselves, for another name, or none at all, are told apart', async () => {
  const port = await listening(https.createServer({ key, cert }, (_request, response) => response.end('fine')));
  const resolve = () => Promise.resolve(['127.0.0.1']);
  const to = (name: string, change: Partial<Call> = {}) => calling(`https://${name}:${port}/`, { resolve, ...change });
  expect(await to('hook.test')).toMatchObject({ failure: 'tls-self-signed' });
  expect(await to('other.test', { ca: cert })).toMatchObject({ failure: 'tls-name' });
  expect(await to('hook.test', { ca: cert })).toEqual({ status: 200, body: 'fine', failure: null });
  const plain = await serving((_request, response) => response.end());
  expect(await calling(`https://127.0.0.1:${plain}/`)).toMatchObject({ failure: 'tls' });
});

test.each([
  ['CERT_HAS_EXPIRED', 'tls-expired'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-untrusted'],
  ['ENETUNREACH', 'unreachable'],
  ['EPIPE', 'broken-off'],
] as const)('%s is %s', (code, failure) => {
  expect(callFailureOf(Object.assign(new Error(), { code }))).toBe(failure);
});
