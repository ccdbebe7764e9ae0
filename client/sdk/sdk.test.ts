// @vitest-environment node
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createTramaClient, TramaError, type SliceEvent, type TramaClientOptions } from './index';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const running: http.Server[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A server that gives its answers in turn, the last one again and again, and notes what it was asked. */
async function serve(...answers: Answer[]) {
  const asked: { path: string; input: unknown; headers: http.IncomingHttpHeaders }[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const text = searchParams.get('input') ?? (Buffer.concat(chunks).toString() || 'null');
      asked.push({ path: pathname.replace('/trpc/', ''), input: JSON.parse(text), headers: request.headers });
      (answers[asked.length - 1] ?? answers.at(-1))?.(request, response);
    });
  });
  running.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  return { server, url, asked, client: (options: Partial<TramaClientOptions> = {}) => clientOf(url, options) };
}

const clientOf = (url: string, options: Partial<TramaClientOptions> = {}) =>
  createTramaClient({ url, token: 'trama_pat_x', retry: { attempts: 3, firstDelayMs: 1 }, ...options });

const json =
  (status: number, body: unknown): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const ok = (data: unknown) => json(200, { result: { data } });
const refused = (status: number, app: { code: string; message: string; [key: string]: unknown }) =>
  json(status, { error: { message: app.message, code: -32000, data: { code: 'X', httpStatus: status, app } } });
const away = refused(503, { code: 'DATABASE_UNAVAILABLE', message: 'Away.' });
const drop: Answer = (request) => void request.socket.destroy();

