import { randomInt, randomUUID } from 'node:crypto';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones, zoneDepartures, zoneQuestions } from '#drizzle/schema/catalogue';
import { homes } from '#drizzle/schema/homes';
import { deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { say } from '#shared/sentence';
import { only } from '#server/db/rows';
import { planDeployment } from '#server/domain/deployments/plan';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor } from '#server/domain/context';
import { getZone } from '#server/domain/zones/zones';
import { ProviderError } from '#server/lib/provider-error';
import { small } from '#server/testing/drawings';
import { carryOut, ended, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { machine, startServer, twoServers, vmsOn, type Machine, type Server } from '#server/testing/servers';

const database = useDatabase();
let actor: Actor;

beforeEach(async () => {
  actor = await insertActor(database.db);
});

const zoneOf = async (id: number) =>
  only(await database.db.select().from(availabilityZones).where(eq(availabilityZones.id, id)), 'the zone');
const sliceOf = async (id: number) =>
  only(await database.db.select().from(slices).where(eq(slices.id, id)), 'the slice');
/** A killed server is away: nobody holds its home, so a heartbeat that was under way when it died does not count. */
const lose = (on: Machine, seenAt: Date) =>
  database.db.update(homes).set({ server: null, seenAt }).where(eq(homes.identity, on.identity));

describe('two servers on one database', () => {
  test('a zone without a home is adopted by one of them, and stays its', async () => {
    const zoneId = await simulatedZone(database.db);
    const [a, b] = [machine('a'), machine('b')];
    const [serverA, serverB] = await Promise.all([startServer(database.db, a), startServer(database.db, b)]);
    const { homeId } = await zoneOf(zoneId);
    expect([serverA.keeper.home.id, serverB.keeper.home.id]).toContain(homeId);
    for (const server of [serverA, serverB]) await server.keeper.beat();
    expect((await zoneOf(zoneId)).homeId).toBe(homeId);
  });

  test('what is asked of the other one is done by the home, once, and both say the same', async () => {
    const { a, b, serverB, zoneA } = await twoServers(database.db);
    const sliceId = await insertSlice(database.db, actor, zoneA);
    // planned from what the home has told
    const plan = await planDeployment(serverB.context, { actor, sliceId, kind: 'deploy' });
    expect(plan).toMatchObject({ runnable: true, problems: [] });
    expect(await carryOut(serverB.context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded' });
    expect(vmsOn(a, sliceId)).toBe(3);
    expect(b.state.slices.size).toBe(0);
    expect(await carryOut(serverB.context, actor, sliceId, 'stop')).toMatchObject({ status: 'succeeded' });
    const again = await planDeployment(serverB.context, { actor, sliceId, kind: 'start' });
    expect(again.steps.filter((step) => step.resource === 'vm').map((step) => step.action)).toEqual(
      small.vms.map(() => 'start'),
    );
    expect(await carryOut(serverB.context, actor, sliceId, 'destroy')).toMatchObject({ status: 'succeeded' });
    expect(a.state.slices.size).toBe(0);
    const zone = await getZone(serverB.context, { actor, id: zoneA });
    expect(zone).toMatchObject({ home: { host: 'a', away: false }, capabilities: { run: { ok: true } } });
    expect(zone.observedAt).not.toBeNull();
  });

  test('no server lets a slice of the other flip between active and degraded', async () => {
    const { serverA, serverB, zoneA } = await twoServers(database.db);
    const sliceId = await insertSlice(database.db, actor, zoneA);
    await carryOut(serverA.context, actor, sliceId, 'deploy');
    for (let round = 0; round < 3; round++) {
      await serverB.provisioning.reconciler.round();
      expect((await sliceOf(sliceId)).status).toBe('active');
    }
  });

  test('the deploy of a killed server waits for its home instead of failing in another', async () => {
    const { a, b, serverA, serverB, zoneA } = await twoServers(database.db);
    const sliceId = await insertSlice(database.db, actor, zoneA);
    serverA.life.dieAfter(20);
    const { id } = await startDeployment(serverB.context, { actor, sliceId, kind: 'deploy' });
    await until(serverB.context, sliceId, () => Promise.resolve(serverA.life.dead));
    serverA.kill();
    // the lease is over, and still the other server leaves it alone
    await database.db
      .update(deployments)
      .set({ claimableAt: new Date(0) })
      .where(eq(deployments.id, id));
    await serverB.provisioning.reconciler.round();
    serverB.context.bus.offerWork();
    const [row] = await database.db.select().from(deployments).where(eq(deployments.id, id));
    expect(row).toMatchObject({ status: 'running', finishedAt: null });
    await startServer(database.db, a);
    expect(await ended(serverB.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
    expect(vmsOn(a, sliceId)).toBe(3);
    expect(b.state.slices.size).toBe(0);
  });

  test('a zone whose server is away says so, refuses to begin, and still takes a destroy', async () => {
    const { a, serverA, serverB, zoneA } = await twoServers(database.db);
    const sliceId = await insertSlice(database.db, actor, zoneA);
    await carryOut(serverA.context, actor, sliceId, 'deploy');
    serverA.kill();
    await lose(a, new Date(Date.now() - 60_000));
    const plan = await planDeployment(serverB.context, { actor, sliceId, kind: 'stop' });
    expect(plan).toMatchObject({
      runnable: false,
      problems: [{ code: 'ZONE_AWAY', params: { zone: 'local', host: 'a' } }],
    });
    expect(await getZone(serverB.context, { actor, id: zoneA })).toMatchObject({
      home: { host: 'a', away: true },
      capabilities: { run: { ok: false } },
    });
    const { id } = await startDeployment(serverB.context, { actor, sliceId, kind: 'destroy' });
    await startServer(database.db, a);
    expect(await ended(serverB.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    expect(a.state.slices.size).toBe(0);
  });

  test('a zone of another server was never asked anew: it is, and its answer of now is shown', async () => {
    const { serverA, serverB, zoneA } = await twoServers(database.db);
    await serverA.keeper.beat();
    const provider = await serverA.context.providers.forZone(await zoneOf(zoneA));
    const before = await provider.describe();
    let looked = 0;
    let silent = false;
    provider.describe = ({ refresh = false } = {}) => {
      if (silent) return Promise.reject(new ProviderError('UNAVAILABLE', say('ZONE_CALL_SILENT'), true));
      looked += Number(refresh);
      return Promise.resolve({ ...before, facts: [{ name: 'Looked', value: String(looked) }] });
    };
    for (const value of ['1', '2'])
      expect(await getZone(serverB.context, { actor, id: zoneA, refresh: true })).toMatchObject({
        facts: [{ name: 'Looked', value }],
        capabilities: { run: { ok: true } },
      });
    // two that ask at once are both answered
    const both = await Promise.all([1, 2].map(() => getZone(serverB.context, { actor, id: zoneA, refresh: true })));
    for (const { facts } of both) expect(Number(facts[0]?.value)).toBeGreaterThan(2);
    // who does not ask anew reads what was told last, and nobody is asked
    const now = looked;
    expect((await getZone(serverB.context, { actor, id: zoneA })).facts).toEqual([
      { name: 'Looked', value: String(now) },
    ]);
    expect(looked).toBe(now);
    // a provider that does not answer its own server is no other server that is away
    silent = true;
    expect(await getZone(serverB.context, { actor, id: zoneA, refresh: true })).toMatchObject({
      home: { away: false },
      capabilities: { run: { ok: false, sentences: [{ code: 'ZONE_CALL_SILENT' }] } },
    });
  });

  test('asking the zone of a server that is away anew says so, and when it was last seen', async () => {
    const { a, serverA, serverB, zoneA } = await twoServers(database.db);
    serverA.kill();
    // it dies while it is asked: alive by its last heartbeat, it answers nothing
    const asked = getZone(serverB.context, { actor, id: zoneA, refresh: true });
    const outcome = asked.then(
      () => 'answered',
      (error: unknown) => error,
    );
    const questions = () => database.db.select().from(zoneQuestions);
    await until(serverB.context, 0, async () => (await questions()).length > 0);
    const seenAt = new Date('2026-01-01T10:00:00.000Z');
    await lose(a, seenAt);
    const away = {
      code: 'ZONE_AWAY',
      params: { zone: 'local', host: 'a', since: seenAt.toISOString() },
      sentences: [{ code: 'ZONE_SERVER_AWAY' }],
    };
    expect(await outcome).toMatchObject(away);
    await expect(getZone(serverB.context, { actor, id: zoneA, refresh: true })).rejects.toMatchObject(away);
    // what is no question is answered with what is known
    expect(await getZone(serverB.context, { actor, id: zoneA })).toMatchObject({
      home: { host: 'a', away: true, seenAt: seenAt.toISOString() },
    });
  });

  test('a second server with a copy of a data folder does not work on its zones', async () => {
    const { a, zoneA } = await twoServers(database.db);
    const copy = await startServer(database.db, { ...machine('copy'), identity: a.identity });
    expect(copy.keeper.home.id).toBeNull();
    expect((await zoneOf(zoneA)).homeId).not.toBeNull();
  });

  test('a home that comes back after its zone was taken from it removes what is there twice', async () => {
    const { a, serverA, serverB, zoneA } = await twoServers(database.db);
    const sliceId = await insertSlice(database.db, actor, zoneA);
    await carryOut(serverA.context, actor, sliceId, 'deploy');
    const [homeA, homeB] = [serverA.keeper.home.id, serverB.keeper.home.id];
    if (homeA === null || homeB === null) throw new Error('a server has no home');
    serverA.kill();
    await database.db.insert(zoneDepartures).values({ zoneId: zoneA, homeId: homeA });
    await database.db.update(availabilityZones).set({ homeId: homeB }).where(eq(availabilityZones.id, zoneA));
    const back = await startServer(database.db, a);
    await back.provisioning.reconciler.round();
    expect(a.state.slices.size).toBe(0);
    expect(await database.db.$count(zoneDepartures)).toBe(0);
  });

  test('either killed at random instants: nothing is twice, and everything as asked for', async () => {
    const world = await twoServers(database.db);
    const { a, b, zoneA, zoneB } = world;
    const machines = [a, b];
    const servers = [world.serverA, world.serverB];
    const all = await Promise.all(
      [zoneA, zoneB, zoneA, zoneB].map(async (zoneId) => ({
        zoneId,
        id: await insertSlice(database.db, actor, zoneId),
      })),
    );
    for (const kind of ['deploy', 'stop', 'start', 'destroy'] as const) {
      const victim = randomInt(2);
      const asked = servers[1 - victim];
      if (asked === undefined) throw new Error('no server');
      servers[victim]?.life.dieAfter(randomInt(1, 40));
      const begun = await Promise.all(
        all.map(({ id }) => startDeployment(asked.context, { actor, sliceId: id, kind })),
      );
      // it dies where chance has it, or is killed when all that it had to do is done
      const own = begun.filter((_, index) => index % 2 === victim);
      await until(asked.context, own[0]?.sliceId ?? 0, async () => {
        if (servers[victim]?.life.dead === true) return true;
        const rows = await Promise.all(
          own.map((one) => database.db.select().from(deployments).where(eq(deployments.id, one.id))),
        );
        return rows.every(([row]) => row?.finishedAt != null);
      });
      servers[victim]?.kill();
      const on = machines[victim];
      if (on === undefined) throw new Error('no machine');
      servers[victim] = await startServer(database.db, on);
      for (const { sliceId, id } of begun)
        expect(await ended(asked.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
      const there = kind === 'destroy' ? 0 : 3;
      for (const { id, zoneId } of all) {
        expect([vmsOn(a, id), vmsOn(b, id)]).toEqual(zoneId === zoneA ? [there, 0] : [0, there]);
        expect((await sliceOf(id)).status).toBe(
          { deploy: 'active', stop: 'stopped', start: 'active', destroy: 'destroyed' }[kind],
        );
      }
    }
  });
});

describe('after a restart of the machine', () => {
  /** All that ran has ended, and the next server finds another run of the kernel. */
  async function reboot(on: Machine, running: Server) {
    running.kill();
    for (const slice of on.state.slices.values()) for (const vm of slice.vms.values()) vm.power = 'off';
    return startServer(database.db, on, `boot ${randomUUID()}`);
  }

  test('slices that say so come back by themselves, but not VMs that were stopped, nor other slices', async () => {
    const a = machine('a');
    const zoneId = await simulatedZone(database.db);
    const first = await startServer(database.db, a, 'boot 1');
    const [back, stays] = [
      await insertSlice(database.db, actor, zoneId),
      await insertSlice(database.db, actor, zoneId),
    ];
    await database.db.update(slices).set({ restartAfterReboot: true }).where(eq(slices.id, back));
    for (const id of [back, stays]) await carryOut(first.context, actor, id, 'deploy');
    const [stopped] = await database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, back)).orderBy(sliceVms.id);
    await carryOut(first.context, actor, back, 'stop', stopped?.id);
    const again = await reboot(a, first);
    const powers = (id: number) => [...(a.state.slices.get(id)?.vms.values() ?? [])].map((vm) => vm.power);
    await until(again.context, back, async () => powers(back).filter((power) => power === 'on').length === 2);
    expect(await until(again.context, stays, async () => (await sliceOf(stays)).status === 'degraded')).toBe(true);
    expect(powers(stays)).toEqual(['off', 'off', 'off']);
    const deeds = await until(again.context, back, async () => {
      const rows = await database.db
        .select()
        .from(auditLog)
        .where(and(eq(auditLog.objectId, back), isNull(auditLog.userId)))
        .orderBy(asc(auditLog.id));
      return rows.length > 1 && rows;
    });
    const why = {
      kind: 'deploy',
      because: 'slices.set-restart',
      onBehalfOf: actor.userId,
      onBehalfOfName: expect.any(String),
    };
    expect(deeds).toMatchObject([
      { action: 'deployments.start', details: why },
      { action: 'deployments.end', result: 'OK', details: why },
    ]);
  });

  test('a restart of the server alone starts nothing', async () => {
    const a = machine('a');
    const zoneId = await simulatedZone(database.db);
    const first = await startServer(database.db, a, 'boot 1');
    const sliceId = await insertSlice(database.db, actor, zoneId);
    await database.db.update(slices).set({ restartAfterReboot: true }).where(eq(slices.id, sliceId));
    await carryOut(first.context, actor, sliceId, 'deploy');
    first.kill();
    for (const vm of a.state.slices.get(sliceId)?.vms.values() ?? []) vm.power = 'off';
    const again = await startServer(database.db, a, 'boot 1');
    await until(again.context, sliceId, async () => (await sliceOf(sliceId)).status === 'degraded');
    await again.provisioning.reconciler.round();
    expect(await database.db.$count(deployments, eq(deployments.sliceId, sliceId))).toBe(1);
  });
});
