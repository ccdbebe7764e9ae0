import assert from 'node:assert/strict';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { sliceSnapshots } from '#drizzle/schema/snapshots';
import { AppError } from '#shared/errors';
import {
  aimsAtVm,
  deploymentKinds,
  needsSnapshot,
  refusal,
  removesSlice,
  type DeploymentKind,
} from '#shared/deployment/operations';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import type { VmStatus } from '#shared/slice-status';
import { quotaUse } from '#server/db/queries/quotas';
import type { Actor } from '#server/domain/context';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { retryDeployment } from '#server/domain/deployments/retry';
import { startDeployment } from '#server/domain/deployments/start';
import { silentLogger } from '#server/lib/logger';
import { withBoundedLooks } from '#server/providers/bounded-looks';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { crashVm, createSimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { small } from '#server/testing/drawings';
import { faultKinds, FaultyLine, type Fault } from '#server/testing/faults';
import { begin, operationCases, remember } from '#server/testing/kills';
import { checkEnds, leaksOf, statusOf } from '#server/testing/leaks';
import { carryOut, testOptions, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { Life } from './life';
import { createLeaseOwner } from './owner';
import { createProvisioning } from './provisioning';

/*
 * One slice, anything that can be asked for or happen to it, in any order, with faults at the calls of its provider. What must
 * hold after each: rows say what is there, an operation that succeeded has done it, one that failed says why, and nothing is left
 * over; at the end a retry or a destroy does what it says. `TRAMA_WALKS=200` walks more, `TRAMA_FUZZ_SEED` elsewhere.
 */

const database = useDatabase();
const walks = Number(process.env['TRAMA_WALKS'] ?? 6);

class World {
  readonly state = createSimulatorState();
  readonly line = new FaultyLine();
  readonly servers: ReturnType<World['begin']>[] = [];
  readonly dead = new Set<string>();
  /** What the server's own log calls an error: none of what happens here is one. */
  readonly errors: string[] = [];
  readonly done: string[] = [];
  /** How often the guests were told something new. */
  words = 0;
  private constructor(
    readonly actor: Actor,
    readonly sliceId: number,
  ) {}

  static async create(count: number): Promise<World> {
    const actor = await insertActor(database.db);
    const sliceId = await insertSlice(database.db, actor, await simulatedZone(database.db), small);
    const world = new World(actor, sliceId);
    for (let n = 0; n < count; n += 1) world.servers.push(world.begin());
    return world;
  }

  begin(patience: { stepTimeoutMs?: number } = { stepTimeoutMs: 2_000 }) {
    const life = new Life();
    const made = createLeaseOwner();
    const owner = { ...made, isDead: (name: string) => this.dead.has(name) };
    const log = {
      ...silentLogger,
      error: (message: string, details?: object) => void this.errors.push(`${message} ${JSON.stringify(details)}`),
    };
    const faulty = this.line.provider(createSimulatorProvider({ state: this.state }));
    const provider = life.provider(withBoundedLooks(faulty, patience.stepTimeoutMs));
    const context = testContext(life.database(database.db), provider, { log });
    const options = { ...testOptions, ...patience, removeTimeoutMs: patience.stepTimeoutMs ?? 60_000, reconcileMs: 40 };
    const provisioning = createProvisioning(context, options, owner);
    provisioning.run();
    return { life, owner, context, provisioning };
  }

  get context() {
    const [server] = this.servers;
    assert.ok(server);
    return server.context;
  }

  /** As by -9, and another one is started. */
  kill(which: number): void {
    const at = which % this.servers.length;
    const server = this.servers[at];
    assert.ok(server);
    server.life.dead = true;
    this.dead.add(server.owner.name);
    void server.provisioning.stop();
    this.servers[at] = this.begin();
  }

  async vm(which: number) {
    const vms = await database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, this.sliceId));
    return vms.toSorted((a, b) => a.id - b.id)[which % vms.length];
  }

  /** Snapshots of the slice that can be restored. */
  async snapshots() {
    const rows = await database.db
      .select()
      .from(sliceSnapshots)
      .where(
        and(
          eq(sliceSnapshots.sliceId, this.sliceId),
          eq(sliceSnapshots.status, 'ready'),
          isNull(sliceSnapshots.removedAt),
        ),
      );
    return rows.toSorted((a, b) => a.id - b.id);
  }

  async live() {
    const rows = await database.db
      .select()
      .from(deployments)
      .where(and(eq(deployments.sliceId, this.sliceId), inArray(deployments.status, [...liveDeploymentStatuses])));
    return rows.toSorted((a, b) => a.id - b.id);
  }

  async newest() {
    const rows = await database.db.select().from(deployments).where(eq(deployments.sliceId, this.sliceId));
    return rows.toSorted((a, b) => a.id - b.id).at(-1);
  }

  /** Nothing is under way, nothing comes late, and every server has looked. */
  async calm(): Promise<void> {
    await until(this.context, this.sliceId, async () => (await this.live()).length === 0);
    await this.line.mend();
    for (const { provisioning } of this.servers) await provisioning.reconciler.round();
  }

  /** In place of all servers one that waits for an answer as long as in production: nothing goes wrong any more. */
  async startAnew(): Promise<void> {
    await this.end();
    this.servers.splice(0, this.servers.length, this.begin({}));
  }

  /** Stops all that works. */
  async end(): Promise<void> {
    await this.line.mend();
    await Promise.all(this.servers.map(({ provisioning }) => provisioning.stop()));
  }

  /** What is there, asked of what is simulated and not of a provider. */
  powered(): Map<number, 'on' | 'off' | 'kept'> {
    return new Map(this.machines().map((vm) => [vm.spec.id, vm.suspended ? 'kept' : vm.power]));
  }

  machines() {
    return [...(this.state.slices.get(this.sliceId)?.vms.values() ?? [])];
  }
}

