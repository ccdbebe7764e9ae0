import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '#shared/deployment/schema';
import { vmStatuses } from '#shared/slice-status';
import type { SliceObservation } from '#server/providers/provider';
import type { PlanInput, PlanVm } from './plan-input';
import { planOperation } from './planner';

const vm = (id: number, more: Partial<PlanVm> = {}): PlanVm => ({
  id,
  key: `k${id}`,
  name: `vm${id}`,
  vcpus: 1,
  ramMb: 128,
  diskGb: 2,
  bootDiskGb: 2,
  nics: 0,
  needs: [],
  startAfter: [],
  gated: false,
  image: { id: 7, name: 'tiny', kind: 'kernel', minRamMb: 96, minDiskGb: 0 },
  desired: 'running',
  counted: true,
  wanted: null,
  ...more,
});
type Status = (typeof vmStatuses)[number];
const seen = (statuses: readonly Status[]): SliceObservation => ({
  observedAt: new Date(0),
  vms: statuses.flatMap((status, index) =>
    status === 'absent' ? [] : [{ id: index + 1, status, error: null, forwards: [], applied: null }],
  ),
  networks: [],
  edges: [],
});
/** What all links here are alike in. */
const wire = { wanted: null, down: false, needs: [] };
const input = (vms: readonly PlanVm[], statuses: readonly Status[], more: Partial<PlanInput> = {}): PlanInput => ({
  kind: 'deploy',
  slice: { id: 3, name: 'lab', status: 'degraded' },
  underway: [],
  targetVm: null,
  topology: {
    vms,
    networks: [],
    // each linked to the next: links must not get in the way of the order
    edges: vms.slice(1).map(({ id, key }) => ({ id, key: `e${id}`, source: `k${id - 1}`, target: key, ...wire })),
  },
  invalid: [],
  observation: seen(statuses),
  zone: {
    ...{ name: 'local', enabled: true, capacity: null, free: null, capabilities: null, vmLimits: null },
    unavailable: null,
  },
  quota: null,
  isNew: false,
  update: null,
  ...more,
});

