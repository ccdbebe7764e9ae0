import type { FlavourOffer } from '#shared/cloud-flavours';
import type { ImageOffer } from '#shared/cloud-images';
import type { Applied } from '#shared/deployment/applied';
import type { TopologySource } from '#shared/deployment/schema';
import type { Problem } from '#shared/errors';
import type { IpRange } from '#shared/ip-ranges';
import type { LinkStates } from '#shared/links/run';
import type { Resources } from '#shared/primitives';
import type { Quota } from '#shared/quota';
import type { SliceStatus, VmDesired } from '#shared/slice-status';
import type { SnapshotContent } from '#shared/snapshot';
import { needsOf, type Need } from '#shared/topology/properties';
import { topologyEdgeSchema, topologyNetworkSchema, topologyVmSchema, type OwnSize } from '#shared/topology/schema';
import type { Capabilities, VmLimits } from '#shared/zone';
import { endKeysIn, partOf } from '#server/db/queries/parts';
import { countsAsRunning } from '#server/db/queries/quotas';
import { imageOf, type SliceModel } from '#server/db/queries/slice-model';
import { appliedEdge, appliedNetwork, appliedVm } from '#server/providers/applied';
import type { CountedRoom, RoomToKeep, SliceObservation } from '#server/providers/provider';
import type { DeploymentKind, Underway } from '#shared/deployment/operations';
import type { Said } from '#shared/sentence';
import type { PartChange } from '#shared/topology/diff';
import { specsOf } from './specs';

/** What the planner needs to know of a VM. Ids are 0 in a preview, where no rows exist yet; keys always tell apart. */
export interface PlanVm {
  id: number;
  key: string;
  name: string;
  vcpus: number;
  ramMb: number;
  /** Of all its disks together, and of the one that its image lies on, as its flavour has it. */
  diskGb: number;
  bootDiskGb: number;
  /** As much of it as it says itself, in place of its flavour. */
  ownSize?: OwnSize | undefined;
  /** Of the catalogue's flavour, where its size is that one's. */
  flavourId?: number | undefined;
  /** NICs that it has to have room for: one more than the highest number. */
  nics: number;
  /** What its properties ask of the zone. */
  needs: readonly Need[];
  image: { id: number; name: string; kind: 'kernel' | 'disk'; minRamMb: number; minDiskGb: number };
  /** Keys of the VMs that have to be ready before it is started. */
  startAfter: readonly string[];
  /** Its booting alone does not make it ready. */
  gated: boolean;
  desired: VmDesired;
  /** It counts as running in its owner's quota: it runs, or is asked to and may yet. */
  counted: boolean;
  /** What there should be of it, to be compared with what was applied; null where that is not known. */
  wanted: Applied | null;
}
export interface PlanNetwork {
  id: number;
  key: string;
  name: string;
  /** What it takes of the addresses; not told: it is not looked at. */
  subnet?: string;
  /** Whether it has IPv6 beside, as it is stated. */
  ipv6?: string | undefined;
  needs: readonly Need[];
  wanted: Applied | null;
}
export interface PlanEdge {
  id: number;
  key: string;
  /** Key of a VM. */
  source: string;
  /** Key of a VM or a network. */
  target: string;
  /** Of a link: an attachment has its network's. */
  subnet?: string;
  ipv6?: string | undefined;
  wanted: Applied | null;
  /** It is not meant to be up. */
  down: boolean;
  needs: readonly Need[];
}
export interface PlanTopology {
  vms: readonly PlanVm[];
  networks: readonly PlanNetwork[];
  edges: readonly PlanEdge[];
}
export interface PlanZone {
  name: string;
  enabled: boolean;
  /** Null while the provider cannot be asked; `unavailable` says why. */
  capacity: Resources | null;
  free: Resources | null;
  capabilities: Capabilities | null;
  /** What one VM can have there; null while nobody has said it. */
  vmLimits: VmLimits | null;
  /** What it counts besides, and has left. */
  counted?: readonly CountedRoom[];
  /** The sizes in which it has VMs, where it has only some. */
  flavours?: FlavourOffer | undefined;
  /** The images that its VMs are made of, as they are there now: then what was found out before does not count. */
  images?: ImageOffer | undefined;
  unavailable: Said | null;
  /** By their ids, images that it cannot make, and why. */
  unbuildable?: ReadonlyMap<number, Said>;
  /** What none of its subnets may be in. */
  subnetsDenied?: readonly IpRange[];
  /** No living server works on it, as a problem that says so. */
  away?: Problem | null;
}

export interface PlanInput {
  kind: DeploymentKind;
  slice: { id: number; name: string; status: SliceStatus };
  /** Other deployments of the slice that are live. */
  underway: Underway;
  /** Key of the VM it is aimed at, null for the whole slice. */
  targetVm: string | null;
  topology: PlanTopology;
  /** What `validateTopology` says of a drawing that is previewed. Rows were checked when they were made. */
  invalid: readonly Problem[];
  /** What is there now; null when the provider could not be asked or may be changing it: then everything may exist. */
  observation: SliceObservation | null;
  zone: PlanZone;
  /** The owner's; null for what takes nothing of it. */
  quota: Quota | null;
  /** The owner's role does not allow VMs a size of their own. */
  sizesDenied?: boolean;
  /** Nobody has seen the plan: what would lose a disk stays as it is, until somebody asks for it. */
  unattended?: boolean;
  /** Nothing but links is changed, and only what takes effect live: whatever else differs is left for another update. */
  linksOnly?: boolean;
  /** Of an operation that changes the topology; null of all others. */
  update: PlannedUpdate | null;
  /** Of the line for room in its zone: whether it waits there, and whether what becomes free is kept for others that do. */
  line?: { waits: boolean; isKept: boolean };
  /** Its lease has ended: nothing of it is started. */
  leaseEnded?: boolean;
  /** The slice is not there yet: making it takes of the quota, too. */
  isNew: boolean;
  /** Of operations that keep what runs: what that takes of the zone's disk; null where nobody could be asked. */
  room?: RoomToKeep | null;
  /** Ids of VMs whose disks were to begin with those of a snapshot that is not there any more. */
  lostDisks?: ReadonlySet<number>;
  /** Of operations that take or restore snapshots. */
  snapshots?: PlanSnapshots;
}

