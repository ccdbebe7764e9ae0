import { eq } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { availabilityZones, zoneDepartures } from '#drizzle/schema/catalogue';
import { homes } from '#drizzle/schema/homes';
import { slices } from '#drizzle/schema/slices';
import { AppError } from '#shared/errors';
import { only } from '#server/db/rows';
import { planDeployment } from '#server/domain/deployments/plan';
import type { Actor } from '#server/domain/context';
import { listHomes, moveZone, releaseZone } from '#server/domain/homes/move-zone';
import { getZone } from '#server/domain/zones/zones';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { testContext } from '#server/testing/context';
import { carryOut, until } from '#server/testing/provisioning';
import { insertActor, insertSlice } from '#server/testing/rows';
import { startServer, twoServers, vmsOn, type Machine, type Server } from '#server/testing/servers';

const database = useDatabase();
let actor: Actor;

beforeEach(async () => {
  actor = await insertActor(database.db, 'admin');
});

const idOf = ({ keeper }: Server) => {
  if (keeper.home.id === null) throw new Error('the server has no home');
  return keeper.home.id;
};
const zoneOf = async (id: number) =>
  only(await database.db.select().from(availabilityZones).where(eq(availabilityZones.id, id)), 'the zone');
const statusOf = async (id: number) =>
  only(await database.db.select().from(slices).where(eq(slices.id, id)), 'the slice').status;
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'OK',
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      return [error.code, error.sentences?.[0]?.code];
    },
  );

/** The server dies, and has not been heard of for long. Answers its name. */
async function loses(on: Machine, server: Server): Promise<string | null> {
  server.kill();
  const mine = eq(homes.identity, on.identity);
  const { server: name } = only(await database.db.select().from(homes).where(mine), 'the home');
  // without its name: a heartbeat that was under way as it died finds nothing to renew
  await database.db
    .update(homes)
    .set({ server: null, seenAt: new Date(Date.now() - 60_000) })
    .where(mine);
  return name;
}

