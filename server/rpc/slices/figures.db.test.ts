import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { figuresEverySeconds } from '#shared/figures';
import { say } from '#shared/sentence';
import type { DomainContext } from '#server/domain/context';
import { measureRound } from '#server/domain/figures/measure';
import { sliceFigures, zoneFigures } from '#server/domain/figures/read-figures';
import { silentLogger } from '#server/lib/logger';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider, VmUsage } from '#server/providers/provider';
import { simulatorOnly } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { carryOut } from '#server/testing/provisioning';
import { homeOf } from '#server/testing/rows';
import { useProvisioning } from '#server/testing/running-provisioning';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
useProvisioning(ctx);

/** What the zones' VMs have used, by slice, or why they cannot be asked. */
let usage: Map<number, VmUsage[]> | Error = new Map();
const provider = new Proxy(world.simulator, {
  get(target, name, receiver) {
    if (name !== 'usage') return Reflect.get(target, name, receiver) as unknown;
    const used: Provider['usage'] = () => (usage instanceof Map ? Promise.resolve(usage) : Promise.reject(usage));
    return used;
  },
});
const warnings: string[] = [];
const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
const measuring = (): DomainContext => ({ ...ctx, db: ctx.db, log, providers: simulatorOnly(provider) });
let clock = performance.now();
/** Measures after the time of a round. */
async function pass(used: typeof usage): Promise<void> {
  usage = used;
  clock += figuresEverySeconds * 1000;
  await measureRound(measuring(), clock);
}
beforeEach(() => pass(new Map()));

async function scene(vms = 2) {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const template = await user.templates.create({ name: 'Line', topology: line(vms) });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const slice = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  return { owner, user, slice, zoneId, vmIds: slice.vmList.map(({ id }) => id) };
}

const used = (vmId: number, values: Partial<VmUsage> = {}): VmUsage => ({
  vmId,
  run: 1,
  cpuSeconds: 1,
  memoryMb: 100,
  diskBytes: null,
  trafficBytes: null,
  consoles: 0,
  ...values,
});

