import { desiredAfter, operationOf, removesSlice, takesSnapshot } from '#shared/deployment/operations';
import type { Applied, Change, Loss, Update } from '#shared/deployment/applied';
import type { Plan, PlanStep } from '#shared/deployment/schema';
import type { Resources } from '#shared/primitives';
import type { QuotaUse } from '#shared/quota';
import type { VmDesired } from '#shared/slice-status';
import { inStartOrder } from '#shared/topology/start-order';
import type { SnapshotContent } from '#shared/snapshot';
import { runningOf, totalsOf } from '../quotas/problems';
import { changesOf, dropsDisks, losesData, recreates } from '#server/providers/applied';
import { holdsNothing, type PlanEdge, type PlanInput, type PlanNetwork, type PlanVm } from './plan-input';
import { planChanges } from './plan-changes';
import { isLackOfRoom, planProblems, unkeepable } from './plan-problems';

const nothing: Resources = { vcpus: 0, ramMb: 0, diskGb: 0 };

/**
 * The steps from what is observed to what the operation asks for, what they need, and every reason why they cannot run.
 * Pure. What is satisfied already is left out; dependencies point backwards only, so the steps are a DAG in a valid order.
 */
export function planOperation(input: PlanInput): Plan {
  const builder = new PlanBuilder(input);
  if (removesSlice(input.kind)) builder.remove();
  else if (operationOf(input.kind).whole !== null) builder.whole();
  else if (input.linksOnly === true) builder.bendLinks();
  else if (!staysDrawing(input)) builder.converge();
  const needs = needsOf(input);
  const added = input.quota === null ? null : quotaTakenBy(input);
  const problems = planProblems(input, needs, builder.made, builder.started, added);
  return {
    kind: input.kind,
    steps: builder.steps,
    changes: input.update === null ? [] : planChanges(input, input.update, builder),
    baseVersion: input.update?.baseVersion ?? null,
    needs,
    free: input.zone.free,
    capacity: input.zone.capacity,
    quota: input.quota === null || added === null ? null : { ...input.quota, added },
    problems,
    runnable: problems.length === 0,
    canWait: isLackOfRoom(input, needs, problems),
  };
}

/** Whether only the drawing of something that is not deployed changes. */
function staysDrawing({ kind, slice }: PlanInput): boolean {
  return operationOf(kind).changesTopology && (holdsNothing as readonly string[]).includes(slice.status);
}

/** What the operation takes of the zone beyond what the slice holds already. */
function needsOf(input: PlanInput): Resources {
  if (!operationOf(input.kind).takesCapacity || staysDrawing(input)) return nothing;
  if ((holdsNothing as readonly string[]).includes(input.slice.status)) return total(input.topology.vms);
  if (input.update === null) return nothing;
  const [held, wanted] = [total(input.update.before.vms), total(input.topology.vms)];
  return {
    vcpus: Math.max(0, wanted.vcpus - held.vcpus),
    ramMb: Math.max(0, wanted.ramMb - held.ramMb),
    diskGb: Math.max(0, wanted.diskGb - held.diskGb),
  };
}

/** What a set of VMs takes of a zone. */
function total(vms: readonly Resources[]): Resources {
  const sum = { ...nothing };
  for (const vm of vms) {
    sum.vcpus += vm.vcpus;
    sum.ramMb += vm.ramMb;
    sum.diskGb += vm.diskGb;
  }
  return sum;
}

/** What the operation takes of the owner's quota: VMs that did not count as running before, and all of a new slice. */
function quotaTakenBy(input: PlanInput): QuotaUse {
  const { vms } = input.topology;
  if (input.update !== null) return quotaAddedBy(input, input.update.before.vms);
  const more = vms.filter((vm) => !vm.counted && wantedOf(input, vm) === 'running');
  const totals = input.isNew ? { slices: 1, ...totalsOf(vms) } : { slices: 0, ...totalsOf([]) };
  const snapshots = takesSnapshot(input.kind) ? 1 : 0;
  return { ...totals, ...runningOf(more), snapshots, imageMb: 0 };
}

