import { isTrackedEnvelope } from '@trpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import type { SliceEvent } from '#shared/deployment/events';
import { createSession } from '#server/domain/auth/sessions';
import type { Actor, DomainContext } from '#server/domain/context';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import type { Provisioning } from '#server/provisioning/provisioning';
import { testContext } from '#server/testing/context';
import { ended, testProvisioning } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { createCallerFactory } from '../trpc';
import { deploymentsRouter } from './router';

const database = useDatabase();
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let sliceId: number;

beforeEach(async () => {
  context = testContext(database.db, createSimulatorProvider());
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  const user = await insertActor(database.db);
  // what is watched ends with the session, which is looked at when it begins
  const client = { ip: null, userAgent: null };
  actor = { ...user, tokenId: (await createSession(context, database.db, user.userId, client)).tokenId };
  sliceId = await insertSlice(database.db, actor, await simulatedZone(database.db));
});
afterEach(async () => {
  await provisioning.stop();
});

const as = (who: Actor | null, signal?: AbortSignal) =>
  createCallerFactory(deploymentsRouter)(
    { domain: context, actor: who, client: { ip: null, userAgent: null }, setSession: () => {} },
    signal ? { signal } : {},
  );

describe('deployments over the router', () => {
  test('are planned, started, got and listed, newest first, page by page', async () => {
    const me = as(actor);
    const plan = await me.plan({ sliceId, kind: 'deploy' });
    expect(plan.runnable).toBe(true);
    const started = await me.start({ sliceId, kind: 'deploy' });
    expect(started.steps.map((step) => step.key)).toEqual(plan.steps.map((step) => step.key));
    await ended(context, actor, sliceId, started.id);
    const done = await me.get({ id: started.id });
    expect(done).toMatchObject({
      status: 'succeeded',
      requestedBy: { id: actor.userId },
      stepsDone: plan.steps.length,
    });
    const ids = [started.id];
    for (const kind of ['stop', 'start'] as const) {
      const next = await me.start({ sliceId, kind });
      ids.unshift(next.id);
      await ended(context, actor, sliceId, next.id);
    }
    const first = await me.list({ sliceId, limit: 2 });
    const second = await me.list({ sliceId, limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map((one) => one.id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    await expect(me.list({ sliceId, limit: 2, cursor: 'junk' })).rejects.toThrow('does not exist');
  });

  test('are watched: every event after the last one seen, as tracked ones, until the client goes', async () => {
    const stop = new AbortController();
    const stream = await as(actor, stop.signal).watch({ sliceId, lastEventId: '0' });
    const started = await as(actor).start({ sliceId, kind: 'deploy' });
    const ids: number[] = [];
    for await (const envelope of stream) {
      if (!isTrackedEnvelope<SliceEvent>(envelope)) throw new Error('not tracked');
      const [id, event] = envelope;
      expect(id).toBe(String(event.id));
      ids.push(event.id);
      const { data } = event;
      if (data.type === 'deployment.status' && data.status === 'succeeded') {
        expect(data.deploymentId).toBe(started.id);
        break;
      }
    }
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    stop.abort();
    expect(context.bus.listening).toBe(false);
  });

  test('tell what happened while they went on, oldest first, page by page, and nothing of what came before or after', async () => {
    const me = as(actor);
    const ids: number[] = [];
    for (const kind of ['deploy', 'stop', 'start'] as const) {
      const { id } = await me.start({ sliceId, kind });
      ids.push(id);
      await ended(context, actor, sliceId, id);
    }
    for (const id of ids) {
      const events: SliceEvent[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof me.events>> = await me.events({ id, limit: 3, cursor });
        events.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      const eventIds = events.map((event) => event.id);
      expect(eventIds).toEqual([...new Set(eventIds)].sort((one, other) => one - other));
      // the whole of it, from being asked for to its end
      const own = events.flatMap(({ data }) => (data.type === 'deployment.status' ? [data] : []));
      expect(own.map(({ status }) => status)).toEqual(['pending', 'running', 'succeeded']);
      expect(new Set(own.map(({ deploymentId }) => deploymentId))).toEqual(new Set([id]));
      expect(events.at(-1)?.data).toMatchObject({ type: 'deployment.status', status: 'succeeded' });
      expect(events.some(({ data }) => data.type === 'vm.status')).toBe(true);
      const { steps } = await me.get({ id });
      for (const { seq } of steps)
        expect(
          events.some(({ data }) => data.type === 'step.status' && data.seq === seq && data.status === 'done'),
        ).toBe(true);
    }
  });

  test('of all slices are shown to administrators, newest first, narrowed by status, operation, owner, zone and time', async () => {
    const admin = as(await insertActor(database.db, 'admin'));
    const other = await insertActor(database.db);
    const zoneId = await simulatedZone(database.db);
    const theirs = await insertSlice(database.db, other, zoneId);
    const ids: number[] = [];
    for (const [who, id, kind] of [
      [actor, sliceId, 'deploy'],
      [other, theirs, 'deploy'],
      [actor, sliceId, 'stop'],
    ] as const) {
      const { id: started } = await as(who).start({ sliceId: id, kind });
      ids.unshift(started);
      await ended(context, who, id, started);
    }
    const [stop = 0, second = 0, first = 0] = ids;
    const listed = async (input: Parameters<typeof admin.listAll>[0]) =>
      (await admin.listAll(input)).items.map(({ id }) => id);
    expect(await listed({})).toEqual(ids);
    const page = await admin.listAll({ limit: 2 });
    expect(await listed({ limit: 2, cursor: page.nextCursor })).toEqual([first]);
    expect(page.items[1]).toMatchObject({
      ...{ id: second, kind: 'deploy', status: 'succeeded', slice: { id: theirs }, owner: { id: other.userId } },
      zone: { id: zoneId },
    });
    expect(await listed({ ownerId: other.userId })).toEqual([second]);
    expect(await listed({ zoneId, ownerId: other.userId })).toEqual([second]);
    expect(await listed({ zoneId: zoneId + 1 })).toEqual([]);
    expect(await listed({ kind: 'stop' })).toEqual([stop]);
    expect(await listed({ kind: 'deploy', ownerId: actor.userId })).toEqual([first]);
    expect(await listed({ status: 'failed' })).toEqual([]);
    const { createdAt } = await admin.get({ id: second });
    expect(await listed({ from: createdAt })).toEqual([stop, second]);
    expect(await listed({ until: createdAt })).toEqual([first]);
    await expect(as(actor).listAll({})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('are started on many slices at once: each is accepted or refused by itself, and a repeat starts nothing twice', async () => {
    const zoneId = await simulatedZone(database.db);
    const draft = await insertSlice(database.db, actor, zoneId);
    const stranger = await insertActor(database.db);
    const theirs = await insertSlice(database.db, stranger, zoneId);
    const { id: deployed } = await as(actor).start({ sliceId, kind: 'deploy' });
    await ended(context, actor, sliceId, deployed);
    const sliceIds = [draft, sliceId, theirs, 999_999];
    const request = { kind: 'stop' as const, sliceIds, idempotencyKey: 'stop-them' };
    const { results } = await as(actor).startMany(request);
    expect(results.map((one) => [one.sliceId, one.deploymentId !== null, one.error?.code ?? null])).toEqual([
      [draft, false, 'INVALID_TRANSITION'],
      [sliceId, true, null],
      [theirs, false, 'NOT_FOUND'],
      [999_999, false, 'NOT_FOUND'],
    ]);
    expect(results[0]?.error?.message).toMatch(/draft/i);
    const stopped = results[1]?.deploymentId ?? 0;
    expect(await ended(context, actor, sliceId, stopped)).toMatchObject({ kind: 'stop', status: 'succeeded' });
    // the answer got lost: the same is answered, and nothing is stopped again
    const again = await as(actor).startMany(request);
    expect(again.results[1]).toEqual({ sliceId, deploymentId: stopped, error: null });
    expect((await as(actor).list({ sliceId })).items).toHaveLength(2);
    await expect(as(actor).startMany({ kind: 'stop', sliceIds: [sliceId, sliceId] })).rejects.toThrow('twice');
    const tooMany = Array.from({ length: 101 }, (_, n) => n + 1);
    await expect(as(actor).startMany({ kind: 'stop', sliceIds: tooMany })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  test('are nobody else’s', async () => {
    const { id } = await as(actor).start({ sliceId, kind: 'deploy' });
    const stranger = as(await insertActor(database.db));
    for (const attempt of [
      () => stranger.get({ id }),
      () => stranger.events({ id }),
      () => stranger.list({ sliceId, limit: 10 }),
      () => stranger.cancel({ id }),
      () => stranger.retry({ id }),
      () => stranger.plan({ sliceId, kind: 'destroy' }),
      () => stranger.start({ sliceId, kind: 'destroy' }),
      () => stranger.watch({ sliceId, lastEventId: '0' }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(as(null).get({ id })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