/** Answers with a stream that holds the blocks; `open` leaves it open behind them. */
const stream =
  (blocks: string[], open = false): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: connected\ndata: {}\n\n\n${blocks.join('')}`);
    if (!open) response.end();
  };
const event = (id: number, data: unknown = { type: 'slice.status', status: 'active' }) =>
  `data: ${JSON.stringify({ id, sliceId: 7, at: '2026-01-01T00:00:00.000Z', data })}\nid: ${id}\n\n\n`;

it('asks by POST what is too long for an address', async () => {
  const methods: (string | undefined)[] = [];
  const { asked, client } = await serve((request, response) => {
    methods.push(request.method);
    ok({})(request, response);
  });
  const text = 'x'.repeat(20_000);
  const { api } = client();
  await api.deployments.plan.query({ sliceId: 1, kind: 'update' });
  await api.deployments.plan.query({ sliceId: 1, kind: 'update', change: { from: 'document', text } });
  expect(methods).toEqual(['GET', 'POST']);
  expect(asked.at(-1)?.input).toMatchObject({ change: { text } });
});

async function failure(call: Promise<unknown>): Promise<TramaError> {
  const error: unknown = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(TramaError);
  return error as TramaError;
}

async function idsOf(events: AsyncIterable<SliceEvent>): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of events) ids.push(id);
  return ids;
}

describe('a server of another version', () => {
  const answering =
    (theirs: string): Answer =>
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', 'x-trama-version': theirs })
        .end(JSON.stringify({ result: { data: { user: null } } }));

  it.each([
    ['0.2.0', /server runs Trama 0\.2\.0.*upgrade this program/],
    ['1.1.0', /server runs Trama 1\.1\.0.*upgrade this program/],
    ['0.0.9', /server runs Trama 0\.0\.9.*the server is to be upgraded/],
  ])('%s is refused, and which one to upgrade is said', async (theirs, sentence) => {
    const { client, asked } = await serve(answering(theirs));
    await expect(client().api.auth.me.query()).rejects.toMatchObject({
      code: 'VERSION_MISMATCH',
      message: expect.stringMatching(sentence) as string,
    });
    expect(asked).toHaveLength(1);
  });

  it.each(['0.1.0', '0.1.7', 'unknown'])('%s is not', async (theirs) => {
    const { client } = await serve(answering(theirs));
    await expect(client().api.auth.me.query()).resolves.toEqual({ user: null });
  });
});

describe('calls', () => {
  it('send the token and give the answer', async () => {
    const { client, asked } = await serve(ok({ items: [], nextCursor: null }));
    expect(await client().api.slices.list.query({ limit: 3 })).toEqual({ items: [], nextCursor: null });
    expect(asked[0]).toMatchObject({ path: 'slices.list', input: { limit: 3 } });
    expect(asked[0]?.headers.authorization).toBe('Bearer trama_pat_x');
  });

  it('fail with the server’s code, sentence, field and problems', async () => {
    const problems = [{ code: 'NO_ROOM', message: 'No room.' }];
    const { client, asked } = await serve(
      refused(409, { code: 'NAME_TAKEN', message: 'There is one.', field: 'name', node: 'a', problems }),
    );
    const error = await failure(client().api.slices.rename.mutate({ id: 1, name: 'x' }));
    expect({ ...error, message: error.message }).toMatchObject({
      name: 'TramaError',
      code: 'NAME_TAKEN',
      message: 'There is one.',
      field: 'name',
      node: 'a',
      problems,
      status: 409,
    });
    expect(asked).toHaveLength(1);
  });

  it('understand what is refused before a procedure is reached', async () => {
    const app = { code: 'FORBIDDEN', message: 'Requests from other sites are refused.' };
    const { client } = await serve(json(403, [{ error: { message: app.message, data: { app } } }]));
    expect(await failure(client().api.auth.me.query())).toMatchObject({ ...app, status: 403 });
  });

  it('are done again when nothing is lost by it, and only then', async () => {
    const key = { idempotencyKey: '12345678' };
    const start = { sliceId: 1, kind: 'start' } as const;
    const queried = await serve(drop, away, ok('done'));
    expect(await queried.client().api.auth.me.query()).toBe('done');
    const keyed = await serve(away, ok('done'));
    expect(await keyed.client().api.deployments.start.mutate({ ...start, ...key })).toBe('done');
    expect(keyed.asked.map(({ input }) => input)).toEqual([
      { ...start, ...key },
      { ...start, ...key },
    ]);
    const plain = await serve(away, ok('done'));
    expect(await failure(plain.client().api.deployments.start.mutate(start))).toMatchObject({ status: 503 });
    const wrong = await serve(refused(400, { code: 'INVALID_INPUT', message: 'No.' }), ok('done'));
    expect(await failure(wrong.client().api.auth.me.query())).toMatchObject({ code: 'INVALID_INPUT' });
    const never = await serve(away, ok('done'));
    expect(await failure(never.client({ retry: false }).api.auth.me.query())).toMatchObject({ status: 503 });
    expect([plain.asked.length, wrong.asked.length, never.asked.length]).toEqual([1, 1, 1]);
  });

  it('wait as long as the server says, and not when that is too long', async () => {
    const limited = (seconds: number) =>
      refused(429, { code: 'RATE_LIMITED', message: 'Too many.', params: { seconds } });
    const short = await serve(limited(0.02), ok('done'));
    expect(await short.client().api.auth.me.query()).toBe('done');
    const long = await serve(limited(31), ok('done'));
    expect(await failure(long.client().api.auth.me.query())).toMatchObject({ code: 'RATE_LIMITED' });
    expect(long.asked).toHaveLength(1);
  });

  it('say that the server cannot be reached, or is another', async () => {
    const { server, url } = await serve(drop);
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    running.length = 0;
    const gone = await failure(clientOf(url).api.auth.me.query());
    expect(gone).toMatchObject({ code: 'NETWORK', status: undefined });
    expect(gone.message).toContain(url);
    expect(gone.message).toContain('ECONNREFUSED');
    const page = await serve((_request, response) => void response.writeHead(404).end('<html>'));
    expect(await failure(page.client().api.auth.me.query())).toMatchObject({ code: 'NETWORK', status: 404 });
  });

  it('end by a signal: the call’s or the client’s', async () => {
    for (const which of ['call', 'client'] as const) {
      const stop = new AbortController();
      const { client } = await serve(() => stop.abort());
      const call =
        which === 'call'
          ? client().api.auth.me.query(undefined, { signal: stop.signal })
          : client({ signal: stop.signal }).api.auth.me.query();
      expect(await failure(call)).toMatchObject({ code: 'ABORTED' });
      const late = client({ signal: stop.signal }).api.auth.me.query();
      expect(await failure(late)).toMatchObject({ code: 'ABORTED' });
    }
  });

  it('read lists to their end', async () => {
    const { client, asked } = await serve(
      ok({ items: [{ id: 1 }, { id: 2 }], nextCursor: 'next' }),
      ok({ items: [{ id: 3 }], nextCursor: null }),
    );
    const trama = client();
    const ids: number[] = [];
    for await (const { id } of trama.all(trama.api.slices.list, { of: 'all' })) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
    expect(asked.map(({ input }) => input)).toEqual([
      { of: 'all', cursor: null },
      { of: 'all', cursor: 'next' },
    ]);
  });
});

describe('watch', () => {
  it('goes on behind the last event after every kind of interruption', async () => {
    const stop = new AbortController();
    const { client, asked } = await serve(
      stream([event(4), event(5)]),
      away,
      drop,
      (_request, response) => void response.writeHead(502).end('bad gateway'),
      stream([event(6)]),
      stream([event(9)], true),
    );
    const ids: number[] = [];
    for await (const { id } of client().watch({ sliceId: 7, lastEventId: 3, signal: stop.signal })) {
      ids.push(id);
      if (id === 9) stop.abort();
    }
    expect(ids).toEqual([4, 5, 6, 9]);
    expect(asked.map(({ input }) => (input as { lastEventId: string }).lastEventId)).toEqual([
      '3',
      '5',
      '5',
      '5',
      '5',
      '6',
    ]);
  });

  it('begins with what the slice is now', async () => {
    const { client, asked } = await serve(
      ok({ id: 7, lastEventId: 41 }),
      stream([event(42), 'event: return\ndata:\n\n']),
    );
    expect(await idsOf(client().watch({ sliceId: 7 }))).toEqual([42]);
    expect(asked[1]).toMatchObject({ path: 'deployments.watch', input: { sliceId: 7, lastEventId: '41' } });
  });

  it('closes its connection when the loop is left', async () => {
    let closed = () => {};
    const wasClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { client } = await serve((request, response) => {
      response.on('close', closed);
      stream([event(1)], true)(request, response);
    });
    for await (const { id } of client().watch({ sliceId: 7, lastEventId: 0 })) {
      expect(id).toBe(1);
      break;
    }
    await wasClosed;
  });

  it('throws what the server refuses, at first and later', async () => {
    const app = { code: 'NOT_FOUND', message: 'There is no such slice.' };
    const first = await serve(refused(404, app));
    expect(await failure(idsOf(first.client().watch({ sliceId: 7, lastEventId: 0 })))).toMatchObject(app);
    const ended = { code: 'UNAUTHENTICATED', message: 'The session has ended.' };
    const block = `event: serialized-error\ndata: ${JSON.stringify({ data: { app: ended } })}\n\n`;
    const later = await serve(stream([event(1), block]));
    expect(await failure(idsOf(later.client().watch({ sliceId: 7, lastEventId: 0 })))).toMatchObject(ended);
    const full = { code: 'TOO_MANY_STREAMS', message: 'This account has 100 event streams open.' };
    const crowded = await serve(
      stream([event(1), `event: serialized-error\ndata: ${JSON.stringify({ data: { app: full } })}\n\n`]),
    );
    expect(await failure(idsOf(crowded.client().watch({ sliceId: 7, lastEventId: 0 })))).toMatchObject(full);
    expect(crowded.asked).toHaveLength(1);
    const never = await serve(drop);
    expect(await failure(idsOf(never.client().watch({ sliceId: 7, lastEventId: 0 })))).toMatchObject({
      code: 'NETWORK',
    });
    expect(never.asked).toHaveLength(3);
  });

  it('is what a subscription of the router gives, too', async () => {
    const { client } = await serve(stream([event(5)], true));
    const item = await new Promise((resolve, reject) => {
      const subscription = client().api.deployments.watch.subscribe(
        { sliceId: 7 },
        {
          onError: reject,
          onData(data) {
            subscription.unsubscribe();
            resolve(data);
          },
        },
      );
    });
    expect(item).toMatchObject({ id: '5', data: { id: 5, sliceId: 7 } });
  });
});

describe('waitFor', () => {
  const deployment = (status: string, error: string | null = null) =>
    ok({ id: 3, sliceId: 7, kind: 'deploy', status, error, steps: [] });
  const status = (id: number, deploymentId: number, now: string) =>
    event(id, { type: 'deployment.status', deploymentId, status: now, error: null });
  const slice = ok({ id: 7, lastEventId: 10 });

  it('resolves with the deployment once an event says that it has succeeded', async () => {
    const { client, asked } = await serve(
      slice,
      deployment('running'),
      // another deployment's end, and a stream that breaks off
      stream([status(11, 2, 'succeeded'), status(12, 3, 'running')]),
      stream([status(13, 3, 'succeeded')], true),
      deployment('succeeded'),
    );
    const seen: number[] = [];
    const onEvent = ({ id }: SliceEvent) => seen.push(id);
    expect(await client().waitFor({ id: 3, sliceId: 7 }, { onEvent })).toMatchObject({ status: 'succeeded' });
    expect(seen).toEqual([11, 12, 13]);
    expect(asked.map(({ path }) => path)).toEqual([
      'slices.get',
      'deployments.get',
      'deployments.watch',
      'deployments.watch',
      'deployments.get',
    ]);
    expect(asked[2]?.input).toEqual({ sliceId: 7, lastEventId: '10' });
  });

  it('finds the slice by itself, and does not wait for what is over', async () => {
    const { client, asked } = await serve(deployment('running'), slice, deployment('succeeded'));
    await client().waitFor({ id: 3 });
    expect(asked.map(({ path }) => path)).toEqual(['deployments.get', 'slices.get', 'deployments.get']);
  });

  it('rejects with the sentence of the deployment', async () => {
    const failed = await serve(slice, deployment('failed', 'web did not boot.'));
    expect(await failure(failed.client().waitFor({ id: 3, sliceId: 7 }))).toMatchObject({
      code: 'DEPLOYMENT_FAILED',
      message: 'web did not boot.',
    });
    const cancelled = await serve(slice, deployment('cancelled'));
    expect(await failure(cancelled.client().waitFor({ id: 3, sliceId: 7 }))).toMatchObject({
      code: 'DEPLOYMENT_CANCELLED',
    });
  });

  it('gives up by its own time or by a signal', async () => {
    const timed = await serve(slice, deployment('running'), stream([], true));
    expect(await failure(timed.client().waitFor({ id: 3, sliceId: 7 }, { timeoutMs: 200 }))).toMatchObject({
      code: 'TIMEOUT',
    });
    const stop = new AbortController();
    const stopped = await serve(slice, deployment('running'), (request, response) => {
      stream([], true)(request, response);
      stop.abort();
    });
    const waiting = stopped.client().waitFor({ id: 3, sliceId: 7 }, { signal: stop.signal });
    expect(await failure(waiting)).toMatchObject({ code: 'ABORTED' });
  });
});

describe('console', () => {
  it('is bytes both ways, by the one-time token', async () => {
    const { client, server } = await serve(ok({ token: 'once', path: '/console' }));
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'trama.console' });
    const opened: unknown[] = [];
    sockets.on('connection', (socket, request) => {
      opened.push(request.headers['sec-websocket-protocol'], request.headers.authorization, request.url);
      socket.send(JSON.stringify({ type: 'state', state: 'attached', message: 'Connected.' }));
      socket.send(Buffer.from('login: '));
      socket.on('message', (data) => {
        socket.send(data, { binary: true });
        socket.send(JSON.stringify({ type: 'state', state: 'vm-stopped', message: 'It was stopped.' }));
        socket.close(1000);
      });
    });
    const guest = await client().console(5);
    let text = '';
    for await (const chunk of guest) {
      text += Buffer.from(chunk).toString();
      if (text === 'login: ') guest.write('é\r');
    }
    expect(text).toBe('login: é\r');
    expect(await guest.closed).toBe('It was stopped.');
    expect(opened).toEqual(['trama.console,once', 'Bearer trama_pat_x', '/console']);
    sockets.close();
  });

  it('loses nothing of what is read late, and says what the server has left out', async () => {
    const { client, server } = await serve(ok({ token: 'once', path: '/console' }));
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'trama.console' });
    const piece = Buffer.alloc(256 * 1024, 'y');
    sockets.on('connection', (socket) => {
      for (let count = 0; count < 40; count += 1) socket.send(piece);
      socket.send(JSON.stringify({ type: 'left-out', bytes: 1234 }));
      socket.send(Buffer.from('end'));
      socket.close(1000);
    });
    const guest = await client().console(5);
    let bytes = 0;
    for await (const chunk of guest) bytes += chunk.length;
    expect(bytes).toBe(40 * piece.length + 3);
    expect(guest.leftOut()).toBe(1234);
    expect(await guest.closed).toBe('The console was closed.');
    sockets.close();
  });

  it('says why it cannot be opened', async () => {
    const { client, server } = await serve(ok({ token: 'once', path: '/console' }));
    server.on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(await failure(client().console(5))).toMatchObject({ code: 'CONSOLE_UNAVAILABLE', status: 503 });
  });
});
