import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { slices } from '#drizzle/schema/slices';
import type { DeploymentKind } from '#shared/deployment/operations';
import { plain } from '#shared/sentence';
import { only } from '#server/db/rows';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor, DomainContext } from '#server/domain/context';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { readEvents } from '#server/events/stream';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { provisioningDefaults, type ProvisioningOptions } from './options';
import { createLeaseOwner, type LeaseOwner } from './owner';
import { heir, isAct, Life, never } from './life';
import { createProvisioning, type Provisioning } from './provisioning';
import { testContext } from '#server/testing/context';
import { small } from '#server/testing/drawings';
import { still } from '#server/testing/kills';
import { checkEnds } from '#server/testing/leaks';
import { ended, testOptions, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();
let state: SimulatorState;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});

/** Whatever was killed when. */
afterEach(() => checkEnds(database.db));

interface Server {
  context: DomainContext;
  provisioning: Provisioning;
  owner: LeaseOwner;
}
function server(options: Partial<ProvisioningOptions> = {}, life = new Life(), owner = createLeaseOwner()): Server {
  const context = testContext(life.database(database.db), life.provider(createSimulatorProvider({ state })));
  return { context, owner, provisioning: createProvisioning(context, { ...testOptions, ...options }, owner) };
}

const statusOf = async (sliceId: number) =>
  only(await database.db.select().from(slices).where(eq(slices.id, sliceId)), 'the slice').status;
const boots = (sliceId: number) => [...(state.slices.get(sliceId)?.vms.values() ?? [])].map((vm) => vm.boot);

/** Brings a slice to where `kind` can begin, and queues it, with no worker at work. */
async function queued(kind: DeploymentKind) {
  const sliceId = await insertSlice(database.db, actor, zoneId, small);
  const first = server();
  if (kind !== 'deploy') {
    first.provisioning.worker.start();
    const { id } = await startDeployment(first.context, { actor, sliceId, kind: 'deploy' });
    await ended(first.context, actor, sliceId, id);
  }
  await first.provisioning.stop();
  const { id } = await startDeployment(first.context, { actor, sliceId, kind });
  return { sliceId, id };
}

/** As {@link queued}, a start of a slice whose VMs are stopped and whose network is there. */
async function queuedStart() {
  const { sliceId, id } = await queued('stop');
  const first = server();
  first.provisioning.worker.start();
  await ended(first.context, actor, sliceId, id);
  await first.provisioning.stop();
  return { sliceId, id: (await startDeployment(first.context, { actor, sliceId, kind: 'start' })).id };
}

