import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { createWorld } from '#server/testing/world';
import { meaningfulTexts } from '#server/testing/break';
import { faultIn, serve, type Served } from '#server/testing/http';
import { heapInUse } from '#server/testing/memory';
import { sendRaw, type RawAnswer } from '#server/testing/raw-http';
import { giveSession, makeScene } from '#server/testing/scene';
import { limits } from '#shared/limits';

/** Requests that no client of ours would send, byte by byte. `TRAMA_FUZZ_SEED` repeats a run. */
const seed = Number(process.env['TRAMA_FUZZ_SEED'] ?? 20_261_123);
const database = useDatabase();
const world = createWorld(database);
const logged: string[] = [];
const rejections: unknown[] = [];
const onRejection = (reason: unknown) => rejections.push(reason);
let served: Served;
let cookie = '';
let sent = 0;

beforeAll(async () => {
  world.ctx.log = {
    info: () => {},
    warn: () => {},
    error: (message, details) => logged.push(`${message} ${JSON.stringify(details)}`),
  };
  process.on('unhandledRejection', onRejection);
  served = await serve(world);
});
afterAll(async () => {
  process.off('unhandledRejection', onRejection);
  await served.close();
});
beforeEach(async () => {
  const scene = await makeScene(world.ctx);
  cookie = `trama_session=${(await giveSession(world.ctx, scene, 'owner')).token}`;
});

/** What /healthz says, which is no procedure. */
const healthy = '{"status":"ok","database":"up"}';

/** Fails unless the answer may be given, and the server is there as before. */
function check(answer: RawAnswer, request: unknown): void {
  sent += 1;
  const asked = JSON.stringify(request);
  const said = asked.slice(0, 2_000);
  expect(answer.status, said).toBeLessThan(500);
  // who accepts lines of JSON gets them, under the same name
  const isJson = /^content-type: application\/json(;|\r|$)/im.test(answer.headers) && !asked.includes('jsonl');
  if (answer.complete && answer.body !== '' && answer.body !== healthy && isJson)
    expect(faultIn(answer.status, answer.body), said).toBeNull();
  expect(answer.body, said).not.toMatch(/"code":"(INTERNAL|DATABASE_UNAVAILABLE)"/);
  expect(answer.body, said).not.toMatch(/node_modules|\.ts:\d|\n\s+at /);
  expect(logged.splice(0), said).toEqual([]);
  expect(rejections.splice(0), said).toEqual([]);
}

async function alive(): Promise<void> {
  expect((await fetch(`${served.url}/trpc/auth.me`)).status).toBe(200);
}