/** What there is more of after an update than before; of what there is less, nothing. */
function quotaAddedBy(input: PlanInput, before: readonly PlanVm[]): QuotaUse {
  const { vms } = input.topology;
  const counted = before.filter((vm) => vm.counted);
  const running = vms.filter((vm) => vm.counted || wantedOf(input, vm) === 'running');
  const was = { slices: 0, ...totalsOf(before), ...runningOf(counted) };
  const is = { slices: 0, ...totalsOf(vms), ...runningOf(running) };
  return {
    slices: 0,
    vms: Math.max(0, is.vms - was.vms),
    vcpus: Math.max(0, is.vcpus - was.vcpus),
    ramMb: Math.max(0, is.ramMb - was.ramMb),
    diskGb: Math.max(0, is.diskGb - was.diskGb),
    runningVms: Math.max(0, is.runningVms - was.runningVms),
    runningVcpus: Math.max(0, is.runningVcpus - was.runningVcpus),
    runningRamMb: Math.max(0, is.runningRamMb - was.runningRamMb),
    snapshots: 0,
    imageMb: 0,
  };
}

/** What the operation wants of a VM from now on. */
export function wantedOf(
  { kind, slice, targetVm, snapshots }: Pick<PlanInput, 'kind' | 'slice' | 'targetVm' | 'snapshots'>,
  vm: PlanVm,
): VmDesired {
  if (targetVm !== null && targetVm !== vm.key) return vm.desired;
  const inSnapshot = snapshots?.restored?.content.vms.find(({ id }) => id === vm.id)?.desired;
  return desiredAfter(kind, { desired: vm.desired, ofVm: targetVm !== null, sliceStatus: slice.status, inSnapshot });
}

class PlanBuilder {
  readonly steps: PlanStep[] = [];
  /** VMs that are made, or made to be as they are wanted. */
  readonly made: PlanVm[] = [];
  readonly started: PlanVm[] = [];
  /** Keys of VMs that run and are shut down to be changed. */
  readonly halted = new Set<string>();
  /** By part and key: what is changed of what is there. */
  readonly updates = new Map<string, Update>();
  private readonly operation;
  private readonly seqByKey = new Map<string, number>();
  private readonly edgeLabels: Map<PlanEdge, string>;
  private readonly observedVms;
  private readonly observedNetworks;
  /** Ids of VMs whose image is gone from the zone. */
  private readonly lacksImage: ReadonlySet<number>;
  private readonly observedEdges;
  private readonly differences;

  constructor(private readonly input: PlanInput) {
    this.operation = operationOf(input.kind);
    this.edgeLabels = edgeLabels(input);
    this.observedVms = new Map(input.observation?.vms.map((vm) => [vm.id, vm.status]));
    this.lacksImage = new Set(input.observation?.vms.flatMap(({ id, lacksImage }) => (lacksImage ? [id] : [])));
    this.observedNetworks = new Map(input.observation?.networks.map((network) => [network.id, network.status]));
    this.observedEdges = new Map(input.observation?.edges.map((edge) => [edge.id, edge.status]));
    this.differences = differencesIn(input);
  }