/** What is there of a VM that is told, or wanted, to be so. */
const powerOf = (status: VmStatus) =>
  status === 'absent' ? undefined : status === 'running' ? 'on' : status === 'suspended' ? 'kept' : 'off';

/** What is so of a slice that is at rest, whatever has happened. */
async function check(world: World): Promise<void> {
  const { db } = database;
  const [slice] = await db.select().from(slices).where(eq(slices.id, world.sliceId));
  const vms = await db.select().from(sliceVms).where(eq(sliceVms.sliceId, world.sliceId));
  const there = world.powered();
  assert.deepEqual(await leaksOf(db, world.state), []);
  assert.deepEqual(world.errors, []);
  await checkEnds(db);
  assert.ok(slice !== undefined && slice.status !== 'deploying' && slice.status !== 'destroying', slice?.status);
  // rows say what is there
  for (const vm of vms) {
    const power = there.get(vm.id);
    assert.equal(powerOf(vm.status), power, `${vm.name} is told to be ${vm.status}`);
  }
  if (slice.status === 'active' || slice.status === 'suspended' || slice.status === 'stopped') {
    for (const vm of vms) assert.ok(vm.desired === 'absent' || there.get(vm.id) === powerOf(vm.desired), slice.status);
    const { runningVms } = await quotaUse(db, world.actor.userId);
    assert.equal(runningVms, [...there.values()].filter((power) => power === 'on').length);
  }
  // what a guest has in its memory, it has on its disk: both are of one instant, through whatever is kept and brought back
  for (const { spec, memory, content } of world.machines())
    assert.ok(memory === '' || memory === content, `${spec.name} has ${content} on its disk and ${memory} in memory`);
  if (slice.status === 'destroyed' || slice.status === 'draft') assert.equal(there.size, 0);
  const newest = await world.newest();
  if (newest?.status !== 'failed') return;
  // it says why, and at what
  const { error, steps } = await getDeployment({ db }, { actor: world.actor, id: newest.id });
  assert.ok(error !== null && error.length > 20, 'a failure without a sentence');
  assert.ok(
    steps.some((step) => step.status === 'failed'),
    error,
  );
}

/** Nothing but what the user is told: whoever asks too early or too late. */
function expectRefusal(error: unknown): void {
  assert.ok(error instanceof AppError, String(error));
  assert.ok(
    [
      'SLICE_BUSY',
      'INVALID_TRANSITION',
      'PLAN_NOT_RUNNABLE',
      'NOT_FOUND',
      'ZONE_UNAVAILABLE',
      'QUOTA_EXCEEDED',
      'REVISION_CONFLICT',
    ].includes(error.code),
    String(error),
  );
}

