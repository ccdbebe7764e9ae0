import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deploymentKinds } from '#shared/deployment/operations';
import { planSchema, type Plan } from '#shared/deployment/schema';
import type { FlavourRule } from '#shared/cloud-flavours';
import type { IpRange } from '#shared/ip-ranges';
import { allCapabilities } from '#shared/zone';
import { sliceStatuses, vmDesiredStates, vmStatuses } from '#shared/slice-status';
import { needsOf } from '#shared/topology/properties';
import { topologyNetworkSchema, topologyVmSchema } from '#shared/topology/schema';
import { plain, say } from '#shared/sentence';
import { appliedEdge, appliedNetwork, appliedVm } from '#server/providers/applied';
import { link, tiny as contractTiny, vmSpec } from '#server/providers/contract-fixtures';
import type { Applied } from '#shared/deployment/applied';
import type { SliceObservation } from '#server/providers/provider';
import type { PlanInput, PlanTopology, PlanVm, PlanZone } from './plan-input';
import { planOperation, wantedOf } from './planner';

const ok = { ok: true, reason: null };
const able = allCapabilities(ok);
const zone: PlanZone = {
  name: 'local',
  enabled: true,
  capacity: { vcpus: 4000, ramMb: 4_000_000, diskGb: 40_000 },
  free: { vcpus: 4000, ramMb: 4_000_000, diskGb: 40_000 },
  capabilities: able,
  vmLimits: null,
  unavailable: null,
};
const tiny = { id: 7, name: 'tiny', kind: 'kernel' as const, minRamMb: 96, minDiskGb: 0 };
const vm = (id: number, name: string, more: Partial<PlanVm> = {}): PlanVm => ({
  id,
  key: name,
  name,
  vcpus: 1,
  ramMb: 128,
  diskGb: 2,
  bootDiskGb: 2,
  nics: 0,
  needs: [],
  startAfter: [],
  gated: false,
  image: tiny,
  desired: 'absent',
  counted: more.desired === 'running',
  wanted: null,
  ...more,
});
const nothing: SliceObservation = { observedAt: new Date(0), vms: [], networks: [], edges: [] };
/** What all edges here are alike in. */
const wire = { wanted: null, down: false, needs: [] };
const line: PlanTopology = {
  vms: [vm(1, 'web'), vm(2, 'db')],
  networks: [{ id: 5, key: 'lan', name: 'lan', needs: [], wanted: null }],
  edges: [
    { id: 11, key: 'e1', source: 'web', target: 'db', ...wire },
    { id: 12, key: 'e2', source: 'web', target: 'lan', ...wire },
  ],
};
const input = (more: Partial<PlanInput> = {}): PlanInput => ({
  kind: 'deploy',
  slice: { id: 3, name: 'lab', status: 'draft' },
  underway: [],
  targetVm: null,
  topology: line,
  invalid: [],
  observation: nothing,
  zone,
  quota: null,
  isNew: false,
  update: null,
  ...more,
});
const seen = (id: number, status: Exclude<PlanStatus, 'absent'>) => ({
  id,
  status,
  error: null,
  forwards: [],
  applied: null,
});
type PlanStatus = (typeof vmStatuses)[number];
const keys = (plan: Plan) => plan.steps.map((step) => step.key);
const codes = (plan: Plan) => plan.problems.map((problem) => problem.code);