  /** Deploy, start, stop and reboot: bring the VMs that are aimed at, and all that they need, to where they should be. */
  converge(): void {
    const { topology, targetVm } = this.input;
    const { builds, restarts, needsVm } = this.operation;
    const targets = topology.vms.filter((vm) => targetVm === null || vm.key === targetVm);
    const create: PlanVm[] = [];
    const start: PlanVm[] = [];
    const stop: PlanVm[] = [];
    const reboot: PlanVm[] = [];
    /** Shut down to be changed, whatever becomes of them then. */
    const halt = new Set<PlanVm>();
    for (const vm of targets) {
      const desired = wantedOf(this.input, vm);
      const status = this.observedVms.get(vm.id);
      // what is stopped on purpose is not there to be taken down and up again
      if (restarts && desired !== 'running') continue;
      if (this.isUp(vm) && this.differences.halting.has(vm.key)) halt.add(vm);
      if (status === undefined && !needsVm && desired !== 'absent') create.push(vm);
      if (desired === 'running' && restarts && status !== undefined) reboot.push(vm);
      else if (desired === 'running' && (status !== 'running' || halt.has(vm))) start.push(vm);
      if (desired === 'stopped' && this.isUp(vm) && !halt.has(vm)) stop.push(vm);
    }
    const unplugged = builds === 'everything' ? this.removeStrangers('edges too') : [];
    const starting = new Set([...create, ...start, ...reboot].map((vm) => vm.key));
    const edges = this.edgesToConnect(new Set(create.map((vm) => vm.key)), starting);
    const update = targets.filter((vm) => this.differences.vms.has(vm));

    const running = new Set(targets.filter(({ id }) => this.observedVms.get(id) === 'running').map(({ key }) => key));
    // a network may have lost what serves it, and its links nothing
    const inUse = builds === 'needed' ? topology.edges.filter(({ source }) => running.has(source)) : [];
    const networksOfEdges = new Set([...edges, ...inUse].map((edge) => edge.target));
    const lacking = builds === 'nothing' ? [] : targets.filter((vm) => this.lacksImage.has(vm.id));
    for (const vm of [...create, ...update, ...lacking]) this.prepareImage(vm);
    for (const network of topology.networks) {
      const changes = this.differences.networks.get(network);
      if (changes) this.addUpdate('network', network, network.name, [], { changes, loses: [] });
      else if (
        (builds === 'everything' || networksOfEdges.has(network.key)) &&
        this.observedNetworks.get(network.id) !== 'up'
      )
        this.add('network', network.id, network.name, 'create', [], network.key);
    }
    for (const vm of create) this.add('vm', vm.id, vm.name, 'create', [this.seqByKey.get(imageKey(vm))], vm.key);
    for (const vm of halt) {
      this.add('vm', vm.id, vm.name, 'stop', [], vm.key);
      if (this.observedVms.get(vm.id) !== 'failed') this.halted.add(vm.key);
    }
    for (const vm of update) {
      const changes = this.differences.vms.get(vm) ?? [];
      const loses: Loss[] = [
        ...(this.halted.has(vm.key) ? ['memory' as const] : []),
        ...(recreates(changes) ? ['disk' as const] : []),
        ...(dropsDisks(changes) ? ['extraDisk' as const] : []),
      ];
      const needs = [this.seqByKey.get(`vm:${vm.key}/stop`), this.seqByKey.get(imageKey(vm))];
      this.addUpdate('vm', vm, vm.name, needs, { changes, loses });
    }
    const connecting = new Map<string, number[]>();
    const ends = new Set<string>();
    for (const edge of topology.edges) {
      const changes = this.differences.edges.get(edge);
      if (!changes && !edges.includes(edge)) continue;
      const label = this.edgeLabels.get(edge) ?? edge.key;
      const needs = (['create', 'stop', 'update'] as const).flatMap((action) => [
        this.seqByKey.get(`vm:${edge.source}/${action}`),
        this.seqByKey.get(`vm:${edge.target}/${action}`),
        this.seqByKey.get(`network:${edge.target}/${action}`),
      ]);
      // their NICs may have the numbers that this one's shall have
      needs.push(...unplugged);
      const loses: Loss[] =
        changes?.some(({ effect }) => effect === 'restart') &&
        [edge.source, edge.target].some((end) => this.halted.has(end))
          ? ['memory']
          : [];
      const seq = changes
        ? this.addUpdate('edge', edge, label, needs, { changes, loses })
        : this.add('edge', edge.id, label, 'connect', needs);
      for (const end of [edge.source, edge.target]) {
        connecting.set(end, [...(connecting.get(end) ?? []), seq]);
        ends.add(end);
      }
    }
    this.bringUp(start, reboot, connecting);
    for (const vm of stop) this.add('vm', vm.id, vm.name, 'stop', []);
    // who gets one more NIC has to have room for it
    const plugged = this.operation.changesTopology ? targets.filter((vm) => ends.has(vm.key)) : [];
    this.made.push(...new Set([...create, ...update, ...plugged]));
    this.started.push(...start, ...reboot);
  }

  /** Of links that are there what they do, and whether they are up. */
  bendLinks(): void {
    for (const [edge, changes] of this.differences.edges)
      if (changes.every(({ effect }) => effect === 'live'))
        this.addUpdate('edge', edge, this.edgeLabels.get(edge) ?? edge.key, [], { changes, loses: [] });
  }

  /**
   * Starts VMs, each when those that it is started after are ready. `connecting`: the steps that make its links, since a guest
   * that boots with all of them there needs no second look at them.
   */
  private bringUp(
    start: readonly PlanVm[],
    reboot: readonly PlanVm[],
    connecting: ReadonlyMap<string, readonly number[]>,
  ): void {
    const actions = new Map<PlanVm, 'start' | 'reboot'>();
    for (const vm of start) actions.set(vm, 'start');
    for (const vm of reboot) actions.set(vm, 'reboot');
    const ready = new Map<string, number>();
    for (const vm of inStartOrder(this.input.topology.vms)) {
      const action = actions.get(vm);
      let began: number | undefined;
      if (action !== undefined)
        began = this.add('vm', vm.id, vm.name, action, [
          this.seqByKey.get(`vm:${vm.key}/create`),
          this.seqByKey.get(`vm:${vm.key}/stop`),
          this.seqByKey.get(`vm:${vm.key}/update`),
          ...(connecting.get(vm.key) ?? []),
          ...vm.startAfter.map((key) => ready.get(key)),
        ]);
      const isAwaited = began !== undefined || this.mayStillBecomeReady(vm, actions);
      const seq = vm.gated && isAwaited ? this.add('vm', vm.id, vm.name, 'await', [began]) : began;
      if (seq !== undefined) ready.set(vm.key, seq);
    }
  }

