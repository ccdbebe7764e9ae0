import { alike } from '#shared/topology/properties';
import { topologyParts, topologyVmSchema, type TopologyVm } from '#shared/topology/schema';
import type { VmDesired } from '#shared/slice-status';
import type { Resources } from '#shared/primitives';
import { endIdsIn, endKeysIn, partOf, rowOf } from '#server/db/queries/parts';
import type { EdgeRow, ImageRow, NetworkRow, SliceModel, VmRow } from '#server/db/queries/slice-model';
import type { SliceParts } from '#server/db/queries/slices';
import type { RowChange } from '#server/db/queries/topology-changes';
import { sliceEdges, sliceNetworks, sliceVms } from '#drizzle/schema/slices';

const sizeSchema = topologyVmSchema.pick({ ownSize: true });

/**
 * What becomes of a slice's rows when they are to be `wanted`. Parts are found by their keys, edges by their ends, too: one that joins
 * others than before is another one. VMs keep the sizes of a flavour that they keep, and their forwards the ports that they have; new
 * ones are wanted as the others are. Pure.
 */
export function rowChangeOf(model: SliceModel, wanted: SliceParts): RowChange {
  const desired = desiredOfNew(model);
  const vms = sortOut(model.vms, wanted.vms, (row, vm) => ({
    ...vm,
    ...(row.flavourId === vm.flavourId ? keptSize(row, vm) : {}),
    forwards: vm.forwards.map(
      (forward) =>
        row.forwards.find(
          ({ protocol, guestPort }) => protocol === forward.protocol && guestPort === forward.guestPort,
        ) ?? forward,
    ),
  }));
  const networks = sortOut(model.networks, wanted.networks, (_, network) => network);
  const endsOf = endKeysIn(model);
  const gone = new Set([...vms.removed, ...networks.removed]);
  const joins = (row: EdgeRow, edge: SliceParts['edges'][number]) => {
    const { source, target } = endsOf(row);
    return source === edge.source && target === edge.target;
  };
  const ofKey = new Map(wanted.edges.map((edge) => [edge.key, edge]));
  const staying = model.edges.filter((row) => {
    const edge = ofKey.get(row.key);
    return edge !== undefined && joins(row, edge) && ![row.sourceVmId, row.targetVmId].some((id) => gone.has(id ?? 0));
  });
  const edges = sortOut(staying, wanted.edges, (_, edge) => edge);
  const stays = new Set(staying.map(({ id }) => id));
  return {
    added: { vms: vms.added.map((vm) => ({ ...vm, desired })), networks: networks.added, edges: edges.added },
    changed: {
      vms: differing(model.vms, vms.kept, (vm) => rowOf(topologyParts.vm, sliceVms, vm)),
      networks: differing(model.networks, networks.kept, (one) => rowOf(topologyParts.network, sliceNetworks, one)),
      edges: differing(model.edges, edges.kept, ({ source: _source, target: _target, ...edge }) =>
        rowOf(topologyParts.edge, sliceEdges, edge),
      ),
    },
    removed: {
      vms: vms.removed,
      networks: networks.removed,
      edges: model.edges.filter(({ id }) => !stays.has(id)).map(({ id }) => id),
    },
    annotations: alike(model.annotations, wanted.annotations) ? null : wanted.annotations,
  };
}

/** Of a VM that keeps its flavour: what it says itself, and what it had of the flavour; of what it does not say any more the flavour's of today. */
function keptSize(row: VmRow, vm: SliceParts['vms'][number] & Pick<TopologyVm, 'ownSize'>): Resources {
  const said = partOf(sizeSchema, row).ownSize;
  const kept = (of: 'vcpus' | 'ramMb') =>
    vm.ownSize?.[of] === undefined && said?.[of] === undefined ? row[of] : vm[of];
  return { vcpus: kept('vcpus'), ramMb: kept('ramMb'), diskGb: row.diskGb };
}

/** What is wanted of a VM that comes to a slice: nothing while nothing of it is deployed, else to run, unless all are to be stopped. */
function desiredOfNew({ vms }: SliceModel): VmDesired {
  if (vms.length > 0 && vms.every(({ desired }) => desired === 'absent')) return 'absent';
  return vms.length > 0 && vms.every(({ desired }) => desired !== 'running') ? 'stopped' : 'running';
}

interface SortedOut<Part> {
  added: Part[];
  /** By the id of the row. */
  kept: Map<number, Part>;
  removed: number[];
}