describe('a plan', () => {
  test('of a first deploy, in order', () => {
    const plan = planOperation(input());
    expect(plan.steps.map((step) => [step.key, step.dependsOn])).toEqual([
      ['image:tiny/prepare', []],
      ['network:lan/create', []],
      ['vm:web/create', [0]],
      ['vm:db/create', [0]],
      ['edge:web–db/connect', [2, 3]],
      ['edge:web–lan/connect', [2, 1]],
      ['vm:web/start', [2, 4, 5]],
      ['vm:db/start', [3, 4]],
    ]);
    expect(plan).toMatchObject({ runnable: true, problems: [], needs: { vcpus: 2, ramMb: 256, diskGb: 4 } });
  });

  test('says what it takes of the quota: what was not asked to run before, and all of a new slice', () => {
    const used = { slices: 1, vms: 9, vcpus: 9, ramMb: 1152, diskGb: 9 };
    const running = { runningVms: 1, runningVcpus: 1, runningRamMb: 128 };
    const each = { internetKbps: null, internetMbPerMonth: null };
    const limits = { slices: 1, vms: 10, vcpus: null, ramMb: 1280, diskGb: null, ...each };
    const quota = {
      used: { ...used, ...running, snapshots: 0, imageMb: 0 },
      limits: { ...limits, runningVms: 2, runningVcpus: null, runningRamMb: null, snapshots: null, imageMb: null },
    };
    const some = { ...line, vms: [vm(1, 'web', { desired: 'running' }), vm(2, 'db')] };
    const none = { slices: 0, vms: 0, vcpus: 0, ramMb: 0, diskGb: 0 };
    const deploy = planOperation(input({ topology: some, quota }));
    expect(deploy.quota).toEqual({ ...quota, added: { ...none, ...running, snapshots: 0, imageMb: 0 } });
    expect(deploy.runnable).toBe(true);
    const preview = planOperation(input({ quota, isNew: true }));
    expect(preview.quota?.added).toEqual({
      ...{ slices: 1, vms: 2, vcpus: 2, ramMb: 256, diskGb: 4 },
      ...{ runningVms: 2, runningVcpus: 2, runningRamMb: 256, snapshots: 0, imageMb: 0 },
    });
    expect(preview.problems.map((problem) => [problem.code, problem.field])).toEqual([
      ['QUOTA_EXCEEDED', 'slices'],
      ['QUOTA_EXCEEDED', 'vms'],
      ['QUOTA_EXCEEDED', 'ramMb'],
      ['QUOTA_EXCEEDED', 'runningVms'],
    ]);
    expect(planOperation(input()).quota).toBe(null);
  });

  test('leaves out what is satisfied', () => {
    const observation: SliceObservation = {
      ...nothing,
      vms: [seen(1, 'running'), seen(2, 'failed')],
      networks: [{ id: 5, status: 'up', applied: null }],
      edges: [
        { id: 11, status: 'down', applied: null },
        { id: 12, status: 'up', applied: null },
      ],
    };
    const plan = planOperation(input({ observation, slice: { id: 3, name: 'lab', status: 'failed' } }));
    expect(keys(plan)).toEqual(['edge:web–db/connect', 'vm:db/start']);
    expect(plan.needs).toEqual({ vcpus: 0, ramMb: 0, diskGb: 0 });
  });

  test('makes a network anew that has lost what serves it, though its links are up, where a VM on it runs', () => {
    const slice = { id: 3, name: 'lab', status: 'degraded' as const };
    const observation: SliceObservation = {
      ...nothing,
      vms: [seen(1, 'running'), seen(2, 'running')],
      networks: [{ id: 5, status: 'down', applied: null }],
      edges: [11, 12].map((id) => ({ id, status: 'up', applied: null })),
    };
    const planned = (more: Partial<PlanInput>) =>
      keys(planOperation(input({ kind: 'heal', slice, observation, ...more })));
    expect(planned({})).toEqual(['network:lan/create']);
    expect(planned({ kind: 'start', targetVm: 'web' })).toEqual(['network:lan/create']);
    expect(planned({ kind: 'start', targetVm: 'db' })).toEqual([]);
  });

  test('of a degraded slice keeps what was stopped on purpose stopped', () => {
    const vms = [vm(1, 'web', { desired: 'stopped' }), vm(2, 'db', { desired: 'running' })];
    const topology = { vms, networks: [], edges: [] };
    const slice = { id: 3, name: 'lab', status: 'degraded' as const };
    const plan = planOperation(
      input({ topology, slice, observation: { ...nothing, vms: [seen(1, 'running'), seen(2, 'stopped')] } }),
    );
    expect(keys(plan)).toEqual(['vm:db/start', 'vm:web/stop']);
  });

  test('aimed at one VM touches that and what it needs', () => {
    const slice = { id: 3, name: 'lab', status: 'degraded' as const };
    const observation = { ...nothing, vms: [seen(2, 'running')] };
    const start = planOperation(input({ kind: 'start', slice, targetVm: 'web', observation }));
    expect(keys(start)).toEqual([
      'image:tiny/prepare',
      'network:lan/create',
      'vm:web/create',
      'edge:web–db/connect',
      'edge:web–lan/connect',
      'vm:web/start',
    ]);
    const stop = planOperation(input({ kind: 'stop', slice, targetVm: 'db', observation }));
    expect(keys(stop)).toEqual(['vm:db/stop']);
    const reboot = planOperation(input({ kind: 'reboot', slice, targetVm: 'db', observation }));
    expect(keys(reboot)).toEqual(['vm:db/reboot']);
  });

  test('of a destroy covers rows, strangers and the rest, and has no problems of the zone', () => {
    const observation: SliceObservation = {
      ...nothing,
      vms: [seen(1, 'running'), seen(2, 'stopped'), seen(99, 'paused')],
      networks: [{ id: 5, status: 'up', applied: null }],
    };
    const slice = { id: 3, name: 'lab', status: 'failed' as const };
    const off: PlanZone = {
      ...zone,
      enabled: false,
      free: { vcpus: 0, ramMb: 0, diskGb: 0 },
      unavailable: plain('gone'),
    };
    const plan = planOperation(input({ kind: 'destroy', slice, observation, zone: off }));
    expect(keys(plan)).toEqual([
      'vm:web/stop',
      'vm:web/remove',
      'vm:db/remove',
      'vm:#99/stop',
      'vm:#99/remove',
      'network:lan/remove',
      'slice:lab/sweep',
    ]);
    expect(plan.steps.at(-1)?.dependsOn).toEqual([1, 2, 4, 5]);
    expect(plan.runnable).toBe(true);
    const blind = planOperation(input({ kind: 'destroy', slice, observation: null, underway: [null] }));
    expect(keys(blind)).toContain('vm:web/stop');
    expect(blind.runnable).toBe(true);
  });

  test('tells parallel links apart', () => {
    const topology = {
      ...line,
      edges: [...line.edges, { id: 13, key: 'e3', source: 'web', target: 'db', ...wire }],
    };
    const plan = planOperation(input({ topology }));
    expect(keys(plan)).toContain('edge:web–db#2/connect');
    expect(plan.steps.at(-1)?.dependsOn).toHaveLength(3);
  });

  test('is refused for an image that its zone cannot make, on each VM that would be made of it, and for no other', () => {
    const router = { id: 8, name: 'router', kind: 'kernel' as const, minRamMb: 0, minDiskGb: 0 };
    const topology = { ...line, vms: [vm(1, 'web'), vm(2, 'db', { image: router })] };
    const why = say('TOOL_MISSING', { tool: 'cpio', packages: 'cpio' });
    const without = { ...zone, unbuildable: new Map([[8, why]]) };
    const plan = planOperation(input({ topology, zone: without }));
    expect(plan.problems).toMatchObject([
      { code: 'IMAGE_UNBUILDABLE', node: 'db', field: 'imageId', params: { image: 'router' }, because: why.sentences },
    ]);
    expect(plan.problems[0]?.message).toMatch(/^VM db boots from image router, which zone local cannot make: .*cpio/);
    expect(planOperation(input({ zone: without })).problems).toEqual([]);
    expect(planOperation(input({ kind: 'destroy', topology, zone: without })).problems).toEqual([]);
  });

  test('two VMs that are made at once by an operation each were never linked', () => {
    const one = { kind: 'start', slice: { id: 3, name: 'lab', status: 'degraded' }, targetVm: 'db' } as const;
    expect(keys(planOperation(input(one)))).not.toContain('edge:web–db/connect');
    // VM 1 is being started, and this waits for it
    const plan = planOperation(input({ ...one, underway: [1] }));
    expect(plan.problems).toEqual([]);
    expect(keys(plan)).toContain('edge:web–db/connect');
    expect(codes(planOperation(input({ ...one, underway: [2] })))).toEqual(['SLICE_BUSY']);
  });

  test('refuses a VM whose way to the internet a quota slows down where the zone cannot', () => {
    const needs = needsOf(topologyVmSchema, { internet: true });
    const asking = { ...line, vms: [vm(1, 'web', { needs }), vm(2, 'db')] };
    const why = { ok: false, reason: 'No tbf.' };
    const lacking = { ...zone, capabilities: { ...able, internetRate: why } };
    const none = { slices: null, vms: null, vcpus: null, ramMb: null, diskGb: null, snapshots: null, imageMb: null };
    const unlimited = { ...none, runningVms: null, runningVcpus: null, runningRamMb: null, internetMbPerMonth: 5 };
    const used = { slices: 0, vms: 0, vcpus: 0, ramMb: 0, diskGb: 0, snapshots: 0, imageMb: 0 };
    const quota = (internetKbps: number | null) => ({
      limits: { ...unlimited, internetKbps },
      used: { ...used, runningVms: 0, runningVcpus: 0, runningRamMb: 0 },
    });
    const planned = (more: Partial<PlanInput>) => planOperation(input({ topology: asking, ...more })).problems;
    const problems = planned({ zone: lacking, quota: quota(2_000) });
    const params = { vm: 'web', zone: 'local', kbps: 2_000 };
    expect(problems).toMatchObject([{ code: 'INTERNET_RATE_UNSUPPORTED', node: 'web', field: 'internet', params }]);
    expect(problems[0]?.message).toMatch(/2000 kbit\/s .* No tbf\.$/);
    expect(planned({ zone: lacking, quota: quota(null) })).toEqual([]);
    expect(planned({ zone, quota: quota(2_000) })).toEqual([]);
    expect(planned({ zone: lacking, quota: quota(2_000), topology: line })).toEqual([]);
  });

  test('says every reason at once, each with its place', () => {
    const no = (reason: string) => ({ ok: false, reason });
    const capabilities = {
      run: no('KVM and TCG are missing.'),
      internet: no('passt is missing.'),
      internetRate: no('passt is missing.'),
      portForwards: no('no.'),
      disks: no('qemu-img is missing.'),
      extraDisks: no('qemu-img is missing.'),
      serialConsole: ok,
      graphics: ok,
      suspend: no('no.'),
      snapshot: no('no.'),
      impair: ok,
      dhcp: no('no relay.'),
      crossSlice: ok,
      exec: ok,
    };
    const asking = {
      internet: true,
      forwards: [{ protocol: 'tcp', guestPort: 80 }],
      disks: [{ label: 'data', sizeGb: 1 }],
    };
    const disk = { id: 8, name: 'debian', kind: 'disk' as const, minRamMb: 512, minDiskGb: 10 };
    const topology = {
      ...line,
      vms: [vm(1, 'web', { needs: needsOf(topologyVmSchema, asking) }), vm(2, 'db', { image: disk })],
      networks: [
        { id: 5, key: 'lan', name: 'lan', needs: needsOf(topologyNetworkSchema, { dhcp: true }), wanted: null },
      ],
    };
    const free = { vcpus: 1, ramMb: 100, diskGb: 3 };
    const plan = planOperation(
      input({
        topology,
        underway: [null],
        zone: { ...zone, enabled: false, free, capabilities, unavailable: plain('no answer.') },
      }),
    );
    expect(plan.runnable).toBe(false);
    expect(codes(plan)).toEqual([
      'SLICE_BUSY',
      'ZONE_DISABLED',
      'ZONE_UNAVAILABLE',
      'ZONE_CANNOT_RUN',
      'NO_CAPACITY',
      'NO_CAPACITY',
      'NO_CAPACITY',
      'INTERNET_UNSUPPORTED',
      'FORWARDS_UNSUPPORTED',
      'EXTRA_DISKS_UNSUPPORTED',
      'DISKS_UNSUPPORTED',
      'IMAGE_NEEDS_RAM',
      'IMAGE_NEEDS_DISK',
      'DHCP_UNSUPPORTED',
    ]);
    expect(plan.problems[4]?.message).toBe(
      'Not enough vCPUs in zone local: the slice needs 2, 1 is free, 1 is lacking.',
    );
    expect(plan.problems[5]?.message).toContain('needs 256 MiB, 100 MiB is free, 156 MiB is lacking');
    expect(plan.problems.at(-2)).toMatchObject({ node: 'db', field: 'flavourId', params: { needs: 10, has: 2 } });
    expect(plan.problems.at(-1)).toMatchObject({ node: 'lan', field: 'dhcp', params: { network: 'lan' } });
    const stop = planOperation(input({ kind: 'stop', slice: { id: 3, name: 'lab', status: 'deploying' }, zone }));
    expect(codes(stop)).toEqual(['INVALID_TRANSITION']);
  });
});