  /**
   * Whether a VM that is up, and not started now, is asked again whether it is ready: for one that is started after it, and
   * where an operation has failed that may have waited for it. Who starts one VM alone waits for no other.
   */
  private mayStillBecomeReady(vm: PlanVm, started: ReadonlyMap<PlanVm, unknown>): boolean {
    const { targetVm, slice } = this.input;
    const runs = this.isUp(vm) && wantedOf(this.input, vm) === 'running';
    if (targetVm !== null || !runs) return false;
    const failed = slice.status === 'failed' && this.operation.builds === 'everything';
    return failed || [...started.keys()].some((other) => other.startAfter.includes(vm.key));
  }

  /** What is done to all VMs of the slice at one instant, and what that needs before and after. */
  whole(): void {
    const { slice, topology, snapshots } = this.input;
    const { whole } = this.operation;
    const wanted = new Map(topology.vms.map((vm) => [vm, wantedOf(this.input, vm)]));
    const statusOf = (vm: PlanVm) => this.observedVms.get(vm.id);
    const act = (action: 'suspend' | 'resume', needs: readonly number[] = []) =>
      this.add('slice', slice.id, slice.name, action, needs);
    if (whole === 'suspend') {
      const runs = topology.vms.filter((vm) => wanted.get(vm) === 'suspended' && statusOf(vm) !== 'suspended');
      if (runs.some((vm) => this.isUp(vm))) act('suspend');
    }
    if (whole === 'resume') {
      const asked = topology.vms.filter((vm) => wanted.get(vm) === 'running' && statusOf(vm) !== undefined);
      const resumed = asked.some((vm) => statusOf(vm) === 'suspended') ? [act('resume')] : [];
      // what has no memory any more is started anew
      const anew = asked.filter((vm) => statusOf(vm) !== 'running' && statusOf(vm) !== 'suspended');
      for (const vm of anew) this.add('vm', vm.id, vm.name, 'start', resumed, vm.key);
      this.started.push(...asked.filter((vm) => statusOf(vm) !== 'running'));
    }
    if (snapshots === undefined) return;
    const { taken, restored } = snapshots;
    if (whole === 'snapshot') this.add('snapshot', taken.id, taken.name, 'create', []);
    if (whole === 'restore' && restored !== null) {
      // of what does not answer nothing can be kept, and it goes anyway
      const stuck = topology.vms.filter((vm) => (unkeepable as readonly unknown[]).includes(statusOf(vm)));
      const stopped = stuck.map((vm) => this.add('vm', vm.id, vm.name, 'stop', [], vm.key));
      const before = this.add('snapshot', taken.id, taken.name, 'create', stopped);
      const back = this.add('snapshot', restored.id, restored.name, 'restore', [before]);
      const ran = topology.vms.filter((vm) => wanted.get(vm) === 'running');
      const last = ran.length > 0 ? act('resume', [back]) : back;
      this.started.push(...ran);
      this.edgesSince(restored.content, last);
    }
  }

  /** Links that came or went after a snapshot was taken, whose VMs have the NICs of then. */
  private edgesSince(content: SnapshotContent, restored: number): void {
    const { topology } = this.input;
    for (const edge of topology.edges)
      if (!content.edges.includes(edge.id))
        this.add('edge', edge.id, this.edgeLabels.get(edge) ?? edge.key, 'connect', [restored]);
    const now = new Set(topology.edges.map(({ id }) => id));
    for (const id of content.edges) if (!now.has(id)) this.add('edge', id, `#${id}`, 'disconnect', [restored]);
  }

  /** Whether it is there and not plainly stopped: of one that failed there may still be a process, and an error to be cleared. */
  private isUp(vm: PlanVm): boolean {
    const status = this.observedVms.get(vm.id);
    return status !== undefined && status !== 'stopped';
  }

