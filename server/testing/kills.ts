import type { Database } from '#server/db/client';
import type { Actor, DomainContext } from '#server/domain/context';
import { getSliceTopology } from '#server/domain/slices/read-slices';
import { startDeployment } from '#server/domain/deployments/start';
import { listSnapshots } from '#server/domain/snapshots/snapshots';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { crashVm, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { Life } from '#server/provisioning/life';
import type { ProvisioningOptions } from '#server/provisioning/options';
import { createLeaseOwner, type LeaseOwner } from '#server/provisioning/owner';
import { createProvisioning, type Provisioning } from '#server/provisioning/provisioning';
import type { DeploymentKind } from '#shared/deployment/operations';
import type { Topology } from '#shared/topology/schema';
import { slices, sliceVms, zoneSums } from '#drizzle/schema/slices';
import { asc, eq, sql } from 'drizzle-orm';
import { testContext } from './context';
import { testOptions } from './provisioning';

/** Nothing happens by the clock: the n-th act is the same one in every run. */
export const still = { pollMs: 3_600_000, observeGapMs: 3_600_000, observeEveryMs: 3_600_000 };

export interface KillableServer {
  context: DomainContext;
  provisioning: Provisioning;
  owner: LeaseOwner;
}

/** A server on a simulated zone, that dies when its life ends. Not at work yet. */
export function killableServer(
  db: Database,
  state: SimulatorState,
  {
    options = {},
    life = new Life(),
    owner = createLeaseOwner(),
  }: { options?: Partial<ProvisioningOptions>; life?: Life; owner?: LeaseOwner } = {},
): KillableServer {
  const context = testContext(life.database(db), life.provider(createSimulatorProvider({ state })));
  return { context, owner, provisioning: createProvisioning(context, { ...testOptions, ...options }, owner) };
}

/** How an operation is come to, for tests that kill it anywhere. */
export interface KillCase {
  kind: DeploymentKind;
  /** What a draft goes through before. */
  after: readonly DeploymentKind[];
  /** What is changed of the slice then, in its rows or in what is there. */
  change?: (sliceId: number, where: { db: Database; state: SimulatorState }) => Promise<void>;
  /** How it is asked for, where its kind alone does not say it. */
  begin?: (context: DomainContext, asked: { actor: Actor; sliceId: number }) => Promise<{ id: number }>;
}

const row = (kind: DeploymentKind, after: KillCase['after'], more: Omit<KillCase, 'kind' | 'after'> = {}) => ({
  kind,
  after,
  ...more,
});

/** One VM is wanted with more RAM than it has: for that it is restarted. */
async function wantMoreRam(sliceId: number, { db }: { db: Database }): Promise<void> {
  const [vm] = await db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId)).orderBy(asc(sliceVms.id)).limit(1);
  if (vm === undefined) return;
  const more = 512;
  await db
    .update(sliceVms)
    .set({ ramMb: vm.ramMb + more })
    .where(eq(sliceVms.id, vm.id));
  await db.update(zoneSums).set({ ramMb: sql`${zoneSums.ramMb} + ${more}` });
  await db.update(slices).set({ status: 'degraded' }).where(eq(slices.id, sliceId));
}

/** Another drawing than the slice's: without `b` and with `d`, or the other way round; what stays is left alone. */
function redrawn({ vms, networks, edges }: Topology): Topology {
  const [was, comes] = vms.some(({ key }) => key === 'b') ? ['b', 'd'] : ['d', 'b'];
  const [first] = vms;
  if (first === undefined) return { vms, networks, edges };
  return {
    vms: [...vms.filter(({ key }) => key !== was), { ...first, key: comes, name: comes }],
    networks,
    edges: [
      ...edges.filter(({ source, target }) => source !== was && target !== was),
      { key: `${comes}-a`, source: comes, target: 'a' },
      { key: `${comes}-lan`, source: comes, target: 'lan' },
    ],
  };
}

async function redraw(context: DomainContext, { actor, sliceId }: { actor: Actor; sliceId: number }) {
  const { topology, version } = await getSliceTopology(context, { actor, id: sliceId });
  const change = { from: 'drawing', topology: redrawn(topology) } as const;
  return startDeployment(context, { actor, sliceId, kind: 'update', change, baseVersion: version });
}