const guest = vmSpec(1, contractTiny);
/** What was applied of a VM that differs from `guest` in what takes that. */
const appliedBefore = (change: 'none' | 'unknown' | 'restart' | 'recreate') =>
  change === 'unknown'
    ? null
    : appliedVm(
        change === 'restart'
          ? { ...guest, ramMb: 64 }
          : change === 'recreate'
            ? { ...guest, image: { id: 9, kind: 'disk' } }
            : guest,
      );

/** Any slice in any state, with any observation of it. */
const situations = fc
  .record({
    vms: fc.array(
      fc.record({
        desired: fc.constantFrom(...vmDesiredStates),
        status: fc.constantFrom(...vmStatuses),
        change: fc.constantFrom(...(['none', 'unknown', 'restart', 'recreate'] as const)),
      }),
      { maxLength: 8 },
    ),
    networks: fc.array(fc.boolean(), { maxLength: 3 }),
    links: fc.array(fc.tuple(fc.nat(7), fc.nat(10), fc.constantFrom('absent', 'down', 'up', 'unknown')), {
      maxLength: 12,
    }),
    kind: fc.constantFrom(...deploymentKinds),
    status: fc.constantFrom(...sliceStatuses),
    target: fc.option(fc.nat(7)),
    strangers: fc.nat(2),
    blind: fc.boolean(),
    busy: fc.boolean(),
  })
  .map((made): PlanInput => {
    const vms = made.vms.map((one, index) =>
      vm(index + 1, `vm${index}`, { desired: one.desired, wanted: appliedVm(guest) }),
    );
    const networks = made.networks.map((_, index) => ({
      id: index + 1,
      key: `n${index}`,
      name: `net${index}`,
      needs: [],
      wanted: null,
    }));
    const nodes = [...vms.map((one) => one.key), ...networks.map((one) => one.key)];
    const edges = made.links.flatMap(([from, to], index) => {
      const source = vms[from % Math.max(1, vms.length)]?.key;
      const target = nodes[to % Math.max(1, nodes.length)];
      return source === undefined || target === undefined || source === target
        ? []
        : [{ id: index + 1, key: `e${index}`, source, target, ...wire }];
    });
    const present = made.vms.flatMap((one, index) =>
      one.status === 'absent' ? [] : [{ ...seen(index + 1, one.status), applied: appliedBefore(one.change) }],
    );
    const extra = Array.from({ length: made.strangers }, (_, index) => seen(1000 + index, 'running'));
    const target = made.target === null ? undefined : vms[made.target % Math.max(1, vms.length)];
    const aimed = made.kind === 'start' || made.kind === 'stop' || made.kind === 'reboot';
    return input({
      kind: made.kind,
      underway: made.busy ? [null] : [],
      slice: { id: 3, name: 'lab', status: made.status },
      targetVm: aimed ? (target?.key ?? null) : null,
      topology: { vms, networks, edges },
      observation: made.blind
        ? null
        : {
            ...nothing,
            vms: [...present, ...extra],
            networks: made.networks.flatMap((up, index) =>
              up ? [{ id: index + 1, status: 'up' as const, applied: null }] : [],
            ),
            edges: edges.map((edge) => ({
              id: edge.id,
              status: made.links[edge.id - 1]?.[2] ?? 'absent',
              applied: null,
            })),
          },
    });
  });