  /** Everything that may be there goes, known to our rows or not; the sweep takes what no row and no observation names. */
  remove(): void {
    const { topology, observation, slice } = this.input;
    const removals: number[] = [];
    const removalByVm = new Map<string, number>();
    for (const vm of topology.vms) {
      const status = observation === null ? 'unknown' : this.observedVms.get(vm.id);
      if (status === undefined) continue;
      const seq = this.removeVm(vm.id, vm.name, status);
      removals.push(seq);
      removalByVm.set(vm.key, seq);
    }
    removals.push(...this.removeStrangers('nodes'));
    for (const network of topology.networks) {
      if (observation !== null && !this.observedNetworks.has(network.id)) continue;
      const attached = topology.edges
        .filter((edge) => edge.target === network.key)
        .map((edge) => removalByVm.get(edge.source));
      removals.push(this.add('network', network.id, network.name, 'remove', attached, network.key));
    }
    this.add('slice', slice.id, slice.name, 'sweep', removals);
  }

  /** What is observed but is no longer ours; its edges only if they do not go with everything. Answers the steps that remove it. */
  private removeStrangers(which: 'edges too' | 'nodes'): number[] {
    const { topology, observation } = this.input;
    const vms = new Set(topology.vms.map((vm) => vm.id));
    const networks = new Set(topology.networks.map((network) => network.id));
    const seqs: number[] = [];
    // of what an update takes away the name is known, of what was left by something else only the id
    const known = this.input.update?.before;
    const named = (parts: readonly { id: number; name: string }[] = []) => {
      const names = new Map(parts.map(({ id, name }) => [id, name]));
      return (id: number) => names.get(id) ?? `#${id}`;
    };
    const [vmName, networkName] = [named(known?.vms), named(known?.networks)];
    const edgeName = named(
      known === undefined ? [] : [...edgeLabels({ topology: known })].map(([{ id }, name]) => ({ id, name })),
    );
    for (const vm of observation?.vms ?? [])
      if (!vms.has(vm.id)) seqs.push(this.removeVm(vm.id, vmName(vm.id), vm.status));
    const edges = new Set(topology.edges.map((edge) => edge.id));
    const left = [...seqs];
    for (const edge of which === 'nodes' ? [] : (observation?.edges ?? []))
      if (!edges.has(edge.id) && edge.status !== 'absent')
        seqs.push(this.add('edge', edge.id, edgeName(edge.id), 'disconnect', left));
    for (const network of observation?.networks ?? [])
      if (!networks.has(network.id))
        seqs.push(this.add('network', network.id, networkName(network.id), 'remove', seqs));
    return seqs;
  }

  private removeVm(id: number, name: string, status: string): number {
    const stop = status === 'stopped' || status === 'failed' ? undefined : this.add('vm', id, name, 'stop', []);
    return this.add('vm', id, name, 'remove', [stop]);
  }

  /** The links of VMs that will be made or run, as far as both ends will be there, that are not up. */
  private edgesToConnect(created: ReadonlySet<string>, starting: ReadonlySet<string>): PlanEdge[] {
    const { topology } = this.input;
    const { builds } = this.operation;
    const vms = new Map(topology.vms.map((vm) => [vm.key, vm]));
    const exists = (key: string) => {
      const vm = vms.get(key);
      // one that another operation is at work on will be there when this one begins
      const coming = vm !== undefined && this.input.underway.includes(vm.id);
      return vm === undefined || coming || created.has(key) || this.observedVms.has(vm.id);
    };
    const runs = (key: string) => {
      const vm = vms.get(key);
      return vm === undefined || this.observedVms.get(vm.id) === 'running';
    };
    const aimedAt = (key: string) => vms.has(key) && (this.input.targetVm === null || this.input.targetVm === key);
    return topology.edges.filter((edge) => {
      if (this.differences.edges.has(edge)) return false;
      if (created.has(edge.source) || created.has(edge.target)) return exists(edge.source) && exists(edge.target);
      const status = this.observedEdges.get(edge.id);
      if (status === 'up' || (edge.down && status === 'down') || builds === 'nothing') return false;
      // a link whose VMs run has lost its network or a NIC: what asks for these VMs to run asks for it, too
      const broken = runs(edge.source) && runs(edge.target) && (aimedAt(edge.source) || aimedAt(edge.target));
      const wanted = builds === 'everything' || broken || starting.has(edge.source) || starting.has(edge.target);
      return wanted && exists(edge.source) && exists(edge.target);
    });
  }