function sortOut<Row extends { id: number; key: string }, Part extends { key: string }>(
  rows: readonly Row[],
  wanted: readonly Part[],
  merge: (row: Row, part: Part) => Part,
): SortedOut<Part> {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const kept = new Map<number, Part>();
  const added: Part[] = [];
  for (const part of wanted) {
    const row = byKey.get(part.key);
    if (row === undefined) added.push(part);
    else kept.set(row.id, merge(row, part));
  }
  return { added, kept, removed: rows.filter(({ id }) => !kept.has(id)).map(({ id }) => id) };
}

/** Those whose row does not say the same already. */
function differing<Row extends { id: number; properties: unknown }, Part extends object>(
  rows: readonly Row[],
  kept: ReadonlyMap<number, Part>,
  columns: (part: Part) => object,
): Map<number, Part> {
  const changed = new Map<number, Part>();
  for (const row of rows) {
    const part = kept.get(row.id);
    if (part === undefined) continue;
    const before = new Map<string, unknown>(Object.entries(row));
    // what has no column of its own is in `properties`
    const differs = Object.entries(columns(part)).some(
      ([name, value]) => before.has(name) && !alike(before.get(name), value),
    );
    if (differs) changed.set(row.id, part);
  }
  return changed;
}

/** Ids of rows that are not there yet, in a plan that writes none. No row will ever have one so high. */
const unwritten = 2 ** 38;

/** Whether an id of {@link modelAfter} is that of a row which is not there yet. */
export function isUnwritten(id: number): boolean {
  return id >= unwritten;
}

/** The rows as they will be after the change, nothing written: parts that are new have ids of no row. */
export function modelAfter(
  model: SliceModel,
  { added, changed, removed, annotations }: RowChange,
  images: readonly ImageRow[],
): SliceModel {
  let next = unwritten;
  const left = <Row extends { id: number }>(rows: readonly Row[], ids: readonly number[]) => {
    const gone = new Set(ids);
    return rows.filter(({ id }) => !gone.has(id));
  };
  const sliceId = model.vms[0]?.sliceId ?? 0;
  const unseen = { status: 'absent', applied: null } as const;
  const vms: VmRow[] = [
    ...left(model.vms, removed.vms).map((row) => {
      const { status, desired, observedAt, applied, error, sentences } = row;
      const vm = changed.vms.get(row.id);
      const own = { status, desired, observedAt, applied, error, sentences };
      return vm === undefined ? row : { ...row, ...rowOf(topologyParts.vm, sliceVms, vm), ...own };
    }),
    ...added.vms.map((vm) => ({
      ...rowOf(topologyParts.vm, sliceVms, vm),
      ...{ ...unseen, observedAt: null, error: null, sentences: null },
      desired: vm.desired ?? 'absent',
      id: next++,
      sliceId,
    })),
  ];
  const networks: NetworkRow[] = [
    ...left(model.networks, removed.networks).map((row) => {
      const { status, applied } = row;
      const network = changed.networks.get(row.id);
      if (network === undefined) return row;
      return { ...row, ...rowOf(topologyParts.network, sliceNetworks, network), status, applied };
    }),
    ...added.networks.map((network) => ({
      ...rowOf(topologyParts.network, sliceNetworks, network),
      ...unseen,
      id: next++,
      sliceId,
    })),
  ];
  const idsOf = endIdsIn({ vms, networks });
  const edgeValues = ({ source: _source, target: _target, ...edge }: SliceParts['edges'][number]) => ({
    ...rowOf(topologyParts.edge, sliceEdges, edge),
    targetAddress: edge.targetAddress ?? null,
    targetNic: edge.targetNic ?? null,
  });
  const edges: EdgeRow[] = [
    ...left(model.edges, removed.edges).map((row) => {
      const { status, observedAt, applied } = row;
      const edge = changed.edges.get(row.id);
      return edge === undefined ? row : { ...row, ...edgeValues(edge), status, observedAt, applied };
    }),
    ...added.edges.map((edge) => ({
      ...edgeValues(edge),
      ...idsOf(edge),
      ...unseen,
      observedAt: null,
      id: next++,
      sliceId,
    })),
  ];
  const drawn = annotations ?? model.annotations;
  return {
    ...{ vms, networks, edges, annotations: drawn, slice: model.slice, sshKeys: model.sshKeys },
    images: new Map(images.map((image) => [image.id, image])),
  };
}