test('a size of its own is named where it is said, and denied where the owner’s role does not allow it', () => {
  const vmLimits = { nics: 4, vcpus: { min: 1, max: 2 }, ramMb: { min: 64, max: 256 }, diskGb: { min: 1, max: 20 } };
  const topology = { ...line, vms: [vm(1, 'web', { vcpus: 4, ownSize: { vcpus: 4 } }), vm(2, 'db', { vcpus: 3 })] };
  const found = (more: Partial<PlanInput>) =>
    planOperation(input({ topology, ...more })).problems.map(({ code, node, field }) => [code, node, field]);
  expect(found({ zone: { ...zone, vmLimits } })).toEqual([
    ['VM_OUT_OF_RANGE', 'web', 'ownSize'],
    ['VM_OUT_OF_RANGE', 'db', 'flavourId'],
  ]);
  expect(found({ sizesDenied: true })).toEqual([['SIZE_NOT_ALLOWED', 'web', 'ownSize']]);
  expect(found({})).toEqual([]);
});

test('what one VM can have is asked of the zone, and named on the VM that is beyond it', () => {
  const vmLimits = { nics: 4, vcpus: { min: 1, max: 2 }, ramMb: { min: 64, max: 128 }, diskGb: { min: 10, max: 20 } };
  const topology = { ...line, vms: [vm(1, 'web', { vcpus: 4, nics: 5 }), vm(2, 'db', { nics: 4 })] };
  const plan = planOperation(input({ topology, zone: { ...zone, vmLimits } }));
  expect(plan.problems).toEqual([
    {
      code: 'VM_OUT_OF_RANGE',
      message: 'VM web has 4 vCPUs; zone local runs VMs with 1 to 2.',
      node: 'web',
      field: 'flavourId',
      params: { vm: 'web', zone: 'local', resource: 'vcpus', has: 4, min: 1, max: 2 },
    },
    {
      code: 'VM_TOO_MANY_NICS',
      message: 'VM web needs 5 NICs; a VM of zone local has at most 4.',
      node: 'web',
      field: 'edges',
      params: { vm: 'web', zone: 'local', needs: 5, max: 4 },
    },
  ]);
  // a zone that has not said it refuses nothing for it
  expect(planOperation(input({ topology })).problems).toEqual([]);
});