  private prepareImage(vm: PlanVm): void {
    const { image } = vm;
    if (!this.seqByKey.has(imageKey(vm)))
      this.add('image', image.id, image.name, 'prepare', [], `${image.id}:${image.name}`);
  }

  private addUpdate(
    resource: 'vm' | 'network' | 'edge',
    { id, key }: { id: number; key: string },
    label: string,
    dependsOn: readonly (number | undefined)[],
    update: Update,
  ): number {
    this.updates.set(`${resource}:${key}`, update);
    return this.add(resource, id, label, 'update', dependsOn, key, update);
  }

  /** Appends a step and answers its number. `lookup` is how other steps of this plan find it, the label by default. */
  private add(
    resource: PlanStep['resource'],
    resourceId: number,
    label: string,
    action: PlanStep['action'],
    dependsOn: readonly (number | undefined)[],
    lookup: string = label,
    update: Update | null = null,
  ): number {
    const seq = this.steps.length;
    const known = [...new Set(dependsOn.filter((dependency) => dependency !== undefined))];
    this.steps.push({
      seq,
      key: this.uniqueKey(resource, label, action),
      resource,
      resourceId,
      label,
      action,
      update,
      dependsOn: known,
    });
    this.seqByKey.set(`${resource}:${lookup}/${action}`, seq);
    return seq;
  }

  private readonly keys = new Set<string>();
  /** Two links between the same VMs, or two images of one name, read alike: a number tells them apart. */
  private uniqueKey(resource: string, label: string, action: string): string {
    let key = `${resource}:${label}/${action}`;
    for (let number = 2; this.keys.has(key); number++) key = `${resource}:${label}#${number}/${action}`;
    this.keys.add(key);
    return key;
  }
}

/** How other steps of the plan find the preparation of a VM's image. */
const imageKey = ({ image }: PlanVm) => `image:${image.id}:${image.name}/prepare`;

interface Differences {
  vms: Map<PlanVm, Change[]>;
  networks: Map<PlanNetwork, Change[]>;
  edges: Map<PlanEdge, Change[]>;
  /** Keys of VMs that cannot be as they are wanted while they run. */
  halting: Set<string>;
}

/**
 * How what is there differs from what is wanted, property by property. Only operations that build everything see it: the others
 * start and stop what was applied. What is to be made anew, or is down and comes up with what is wanted, is not in it.
 */
function differencesIn({ kind, topology, observation, unattended }: PlanInput): Differences {
  const found: Differences = { vms: new Map(), networks: new Map(), edges: new Map(), halting: new Set() };
  if (operationOf(kind).builds !== 'everything' || observation === null) return found;
  const changesIn = <Part extends { id: number; wanted: Applied | null }>(
    part: 'vm' | 'network' | 'edge',
    parts: readonly Part[],
    seen: readonly { id: number; applied: Applied | null }[],
    into: Map<Part, Change[]>,
  ) => {
    const byId = new Map(seen.map(({ id, applied }) => [id, applied]));
    for (const one of parts) {
      const changes = one.wanted === null ? [] : changesOf(part, byId.get(one.id) ?? null, one.wanted);
      if (changes.length > 0) into.set(one, changes);
    }
  };
  changesIn('vm', topology.vms, observation.vms, found.vms);
  if (unattended === true) for (const [vm, changes] of found.vms) if (losesData(changes)) found.vms.delete(vm);
  changesIn(
    'network',
    topology.networks,
    observation.networks.filter(({ status }) => status === 'up'),
    found.networks,
  );
  changesIn('edge', topology.edges, observation.edges, found.edges);
  for (const [vm, changes] of found.vms) if (changes.some(({ effect }) => effect !== 'live')) found.halting.add(vm.key);
  for (const [edge, changes] of found.edges)
    if (changes.some(({ effect }) => effect === 'restart'))
      for (const end of [edge.source, edge.target]) found.halting.add(end);
  return found;
}

/** What a user calls each link: `web–db`. */
function edgeLabels({ topology }: Pick<PlanInput, 'topology'>): Map<PlanEdge, string> {
  const names = new Map([...topology.networks, ...topology.vms].map((node) => [node.key, node.name]));
  return new Map(
    topology.edges.map((edge) => [
      edge,
      `${names.get(edge.source) ?? edge.source}–${names.get(edge.target) ?? edge.target}`,
    ]),
  );
}