export interface PlanSnapshots {
  /** The one that is taken: by what takes one, or before another one is restored. The id is 0 where nothing begins yet. */
  taken: { id: number; name: string };
  restored: {
    id: number;
    name: string;
    content: SnapshotContent;
    /** Ids of the images that the catalogue does not have any more. */
    imagesGone: ReadonlySet<number>;
  } | null;
}

/** Where an update's topology comes from; of the server's own ones, links that are to be in another state. */
export type ChangeSource = TopologySource | { from: 'links'; links: LinkStates };

/** What an update starts from. */
export interface PlannedUpdate {
  /** The parts as they are before it, gone ones too. */
  before: PlanTopology;
  /** What its drawing changes. */
  diff: readonly PartChange[];
  /** Of the slice's topology before it. */
  baseVersion: number;
}

/** Statuses in which a slice holds no capacity of its zone. */
export const holdsNothing = ['draft', 'destroyed'] as const satisfies readonly SliceStatus[];

/** From the numbers of NICs: how many each VM has to have room for. */
export function nicsNeeded<Vm>(ends: readonly { vm: Vm; index: number }[]): Map<Vm, number> {
  const needed = new Map<Vm, number>();
  for (const { vm, index } of ends) needed.set(vm, Math.max(needed.get(vm) ?? 0, index + 1));
  return needed;
}

/**
 * The planner's view of the rows. `slice`: what it is in, and whether an operation on it is live. `seen`: what is to be compared
 * with the rows; of what it does not know, nothing is worked out that there should be.
 */
export function planTopologyOf(
  model: SliceModel,
  slice: { status: SliceStatus; busy: boolean },
  seen: Pick<SliceObservation, 'vms' | 'networks' | 'edges'> = { vms: [], networks: [], edges: [] },
): PlanTopology {
  const endsOf = endKeysIn(model);
  const comparable = (parts: readonly { id: number; applied: Applied | null }[]) =>
    new Set(parts.flatMap(({ id, applied }) => (applied === null ? [] : [id])));
  const known = {
    vms: comparable(seen.vms),
    networks: comparable(seen.networks),
    edges: comparable(seen.edges),
  };
  const specs = known.vms.size + known.networks.size + known.edges.size > 0 ? specsOf(model) : null;
  const nics = nicsNeeded(
    model.edges.flatMap(({ sourceVmId, sourceNic, targetVmId, targetNic }) => [
      { vm: sourceVmId, index: sourceNic },
      ...(targetVmId === null ? [] : [{ vm: targetVmId, index: targetNic ?? 0 }]),
    ]),
  );
  return {
    vms: model.vms.map((vm) => {
      const image = imageOf(model, vm);
      const part = partOf(topologyVmSchema, vm);
      const definition = known.vms.has(vm.id) ? specs?.definition(vm.id) : undefined;
      return {
        id: vm.id,
        key: vm.key,
        name: vm.name,
        vcpus: vm.vcpus,
        ramMb: vm.ramMb,
        diskGb: vm.diskGb + vm.extraDiskGb,
        bootDiskGb: vm.diskGb,
        ownSize: part.ownSize,
        ...(part.ownSize === undefined && { flavourId: vm.flavourId }),
        nics: nics.get(vm.id) ?? 0,
        needs: needsOf(topologyVmSchema, part),
        startAfter: part.startAfter,
        gated: part.ready !== null,
        image: {
          id: image.id,
          name: image.name,
          kind: image.kind,
          minRamMb: image.minRamMb,
          minDiskGb: image.minDiskGb,
        },
        desired: vm.desired,
        counted: countsAsRunning(vm, slice),
        wanted: definition === undefined ? null : appliedVm(definition),
      };
    }),
    networks: model.networks.map((network) => {
      const { id, key, name, subnet } = network;
      const part = partOf(topologyNetworkSchema, network);
      const asks = { ipv6: part.ipv6, needs: needsOf(topologyNetworkSchema, part) };
      const spec = known.networks.has(id) ? specs?.networks.get(id) : undefined;
      return { id, key, name, subnet, ...asks, wanted: spec === undefined ? null : appliedNetwork(spec) };
    }),
    edges: model.edges.map((edge) => {
      const spec = known.edges.has(edge.id) ? specs?.edges.get(edge.id) : undefined;
      const part = partOf(topologyEdgeSchema, { ...edge, ...endsOf(edge) });
      return {
        ...{ id: edge.id, key: edge.key, ...endsOf(edge) },
        ...(edge.targetVmId !== null && { subnet: edge.subnet, ipv6: part.ipv6 }),
        ...{ down: part.down === true, needs: needsOf(topologyEdgeSchema, part) },
        wanted: spec === undefined ? null : appliedEdge(spec),
      };
    }),
  };
}