describe('the figures of a slice', () => {
  it('are what its VMs have used between two measurements, with a gap where one did not run', async () => {
    const { user, slice, vmIds } = await scene();
    const [a = 0, b = 0] = vmIds;
    await pass(new Map([[slice.id, [used(a), used(b, { diskBytes: 0 })]]]));
    await pass(new Map([[slice.id, [used(a, { cpuSeconds: 4 }), used(b, { cpuSeconds: 8.5, diskBytes: 15_000 })]]]));
    await pass(new Map([[slice.id, [used(a, { cpuSeconds: 5.5, memoryMb: 120 })]]]));
    const figures = await user.slices.figures({ id: slice.id, points: 240 });
    expect(figures).toMatchObject({ measured: 2, stepSeconds: figuresEverySeconds });
    expect(figures.vms.map(({ vmId }) => vmId)).toEqual([a, b]);
    const [first, second] = figures.vms;
    expect(first?.cpu).toMatchObject({ now: 10, mean: 15, peak: 20 });
    expect(first?.cpu.points.slice(-3)).toEqual([null, 20, 10]);
    expect(first?.memory).toMatchObject({ now: 120, peak: 120 });
    expect(first?.disk).toMatchObject({ now: null, peak: null });
    expect(second?.cpu).toMatchObject({ now: null, peak: 50 });
    expect(second?.disk.points.slice(-3)).toEqual([null, 1_000, null]);
    // another run has nothing to do with the one before
    await pass(new Map([[slice.id, [used(a, { run: 2, cpuSeconds: 90 })]]]));
    const [again] = (await user.slices.figures({ id: slice.id, vmIds: [a] })).vms;
    expect(again?.cpu).toMatchObject({ now: null, peak: 20 });
    expect(Date.parse(figures.at)).toBeGreaterThan(Date.parse(figures.since ?? ''));
  });

  it('have a gap while their zone cannot be asked', async () => {
    const { user, slice, vmIds } = await scene(1);
    const [a = 0] = vmIds;
    await pass(new Map([[slice.id, [used(a)]]]));
    warnings.length = 0;
    await pass(new ProviderError('UNAVAILABLE', say('ZONE_SILENT'), true));
    // that is said elsewhere already; what nobody would hear of is in the log
    expect(warnings).toEqual([]);
    await pass(new Error('a mistake'));
    expect(warnings).toEqual(['What VMs of a zone use was not measured.']);
    await pass(new Map([[slice.id, [used(a, { cpuSeconds: 7 })]]]));
    const [figures] = (await user.slices.figures({ id: slice.id, points: 240 })).vms;
    expect(figures?.memory.points.slice(-4)).toEqual([100, null, null, 100]);
    expect(figures?.cpu.points.slice(-4)).toEqual([null, null, null, 13.3]);
  });

  it('have the traffic of links while somebody looks', async () => {
    const { owner, user, slice, vmIds } = await scene(3);
    await carryOut(ctx, owner, slice.id, 'deploy');
    const running = new Map([[slice.id, vmIds.map((vmId) => used(vmId))]]);
    const traffic = async () => (await user.slices.figures({ id: slice.id })).vms.map((vm) => vm.traffic.now);
    await pass(running);
    await pass(running);
    expect(await traffic()).toEqual([null, null, null]);
    await pass(running);
    await expect
      .poll(
        async () => {
          await pass(running);
          return (await traffic()).every((bytes) => bytes !== null && bytes > 0);
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    expect(await traffic()).toHaveLength(3);
  });

  it('are for who sees the slice, and nothing of what was never measured', async () => {
    const { user, slice, vmIds } = await scene(1);
    await pass(new Map());
    expect(await user.slices.figures({ id: slice.id })).toMatchObject({ measured: 0, vms: [] });
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.slices.figures({ id: slice.id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(user.slices.figures({ id: slice.id, vmIds: [] }))).toBe('INVALID_INPUT');
    // a VM of somebody else's slice is not told of by way of one's own
    const other = await scene(1);
    await pass(new Map([[slice.id, [used(vmIds[0] ?? 0)]]]));
    expect((await other.user.slices.figures({ id: other.slice.id, vmIds })).vms).toEqual([]);
  });
});

describe('the figures of a zone', () => {
  it('are the sums of its VMs, and what their machine uses; which use most is for administrators', async () => {
    const { user, slice, zoneId, vmIds } = await scene(2);
    const [a = 0, b = 0] = vmIds;
    await pass(new Map([[slice.id, [used(a), used(b)]]]));
    await pass(new Map([[slice.id, [used(a, { cpuSeconds: 2.5 }), used(b, { cpuSeconds: 4 })]]]));
    const figures = await user.zones.figures({ id: zoneId });
    expect(figures).toMatchObject({ cpu: { now: 30 }, memory: { now: 200 }, vms: { now: 2 }, top: null });
    expect(figures.machine).toMatchObject({ processors: 8, totalMemoryMb: 16_384 });
    expect(figures.machine?.memory.now).toBeGreaterThan(0);
    const admin = world.callerOf(await world.person('admin'));
    expect((await admin.zones.figures({ id: zoneId })).top).toEqual([
      { vm: { id: b, name: 'vm-2' }, slice: { id: slice.id, name: 'One' }, cpu: 20, memory: 100 },
      { vm: { id: a, name: 'vm-1' }, slice: { id: slice.id, name: 'One' }, cpu: 10, memory: 100 },
    ]);
    // a token for the catalogue says nothing of slices
    const token = await world.tokenOf(await world.person('admin'), ['catalogue:read']);
    expect((await world.callerOf(token).zones.figures({ id: zoneId })).top).toBeNull();
    // nothing runs: that is a zero, not a gap
    await pass(new Map());
    expect(await user.zones.figures({ id: zoneId })).toMatchObject({ cpu: { now: 0 }, vms: { now: 0 } });
  });

  it('and of its slices are at the server that has it, which is named', async () => {
    const { owner, slice, zoneId } = await scene(1);
    const homeId = await homeOf(ctx.db, 'rack-7');
    await ctx.db.update(availabilityZones).set({ homeId }).where(eq(availabilityZones.id, zoneId));
    const elsewhere = { ...ctx, db: ctx.db, home: { id: null, everything: false, accompanied: true } };
    const refused = {
      code: 'FIGURES_UNAVAILABLE',
      sentences: [{ code: 'FIGURES_ELSEWHERE', params: { host: 'rack-7' } }],
    };
    const query = { id: slice.id, points: 60 };
    expect(await refusalOf(sliceFigures(elsewhere, { actor: owner, query }))).toMatchObject(refused);
    const ofZone = { actor: owner, query: { id: zoneId, points: 60 } };
    expect(await refusalOf(zoneFigures(elsewhere, ofZone))).toMatchObject(refused);
  });
});