interface Request {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}
function bytesOf({ method = 'POST', path, headers = {}, body = '' }: Request): Buffer {
  const given = Object.keys(headers).map((name) => name.toLowerCase());
  const length = Buffer.byteLength(body);
  const all = {
    host: `127.0.0.1:${served.port}`,
    connection: 'close',
    ...(given.includes('content-type') ? {} : { 'content-type': 'application/json' }),
    ...(given.includes('content-length') || given.includes('transfer-encoding') || method === 'GET'
      ? {}
      : { 'content-length': String(length) }),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`, 'latin1'),
    typeof body === 'string' ? Buffer.from(body) : body,
  ]);
}
const ask = (request: Request) =>
  sendRaw(served.port, bytesOf({ ...request, headers: { cookie, ...request.headers } }));

/** The codes of ours in an answer, without a repetition. */
function codes({ body }: RawAnswer): string[] {
  return [...new Set([...body.matchAll(/"app":\{"code":"([A-Z_]+)"/g)].map((match) => match[1] ?? ''))];
}

const create = '/trpc/templates.create';
const list = '/trpc/templates.list';

describe('a body', () => {
  it.each<[string, Request, number, string]>([
    ['that is empty', { path: create }, 400, 'INVALID_INPUT'],
    ['that is not JSON', { path: create, body: '{"name":' }, 400, 'INVALID_INPUT'],
    ['that is a number', { path: create, body: '1e999' }, 400, 'INVALID_INPUT'],
    ['that is null', { path: create, body: 'null' }, 400, 'INVALID_INPUT'],
    ['with a key twice', { path: '/trpc/templates.delete', body: '{"id":"x","id":{}}' }, 400, 'INVALID_INPUT'],
    ['with __proto__', { path: create, body: '{"__proto__":{"name":"x"}}' }, 400, 'INVALID_INPUT'],
    ['in UTF-16', { path: create, body: Buffer.from('{"name":"x"}', 'utf16le') }, 400, 'INVALID_INPUT'],
    ['in broken UTF-8', { path: create, body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }, 400, 'INVALID_INPUT'],
    ['nested 10,000 deep', { path: create, body: '['.repeat(10_000) + ']'.repeat(10_000) }, 400, 'INVALID_INPUT'],
    ['nested and not closed', { path: create, body: '{"a":'.repeat(100_000) }, 400, 'INVALID_INPUT'],
    [
      'as a form',
      { path: create, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'INVALID_INPUT',
    ],
    ['as text', { path: create, body: '{}', headers: { 'content-type': 'text/plain' } }, 415, 'INVALID_INPUT'],
    [
      'as files',
      { path: create, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      415,
      'INVALID_INPUT',
    ],
    [
      'as JSON by a second name',
      { path: create, headers: { 'content-type': 'application/jsonp' } },
      415,
      'INVALID_INPUT',
    ],
    ['as bytes', { path: create, headers: { 'content-type': 'application/octet-stream' } }, 415, 'INVALID_INPUT'],
    ['as nothing', { path: create, headers: { 'content-type': '' } }, 415, 'INVALID_INPUT'],
    [
      'that is too large',
      { path: create, body: JSON.stringify({ name: 'x'.repeat(limits.bodyBytes) }) },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'that says that it is too large',
      { path: create, headers: { 'content-length': '99999999999' }, body: '{}' },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('%s is refused', async (_what, request, status, code) => {
    const answer = await ask(request);
    check(answer, request.path);
    expect([answer.status, codes(answer)]).toEqual([status, [code]]);
    await alive();
  });

  it('that grows too large in pieces is refused', async () => {
    const piece = 'x'.repeat(1_000_000);
    const chunks = `${piece.length.toString(16)}\r\n${piece}\r\n`.repeat(8);
    const request = { path: create, headers: { 'transfer-encoding': 'chunked' }, body: `${chunks}0\r\n\r\n` };
    const answer = await ask(request);
    check(answer, 'chunks');
    // the server may close before it was read to the end
    expect([0, 413]).toContain(answer.status);
    await alive();
  });

  it('that ends too soon does nothing', async () => {
    for (const declared of [3, 100, 4_000_000]) {
      const bytes = bytesOf({ path: create, headers: { cookie, 'content-length': String(declared) }, body: '{}' });
      check(await sendRaw(served.port, bytes, { half: true }), declared);
    }
    await alive();
  });
});

describe('a batch', () => {
  const many = (count: number) => Array<string>(count).fill('templates.list').join(',');
  it.each<[string, Request]>([
    ['of 21', { method: 'GET', path: `/trpc/${many(21)}?batch=1&input=%7B%7D` }],
    ['of 1,000', { method: 'GET', path: `/trpc/${many(1_000)}?batch=1&input=%7B%7D` }],
    ['of 1,000 mutations', { path: `/trpc/${'auth.me,'.repeat(999)}auth.me?batch=1`, body: '{}' }],
    ['without inputs', { path: `/trpc/templates.create,templates.create?batch=1` }],
    ['whose input is a list', { path: `/trpc/templates.create,templates.create?batch=1`, body: '[{},{}]' }],
    ['whose input is null', { path: `/trpc/templates.create?batch=1`, body: 'null' }],
    [
      'with keys that are no numbers',
      { path: `/trpc/templates.create?batch=1`, body: '{"__proto__":{},"x":1,"-1":{}}' },
    ],
    ['with an input that is no JSON', { method: 'GET', path: `${list}?batch=1&input=%7B` }],
    ['with two inputs', { method: 'GET', path: `${list}?batch=1&input=%7B&input=2` }],
    ['that a subscription is in', { method: 'GET', path: `/trpc/slices.changes,auth.me?batch=1&input=%7B%7D` }],
    ['of queries and mutations', { path: `/trpc/templates.list,templates.create?batch=1`, body: '{}' }],
    ['of nothing', { path: '/trpc/?batch=1', body: '{}' }],
    ['of commas', { path: '/trpc/,,,,?batch=1', body: '{}' }],
    ['of what is not there', { path: '/trpc/__proto__,constructor,toString?batch=1', body: '{}' }],
  ])('%s has an answer', async (_what, request) => {
    const answer = await ask(request);
    check(answer, request);
    expect(answer.status).toBeGreaterThanOrEqual(200);
    if (answer.status !== 431) expect(codes(answer)).not.toEqual([]);
    await alive();
  });

  it('larger than 20 runs none of its calls', async () => {
    const inputs = Object.fromEntries(
      Array.from({ length: 21 }, (_, n) => [n, { text: '{"format":"trama","version":1,"name":"n","vms":[]}' }]),
    );
    const path = `/trpc/${Array<string>(21).fill('templates.import').join(',')}?batch=1`;
    const answer = await ask({ path, body: JSON.stringify(inputs) });
    expect(answer.status).toBe(400);
    const after = await ask({ method: 'GET', path: `${list}?input=%7B%7D` });
    // the scene's own two
    expect((JSON.parse(after.body) as { result: { data: { items: unknown[] } } }).result.data.items).toHaveLength(2);
  });
});

/** Parts of requests, to be put together in every way. */
const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'get');
const names = ['auth.me', 'templates.list', 'templates.create', 'slices.changes', 'auth.login', 'auth', 'no.such', ''];
const paths = fc.oneof(
  fc.constantFrom(
    ...['/', '/trpc', '/trpc/', '/trpc//', '//trpc/auth.me', '/trpc/../etc/passwd', '/trpc/%2e%2e/%2e%2e', '/healthz'],
    ...[
      '/trpc/%E0%A4%A',
      '/trpc/%00',
      '/trpc/auth%2Eme',
      '/trpc/auth.me%0d%0aX: y',
      '/trpc/auth.me/',
      '*',
      '/assets/../',
    ],
    ...[
      '/trpc/auth.me.__proto__',
      '/trpc/constructor',
      '/trpc/auth.me?batch',
      '/console',
      'http://evil.example/trpc/auth.me',
    ],
    ...[`/trpc/${'a'.repeat(9_000)}`, `/trpc/${'a.'.repeat(4_000)}`, '/trpc/auth.me#x', '/index.html', '/assets/x.js'],
  ),
  fc
    .tuple(
      fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '?batch=1', '?batch=0', '?batch=1&batch=2', '?batch=%00'),
      fc.constantFrom(
        '',
        'input=%7B%7D',
        'input=',
        'input=%',
        'input=%7B%220%22%3A%7B%7D%7D',
        'input=null',
        'input=[[]]',
      ),
    )
    .map(([called, batch, input]) => `/trpc/${called.join(',')}${batch}${batch === '' ? '?' : '&'}${input}`),
);
const line = fc.oneof(
  fc.constantFrom(...meaningfulTexts.map((text) => text.replaceAll(/[\r\n\0]/g, ' '))),
  fc.constantFrom('x'.repeat(5_000), 'é'.repeat(100), '\u0001\u007f', 'null', ',', ';', '='),
);
const headerNames = [
  ...['cookie', 'authorization', 'origin', 'host', 'content-type', 'content-length', 'transfer-encoding', 'accept'],
  ...['trpc-accept', 'x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'sec-fetch-site', 'expect', 'upgrade'],
  ...['connection', 'last-event-id', 'range', 'te', 'user-agent', 'x-trpc-source', 'content-encoding', '__proto__'],
];
const headerValues = fc.oneof(
  line,
  fc.constantFrom(
    ...[
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'chunked',
      'gzip',
      'gzip, chunked',
      '0',
      '-1',
    ],
    ...['100-continue', 'websocket', 'Upgrade', 'null', 'http://evil.example', 'cross-site', 'same-origin', '1', '1e3'],
    ...['Bearer', 'Bearer x', 'Bearer trama_pat_x', 'Basic eDp5', 'bearer\tx', 'trama_session=', 'trama_session=a.b.c'],
    ...[
      'trama_session=%E0%A4%A',
      '%%%',
      '127.0.0.1, ::1',
      'unknown',
      '999.999.999.999',
      'application/jsonl',
      'localhost:1',
    ],
  ),
);
const bodies = fc.oneof(
  fc.constantFrom<string>(
    '',
    '{}',
    '{"0":{}}',
    '[]',
    'null',
    '"',
    '{"name":"x"',
    '1e999',
    '\ufeff{}',
    '{}{}',
    '\u0000',
  ),
  fc.json(),
  fc.uint8Array({ maxLength: 200 }),
);
const strange: fc.Arbitrary<Request> = fc.record({
  method: methods,
  path: paths,
  headers: fc.dictionary(fc.constantFrom(...headerNames), headerValues, { maxKeys: 5 }),
  body: bodies,
});

it('requests put together from anything are answered or refused', { timeout: 600_000 }, async () => {
  const count = 4_000;
  let before = 0;
  const started = performance.now();
  for (const [index, request] of fc.sample(strange, { numRuns: count, seed }).entries()) {
    if (index === 500) before = await heapInUse();
    // attempts are counted by address, and all come from one
    world.pass(3_600_000 * (index % 50 === 0 ? 1 : 0));
    check(await sendRaw(served.port, bytesOf(request), { half: true }), request);
  }
  const ms = performance.now() - started;
  await alive();
  const after = await heapInUse();
  process.stdout.write(
    `\nRaw HTTP: ${sent} requests, of which ${count} in ${(ms / 1000).toFixed(1)} s, seed ${seed}; ` +
      `heap ${before.toFixed(1)} MiB before, ${after.toFixed(1)} MiB after\n`,
  );
  expect(after - before).toBeLessThan(64);
});

it('garbage on the line, also behind a good request, ends that line only', { timeout: 600_000 }, async () => {
  const good = `GET /trpc/auth.me HTTP/1.1\r\nhost: 127.0.0.1:${served.port}\r\n\r\n`;
  const chunks = [
    ...[
      '-1\r\n',
      'ffffffffffffffff\r\n',
      '0\r\n\r\n',
      '5\r\nab\r\n',
      '1;x=y\r\n{\r\n0\r\nTrailer: x\r\n\r\n',
      'zz\r\n',
    ],
    ...['1\r\n{', '\r\n\r\n', '0x10\r\n', '5 \r\nabcde\r\n0\r\n\r\n'],
  ].map(
    (chunk) =>
      `POST ${create} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n${chunk}`,
  );
  const smuggled = [
    `POST ${create} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${good}`,
    `POST ${create} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
    `GET /trpc/auth.me HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`,
    `GET /trpc/auth.me HTTP/0.9\r\n\r\n`,
    `GET /trpc/auth.me HTTP/1.1\r\n\r\n`,
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
  ];
  const garbage = fc.sample(
    fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
    ),
    { numRuns: 500, seed },
  );
  for (const bytes of [...chunks, ...smuggled, ...garbage].map((each) => Buffer.from(each))) {
    check(await sendRaw(served.port, bytes, { half: true }), bytes.toString('latin1'));
    // Node may close in the middle of the first answer
    const answer = await sendRaw(served.port, Buffer.concat([Buffer.from(good), bytes]), { half: true });
    check({ ...answer, complete: false }, 'pipelined');
  }
  await alive();
});