test('an empty zone is given to another living server, which deploys to it from then on', async () => {
  const { a, b, serverA, serverB, zoneA } = await twoServers(database.db);
  // asked of the one that loses it; a draft holds nothing
  const sliceId = await insertSlice(database.db, actor, zoneA);
  const to = { actor, id: zoneA, homeId: idOf(serverB), acceptLoss: false };
  expect(await moveZone(serverA.context, to)).toMatchObject({ home: { host: 'b', away: false }, released: false });
  expect(await moveZone(serverA.context, to)).toMatchObject({ home: { host: 'b' } });
  expect(await carryOut(serverA.context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
  expect([vmsOn(a, sliceId), vmsOn(b, sliceId)]).toEqual([0, 3]);
  // what the former server had told of it is not shown any more; what the new one tells is
  await serverB.keeper.beat();
  expect(await getZone(serverA.context, { actor, id: zoneA })).toMatchObject({ capabilities: { run: { ok: true } } });
  // the former has nothing left to remove
  await serverA.provisioning.reconciler.round();
  expect(await database.db.$count(zoneDepartures)).toBe(0);
  expect(vmsOn(b, sliceId)).toBe(3);
  const { items } = await listHomes(serverA.context);
  expect(items.map(({ host, away, zones }) => [host, away, zones])).toEqual([
    ['a', false, []],
    ['b', false, ['b', 'local']],
  ]);
});

test('a zone whose slices have VMs at a living server stays there, whatever is accepted', async () => {
  const { a, serverA, serverB, zoneA } = await twoServers(database.db);
  const sliceId = await insertSlice(database.db, actor, zoneA);
  await carryOut(serverA.context, actor, sliceId, 'deploy');
  const inUse = ['ZONE_IN_USE', 'ZONE_SERVER_AT_WORK'];
  for (const acceptLoss of [false, true]) {
    const move = moveZone(serverB.context, { actor, id: zoneA, homeId: idOf(serverB), acceptLoss });
    expect(await refusal(move)).toEqual(inUse);
    expect(await refusal(releaseZone(serverB.context, { actor, id: zoneA, acceptLoss }))).toEqual(inUse);
  }
  expect((await zoneOf(zoneA)).homeId).toBe(idOf(serverA));
  expect(vmsOn(a, sliceId)).toBe(3);
});

test('a zone of a server that is gone begins anew at another; the first, come back, removes what is there twice', async () => {
  const { a, b, serverA, serverB, zoneA } = await twoServers(database.db);
  const sliceId = await insertSlice(database.db, actor, zoneA);
  await carryOut(serverA.context, actor, sliceId, 'deploy');
  const formerHome = idOf(serverA);
  await loses(a, serverA);
  const to = { actor, id: zoneA, homeId: idOf(serverB) };
  expect(await refusal(moveZone(serverB.context, { ...to, acceptLoss: false }))).toEqual([
    'ZONE_IN_USE',
    'ZONE_LOSS_UNACCEPTED',
  ]);
  expect(await moveZone(serverB.context, { ...to, acceptLoss: true })).toMatchObject({ home: { host: 'b' } });
  // nothing of it is there, which the new server sees by itself
  await until(serverB.context, sliceId, async () => (await statusOf(sliceId)) === 'degraded');
  expect(await carryOut(serverB.context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
  expect([vmsOn(a, sliceId), vmsOn(b, sliceId)]).toEqual([3, 3]);

  const back = await startServer(database.db, a);
  expect(idOf(back)).toBe(formerHome);
  await back.provisioning.reconciler.round();
  expect([vmsOn(a, sliceId), vmsOn(b, sliceId)]).toEqual([0, 3]);
  expect(await database.db.$count(zoneDepartures)).toBe(0);
  await serverB.provisioning.reconciler.round();
  expect(await statusOf(sliceId)).toBe('active');
});

test('a released zone is nobody’s, through any number of heartbeats, until it is given to a server', async () => {
  const { a, serverA, serverB, zoneA } = await twoServers(database.db);
  const sliceId = await insertSlice(database.db, actor, zoneA);
  const release = { actor, id: zoneA, acceptLoss: false };
  expect(await releaseZone(serverB.context, release)).toMatchObject({ home: null, released: true });
  expect(await releaseZone(serverB.context, release)).toMatchObject({ home: null, released: true });
  for (let beat = 0; beat < 3; beat++) for (const { keeper } of [serverA, serverB]) await keeper.beat();
  // nor by one that is started now
  await serverA.stop();
  const again = await startServer(database.db, a);
  await again.keeper.beat();
  expect(await zoneOf(zoneA)).toMatchObject({ homeId: null, released: true });
  expect(await getZone(serverB.context, { actor, id: zoneA })).toMatchObject({
    home: null,
    capabilities: { run: { ok: false, sentences: [{ code: 'ZONE_RELEASED' }] } },
  });
  expect(await planDeployment(serverB.context, { actor, sliceId, kind: 'deploy' })).toMatchObject({
    runnable: false,
    problems: [{ code: 'ZONE_UNAVAILABLE', because: [{ code: 'ZONE_RELEASED' }] }],
  });
  await moveZone(serverB.context, { actor, id: zoneA, homeId: idOf(again), acceptLoss: false });
  expect(await carryOut(serverB.context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
  expect(vmsOn(a, sliceId)).toBe(3);
});

test('a zone that is given back before its server has come back keeps what it has there', async () => {
  const { a, b, serverA, serverB, zoneA } = await twoServers(database.db);
  const sliceId = await insertSlice(database.db, actor, zoneA);
  await carryOut(serverA.context, actor, sliceId, 'deploy');
  const [homeA, homeB] = [idOf(serverA), idOf(serverB)];
  const former = await loses(a, serverA);
  await moveZone(serverB.context, { actor, id: zoneA, homeId: homeB, acceptLoss: true });
  // not to one that is away
  const back = { actor, id: zoneA, homeId: homeA, acceptLoss: true };
  expect(await refusal(moveZone(serverB.context, back))).toEqual(['ZONE_UNAVAILABLE', 'SERVER_GIVEN_AWAY']);
  await loses(b, serverB);
  // heard of again: as its first heartbeat has it
  await database.db.update(homes).set({ server: former, seenAt: new Date() }).where(eq(homes.id, homeA));
  await moveZone(testContext(database.db, createSimulatorProvider()), back);
  const again = await startServer(database.db, a);
  await again.provisioning.reconciler.round();
  expect(vmsOn(a, sliceId)).toBe(3);
  await until(again.context, sliceId, async () => (await statusOf(sliceId)) === 'active');
});

test('what only one server reaches is not taken from it', async () => {
  const { serverA, zoneA } = await twoServers(database.db);
  const alone = { ...serverA.context, home: { ...serverA.keeper.home, everything: true } };
  expect(await refusal(releaseZone(alone, { actor, id: zoneA, acceptLoss: true }))).toEqual([
    'ZONE_UNAVAILABLE',
    'SERVER_ALONE',
  ]);
});
