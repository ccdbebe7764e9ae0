import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { cert, key, listening } from '#server/testing/listening';
import { download, DownloadError, downloadLimits, type Download } from './download';

let to: string;
beforeEach(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trama-download-'));
  to = path.join(folder, 'part');
  return () => rm(folder, { recursive: true, force: true });
});

const serving = (handler: RequestListener) => listening(http.createServer(handler));
const resolve = () => Promise.resolve(['127.0.0.1']);

function fetching(url: string, change: Partial<Download> = {}): Promise<number> {
  return download({
    url: new URL(url),
    headers: { 'x-mark': 'here' },
    mayCall: () => true,
    to,
    plain: true,
    maxBytes: 1_000_000,
    signal: new AbortController().signal,
    onLength: () => Promise.resolve(),
    onBytes: () => undefined,
    resolve,
    ...change,
  });
}
/** What it comes to: its length, or why not. */
const outcome = (work: Promise<number>) =>
  work.catch((error: unknown) => {
    if (error instanceof DownloadError) return { failure: error.failure, host: error.host, status: error.status };
    throw error;
  });

test('a file arrives, with its length before it and its bytes counted, at the end of redirects', async () => {
  const seen: string[] = [];
  const port = await serving((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['x-mark']}`);
    if (request.url !== '/three') {
      const next = request.url === '/one?token=x' ? '/two' : `http://other.test:${port}/three`;
      return response.writeHead(302, { location: next }).end('moved');
    }
    return response.writeHead(200, { 'content-length': '5' }).end('bytes');
  });
  const lengths: unknown[] = [];
  let counted = 0;
  const bytes = await fetching(`http://files.test:${port}/one?token=x`, {
    onLength: async (length) => void lengths.push(length),
    onBytes: (count) => (counted += count),
  });
  expect([bytes, counted, lengths]).toEqual([5, 5, [5]]);
  expect(await readFile(to, 'utf8')).toBe('bytes');
  expect(seen).toEqual(['GET /one?token=x here', 'GET /two here', 'GET /three here']);
});

test('each address on the way is asked for, and one that may not be called is not, by number, by name or by a redirect', async () => {
  let inside = 0;
  const secret = await serving((_request, response) => {
    inside += 1;
    response.end('secret');
  });
  const port = await serving((_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${secret}/` }).end(),
  );
  // the first server is on another address of loopback, which stands for the internet
  const mayCall = (address: string) => address !== '127.0.0.1';
  for (const host of ['127.0.0.1', '2130706433', 'inside.test'])
    expect(await outcome(fetching(`http://${host}:${secret}/`, { mayCall }))).toMatchObject({
      failure: 'forbidden-address',
    });
  let asked = 0;
  const onlyFirst = () => (asked += 1) <= 2;
  expect(await outcome(fetching(`http://files.test:${port}/`, { mayCall: onlyFirst }))).toEqual({
    failure: 'forbidden-address',
    host: '127.0.0.1',
    status: 0,
  });
  // before and after the connection to the first, and before that to the second, which is never made
  expect([asked, inside]).toEqual([3, 0]);
});

test.each([
  [404, {}, { failure: 'nothing-there', host: 'files.test', status: 404 }],
  [403, {}, { failure: 'not-given', host: 'files.test', status: 403 }],
  [503, {}, { failure: 'status', host: 'files.test', status: 503 }],
  [206, {}, { failure: 'status', host: 'files.test', status: 206 }],
  [302, {}, { failure: 'no-target', host: 'files.test', status: 302 }],
  [301, { location: 'ftp://files.test/' }, { failure: 'no-target', host: 'files.test', status: 301 }],
  [307, { location: '/again' }, { failure: 'redirects', host: 'files.test', status: 0 }],
  [200, { 'content-length': '0' }, { failure: 'empty', host: 'files.test', status: 0 }],
] as const)('an answer of %i %o is no file', async (status, headers, expected) => {
  const port = await serving((_request, response) => void response.writeHead(status, headers).end());
  expect(await outcome(fetching(`http://files.test:${port}/`))).toEqual(expected);
});

test('what is too large is not read to its end, whether its length is said or not', async () => {
  let sent = 0;
  const piece = Buffer.alloc(64 * 1024);
  const port = await serving((request, response) => {
    if (request.url === '/said') response.setHeader('content-length', '2000000');
    const more = () => {
      while (!response.destroyed && sent < 100_000_000) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', more);
      }
    };
    more();
  });
  expect(await outcome(fetching(`http://files.test:${port}/said`))).toMatchObject({ failure: 'too-large' });
  expect(await outcome(fetching(`http://files.test:${port}/`))).toMatchObject({ failure: 'too-large' });
  expect(sent).toBeLessThan(50_000_000);
});

test('nobody, a server that says nothing, one that breaks off and one that drips are told apart', async () => {
  const server = net.createServer();
  const gone = await listening(server);
  await new Promise<void>((closed) => server.close(() => closed()));
  expect(await outcome(fetching(`http://files.test:${gone}/`))).toMatchObject({ failure: 'refused' });
  expect(await outcome(fetching('http://files.test/', { resolve: () => Promise.resolve([]) }))).toMatchObject({
    failure: 'not-resolved',
  });

  const silent = await serving(() => undefined);
  const limits = { ...downloadLimits, silenceMs: 100 };
  expect(await outcome(fetching(`http://files.test:${silent}/`, { limits }))).toMatchObject({ failure: 'late' });
  const stuck = await serving((_request, response) => void response.writeHead(200).write('some'));
  expect(await outcome(fetching(`http://files.test:${stuck}/`, { limits }))).toMatchObject({ failure: 'late' });

  const broken = await serving((_request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('some');
    response.destroy();
  });
  expect(await outcome(fetching(`http://files.test:${broken}/`))).toMatchObject({ failure: 'broken-off' });

  const dripping = await serving((_request, response) => {
    const timer = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(timer));
  });
  const whole = { ...downloadLimits, wholeMs: 200 };
  expect(await outcome(fetching(`http://files.test:${dripping}/`, { limits: whole }))).toMatchObject({
    failure: 'too-slow',
  });
});

test('certificates are told apart, and nothing leads from TLS to none unless that is allowed', async () => {
  const plain = await serving((_request, response) => void response.end('plain'));
  const port = await listening(
    https.createServer({ key, cert }, (_request, response) =>
      response.writeHead(302, { location: `http://files.test:${plain}/` }).end(),
    ),
  );
  const url = `https://hook.test:${port}/`;
  expect(await outcome(fetching(url))).toEqual({ failure: 'tls-self-signed', host: 'hook.test', status: 0 });
  expect(await outcome(fetching(`https://files.test:${port}/`, { ca: cert }))).toMatchObject({ failure: 'tls-name' });
  expect(await outcome(fetching(`https://127.0.0.1:${plain}/`))).toMatchObject({ failure: 'tls' });
  expect(await outcome(fetching(url, { ca: cert, plain: false }))).toEqual({
    failure: 'plain',
    host: 'files.test',
    status: 0,
  });
  expect(await fetching(url, { ca: cert })).toBe(5);
});

test('one that is not wanted any more ends with the reason', async () => {
  const ending = new AbortController();
  const port = await serving((_request, response) => {
    response.writeHead(200).write('some');
    ending.abort(new Error('not wanted'));
  });
  await expect(fetching(`http://files.test:${port}/`, { signal: ending.signal })).rejects.toThrow('not wanted');
});