describe('a server that is killed', () => {
  test('nobody can say whether it is dead: the lease runs out', async () => {
    const { sliceId, id } = await queued('deploy');
    const life = new Life(9, 'after');
    // a busy machine that does not come to extend it must not lose it before
    const first = server({ leaseMs: 3_000, pollMs: 3_600_000 }, life);
    first.provisioning.worker.start();
    await until(first.context, sliceId, async () => life.dead);
    const second = server();
    second.provisioning.worker.start();
    expect(await ended(second.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    expect(boots(sliceId)).toEqual([1, 1, 1]);
    void first.provisioning.stop();
    await second.provisioning.stop();
  });

  test('while it takes back a cancelled deploy: the next one takes back the rest', async () => {
    let undoneBefore = 0;
    for (const at of [1, 4, 7, 10, 13]) {
      const { sliceId, id } = await queued('deploy');
      const life = new Life();
      const provider = createSimulatorProvider({ state });
      const { startVm } = provider;
      let starts = 0;
      provider.startVm = async (slice, vm, options) => {
        if (++starts < 3) return startVm(slice, vm, options);
        // all is done but the last VM: cancelled now, it dies `at` acts and commits later
        return new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => {
            life.dieAfter(at);
            reject(new ProviderError('ABORTED', plain('Left as it is.'), false));
          });
          void cancelDeployment(context, { actor, id });
        });
      };
      const context = testContext(life.database(database.db), life.provider(provider));
      const owner = createLeaseOwner();
      const dying = createProvisioning(context, { ...testOptions, ...still }, owner);
      dying.worker.start();
      await until(context, sliceId, async () => life.dead);
      void dying.stop();
      const half = await getDeployment({ db: database.db }, { actor, id });
      expect(half.finishedAt).toBeNull();
      if (half.steps.some((step) => step.status === 'undone')) undoneBefore++;
      const second = server({}, new Life(), heir(owner));
      second.provisioning.worker.start();
      expect(await ended(second.context, actor, sliceId, id)).toMatchObject({ status: 'cancelled', error: null });
      expect(await statusOf(sliceId)).toBe('draft');
      expect(state.slices.size).toBe(0);
      await second.provisioning.stop();
    }
    expect(undoneBefore).toBeGreaterThan(1);
  }, 300_000);

  test('stops in order: the lease is given back at once', async () => {
    const { sliceId, id } = await queued('deploy');
    const provider = createSimulatorProvider({ state });
    const slow = { ...provider, startVm: () => never };
    const context = testContext(database.db, slow);
    const first = createProvisioning(context, { ...testOptions, leaseMs: 3_600_000 });
    first.worker.start();
    await until(context, sliceId, async () => boots(sliceId).length === 3);
    await first.stop();
    const row = only(await database.db.select().from(deployments).where(eq(deployments.id, id)), 'it');
    expect(row.status).toBe('running');
    const second = server();
    second.provisioning.worker.start();
    expect(await ended(second.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    await second.provisioning.stop();
  });
});

describe('two workers on one database', () => {
  test('do each step once', async () => {
    const calls = new Map<string, number>();
    const counting = (provider: Provider): Provider =>
      new Proxy(provider, {
        get: (target, name, receiver) => {
          const value: unknown = Reflect.get(target, name, receiver);
          if (typeof value !== 'function' || !isAct(name)) return value;
          return (slice: { id: number }, what: unknown, ...rest: unknown[]) => {
            const of = typeof what === 'object' && what !== null && 'id' in what ? what.id : what;
            const key = `${String(name)} ${slice.id} ${String(of)}`;
            if (name !== 'ensureImage') calls.set(key, (calls.get(key) ?? 0) + 1);
            return Reflect.apply(value, target, [slice, what, ...rest]) as unknown;
          };
        },
      });
    const contexts = [1, 2].map(() => testContext(database.db, counting(createSimulatorProvider({ state }))));
    const servers = contexts.map((context) => createProvisioning(context, { ...testOptions, deployments: 2 }));
    const [first] = servers;
    const [context] = contexts;
    if (!first || !context) throw new Error('no server');
    const ids = await Promise.all(Array.from({ length: 8 }, () => insertSlice(database.db, actor, zoneId, small)));
    const started = [];
    for (const sliceId of ids) started.push(await startDeployment(context, { actor, sliceId, kind: 'deploy' }));
    for (const one of servers) one.worker.start();
    for (const { sliceId, id } of started)
      expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    expect(calls.size).toBe(8 * 11);
    expect(new Set(calls.values())).toEqual(new Set([1]));
    const owners = await database.db.select({ generation: deployments.generation }).from(deployments);
    expect(owners.every((row) => row.generation === 1)).toBe(true);
    for (const one of servers) await one.stop();
  });

  test('one that lost its lease writes nothing any more', async () => {
    const { sliceId, id } = await queued('deploy');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let aborted: AbortSignal | undefined;
    const provider = createSimulatorProvider({ state });
    const slow: Provider = {
      ...provider,
      startVm: async (slice, vm, options) => {
        aborted = options?.signal;
        await held;
        return provider.startVm(slice, vm, options);
      },
    };
    const context = testContext(database.db, slow);
    const first = createProvisioning(context, { ...testOptions, pollMs: 3_600_000 });
    first.worker.start();
    await until(context, sliceId, async () => aborted !== undefined);
    // somebody else has it
    await database.db.update(deployments).set({ generation: 77, leaseOwner: 'other' }).where(eq(deployments.id, id));
    await until(context, sliceId, async () => aborted?.aborted === true);
    const before = await getDeployment({ db: database.db }, { actor, id });
    const events = await readEvents(database.db, sliceId, 0, 1000);
    release();
    await first.stop();
    expect(await getDeployment({ db: database.db }, { actor, id })).toEqual(before);
    expect(await readEvents(database.db, sliceId, 0, 1000)).toEqual(events);
  });
});

/** What every VM is given to wait for before it boots, and when the first one does. */
function heldBoots() {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let booting = false;
  const provider = createSimulatorProvider({ state });
  const slow: Provider = {
    ...provider,
    startVm: async (slice, vm, options) => {
      booting = true;
      await held;
      return provider.startVm(slice, vm, options);
    },
    rebootVm: async (slice, vm, options) => {
      booting = true;
      await held;
      return provider.rebootVm(slice, vm, options);
    },
  };
  return { slow, release: () => release(), booting: () => booting };
}

test('a deployment that was taken up again trusted steps marked done: what is gone is made again', async () => {
  const { sliceId, id } = await queued('deploy');
  const { slow, release, booting } = heldBoots();
  const context = testContext(database.db, slow);
  const first = createProvisioning(context, testOptions);
  first.worker.start();
  await until(context, sliceId, async () => booting());
  await first.stop();
  release();
  const made = state.slices.get(sliceId);
  const [lost] = made?.vms.keys() ?? [];
  if (made === undefined || lost === undefined) throw new Error('nothing was made');
  made.networks.clear();
  made.vms.delete(lost);

  const second = server();
  second.provisioning.worker.start();
  expect(await ended(second.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
  await second.provisioning.stop();
  expect([...made.networks.keys()]).toHaveLength(1);
  expect([...made.vms.values()].map((vm) => vm.boot)).toHaveLength(3);
  expect(await statusOf(sliceId)).toBe('active');
});

describe('a deployment succeeded with its network dead', () => {
  test('one that died while the VMs booted is made again', async () => {
    const { sliceId, id } = await queued('deploy');
    const { slow, release, booting } = heldBoots();
    const context = testContext(database.db, slow);
    const provisioning = createProvisioning(context, testOptions);
    provisioning.worker.start();
    await until(context, sliceId, async () => booting());
    state.slices.get(sliceId)?.networks.clear();
    release();
    expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
    await provisioning.stop();
    expect(state.slices.get(sliceId)?.networks.size).toBe(1);
    expect(await statusOf(sliceId)).toBe('active');
  });

  test.each(['start', 'reboot'] as const)(
    'one that a %s found working, and that died then, is made again',
    async (kind) => {
      const { sliceId, id } = kind === 'start' ? await queuedStart() : await queued(kind);
      const { slow, release, booting } = heldBoots();
      const context = testContext(database.db, slow);
      const provisioning = createProvisioning(context, testOptions);
      provisioning.worker.start();
      await until(context, sliceId, async () => booting());
      state.slices.get(sliceId)?.networks.clear();
      release();
      expect(await ended(context, actor, sliceId, id)).toMatchObject({ status: 'succeeded' });
      await provisioning.stop();
      expect(state.slices.get(sliceId)?.networks.size).toBe(1);
      expect(await statusOf(sliceId)).toBe('active');
    },
  );

  test.each(['deploy', 'reboot'] as const)('one that does not stay fails a %s, by its name', async (kind) => {
    const { sliceId, id } = await queued(kind);
    const provider = createSimulatorProvider({ state });
    const dying: Provider = {
      ...provider,
      observe: (slice) => {
        state.slices.get(sliceId)?.networks.clear();
        return provider.observe(slice);
      },
    };
    const context = testContext(database.db, dying);
    const provisioning = createProvisioning(context, testOptions);
    provisioning.worker.start();
    const deployment = await ended(context, actor, sliceId, id);
    await provisioning.stop();
    expect(deployment.status).toBe('failed');
    expect(deployment.error).toMatch(/lan could not be/);
    expect(await statusOf(sliceId)).toBe('failed');
  });
});

test('the defaults leave a heartbeat two chances', () => {
  expect(provisioningDefaults.heartbeatMs * 3).toBeLessThanOrEqual(provisioningDefaults.leaseMs);
});
