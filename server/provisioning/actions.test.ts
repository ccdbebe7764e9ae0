import { describe, expect, test } from 'vitest';
import { deploymentKinds, operationOf, type DeploymentKind } from '#shared/deployment/operations';
import type { PlanStep } from '#shared/deployment/schema';
import { limits } from '#shared/limits';
import { allocateAddresses } from '#shared/topology/addresses';
import { plain, say } from '#shared/sentence';
import { allCapabilities } from '#shared/zone';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider, SliceObservation } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState } from '#server/providers/simulator/simulator-state';
import { actionOf, failureOf, type ActionContext } from './actions';
import { planOperation } from '#server/domain/deployments/planner';
import type { SliceModel } from '#server/db/queries/slice-model';
import { planTopologyOf } from '#server/domain/deployments/plan-input';
import { specsOf } from '#server/domain/deployments/specs';
import { small } from '#server/testing/drawings';

const addresses = allocateAddresses(small);
const ids = new Map(small.vms.map((vm, index) => [vm.key, index + 1]));
const image: SliceModel['images'] extends Map<number, infer Row> ? Row : never = {
  id: 1,
  name: 'tiny',
  description: '',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  sizeMb: null,
  minRamMb: 0,
  minDiskGb: 0,
  readyMarker: null,
  ownerId: null,
  ownerKey: 0,
  visibility: 'all',
  retiredAt: null,
  prunedAt: null,
  liveKey: 'tiny',
  sortKey: 'tiny',
  createdAt: new Date(0),
};
const model: SliceModel = {
  annotations: [],
  sshKeys: [],
  slice: { name: 'lab', owner: 'Ada' },
  images: new Map([[1, image]]),
  vms: small.vms.map((vm, index) => ({
    ...vm,
    id: index + 1,
    sliceId: 9,
    vcpus: 1,
    ramMb: 128,
    diskGb: 1,
    extraDiskGb: 0,
    forwards: vm.forwards.map((forward) => ({ ...forward, hostAddress: null, hostPort: null })),
    desired: 'running',
    status: 'absent',
    observedAt: null,
    error: null,
    sentences: null,
    properties: null,
    applied: null,
  })),
  networks: small.networks.map((network, index) => ({
    ...network,
    id: index + 1,
    sliceId: 9,
    subnet: addresses.networks.get(network.key) ?? '',
    status: 'absent',
    properties: null,
    applied: null,
  })),
  edges: small.edges.flatMap((edge, index) => {
    const address = addresses.edges.get(edge.key);
    return address === undefined
      ? []
      : {
          ...address,
          id: index + 1,
          sliceId: 9,
          key: edge.key,
          sourceVmId: ids.get(edge.source) ?? 0,
          targetVmId: ids.get(edge.target) ?? null,
          targetNetworkId: ids.has(edge.target) ? null : 1,
          status: 'absent' as const,
          observedAt: null,
          properties: null,
          applied: null,
        };
  }),
};
const slice = { id: 9 };
const kept = { id: 50, name: 'kept' };
const before = { id: 51, name: 'before' };
const content = {
  vms: model.vms.map(({ id, name, desired }) => ({ id, name, desired, image: { id: 1, name: 'tiny' } })),
  networks: model.networks.map(({ id }) => id),
  edges: model.edges.map(({ id }) => id),
};
const ok = { ok: true, reason: null };

function contextOf(provider: Provider): ActionContext {
  return {
    provider,
    slice,
    specs: specsOf(model),
    firstDisks: new Map(),
    graceMs: () => 0,
    imagePrepared: async () => {},
    snapshotTaken: async () => {},
    commandRan: async () => {},
    snapshotBefore: before.id,
    signal: new AbortController().signal,
  };
}
async function stepsOf(provider: Provider, kind: (typeof deploymentKinds)[number]): Promise<PlanStep[]> {
  const observation = await provider.observe(slice);
  const plan = planOperation({
    kind,
    slice: { id: 9, name: 'lab', status: kind === 'deploy' || kind === 'resume' ? 'failed' : 'active' },
    underway: [],
    targetVm: null,
    topology: planTopologyOf(model, { status: 'active', busy: false }, observation),
    invalid: [],
    observation,
    zone: {
      name: 'local',
      enabled: true,
      capacity: null,
      free: null,
      capabilities: allCapabilities(ok),
      vmLimits: null,
      unavailable: null,
    },
    quota: null,
    isNew: false,
    update: null,
    snapshots:
      kind === 'restore'
        ? { taken: before, restored: { ...kept, content, imagesGone: new Set() } }
        : { taken: kept, restored: null },
  });
  expect(plan.problems).toEqual([]);
  return plan.steps;
}
const comparable = ({ vms, networks, edges }: SliceObservation) => ({ vms, networks, edges });
const times = async (count: number, work: () => Promise<void>) => {
  for (let round = 0; round < count; round++) await work();
};