/** VMs in any state, each started after some that come before or behind it in the drawing, never in a circle. */
const situations = fc
  .record({
    vms: fc.array(
      fc.record({
        status: fc.constantFrom(...vmStatuses),
        gated: fc.boolean(),
        stopped: fc.boolean(),
        after: fc.array(fc.nat(20), { maxLength: 3 }),
        rank: fc.nat(1000),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    kind: fc.constantFrom('deploy', 'start', 'reboot'),
    status: fc.constantFrom('active', 'degraded', 'failed', 'stopped', 'draft'),
    target: fc.option(fc.nat(8)),
  })
  .map(({ vms: made, kind, status, target }): PlanInput => {
    const vms = made.map((one, index) =>
      vm(index + 1, {
        gated: one.gated,
        desired: one.stopped ? 'stopped' : 'running',
        startAfter: one.after.flatMap((other) => {
          const at = other % made.length;
          const before = made[at];
          return before !== undefined && before.rank < one.rank ? [`k${at + 1}`] : [];
        }),
      }),
    );
    const aimed = target !== null && kind !== 'deploy' ? (vms[target % vms.length]?.key ?? null) : null;
    return input(
      vms,
      made.map((one) => one.status),
      { kind, slice: { id: 3, name: 'lab', status }, targetVm: aimed },
    );
  });

const stepOf = (plan: Plan, vmId: number, ...actions: string[]) =>
  plan.steps.find((step) => step.resource === 'vm' && step.resourceId === vmId && actions.includes(step.action));
const startOf = (plan: Plan, vmId: number) => stepOf(plan, vmId, 'start', 'reboot');

describe('every plan that starts VMs', () => {
  test('has them in start order in every order in which its steps may be carried out', () => {
    fc.assert(
      fc.property(situations, fc.infiniteStream(fc.nat()), (situation, choices) => {
        const plan = planOperation(situation);
        for (const [index, step] of plan.steps.entries())
          expect(step.dependsOn.every((dependency) => dependency < index)).toBe(true);
        const done: number[] = [];
        while (done.length < plan.steps.length) {
          const open = plan.steps.filter(
            ({ seq, dependsOn }) => !done.includes(seq) && dependsOn.every((one) => done.includes(one)),
          );
          const next = open[Number(choices.next().value) % open.length];
          if (next === undefined) throw new Error('nothing can be done');
          done.push(next.seq);
        }
        const place = (seq: number | undefined) => (seq === undefined ? -1 : done.indexOf(seq));
        for (const one of situation.topology.vms) {
          const start = startOf(plan, one.id);
          const ready = stepOf(plan, one.id, 'await');
          if (start === undefined) continue;
          if (one.gated) expect(place(ready?.seq)).toBeGreaterThan(place(start.seq));
          for (const key of one.startAfter) {
            const id = Number(key.slice(1));
            expect(place(start.seq)).toBeGreaterThan(place(startOf(plan, id)?.seq));
            expect(place(start.seq)).toBeGreaterThan(place(stepOf(plan, id, 'await')?.seq));
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('asks of no VM whether it is ready that is not there to be asked, or has nothing to be asked', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOperation(situation);
        for (const { resourceId } of plan.steps.filter(({ action }) => action === 'await')) {
          const one = situation.topology.vms.find(({ id }) => id === resourceId);
          const status = situation.observation?.vms.find(({ id }) => id === resourceId)?.status ?? 'absent';
          expect(one?.gated).toBe(true);
          if (startOf(plan, resourceId) === undefined) expect(['absent', 'stopped']).not.toContain(status);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('a plan', () => {
  const web = vm(1, { startAfter: ['k2'] });
  const db = vm(2, { gated: true });
  const steps = (plan: Plan) => plan.steps.map(({ key, dependsOn }) => [key, dependsOn]);

  test('starts what waits only when what it waits for is ready, and everything else beside it', () => {
    const plan = planOperation(input([web, db, vm(3)], ['stopped', 'stopped', 'stopped'], { kind: 'start' }));
    expect(steps(plan)).toEqual([
      ['edge:vm1–vm2/connect', []],
      ['edge:vm2–vm3/connect', []],
      ['vm:vm2/start', [0, 1]],
      ['vm:vm2/await', [2]],
      ['vm:vm1/start', [0, 3]],
      ['vm:vm3/start', [1]],
    ]);
  });

  test('asks what runs already whether it is ready, for what is started after it', () => {
    const plan = planOperation(input([web, db], ['stopped', 'running'], { kind: 'start' }));
    expect(steps(plan).slice(-2)).toEqual([
      ['vm:vm2/await', []],
      ['vm:vm1/start', [0, 1]],
    ]);
  });

  test('of one VM alone waits for no other', () => {
    const plan = planOperation(input([web, db], ['stopped', 'running'], { kind: 'start', targetVm: 'k1' }));
    expect(plan.steps.map(({ key }) => key)).toEqual(['edge:vm1–vm2/connect', 'vm:vm1/start']);
  });

  test('to take a failed deploy up asks again whether what runs is ready', () => {
    const failed = { slice: { id: 3, name: 'lab', status: 'failed' as const } };
    expect(planOperation(input([web, db], ['running', 'running'], failed)).steps.map(({ key }) => key)).toContain(
      'vm:vm2/await',
    );
    expect(planOperation(input([web, db], ['running', 'running'])).steps.map(({ key }) => key)).not.toContain(
      'vm:vm2/await',
    );
  });

  test('does not wait for what was stopped on purpose', () => {
    const plan = planOperation(input([web, { ...db, desired: 'stopped' }], ['stopped', 'stopped']));
    expect(plan.steps.filter(({ action }) => action === 'start' || action === 'await').map(({ key }) => key)).toEqual([
      'vm:vm1/start',
    ]);
  });
});