type Model = Record<string, never>;
abstract class Command implements fc.AsyncCommand<Model, World, true> {
  check = async () => true;
  abstract act(world: World): Promise<void>;
  abstract toString(): string;
  async run(_: Model, world: World): Promise<void> {
    world.done.push(this.toString());
    await this.act(world);
  }
}

class Ask extends Command {
  constructor(
    readonly kind: DeploymentKind,
    readonly which: number | null,
    readonly faults: readonly Fault[],
    readonly waits: boolean,
  ) {
    super();
  }
  toString = () =>
    `${this.kind}${this.which === null ? '' : ` VM ${this.which}`}${this.waits ? '' : ', not waited for'} [${this.faults.map(([after, kind]) => `${after} ${kind}`).join(', ')}]`;
  async act(world: World): Promise<void> {
    const vmId = this.which === null || !aimsAtVm(this.kind) ? undefined : (await world.vm(this.which))?.id;
    const status = await statusOf(database.db, world.sliceId);
    const live = await world.live();
    const due =
      status === undefined
        ? null
        : refusal(
            this.kind,
            status,
            live.map((row) => row.sliceVmId),
            vmId ?? null,
          );
    world.line.plan(this.faults);
    const { actor, sliceId } = world;
    const snapshots = this.which === null || !needsSnapshot(this.kind) ? [] : await world.snapshots();
    const snapshotId = snapshots[(this.which ?? 0) % snapshots.length]?.id;
    // a VM or a snapshot by its number, or the whole slice; every operation as its row in the table of kills asks for it
    const asking =
      vmId === undefined && snapshotId === undefined
        ? begin(world.context, operationCases[this.kind], { actor, sliceId })
        : startDeployment(world.context, { actor, sliceId, kind: this.kind, vmId, snapshotId });
    const outcome = await asking.then(
      () => null,
      (error: unknown) => error,
    );
    if (outcome !== null) expectRefusal(outcome);
    // at rest the guard's table decides, and nothing else, unless a VM that has ended makes it another status just then
    const drifts = status === 'active' || status === 'degraded' || status === 'stopped';
    const stays = !drifts || (outcome !== null && status === (await statusOf(database.db, world.sliceId)));
    if (live.length === 0 && due !== null && stays && !(removesSlice(this.kind) && status === 'destroyed'))
      assert.equal(outcome instanceof AppError ? outcome.code : 'accepted', due.code);
    if (!this.waits) return;
    await world.calm();
    await check(world);
    if (outcome === null && snapshotId !== undefined) await checkRestored(world, snapshotId);
  }
}

/** Where a restore has succeeded all VMs have what they had at that instant, those that ran in their memory, too. */
async function checkRestored(world: World, snapshotId: number): Promise<void> {
  const newest = await world.newest();
  if (newest?.status !== 'succeeded' || newest.snapshotId !== snapshotId) return;
  const kept = world.state.slices.get(world.sliceId)?.snapshots.get(snapshotId);
  // one that was taken by itself has made room for another one
  if (kept === undefined) return;
  for (const { spec, memory, content, power } of world.machines()) {
    const then = kept.get(spec.id);
    assert.ok(then !== undefined, `${spec.name} was not there then`);
    assert.equal(content, then.content);
    if (power === 'on' && then.ran) assert.equal(memory, then.memory);
  }
}

class Cancel extends Command {
  toString = () => 'cancel';
  async act(world: World): Promise<void> {
    const id = (await world.live()).at(-1)?.id;
    if (id !== undefined) await cancelDeployment(world.context, { actor: world.actor, id }).catch(expectRefusal);
  }
}

class Retry extends Command {
  constructor(readonly faults: readonly Fault[]) {
    super();
  }
  toString = () => 'retry';
  async act(world: World): Promise<void> {
    const newest = await world.newest();
    if (newest === undefined) return;
    world.line.plan(this.faults);
    await retryDeployment(world.context, { actor: world.actor, id: newest.id }).catch(expectRefusal);
  }
}

class Kill extends Command {
  constructor(readonly which: number) {
    super();
  }
  toString = () => `kill server ${this.which}`;
  act = async (world: World) => world.kill(this.which);
}

