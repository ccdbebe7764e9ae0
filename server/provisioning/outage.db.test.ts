import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnections } from '#db/connections';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { openDatabase, type DatabaseHandle } from '#server/db/client';
import { only } from '#server/db/rows';
import { silentLogger } from '#server/lib/logger';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor, DomainContext } from '#server/domain/context';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import type { Provisioning } from './provisioning';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { ended, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();

/** A way to the database that can be cut and mended. */
async function cuttable(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let cut = false;
  const server = createServer((client) => {
    if (cut) {
      client.destroy();
      return;
    }
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String(address.port);
  return {
    url: own.href,
    /** Local ports of the connections to the database, as its process list names them. */
    ports: () =>
      new Set(
        [...sockets].filter((socket) => socket.remotePort === Number(target.port)).map((socket) => socket.localPort),
      ),
    cut() {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      cut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

let state: SimulatorState;
let actor: Actor;
let way: Awaited<ReturnType<typeof cuttable>>;
let handle: DatabaseHandle;
let context: DomainContext;
let provisioning: Provisioning;
let zoneId: number;
const rejections: unknown[] = [];
const onRejection = (error: unknown) => rejections.push(error);

beforeEach(async () => {
  process.on('unhandledRejection', onRejection);
  state = createSimulatorState();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
  way = await cuttable(database.url);
  handle = openDatabase(way.url);
});
afterEach(async () => {
  await provisioning.stop();
  await handle.close();
  await way.close();
  process.off('unhandledRejection', onRejection);
  const [first] = rejections.splice(0);
  if (first !== undefined) throw new Error('A rejection was handled by nobody.', { cause: first });
});

const topology = drawing({ vms: Array.from({ length: 12 }, (_, index) => `vm${index}`) });
const status = async (sliceId: number) =>
  only(await database.db.select().from(slices).where(eq(slices.id, sliceId)), 'it').status;

/** Deploys on a database that goes away when the third VM boots, or when an image has been prepared. */
async function deployUntilTheCut(leaseMs: number, at: 'boot' | 'prepare' = 'boot') {
  const provider = createSimulatorProvider({ state, delays: { boot: 5 }, launchLimit: 2 });
  const { startVm, ensureImage } = provider;
  let starts = 0;
  let onCut = () => {};
  const isCut = new Promise<void>((resolve) => {
    onCut = resolve;
  });
  const cut = () => {
    way.cut();
    onCut();
  };
  provider.startVm = async (...args) => {
    await startVm(...args);
    if (at === 'boot' && ++starts === 3) cut();
  };
  provider.ensureImage = async (...args) => {
    const prepared = await ensureImage(...args);
    if (at === 'prepare') cut();
    return prepared;
  };
  const noticed = new Promise<void>((resolve) => {
    context = testContext(handle.db, provider, {
      log: { ...silentLogger, warn: (message) => /is away/.test(message) && resolve() },
    });
  });
  provisioning = testProvisioning(context, { leaseMs });
  const sliceId = await insertSlice(database.db, actor, zoneId, topology);
  const { id } = await startDeployment(context, { actor, sliceId, kind: 'deploy' });
  provisioning.run();
  await isCut;
  return { sliceId, id, noticed };
}
const bystander = () => testContext(database.db, createSimulatorProvider({ state }));

test('a database that is away for a moment in mid-deploy holds it up, no more', async () => {
  const { sliceId, id, noticed } = await deployUntilTheCut(60_000);
  await noticed;
  way.mend();
  const deployment = await ended(bystander(), actor, sliceId, id);
  expect(deployment).toMatchObject({ status: 'succeeded', error: null });
  expect(await status(sliceId)).toBe('active');
  expect([...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot)).toEqual(topology.vms.map(() => 1));
});

test('a database that went away when an image was prepared failed the deployment', async () => {
  const { sliceId, id, noticed } = await deployUntilTheCut(60_000, 'prepare');
  await noticed;
  way.mend();
  expect(await ended(bystander(), actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
});

test('one that is away for longer than the lease: it is claimed again and ends', async () => {
  const { sliceId, id } = await deployUntilTheCut(300);
  const expired = sql<number>`(select count(*) from deployments where id = ${id} and claimable_at < utc_timestamp(3))`;
  await until(bystander(), sliceId, async () => {
    const [row] = await database.db.select({ expired }).from(slices).limit(1);
    return Number(row?.expired) === 1;
  });
  way.mend();
  expect(await ended(bystander(), actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
  expect(await status(sliceId)).toBe('active');
  expect([...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot)).toEqual(topology.vms.map(() => 1));
});

test('connections that are killed one after another change nothing', async () => {
  const provider = createSimulatorProvider({ state, delays: { boot: 20 }, launchLimit: 1 });
  context = testContext(handle.db, provider);
  provisioning = testProvisioning(context, { leaseMs: 60_000 });
  const sliceId = await insertSlice(database.db, actor, zoneId, topology);
  const { id } = await startDeployment(context, { actor, sliceId, kind: 'deploy' });
  provisioning.run();
  let killed = 0;
  await until(bystander(), sliceId, async () => {
    const ports = way.ports();
    for (const { id, host } of await openConnections(database.handle.pool)) {
      if (!ports.has(Number(host.split(':').at(-1)))) continue;
      await database.handle.pool.query(`kill ${id}`).catch(() => {});
      killed++;
    }
    return killed >= 6;
  });
  expect(await ended(bystander(), actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
  expect([...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot)).toEqual(topology.vms.map(() => 1));
});
