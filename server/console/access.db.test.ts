import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { useDatabase } from '#db/testing/database';
import { sliceShares, slices, sliceVms } from '#drizzle/schema/slices';
import { createApp, type App } from '#server/app';
import { askAgainMs } from '#server/domain/auth/sessions';
import { listen, type Listener } from '#server/http/listen';
import { silentLogger } from '#server/lib/logger';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { registryOf } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { simulatedZone } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';
import { outcomeOf } from '#server/testing/outcomes';
import { actorOf, type CallerKind } from '#server/testing/access-callers';
import { endings, giveSession, giveToken, makeScene, type Person, type Scene } from '#server/testing/scene';
import { consolePath, consoleProtocol } from '#shared/console';
import { limits } from '#shared/limits';
import type { Scope } from '#shared/scopes';

/** The console over a real WebSocket of the real server, in front of a simulated VM that runs. */
const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
let app: App;
let listener: Listener;

beforeAll(async () => {
  listener = await listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => listener.close());

interface Stage {
  scene: Scene;
  vmId: number;
  sliceId: number;
}
let stage: Stage;

beforeEach(async () => {
  const providers = registryOf(createSimulatorProvider());
  app = createApp({
    home: null,
    config: {
      publicUrl: null,
      registrationOpen: true,
      registrationDomains: null,
      sessionHours: 12,
      sessionIdleHours: 6,
      auditDays: 1,
      simulator: true,
      dataDir: path.join(os.tmpdir(), `trama-test-${process.pid}`),
    },
    database: database.handle,
    providers,
    jwtSecret: ctx.settings.jwtSecret,
    pages: { html: () => Promise.resolve('') },
    assets: null,
    log: silentLogger,
    argon2: ctx.settings.argon2,
  });
  listener.setHandlers({ request: app.request, upgrade: app.upgrade });
  const scene = await makeScene(ctx);
  const zoneId = await simulatedZone(ctx.db);
  const owner = await giveSession(ctx, scene, 'owner');
  const call = (name: string, input: unknown) => post(name, input, `trama_session=${owner.token}`);
  const template = (await call('templates.create', { name: 'console', topology: line(1) })) as { id: number };
  const slice = (await call('slices.create', { name: 'console', templateId: template.id, zoneId })) as {
    id: number;
    vmList: { id: number }[];
  };
  await call('deployments.start', { sliceId: slice.id, kind: 'deploy' });
  await vi.waitFor(
    async () => {
      const [row] = await ctx.db.select().from(slices).where(eq(slices.id, slice.id));
      if (row?.status !== 'active') throw new Error('the slice is not active yet');
      const [vm] = await ctx.db.select().from(sliceVms).where(eq(sliceVms.sliceId, slice.id));
      if (vm?.status !== 'running') throw new Error('the VM does not run yet');
    },
    { timeout: 100_000, interval: 20 },
  );
  await ctx.db.insert(sliceShares).values([
    { sliceId: slice.id, userId: scene.user.viewer, level: 'view' },
    { sliceId: slice.id, userId: scene.user.operator, level: 'operate' },
  ]);
  stage = { scene, sliceId: slice.id, vmId: slice.vmList[0]?.id ?? 0 };
});
afterEach(() => app.close());

async function post(name: string, input: unknown, cookie: string): Promise<unknown> {
  const response = await fetch(`${listener.url}/trpc/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(input),
  });
  const { result } = (await response.json()) as { result?: { data: unknown } };
  if (result === undefined) throw new Error(`${name} was refused`);
  return result.data;
}

/** A console token, as the person would get it. */
async function ticketOf(person: Person): Promise<string> {
  const actor = await actorOf(ctx, stage.scene, { name: person, person, scopes: 'session' });
  return (await world.callerOf(actor).slices.openConsole({ vmId: stage.vmId })).token;
}

type Headers = Record<string, string>;
const cookieOf = async (person: Person): Promise<Headers> => ({
  cookie: `trama_session=${(await giveSession(ctx, stage.scene, person)).token}`,
});
const bearerOf = async (person: Person, scopes: Scope[]): Promise<Headers> => ({
  authorization: `Bearer ${(await giveToken(ctx, stage.scene, { person, scopes })).token}`,
});

/** The status of the answer to the handshake; 101 when the console is open. */
async function handshake(protocols: string[], headers: Headers, path = consolePath): Promise<number> {
  const socket = new WebSocket(`${listener.url.replace('http', 'ws')}${path}`, protocols, { headers });
  try {
    return await new Promise<number>((resolve, reject) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', reject);
    });
  } finally {
    socket.on('error', () => {});
    socket.terminate();
  }
}
const open = async (ticket: string, headers: Headers) => handshake([consoleProtocol, ticket], headers);

describe('a console', () => {
  it('opens for the owner, an administrator and whom it is shared with, by a session or a token to operate with', async () => {
    const allowed: [Person, () => Promise<Headers>][] = [
      ['owner', () => cookieOf('owner')],
      ['operator', () => cookieOf('operator')],
      ['viewer', () => cookieOf('viewer')],
      ['admin', () => cookieOf('admin')],
      ['owner', () => bearerOf('owner', ['slices:operate'])],
      ['owner', () => bearerOf('owner', ['manage'])],
      ['operator', () => bearerOf('operator', ['operate'])],
    ];
    for (const [person, headers] of allowed)
      expect(await open(await ticketOf(person), await headers()), person).toBe(101);
  });

  it('gives no ticket to strangers and to tokens without the scope', async () => {
    const callers: [CallerKind, string][] = [
      [{ name: 'stranger', person: 'stranger', scopes: 'session' }, 'NOT_FOUND'],
      [{ name: 'instructor', person: 'instructor', scopes: 'session' }, 'NOT_FOUND'],
      [{ name: 'reader', person: 'owner', scopes: ['slices:read'] }, 'FORBIDDEN'],
      [{ name: 'templates', person: 'owner', scopes: ['templates:manage'] }, 'FORBIDDEN'],
    ];
    for (const [caller, code] of callers) {
      const api = world.callerOf(await actorOf(ctx, stage.scene, caller));
      await expect(api.slices.openConsole({ vmId: stage.vmId }), caller.name).rejects.toMatchObject({
        cause: { code },
      });
    }
  });

  it('shows whom it is shared with to view what others type, and takes nothing of theirs', async () => {
    const connect = async (person: Person) => {
      const socket = new WebSocket(
        `${listener.url.replace('http', 'ws')}${consolePath}`,
        [consoleProtocol, await ticketOf(person)],
        { headers: await cookieOf(person) },
      );
      let text = '';
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) text += data.toString();
      });
      await once(socket, 'open');
      return { socket, text: () => text };
    };
    const viewer = await connect('viewer');
    viewer.socket.send(Buffer.from('typed-by-viewer\r'));
    // what came before it has been read
    viewer.socket.ping();
    await once(viewer.socket, 'pong');
    const operator = await connect('operator');
    operator.socket.send(Buffer.from('typed-by-operator\r'));
    await expect.poll(viewer.text).toContain('typed-by-operator');
    expect(operator.text()).not.toContain('typed-by-viewer');

    const closed = once(viewer.socket, 'close');
    const owner = await giveSession(ctx, stage.scene, 'owner');
    const theirs = { id: stage.sliceId, userId: stage.scene.user.viewer };
    await post('slices.unshare', theirs, `trama_session=${owner.token}`);
    expect(await closed).toMatchObject([1008, Buffer.from('You may not see this VM any more.')]);
    operator.socket.close();
  });

  it('opens for nobody else with a good ticket, and a ticket that was refused is spent', async () => {
    const wrong: Headers[] = [
      {},
      { cookie: 'trama_session=nonsense' },
      { authorization: 'Bearer nonsense' },
      await cookieOf('stranger'),
      await cookieOf('admin'),
      await bearerOf('owner', ['slices:read']),
      await bearerOf('owner', ['templates:manage']),
    ];
    const owner = await cookieOf('owner');
    for (const headers of wrong) {
      const ticket = await ticketOf('owner');
      expect(await open(ticket, headers), JSON.stringify(headers)).toBe(401);
      expect(await open(ticket, owner), `after ${JSON.stringify(headers)}`).toBe(401);
    }
    const ticket = await ticketOf('owner');
    expect(await open(ticket, owner)).toBe(101);
    expect(await open(ticket, owner)).toBe(401);
  });

  it('opens for no dead session or token', async () => {
    for (const ending of ['revoked', 'expired', 'idle'] as const) {
      const session = await giveSession(ctx, stage.scene, 'owner');
      await endings[ending](ctx, session);
      expect(await open(await ticketOf('owner'), { cookie: `trama_session=${session.token}` }), ending).toBe(401);
    }
    for (const ending of ['revoked', 'expired'] as const) {
      const token = await giveToken(ctx, stage.scene, { person: 'owner', scopes: ['manage'] });
      await endings[ending](ctx, token);
      expect(await open(await ticketOf('owner'), { authorization: `Bearer ${token.token}` }), ending).toBe(401);
    }
    const cookie = await cookieOf('operator');
    const ticket = await ticketOf('operator');
    await endings.disabledUser(ctx, { token: '', tokenId: 0 }, stage.scene.user.operator);
    expect(await open(ticket, cookie)).toBe(401);
  });

  it('opens with no wrong, missing or misplaced ticket, and for no other site', async () => {
    const cookie = await cookieOf('owner');
    let ticket = await ticketOf('owner');
    expect(await open('wrong', cookie)).toBe(401);
    expect(await handshake([consoleProtocol], cookie)).toBe(400);
    expect(await handshake([ticket], cookie)).toBe(400);
    expect(await handshake([consoleProtocol], cookie, `${consolePath}?token=${ticket}`)).toBe(400);
    for (const origin of ['https://evil.example', 'null', listener.url.replace('localhost', '127.0.0.1')]) {
      expect(await open(ticket, { ...cookie, origin }), origin).toBe(403);
      expect(await open(ticket, cookie), `after ${origin}`).toBe(401);
      ticket = await ticketOf('owner');
    }
    expect(await open(ticket, { ...cookie, origin: listener.url })).toBe(101);
  });

  it('does not open with a ticket from before its share was taken back', async () => {
    const ticket = await ticketOf('operator');
    await ctx.db.delete(sliceShares).where(eq(sliceShares.userId, stage.scene.user.operator));
    expect(await open(ticket, await cookieOf('operator'))).toBe(401);
  });
});

it('one user could hold any number of consoles', async () => {
  const headers = await cookieOf('operator');
  const held: WebSocket[] = [];
  const hold = async (ticket: string) => {
    const url = `${listener.url.replace('http', 'ws')}${consolePath}`;
    const socket = new WebSocket(url, [consoleProtocol, ticket], { headers });
    await once(socket, 'open');
    held.push(socket);
  };
  try {
    for (let count = 1; count < limits.consolesPerUser; count += 1) await hold(await ticketOf('operator'));
    // both were given out while there was one place left
    const [last, late] = [await ticketOf('operator'), await ticketOf('operator')];
    await hold(last);
    expect(await open(late, headers)).toBe(429);
    expect(await outcomeOf(ticketOf('operator'))).toBe('TOO_MANY_CONSOLES');
    // others are not kept out, and a place is free again when its console has ended
    expect(await open(await ticketOf('owner'), await cookieOf('owner'))).toBe(101);
    held.pop()?.close();
    await expect.poll(() => outcomeOf(ticketOf('operator'))).toBe('OK');
    await hold(await ticketOf('operator'));
    expect(await outcomeOf(ticketOf('operator'))).toBe('TOO_MANY_CONSOLES');
  } finally {
    for (const socket of held) socket.terminate();
  }
});

describe('an open console is closed', () => {
  afterEach(() => void vi.useRealTimers());

  it.each<[string, 'session' | Scope[], (credential: { token: string; tokenId: number }) => Promise<unknown>]>([
    ['its session is revoked', 'session', (credential) => endings.revoked(ctx, credential)],
    ['its token is revoked', ['slices:operate'], (credential) => endings.revoked(ctx, credential)],
    [
      'its user is disabled',
      'session',
      (credential) => endings.disabledUser(ctx, credential, stage.scene.user.operator),
    ],
    ['its share is taken back', 'session', () => sharedNow(null)],
    ['it is shared to view only', 'session', () => sharedNow('view')],
  ])('when %s', async (_when, kind, take) => {
    const { scene } = stage;
    const ticket = await ticketOf('operator');
    const credential =
      kind === 'session'
        ? await giveSession(ctx, scene, 'operator')
        : await giveToken(ctx, scene, { person: 'operator', scopes: kind });
    const headers: Headers =
      kind === 'session'
        ? { cookie: `trama_session=${credential.token}` }
        : { authorization: `Bearer ${credential.token}` };
    // the server looks now and then: the test says when
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const socket = new WebSocket(`${listener.url.replace('http', 'ws')}${consolePath}`, [consoleProtocol, ticket], {
      headers,
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await take(credential);
    vi.advanceTimersByTime(askAgainMs);
    const [code] = (await closed) as [number];
    expect(code).toBe(1008);
  });

  it('at once when its share is taken back, and not at the next look', async () => {
    const { scene, sliceId } = stage;
    const ticket = await ticketOf('operator');
    const { token } = await giveSession(ctx, scene, 'operator');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const socket = new WebSocket(`${listener.url.replace('http', 'ws')}${consolePath}`, [consoleProtocol, ticket], {
      headers: { cookie: `trama_session=${token}` },
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const owner = await giveSession(ctx, scene, 'owner');
    const answer = await fetch(`${listener.url}/trpc/slices.unshare`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: listener.url, cookie: `trama_session=${owner.token}` },
      body: JSON.stringify({ id: sliceId, userId: scene.user.operator }),
    });
    expect(answer.status).toBe(200);
    const [code] = (await closed) as [number];
    expect(code).toBe(1008);
  });

  it('with a sentence when an update removes its VM', async () => {
    const { scene, sliceId } = stage;
    const { token } = await giveSession(ctx, scene, 'owner');
    const socket = new WebSocket(
      `${listener.url.replace('http', 'ws')}${consolePath}`,
      [consoleProtocol, await ticketOf('owner')],
      { headers: { cookie: `trama_session=${token}` } },
    );
    const notices: unknown[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) notices.push(JSON.parse(data.toString()));
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await post(
      'deployments.start',
      { sliceId, kind: 'update', baseVersion: 1, change: { from: 'drawing', topology: line(0) } },
      `trama_session=${token}`,
    );
    expect(await closed).toMatchObject([1000, {}]);
    expect(notices.at(-1)).toMatchObject({
      state: 'closed',
      message: 'vm-1 was removed from its slice.',
      sentences: [{ code: 'CONSOLE_VM_REMOVED', params: { vm: 'vm-1' } }],
    });
  });

  async function sharedNow(level: 'view' | null): Promise<void> {
    const { scene, sliceId } = stage;
    const mine = and(eq(sliceShares.sliceId, sliceId), eq(sliceShares.userId, scene.user.operator));
    if (level === null) await ctx.db.delete(sliceShares).where(mine);
    else await ctx.db.update(sliceShares).set({ level }).where(mine);
  }
});