test('a VM that the zone has no flavour for is named, unless it was named as out of range', () => {
  const small = { id: 'f1', name: 'small', vcpus: 1, ramMb: 4_096, diskGb: 20 };
  const vms = [
    vm(1, 'web', { flavourId: 7 }),
    vm(2, 'db', { flavourId: 8 }),
    vm(3, 'big', { vcpus: 4, flavourId: 7 }),
    vm(4, 'own', { ownSize: { ramMb: 64 } }),
  ];
  const found = (listed: [number, string][], rule: FlavourRule) => {
    const flavours = { flavours: [small], listed: new Map(listed), rule };
    const vmLimits = { nics: 4, vcpus: { min: 1, max: 2 }, ramMb: { min: 1, max: 4_096 }, diskGb: { min: 0, max: 20 } };
    const plan = planOperation(input({ topology: { ...line, edges: [], vms }, zone: { ...zone, vmLimits, flavours } }));
    return plan.problems.map(({ code, node, field, sentences }) => [code, node, field, sentences?.[0]?.code]);
  };
  const tooBig = ['VM_OUT_OF_RANGE', 'big', 'flavourId', undefined];
  expect(found([], 'smallest')).toEqual([tooBig]);
  expect(found([[8, 'gone']], 'smallest')).toEqual([
    ['VM_NO_FLAVOUR', 'db', 'flavourId', 'CLOUD_FLAVOUR_GONE'],
    tooBig,
  ]);
  expect(found([[7, 'small']], 'none')).toEqual([
    ['VM_NO_FLAVOUR', 'db', 'flavourId', 'CLOUD_FLAVOUR_NOT_LISTED'],
    tooBig,
    ['VM_NO_FLAVOUR', 'own', 'ownSize', 'CLOUD_FLAVOUR_NOT_LISTED'],
  ]);
});

test('what images a zone has now goes before what was found out of them', () => {
  const unbuildable = new Map([[7, say('IMAGE_BAD')]]);
  const found = (images: PlanZone['images']) =>
    planOperation(input({ zone: { ...zone, unbuildable, images } })).problems.map(({ code, node, field, because }) => [
      ...[code, node, field],
      because?.[0]?.code,
    ]);
  const offer = { images: [], listed: new Map<number, string>(), rule: 'named' as const };
  const both = (why: string) => ['web', 'db'].map((name) => ['IMAGE_UNBUILDABLE', name, 'imageId', why]);
  expect(found(undefined)).toEqual(both('IMAGE_BAD'));
  expect(found(offer)).toEqual(both('CLOUD_IMAGE_MISSING'));
  expect(found({ ...offer, listed: new Map([[7, 'gone']]) })).toEqual(both('CLOUD_IMAGE_GONE'));
  expect(found({ ...offer, images: [{ id: 'g', name: 'tiny' }] })).toEqual([]);
});

test('subnets in ranges that the zone denies are named on their network or link', () => {
  const denied: IpRange[] = [
    { family: 4, text: '10.64.0.0/16' },
    { family: 6, text: 'fd00:0:0:0:0:0:0:0/8' },
  ];
  const [first, second] = line.edges;
  if (!first || !second) throw new Error('no edges');
  const topology = {
    ...line,
    networks: line.networks.map((network) => ({ ...network, subnet: '10.64.3.0/24' })),
    edges: [{ ...first, subnet: '10.0.0.0/30' }, second],
  };
  const planned = (subnetsDenied: IpRange[]) => planOperation(input({ topology, zone: { ...zone, subnetsDenied } }));
  const [network] = line.networks;
  expect(planned(denied).problems).toMatchObject([
    { code: 'SUBNET_DENIED', node: network?.key, field: 'ownSubnet', params: { range: '10.64.0.0/16' } },
  ]);
  expect(planned([{ family: 4, text: '10.0.0.0/24' }]).problems).toMatchObject([
    { code: 'SUBNET_DENIED', edge: first.key },
  ]);
  expect(planned([]).problems).toEqual([]);
  // a /64 beside is in a range of IPv6
  const both = { ...topology, networks: topology.networks.map((one) => ({ ...one, ipv6: 'given' })) };
  const [ipv4] = denied;
  expect(planOperation(input({ topology: both, zone: { ...zone, subnetsDenied: denied } })).problems).toMatchObject([
    { params: { range: ipv4?.text } },
    { code: 'SUBNET_DENIED', node: network?.key, field: 'ipv6', params: { subnet: 'fd00:7472:a40:300::/64' } },
  ]);
  // what is there is stopped, too
  const stop = planOperation(input({ topology, kind: 'stop', zone: { ...zone, subnetsDenied: denied } }));
  expect(stop.problems.filter(({ code }) => code === 'SUBNET_DENIED')).toEqual([]);
});

