import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { createApp } from '#server/app';
import { listen } from '#server/http/listen';
import { silentLogger } from '#server/lib/logger';
import { rfbVersion } from '#server/lib/rfb';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { registryOf } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { simulatedZone } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';
import { consoleProtocol } from '#shared/console';
import type { ConsoleKind } from '#shared/image';

const database = useDatabase();
const world = createWorld(database);

/** A whole server on a port of its own, with VMs of its own, on the one database. */
async function server(host: string, secret = world.ctx.settings.jwtSecret) {
  const listener = await listen({ host: '127.0.0.1', port: 0 });
  const app = createApp({
    home: {
      signs: { identity: randomUUID(), host, relayUrl: listener.peerUrl, version: '0' },
      exclusive: false,
      beatMs: 50,
    },
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
    providers: registryOf(createSimulatorProvider()),
    jwtSecret: secret,
    pages: { html: () => Promise.resolve('') },
    assets: null,
    log: silentLogger,
    argon2: world.ctx.settings.argon2,
  });
  listener.setHandlers({ request: app.request, upgrade: app.upgrade });
  await app.ready;
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await app.close();
    await listener.close();
  };
  onTestFinished(close);
  return { app, url: listener.url, close };
}

/** A console that one asks `url` for. */
async function open(url: string, token: string, ticket: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/console`, [consoleProtocol, ticket], {
    headers: { cookie: `trama_session=${token}` },
  });
  let text = '';
  const notices: unknown[] = [];
  socket.on('message', (data, isBinary) => {
    if (!(data instanceof Buffer)) return;
    if (isBinary) text += data.toString();
    else notices.push(JSON.parse(data.toString()));
  });
  const status = await new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => resolve(0));
  });
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  return { socket, status, notices, text: () => text };
}

async function scene(otherSecret?: Uint8Array) {
  const zoneId = await simulatedZone(database.db);
  const home = await server('lab-1');
  const other = await server('lab-2', otherSecret);
  const owner = await world.person();
  const caller = world.callerOf(owner);
  const drawn = line(1);
  const topology = { ...drawn, vms: drawn.vms.map((vm) => ({ ...vm, graphics: true })) };
  const template = await caller.templates.create({ name: 't', topology });
  const slice = await caller.slices.create({ name: 's', templateId: template.id, zoneId });
  await caller.deployments.start({ sliceId: slice.id, kind: 'deploy' });
  await vi.waitFor(
    async () => {
      const [row] = await database.db.select().from(slices).where(eq(slices.id, slice.id));
      expect(row?.status).toBe('active');
    },
    { timeout: 60_000, interval: 20 },
  );
  const vmId = slice.vmList[0]?.id ?? 0;
  return {
    home,
    other,
    owner,
    slice,
    vmId,
    ticket: async (kind?: ConsoleKind) => (await caller.slices.openConsole({ vmId, kind })).token,
  };
}

test('a console opened at another server is relayed: bytes both ways, and why it ends', async () => {
  const { other, owner, slice, vmId, ticket } = await scene();
  const console = await open(other.url, owner.token, await ticket());
  expect(console.status).toBe(101);
  await vi.waitFor(() => expect(console.text()).toContain('TRAMA-READY vm-1'), { timeout: 60_000 });
  console.socket.send(Buffer.from('hello over there\r'));
  await vi.waitFor(() => expect(console.text()).toContain('hello over there'), { timeout: 60_000 });
  const screen = await open(other.url, owner.token, await ticket('vnc'));
  screen.socket.send(Buffer.from(rfbVersion));
  // and the kinds of security that there are: one, which asks for nothing
  await vi.waitFor(() => expect(screen.text()).toBe(`${rfbVersion}\u0001\u0001`), { timeout: 60_000 });
  const ended = once(console.socket, 'close');
  // asked of the same server, done by the home
  const response = await fetch(`${other.url}/trpc/deployments.start`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `trama_session=${owner.token}` },
    body: JSON.stringify({ sliceId: slice.id, kind: 'stop', vmId }),
  });
  expect(response.status).toBe(200);
  await ended;
  expect(console.notices.at(-1)).toMatchObject({ state: 'vm-stopped' });
  expect(JSON.stringify(console.notices.at(-1))).not.toContain('was lost');
});

test('a console whose home ends says so at the other server', async () => {
  const { home, other, owner, ticket } = await scene();
  const console = await open(other.url, owner.token, await ticket());
  expect(console.status).toBe(101);
  const ended = once(console.socket, 'close');
  await home.close();
  await ended;
  expect(console.notices.at(-1)).toMatchObject({ state: 'vm-stopped', message: 'The server is stopping.' });
});

test('servers that do not share their secret relay nothing', async () => {
  const { other, owner, ticket } = await scene(new TextEncoder().encode('another secret of thirty-two characters'));
  // the session is not the other server's either
  expect((await open(other.url, owner.token, await ticket())).status).not.toBe(101);
});