/** What has to have happened before each kind of operation. */
const preparation = {
  deploy: [],
  update: [],
  start: ['deploy', 'stop'],
  stop: ['deploy'],
  reboot: ['deploy'],
  heal: ['deploy'],
  destroy: ['deploy'],
  suspend: ['deploy'],
  resume: ['deploy', 'suspend'],
  snapshot: ['deploy'],
  restore: ['deploy', 'snapshot', 'stop'],
} as const satisfies Record<DeploymentKind, readonly DeploymentKind[]>;

describe.each(deploymentKinds)('the steps of a plan to %s', (kind) => {
  async function prepared() {
    const state = createSimulatorState();
    const provider = createSimulatorProvider({ state });
    const context = contextOf(provider);
    for (const earlier of preparation[kind])
      for (const step of await stepsOf(provider, earlier))
        await actionOf(step).run(context, step.resourceId, step.update);
    // what drifts: a VM and a network that are gone
    const drifted = kind === 'heal' ? state.slices.get(slice.id) : undefined;
    drifted?.vms.delete(1);
    drifted?.networks.clear();
    return { state, provider, context, steps: await stepsOf(provider, kind) };
  }

  test('have something to do, and doing each twice is doing it once', async () => {
    const [once, twice] = [await prepared(), await prepared()];
    expect(once.steps.length).toBeGreaterThan(operationOf(kind).whole === null ? 2 : 0);
    for (const [world, count] of [
      [once, 1],
      [twice, 2],
    ] as const)
      for (const step of world.steps)
        await times(count, () => actionOf(step).run(world.context, step.resourceId, step.update));
    expect(comparable(await twice.provider.observe(slice))).toEqual(comparable(await once.provider.observe(slice)));
  });

  test('fail at any place, are taken back twice, and leave what was there before', async () => {
    const { steps } = await prepared();
    if (steps.every((step) => actionOf(step).undo === undefined)) return;
    for (let failing = 0; failing <= steps.length; failing++) {
      const world = await prepared();
      const before = comparable(await world.provider.observe(slice));
      for (const step of world.steps.slice(0, failing))
        await actionOf(step).run(world.context, step.resourceId, step.update);
      // the one that failed may have been done as well: its undo is registered before the act
      for (const step of world.steps.slice(0, failing + 1).reverse())
        await times(2, async () => actionOf(step).undo?.(world.context, step.resourceId));
      if (kind === 'deploy') expect(world.state.slices.size).toBe(0);
      else expect(comparable(await world.provider.observe(slice)).vms).toEqual(before.vms);
    }
  });
});

describe('the sentence of a failure', () => {
  const step = { resource: 'vm', action: 'start', label: 'web' } as const;
  test('names VM, step, cause and what to do', () => {
    expect(failureOf(step, new ProviderError('VM_CRASHED', say('VM_ENDED_STARTING'), true)).message).toBe(
      'VM web could not be started: The virtual machine ended while it was starting. Retry or destroy the slice.',
    );
  });
  test('is bounded, and silent about errors of our own', () => {
    const long = failureOf(
      { ...step, label: 'x'.repeat(63) },
      new ProviderError('TIMEOUT', plain('y'.repeat(900)), false),
    ).message;
    expect(long).toHaveLength(limits.messageLength);
    expect(long.endsWith('… Retry or destroy the slice.')).toBe(true);
    expect(failureOf(step, new Error('/etc/secret is 42')).message).not.toContain('secret');
  });
});

describe('what a provider is told', () => {
  test('NICs with their addresses and the names of neighbours', () => {
    const b = specsOf(model).vm(2);
    expect(b?.nics.map((nic) => [nic.index, nic.address, nic.peer])).toEqual([
      [0, '10.0.0.2/30', { vmId: 1 }],
      [1, '10.0.0.5/30', { vmId: 3 }],
    ]);
    expect(b?.hosts).toEqual(
      [
        { address: '10.0.0.6', name: 'c' },
        { address: '10.0.0.1', name: 'a' },
      ].sort((one, other) => one.address.localeCompare(other.address)),
    );
    const a = specsOf(model).vm(1);
    expect(a?.hosts.map((host) => host.name).sort()).toEqual(['b', 'c']);
    const macs = [...specsOf(model).edges.values()].flatMap((edge) =>
      'vmId' in edge.target ? [edge.source.nic.mac, edge.target.nic.mac] : [edge.source.nic.mac],
    );
    expect(new Set(macs).size).toBe(6);
  });
});
