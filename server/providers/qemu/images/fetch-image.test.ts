import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageSpec } from '../../provider';
import { fetchImage } from './fetch-image';

const content = Buffer.alloc(300_000, 'image');
const pages: Record<string, RequestListener> = {
  '/image': (_request, response) => response.writeHead(200, { 'content-length': content.length }).end(content),
  '/moved': (_request, response) => response.writeHead(302, { location: '/image' }).end(),
  '/circle': (_request, response) => response.writeHead(302, { location: '/back' }).end(),
  '/back': (_request, response) => response.writeHead(302, { location: '/circle' }).end(),
  '/file': (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/private': (_request, response) => response.writeHead(403).end(),
  '/busy': (_request, response) => response.writeHead(503).end(),
  '/half': (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000), () => response.destroy());
  },
};
let server: Server;
let base: string;
let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trama-fetch-'));
  server = createServer((request, response) => {
    const endless = /^\/on\/(\d+)$/.exec(request.url ?? '');
    if (endless) response.writeHead(302, { location: `/on/${Number(endless[1]) + 1}` }).end();
    else (pages[request.url ?? ''] ?? ((_q, answer) => answer.writeHead(404).end()))(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

const imageAt = (source: string): ImageSpec => ({
  id: 1,
  name: 'far',
  kind: 'disk',
  source,
  sha256: 'a'.repeat(64),
  readyMarker: null,
});
const fetched = async (source: string) => {
  const to = join(folder, String(++files));
  const hash = createHash('sha256');
  const progress: [number, number | null][] = [];
  await fetchImage(imageAt(source), to, hash, (done, total) => progress.push([done, total]));
  return { to, digest: hash.digest('hex'), progress };
};

test.each(['/image', '/moved'])('an image at %s comes whole, and says how far it is', async (path) => {
  const { to, digest, progress } = await fetched(base + path);
  expect((await readFile(to)).equals(content)).toBe(true);
  expect(digest).toBe(createHash('sha256').update(content).digest('hex'));
  expect(progress.at(-1)).toEqual([content.length, content.length]);
});

test.each([
  ['/nothing', /nothing at its URL \(HTTP 404\)/, false],
  ['/private', /refuses to give it \(HTTP 403\)/, false],
  ['/busy', /answered with an error \(HTTP 503\)/, true],
  ['/circle', /leads in a circle/, false],
  ['/on/1', /leads on more than 5 times/, false],
  ['/file', /another kind of address \(file:\)/, false],
  ['/half', /broke the connection off/, true],
])('what is wrong with %s is told apart', async (path, message, retryable) => {
  await expect(fetched(base + path)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryable,
    message: expect.stringMatching(message),
  });
});

test('a refused connection and a name of nobody are told apart', async () => {
  const closed = createServer();
  await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
  const address = closed.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise((done) => closed.close(done));
  await expect(fetched(`http://127.0.0.1:${port}/`)).rejects.toThrow(/refused the connection/);
  await expect(fetched('http://nobody.invalid/')).rejects.toThrow(/no server of its name/);
});