/** To the newest of its snapshots. */
async function goBack(context: DomainContext, { actor, sliceId }: { actor: Actor; sliceId: number }) {
  const { items } = await listSnapshots(context, { actor, query: { sliceId, limit: 1 } });
  return startDeployment(context, { actor, sliceId, kind: 'restore', snapshotId: items[0]?.id });
}

/** One VM has ended, another one and the network have vanished. */
async function breakDown(sliceId: number, { state }: { state: SimulatorState }): Promise<void> {
  const slice = state.slices.get(sliceId);
  const [first, second] = slice?.vms.values() ?? [];
  if (slice === undefined || first === undefined || second === undefined) return;
  for (const port of second.hostPorts.values()) state.usedPorts.delete(port);
  slice.vms.delete(second.spec.id);
  slice.networks.clear();
  slice.applied.networks.clear();
  crashVm(state, sliceId, first.spec.id);
}

/** Every operation, by its kind: one that is new has its row here, and is killed at every act of it, by itself and beside another server. */
export const operationCases = {
  deploy: row('deploy', []),
  update: row('update', ['deploy'], { begin: redraw }),
  start: row('start', ['deploy', 'stop']),
  stop: row('stop', ['deploy']),
  reboot: row('reboot', ['deploy']),
  suspend: row('suspend', ['deploy']),
  resume: row('resume', ['deploy', 'suspend']),
  snapshot: row('snapshot', ['deploy']),
  restore: row('restore', ['deploy', 'snapshot'], { begin: goBack }),
  heal: row('heal', ['deploy'], { change: breakDown }),
  destroy: row('destroy', ['deploy']),
} satisfies Record<DeploymentKind, KillCase>;

export const killCases: Record<string, KillCase> = {
  ...operationCases,
  'deploy that changes a VM': row('deploy', ['deploy'], { change: wantMoreRam }),
};

export function begin(
  context: DomainContext,
  { kind, begin: ask }: KillCase,
  asked: { actor: Actor; sliceId: number },
) {
  return ask === undefined ? startDeployment(context, { ...asked, kind }) : ask(context, asked);
}

/** What guests have in memory and on their disks from now on; only those that run can write it by themselves. */
export function remember(
  state: SimulatorState,
  sliceId: number,
  word: string,
  which: 'of all' | 'of those that run' = 'of all',
): void {
  for (const vm of state.slices.get(sliceId)?.vms.values() ?? []) {
    if (which === 'of those that run' && vm.power === 'off') continue;
    vm.content = word;
    if (vm.power === 'on' || vm.suspended) vm.memory = word;
  }
  state.keep?.(sliceId);
}

/** What a VM has said, and when it was ready: of one that is looked at again, in other words. */
const passing = new Set(['readyAt', 'shown']);

/** What is there of a slice, by its VMs' names, without what is another number in each slice. */
export function pictureOf(state: SimulatorState, sliceId: number) {
  const slice = state.slices.get(sliceId);
  if (slice === undefined) return null;
  const vms = [...slice.vms.values()].map(({ spec, hostPorts, ...vm }) => ({
    ...Object.fromEntries(Object.entries(vm).filter(([key, value]) => typeof value !== 'object' && !passing.has(key))),
    name: spec.name,
    size: [spec.vcpus, spec.ramMb, spec.diskGb],
    nics: spec.nics.map(({ index, address }) => `${index} ${address}`).toSorted(),
    ports: [...hostPorts.keys()],
    error: vm.error?.message ?? null,
  }));
  return {
    vms: vms.toSorted((a, b) => a.name.localeCompare(b.name)),
    networks: [...slice.networks.values()].map((attached) => attached.size).toSorted(),
    edges: slice.applied.edges.size,
    snapshots: [...slice.snapshots.values()].map((kept) =>
      [...kept.values()]
        .map(({ spec, ran, memory, content }) => `${spec.name} ${ran ? `ran: ${memory}` : 'rested'}, ${content}`)
        .toSorted(),
    ),
  };
}