describe('a plan of what differs from what was applied', () => {
  const there: SliceObservation = {
    ...nothing,
    vms: [seen(1, 'running'), seen(2, 'running')].map((one) => ({ ...one, applied: appliedVm(guest) })),
    networks: [{ id: 5, status: 'up', applied: appliedNetwork({ id: 5, name: 'lan' }) }],
    edges: [
      { id: 11, status: 'up', applied: null },
      { id: 12, status: 'up', applied: null },
    ],
  };
  const running = (id: number, name: string, wanted = appliedVm(guest)) => vm(id, name, { desired: 'running', wanted });
  const planOf = (topology: Partial<PlanTopology>, more: Partial<PlanInput> = {}) =>
    planOperation(
      input({
        slice: { id: 3, name: 'lab', status: 'degraded' },
        topology: { ...line, vms: [running(1, 'web'), running(2, 'db')], ...topology },
        observation: there,
        ...more,
      }),
    );

  test('has a step that says property by property what it takes and what is lost', () => {
    const wanted = appliedVm({ ...guest, ramMb: 256, image: { id: 9, kind: 'disk' }, diskGb: 2 });
    const plan = planOf({ vms: [running(1, 'web', wanted), running(2, 'db')] });
    expect(plan.steps.map((step) => [step.key, step.dependsOn])).toEqual([
      ['image:tiny/prepare', []],
      ['vm:web/stop', []],
      ['vm:web/update', [1, 0]],
      ['vm:web/start', [1, 2]],
    ]);
    expect(plan.steps[2]?.update).toEqual({
      changes: [
        { property: 'ramMb', effect: 'restart', from: '96', to: '256' },
        { property: 'diskGb', effect: 'recreate', from: null, to: '2' },
        { property: 'image', effect: 'recreate', from: '{"id":1,"kind":"kernel"}', to: '{"id":9,"kind":"disk"}' },
      ],
      loses: ['memory', 'disk'],
    });
    expect(plan.steps.filter((step) => step.action !== 'update').every((step) => step.update === null)).toBe(true);
  });

  test('is empty where nothing differs, and where nobody knows what was applied', () => {
    expect(planOf({}).steps).toEqual([]);
    const unknown = { ...there, vms: [seen(1, 'running'), seen(2, 'running')] };
    expect(planOf({}, { observation: unknown }).steps).toEqual([]);
    const older = there.vms.map((one) => ({ ...one, applied: { digest: '0:x', properties: { ramMb: 1 } } }));
    expect(planOf({}, { observation: { ...there, vms: older } }).steps).toEqual([]);
  });

  test('changes an edge while its VMs are down, and starts them again', () => {
    const [a, b] = [guest, vmSpec(2, contractTiny)];
    const edge = link(11, a, b);
    const moved = { ...edge, source: { ...edge.source, nic: { ...edge.source.nic, address: '10.9.9.1/30' } } };
    const [e1, e2] = line.edges;
    if (!e1 || !e2) throw new Error('no edges');
    const [first, second] = there.edges;
    if (!first || !second) throw new Error('no edges');
    const observation = { ...there, edges: [{ ...first, applied: appliedEdge(edge) }, second] };
    const plan = planOf({ edges: [{ ...e1, wanted: appliedEdge(moved) }, e2] }, { observation });
    expect(plan.steps.map((step) => [step.key, step.dependsOn])).toEqual([
      ['vm:web/stop', []],
      ['vm:db/stop', []],
      ['edge:web–db/update', [0, 1]],
      ['vm:web/start', [0, 2]],
      ['vm:db/start', [1, 2]],
    ]);
    expect(plan.steps[2]?.update).toMatchObject({ changes: [{ property: 'sourceAddress' }], loses: ['memory'] });
  });

  test('says of extra disks what is lost with them, and takes none away that nobody has been asked about', () => {
    const disks = (...sizes: number[]) =>
      appliedVm(vmSpec(1, contractTiny, { disks: sizes.map((sizeGb, n) => ({ label: `d${n}`, sizeGb })) }));
    const planned = (before: Applied, wanted: Applied, unattended = false) => {
      const vms = there.vms.map((one) => ({ ...one, applied: before }));
      const topology = { vms: [running(1, 'web', wanted), running(2, 'db', before)] };
      const { steps } = planOf(topology, { observation: { ...there, vms }, unattended });
      return steps.find(({ action }) => action === 'update')?.update;
    };
    expect(planned(disks(1), disks(1, 2))).toMatchObject({
      changes: [{ property: 'disks', effect: 'restart' }],
      loses: ['memory'],
    });
    expect(planned(disks(1), disks(2))?.loses).toEqual(['memory']);
    for (const wanted of [disks(2), disks(2, 1), disks()])
      expect(planned(disks(2, 2), wanted)).toMatchObject({
        changes: [{ property: 'disks', effect: 'restart' }],
        loses: ['memory', 'extraDisk'],
      });
    expect(planned(disks(2, 2), disks(2), true)).toBeUndefined();
    expect(planned(disks(2), disks(2, 2), true)?.loses).toEqual(['memory']);
  });

  test('makes no disk anew that nobody has been asked about', () => {
    const [ram, image] = [
      { ...guest, ramMb: 256 },
      { ...guest, image: { id: 9, kind: 'disk' as const } },
    ];
    const topology = { vms: [running(1, 'web', appliedVm(ram)), running(2, 'db', appliedVm(image))] };
    expect(keys(planOf(topology))).toContain('vm:db/update');
    expect(keys(planOf(topology, { unattended: true }))).toEqual([
      'image:tiny/prepare',
      'vm:web/stop',
      'vm:web/update',
      'vm:web/start',
    ]);
  });

  test('takes away links that are no longer of the slice, after their VMs and before what takes their NICs', () => {
    const [e1, e2] = line.edges;
    if (!e1 || !e2) throw new Error('no edges');
    const observation: SliceObservation = {
      ...there,
      vms: [...there.vms, seen(3, 'stopped')],
      networks: [...there.networks, { id: 6, status: 'up', applied: null }],
      edges: [{ id: 10, status: 'up', applied: null }],
    };
    const plan = planOf({ edges: [e1] }, { observation });
    expect(plan.steps.map((step) => [step.key, step.dependsOn])).toEqual([
      ['vm:#3/remove', []],
      ['edge:#10/disconnect', [0]],
      ['network:#6/remove', [0, 1]],
      ['edge:web–db/connect', [0, 1, 2]],
    ]);
    // a start leaves them, and with everything they go by themselves
    for (const kind of ['start', 'destroy'] as const)
      expect(planOf({ edges: [e1] }, { kind, observation }).steps.some((step) => step.action === 'disconnect')).toBe(
        false,
      );
  });

  test('of links alone leaves everything else as it is: other differences, VMs that are down, strangers', () => {
    const edge = link(11, guest, vmSpec(2, contractTiny));
    const bent = appliedEdge({ ...edge, link: { delayMs: 20 }, down: true });
    const moved = appliedEdge({
      ...edge,
      source: { ...edge.source, nic: { ...edge.source.nic, address: '10.9.9.1/30' } },
    });
    const e = (id: number, wanted: Applied) => ({ id, key: `e${id}`, source: 'web', target: 'db', ...wire, wanted });
    const topology = {
      vms: [running(1, 'web', appliedVm({ ...guest, ramMb: 256 })), running(2, 'db')],
      networks: [],
      edges: [e(11, bent), e(12, moved)],
    };
    const observation = {
      ...there,
      vms: [{ ...seen(1, 'running'), applied: appliedVm(guest) }, seen(2, 'stopped'), seen(9, 'running')],
      edges: [11, 12].map((id) => ({ id, status: 'up' as const, applied: appliedEdge(edge) })),
    };
    const plan = planOf(topology, { kind: 'update', observation, linksOnly: true });
    expect(plan.steps.map(({ key, dependsOn }) => [key, dependsOn])).toEqual([['edge:web–db/update', []]]);
    expect(plan.steps[0]?.update?.changes.map(({ property }) => property).toSorted()).toEqual(['down', 'link']);
    expect(plan.runnable).toBe(true);
  });

  test('is only of what builds everything: a start takes what was applied', () => {
    const wanted = appliedVm({ ...guest, ramMb: 256 });
    const topology = { vms: [running(1, 'web', wanted), running(2, 'db')] };
    for (const kind of ['start', 'stop', 'reboot'] as const)
      expect(planOf(topology, { kind }).steps.some((step) => step.action === 'update')).toBe(false);
  });

  test('is refused for what the zone cannot give the changed VM', () => {
    const wanted = appliedVm({ ...guest, image: { id: 9, kind: 'disk' } });
    const disk = { id: 9, name: 'debian', kind: 'disk' as const, minRamMb: 512, minDiskGb: 0 };
    const plan = planOf({ vms: [vm(1, 'web', { desired: 'running', wanted, image: disk }), running(2, 'db')] });
    expect(codes(plan)).toEqual(['IMAGE_NEEDS_RAM']);
  });
});