class Crash extends Command {
  constructor(readonly which: number) {
    super();
  }
  toString = () => `VM ${this.which} ends by itself`;
  async act(world: World): Promise<void> {
    const vm = await world.vm(this.which);
    if (vm !== undefined) crashVm(world.state, world.sliceId, vm.id);
  }
}

class Write extends Command {
  toString = () => 'guests write something';
  async act(world: World): Promise<void> {
    remember(world.state, world.sliceId, `word ${++world.words}`, 'of those that run');
  }
}

/** A drawing is changed, so that a deploy has something to change. */
class Change extends Command {
  constructor(
    readonly which: number,
    readonly ramMb: number,
  ) {
    super();
  }
  toString = () => `VM ${this.which} is wanted with ${this.ramMb} MiB`;
  async act(world: World): Promise<void> {
    const vm = await world.vm(this.which);
    // as many as before, so that what the zone holds stays right
    if (vm !== undefined && (await statusOf(database.db, world.sliceId)) === 'draft')
      await database.db.update(sliceVms).set({ ramMb: this.ramMb }).where(eq(sliceVms.id, vm.id));
  }
}

class Rest extends Command {
  toString = () => 'rest';
  async act(world: World): Promise<void> {
    await world.calm();
    await check(world);
  }
}

const faults = fc.array(fc.tuple(fc.nat(12), fc.constantFrom(...faultKinds)), { maxLength: 5 });
const which = fc.nat(2);
const commands = fc.commands(
  [
    fc
      .tuple(fc.constantFrom(...deploymentKinds), fc.option(which), faults, fc.boolean())
      .map((given) => new Ask(...given)),
    fc
      .tuple(fc.constantFrom<DeploymentKind>('deploy', 'start'), fc.constant(null), faults, fc.boolean())
      .map((given) => new Ask(...given)),
    fc.constant(new Cancel()),
    faults.map((given) => new Retry(given)),
    fc.nat(1).map((server) => new Kill(server)),
    // what is kept and what it is restored to is come to too rarely by chance
    fc
      .tuple(
        fc.constantFrom<DeploymentKind>('suspend', 'resume', 'snapshot', 'restore', 'heal'),
        fc.option(which),
        faults,
        fc.boolean(),
      )
      .map((given) => new Ask(...given)),
    which.map((vm) => new Crash(vm)),
    fc.constant(new Write()),
    fc.tuple(which, fc.constantFrom(512, 1_024)).map((given) => new Change(...given)),
    fc.constant(new Rest()),
  ],
  { maxCommands: 14, size: 'max' },
);

/** Whatever it has come to: without faults a retry, or a deploy, brings it up, and a destroy leaves nothing. */
async function comeToAnEnd(world: World): Promise<void> {
  const { actor, sliceId } = world;
  await world.calm();
  await check(world);
  await world.startAnew();
  if ((await statusOf(database.db, sliceId)) === 'suspended')
    expect(await carryOut(world.context, actor, sliceId, 'resume')).toMatchObject({ status: 'succeeded', error: null });
  const status = await statusOf(database.db, sliceId);
  if (status !== undefined && refusal('deploy', status, []) === null) {
    expect(await carryOut(world.context, actor, sliceId, 'deploy')).toMatchObject({ status: 'succeeded', error: null });
    await world.calm();
    await check(world);
    expect(await statusOf(database.db, sliceId)).toMatch(/active|stopped/);
  }
  expect(await carryOut(world.context, actor, sliceId, 'destroy')).toMatchObject({ status: 'succeeded', error: null });
  await world.calm();
  await check(world);
  assert.equal(world.state.slices.size + world.state.usedPorts.size, 0);
  assert.deepEqual(new Set(Object.values(await quotaUse(database.db, actor.userId))), new Set([0]));
}

test.each([1, 2])(
  'whatever is asked for and goes wrong in any order, with %i server(s) on the database',
  async (servers) => {
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const world = await World.create(servers);
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: world }), list);
          await comeToAnEnd(world);
        } catch (error) {
          const story = [...world.done, '—', ...world.line.happened].join('\n');
          throw new Error(`${error instanceof Error ? error.message : String(error)}\n${story}`, { cause: error });
        } finally {
          await world.end();
        }
      }),
      { numRuns: walks, endOnFailure: process.env['TRAMA_SHRINK'] === undefined },
    );
  },
  // to name a hang
  600_000 + walks * 120_000,
);
