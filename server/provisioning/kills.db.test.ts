import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { operationOf } from '#shared/deployment/operations';
import { quotaUse } from '#server/db/queries/quotas';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor } from '#server/domain/context';
import { openSimulatorState, type KeptState } from '#server/providers/simulator/simulator-files';
import { drawing } from '#server/testing/drawings';
import {
  begin,
  killableServer,
  killCases,
  operationCases,
  pictureOf,
  remember,
  still,
  type KillCase,
} from '#server/testing/kills';
import { checkEnds, leaksOf, statusOf } from '#server/testing/leaks';
import { ended, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { heir, Life } from './life';

const database = useDatabase();
let folder: string;
let state: KeptState;
let actor: Actor;
let zoneId: number;

/** Two VMs with a link and a network: one of each kind of step, and few enough to be killed at each of them. */
const pair = drawing({
  vms: ['a', 'b'],
  networks: ['lan'],
  edges: [
    ['a', 'b'],
    ['a', 'lan'],
  ],
});
/** `TRAMA_KILLS=all`: before and after every act; else before one and after the next, which differ by what runs beside them only. */
const all = process.env['TRAMA_KILLS'] === 'all';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trama-kills-'));
  state = await openSimulatorState(folder);
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});
afterEach(async () => {
  await state.close();
  await rm(folder, { recursive: true });
});

/** What a server finds that is started now: nothing of what the last one had in memory. */
async function reopen(): Promise<void> {
  await state.close();
  state = await openSimulatorState(folder);
}

/** Slices that are where the operation can begin. */
async function prepared({ after, change }: KillCase, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await insertSlice(database.db, actor, zoneId, pair));
  const { context, provisioning } = killableServer(database.db, state);
  provisioning.worker.start();
  for (const kind of after) {
    const started = [];
    for (const sliceId of ids)
      started.push({ sliceId, ...(await begin(context, operationCases[kind], { actor, sliceId })) });
    for (const { id, sliceId } of started)
      expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
  }
  await provisioning.stop();
  for (const id of ids) {
    remember(state, id, 'before');
    await change?.(id, { db: database.db, state });
  }
  return ids;
}

/** What the operation comes to when nobody is killed. */
async function undisturbed(one: KillCase) {
  const [sliceId = 0] = await prepared(one, 1);
  const { context, provisioning } = killableServer(database.db, state);
  provisioning.worker.start();
  const { id } = await begin(context, one, { actor, sliceId });
  expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
  await provisioning.stop();
  return { sliceId, right: { status: await statusOf(database.db, sliceId), picture: pictureOf(state, sliceId) } };
}

type Right = Awaited<ReturnType<typeof undisturbed>>['right'];

/** As undisturbed; an operation that restarts VMs may restart one again. */
async function checkOutcome(sliceId: number, { kind }: KillCase, right: Right): Promise<void> {
  const picture = pictureOf(state, sliceId);
  if (operationOf(kind).restarts)
    for (const [at, vm] of (picture?.vms ?? []).entries()) {
      const due = right.picture?.vms[at];
      assert.ok('boot' in vm && due !== undefined && 'boot' in due && Number(vm.boot) >= Number(due.boot));
      vm.boot = due.boot;
    }
  assert.deepEqual({ status: await statusOf(database.db, sliceId), picture }, right);
}

async function destroyAll(ids: readonly number[]): Promise<void> {
  const { context, provisioning } = killableServer(database.db, state);
  provisioning.worker.start();
  for (const sliceId of ids) {
    const { id } = await startDeployment(context, { actor, sliceId, kind: 'destroy' });
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
  }
  await provisioning.stop();
  assert.deepEqual([...state.slices.keys()], []);
  assert.equal(state.usedPorts.size, 0);
  const used = await quotaUse(database.db, actor.userId);
  assert.deepEqual(new Set(Object.values(used)), new Set([0]));
}

interface Kill {
  at: number;
  when: 'before' | 'after';
  /** The other server has been at work since the first one began; else it is started then, on what is in the files. */
  beside: boolean;
}

/** Answers whether the operation had ended before. */
async function killedIn(sliceId: number, one: KillCase, { at, when, beside }: Kill): Promise<boolean> {
  const { id } = await begin(killableServer(database.db, state).context, one, { actor, sliceId });
  const life = new Life(at, when);
  const first = killableServer(database.db, state, { options: still, life });
  const next = heir(first.owner);
  const inherits = { ...next, isDead: (other: string) => life.dead && next.isDead(other) };
  const read = async () => (await database.db.select().from(deployments).where(eq(deployments.id, id)))[0];
  first.provisioning.worker.start();
  let second = killableServer(database.db, state, { owner: inherits });
  if (beside) {
    await until(first.context, sliceId, async () => life.dead || (await read())?.status !== 'pending');
    second.provisioning.worker.start();
  }
  await until(first.context, sliceId, async () => life.dead || ((await read())?.finishedAt ?? null) !== null);
  const survived = !life.dead;
  void first.provisioning.stop();
  if (!beside) {
    await reopen();
    second = killableServer(database.db, state, { owner: inherits });
    second.provisioning.worker.start();
  }
  expect(await ended(second.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
  await second.provisioning.stop();
  return survived;
}

const minutes = 60_000;

describe.each(Object.entries(killCases))('a server that is killed in a %s', (_, one) => {
  test.each([
    ['its successor, on what it finds,', false],
    ['another one beside it', true],
  ])(
    'before and after any act or commit: %s brings it to its end, nothing twice, nothing left over',
    async (_who, beside) => {
      const { sliceId: first, right } = await undisturbed(one);
      const used = [first];
      const spare = await prepared(one, 4);
      for (let at = 1, survived = false; !survived; at += beside && !all ? 5 : 1) {
        for (const when of all
          ? (['before', 'after'] as const)
          : [at % 2 === 1 ? ('before' as const) : ('after' as const)]) {
          if (spare.length === 0) spare.push(...(await prepared(one, 4)));
          const sliceId = spare.shift() ?? 0;
          used.push(sliceId);
          survived = await killedIn(sliceId, one, { at, when, beside });
          await checkOutcome(sliceId, one, right);
        }
        assert.deepEqual(await leaksOf(database.db, state), []);
        assert.ok(at < 100);
      }
      assert.ok(used.length > 2);
      await checkEnds(database.db);
      await destroyAll([...used, ...spare]);
      assert.deepEqual(await leaksOf(database.db, state), []);
    },
    15 * minutes,
  );

  test('as a process, by SIGKILL: what it had is found in the files', async () => {
    const { right } = await undisturbed(one);
    for (const [at, when] of [
      // every operation has as many
      [3, 'after'],
      [4, 'before'],
    ] as const) {
      const [sliceId = 0] = await prepared(one, 1);
      const { context, provisioning } = killableServer(database.db, state);
      const { id } = await begin(context, one, { actor, sliceId });
      await state.close();
      const script = path.join(import.meta.dirname, '../testing/dying-server.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script, database.url, folder, String(at), when], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, signal], [null, 'SIGKILL']);
      await provisioning.stop();
      state = await openSimulatorState(folder);
      const second = killableServer(database.db, state);
      second.provisioning.worker.start();
      const deployment = await ended(second.context, actor, sliceId, id);
      expect(deployment).toMatchObject({ status: 'succeeded', error: null });
      await second.provisioning.stop();
      await checkOutcome(sliceId, one, right);
      assert.deepEqual(await leaksOf(database.db, state), []);
    }
  });
});