/** The steps that must be done before a step, all the way down. */
function before(plan: Plan, seq: number): Set<number> {
  const all = new Set<number>();
  const visit = (one: number) => {
    for (const dependency of plan.steps[one]?.dependsOn ?? [])
      if (!all.has(dependency)) {
        all.add(dependency);
        visit(dependency);
      }
  };
  visit(seq);
  return all;
}
const find = (plan: Plan, resource: string, id: number, action: string) =>
  plan.steps.find((step) => step.resource === resource && step.resourceId === id && step.action === action);

describe('every plan', () => {
  test('is a DAG in a valid order, with unique keys, as the schema says', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOperation(situation);
        expect(planSchema.safeParse(plan).success).toBe(true);
        expect(new Set(keys(plan)).size).toBe(plan.steps.length);
        for (const [index, step] of plan.steps.entries()) {
          expect(step.seq).toBe(index);
          expect(step.key.length).toBeLessThanOrEqual(160);
          expect(step.dependsOn.every((dependency) => dependency < index)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('creates before it starts, and links what is there', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOperation(situation);
        const exists = new Set(situation.observation?.vms.map((one) => one.id));
        const byKey = new Map(situation.topology.vms.map((one) => [one.key, one.id]));
        const networks = new Map(situation.topology.networks.map((one) => [one.key, one.id]));
        for (const step of plan.steps) {
          const needs = (vmId: number) => {
            const create = find(plan, 'vm', vmId, 'create');
            if (create === undefined) expect(exists.has(vmId)).toBe(true);
            else expect(before(plan, step.seq).has(create.seq)).toBe(true);
          };
          if (step.action === 'start' || step.action === 'reboot') needs(step.resourceId);
          if (step.action === 'connect') {
            const edge = situation.topology.edges.find((one) => one.id === step.resourceId);
            for (const end of [edge?.source ?? '', edge?.target ?? '']) {
              const vmId = byKey.get(end);
              const networkId = networks.get(end);
              if (vmId !== undefined) needs(vmId);
              const create = networkId === undefined ? undefined : find(plan, 'network', networkId, 'create');
              if (create) expect(before(plan, step.seq).has(create.seq)).toBe(true);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('to destroy covers everything that is observed, and sweeps last', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOperation({ ...situation, kind: 'destroy', targetVm: null });
        for (const one of situation.observation?.vms ?? []) expect(find(plan, 'vm', one.id, 'remove')).toBeDefined();
        for (const one of situation.observation?.networks ?? [])
          expect(find(plan, 'network', one.id, 'remove')).toBeDefined();
        const last = plan.steps.at(-1);
        expect(last?.action).toBe('sweep');
        expect(before(plan, last?.seq ?? 0).size).toBe(plan.steps.length - 1);
        expect(codes(plan).every((code) => code === 'INVALID_TRANSITION')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('to deploy does something for each VM that is not as it should be, and nothing for the others', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const plan = planOperation({ ...situation, kind: 'deploy', targetVm: null });
        for (const one of situation.topology.vms) {
          const status = situation.observation?.vms.find((other) => other.id === one.id)?.status ?? 'absent';
          const steps = plan.steps.filter((step) => step.resource === 'vm' && step.resourceId === one.id);
          const desired = wantedOf({ ...situation, kind: 'deploy', targetVm: null }, one);
          const applied = situation.observation?.vms.find((other) => other.id === one.id)?.applied ?? null;
          const differs = applied !== null && applied.digest !== one.wanted?.digest;
          expect(steps.length > 0).toBe(status !== desired || differs);
          const update = steps.find((step) => step.action === 'update');
          expect(update !== undefined).toBe(differs);
          if (update === undefined || applied === null) continue;
          // it is down while it is changed, and comes up again only if it is to run
          const stop = steps.find((step) => step.action === 'stop');
          expect(stop !== undefined).toBe(status !== 'stopped');
          if (stop) expect(update.dependsOn).toContain(stop.seq);
          const start = steps.find((step) => step.action === 'start');
          expect(start !== undefined).toBe(desired === 'running');
          if (start) expect(before(plan, start.seq).has(update.seq)).toBe(true);
          expect(update.update?.loses).toEqual([
            ...(status !== 'stopped' && status !== 'failed' ? ['memory'] : []),
            ...(applied.properties['ramMb'] === 64 ? [] : ['disk']),
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a thousand VMs is made at once', () => {
    const vms = Array.from({ length: 1000 }, (_, index) => vm(index + 1, `vm${index}`));
    const networks = Array.from({ length: 200 }, (_, index) => ({
      id: index + 1,
      key: `n${index}`,
      name: `net${index}`,
      needs: [],
      wanted: null,
    }));
    const edges = Array.from({ length: 4000 }, (_, index) => ({
      id: index + 1,
      key: `e${index}`,
      source: `vm${index % 1000}`,
      target: index < 2000 ? `vm${(index * 7 + 1) % 1000}` : `n${index % 200}`,
      ...wire,
    })).filter((edge) => edge.source !== edge.target);
    const plan = planOperation(input({ topology: { vms, networks, edges } }));
    expect(plan.steps.length).toBe(1 + 200 + 2000 + edges.length);
    const gone = planOperation(
      input({
        kind: 'destroy',
        topology: { vms, networks, edges },
        observation: null,
        slice: { id: 3, name: 'lab', status: 'active' },
      }),
    );
    expect(gone.steps.length).toBe(2000 + 200 + 1);
  });
});

describe('a plan for the slice as a whole', () => {
  const asked = (one: PlanVm['desired'], other: PlanVm['desired']): PlanTopology => ({
    ...line,
    vms: [vm(1, 'web', { desired: one }), vm(2, 'db', { desired: other })],
  });
  const observed = (one: Exclude<PlanStatus, 'absent'>, other: Exclude<PlanStatus, 'absent'>): SliceObservation => ({
    ...nothing,
    vms: [seen(1, one), seen(2, other)],
    networks: [{ id: 5, status: 'up', applied: null }],
  });
  const of = (kind: PlanInput['kind'], more: Partial<PlanInput>) =>
    planOperation(input({ kind, slice: { id: 3, name: 'lab', status: 'degraded' }, ...more }));

  test('suspends what runs in one step, and nothing where nothing runs', () => {
    const plan = of('suspend', { topology: asked('running', 'stopped'), observation: observed('running', 'stopped') });
    expect([keys(plan), codes(plan)]).toEqual([['slice:lab/suspend'], []]);
    expect(
      wantedOf({ kind: 'suspend', slice: input().slice, targetVm: null }, vm(1, 'web', { desired: 'running' })),
    ).toBe('suspended');
    const done = of('suspend', {
      topology: asked('suspended', 'stopped'),
      observation: observed('suspended', 'stopped'),
    });
    expect(keys(done)).toEqual([]);
  });

  test('resumes what is suspended, and starts anew what has no memory any more', () => {
    const plan = of('resume', {
      topology: asked('suspended', 'suspended'),
      observation: observed('suspended', 'failed'),
    });
    expect(plan.steps.map(({ key, dependsOn }) => [key, dependsOn])).toEqual([
      ['slice:lab/resume', []],
      ['vm:db/start', [0]],
    ]);
  });

  test('keeps nothing of a VM that does not answer, and says which', () => {
    for (const kind of ['suspend', 'snapshot'] as const) {
      const plan = of(kind, {
        topology: asked('running', 'running'),
        observation: observed('running', 'notResponding'),
        snapshots: { taken: { id: 0, name: 'one' }, restored: null },
      });
      expect(plan.problems).toMatchObject([{ code: 'VM_NOT_KEEPABLE', node: 'db', params: { vm: 'db' } }]);
    }
  });

  test('goes back to a snapshot once what is there is kept, and mends links that came or went since', () => {
    const content = {
      vms: [1, 2].map((id) => ({ id, name: `vm${id}`, desired: 'running' as const, image: { id: 7, name: 'tiny' } })),
      networks: [5],
      edges: [11, 13],
    };
    const snapshots = {
      taken: { id: 0, name: 'before' },
      restored: { id: 9, name: 'first', content, imagesGone: new Set<number>() },
    };
    const plan = of('restore', {
      topology: asked('stopped', 'running'),
      observation: observed('stopped', 'notResponding'),
      snapshots,
    });
    expect(plan.problems).toEqual([]);
    expect(plan.steps.map(({ key, resourceId, dependsOn }) => [key, resourceId, dependsOn])).toEqual([
      ['vm:db/stop', 2, []],
      ['snapshot:before/create', 0, [0]],
      ['snapshot:first/restore', 9, [1]],
      ['slice:lab/resume', 3, [2]],
      ['edge:web–lan/connect', 12, [3]],
      ['edge:#13/disconnect', 13, [3]],
    ]);
    // it runs again what ran then, and so takes of the quota what does not run now
    expect(wantedOf({ kind: 'restore', slice: input().slice, targetVm: null, snapshots }, vm(1, 'web'))).toBe(
      'running',
    );
  });
});
