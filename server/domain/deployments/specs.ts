import { macAt } from '#shared/topology/addresses';
import { address6Of } from '#shared/topology/ipv6';
import {
  topologyNetworkSchema,
  topologyParts,
  topologyVmSchema,
  type EdgeProperties,
  type Topology,
} from '#shared/topology/schema';
import { filledVm, variablesOf } from '#shared/topology/variables';
import { partOf } from '#server/db/queries/parts';
import { uuidOf } from '#server/lib/uuid';
import type { VmDefinition } from '#server/providers/applied';
import type { EdgeSpec, ImageSpec, NetworkSpec, NicSpec, VmSpec } from '#server/providers/provider';
import { drawingOf } from '../slices/drawing';
import { neighboursIn } from './neighbours';
import { imageOf, type EdgeRow, type ImageRow, type SliceModel } from '#server/db/queries/slice-model';

const waySchema = topologyVmSchema.pick({ router: true, internet: true });
const sizeSchema = topologyVmSchema.pick({ ownSize: true });
const gatewaySchema = topologyNetworkSchema.pick({ gateway: true, gateway6: true });

/** What a provider is told of each part of a slice, by the id of its row. Made from the rows here and nowhere else. */
export interface SliceSpecs {
  /** Made at each call: the names that all VMs of a large network should know would fill the memory. */
  vm(id: number): VmSpec | undefined;
  /** As much of it as is the VM's own: without its NICs and the names of its neighbours. */
  definition(id: number): VmDefinition | undefined;
  networks: ReadonlyMap<number, NetworkSpec>;
  edges: ReadonlyMap<number, EdgeSpec>;
  images: ReadonlyMap<number, ImageSpec>;
}

/** The rows in the provider's words: NICs with their addresses, and the names that each guest should know. */
export function specsOf(model: SliceModel, parts = topologyParts): SliceSpecs {
  // what a drawing has besides, the provider is told in other words: ids, sizes, the image, NICs
  const guestSchema = parts.vm.omit({ key: true, flavourId: true, imageId: true, ownSize: true, x: true, y: true });
  const networkSchema = parts.network.omit({ key: true, subnets: true, x: true, y: true });
  const edgeSchema = parts.edge.omit({
    key: true,
    source: true,
    target: true,
    subnets: true,
    sourceNic: true,
    targetNic: true,
  });
  const rows = new Map(model.vms.map((vm) => [vm.id, vm]));
  const networks = new Map(model.networks.map((row) => [row.id, { ...partOf(networkSchema, row), id: row.id }]));
  const edges = new Map(
    model.edges.map((row): [number, EdgeSpec] => {
      const edge = partOf(edgeSchema, row);
      const network = networks.get(row.targetNetworkId ?? 0);
      const own = { mtu: edge.mtu ?? network?.mtu, ipv6: edge.ipv6 ?? network?.ipv6 };
      const chosen = { ...edge, ...own, dhcp: network?.dhcp };
      return [row.id, { ...edge, ...edgeSpec(row, chosen) }];
    }),
  );
  const nics = new Map<number, NicSpec[]>();
  for (const edge of edges.values()) {
    push(nics, edge.source.vmId, edge.source.nic);
    if ('vmId' in edge.target) push(nics, edge.target.vmId, edge.target.nic);
  }
  for (const list of nics.values()) list.sort((a, b) => a.index - b.index);
  // a plan asks for definitions only
  let neighbours: ReturnType<typeof neighboursIn> | null = null;
  const neighboursOf = (id: number) => (neighbours ??= neighboursIn([...edges.values()], factsOf(model)))(id);
  let drawing: Topology | null = null;
  const definitionOf = (id: number): Omit<VmSpec, 'nics' | 'hosts' | 'routes' | 'sshKeys'> | undefined => {
    const row = rows.get(id);
    if (row === undefined) return undefined;
    const { key, vcpus, ramMb, diskGb } = row;
    const part = partOf(guestSchema, row);
    return {
      ...filledVm(part, () => variablesOf((drawing ??= drawingOf(model)), { ...part, key }, model.slice)),
      id,
      uuid: uuidOf('vm', id),
      vcpus,
      ramMb,
      diskGb,
      ...(partOf(sizeSchema, row).ownSize === undefined && { flavourId: row.flavourId }),
      image: imageSpec(imageOf(model, row)),
      forwards: row.forwards.map(({ hostAddress: _address, hostPort: _port, ...asked }) => asked),
    };
  };
  return {
    images: new Map([...model.images.values()].map((image) => [image.id, imageSpec(image)])),
    networks,
    edges,
    definition: definitionOf,
    vm(id) {
      const definition = definitionOf(id);
      if (definition === undefined) return undefined;
      // kernel images have nobody who listens for SSH
      const sshKeys = definition.image.kind === 'disk' ? [...model.sshKeys] : [];
      return { ...definition, nics: nics.get(id) ?? [], ...neighboursOf(id), sshKeys };
    },
  };
}

/** What VMs are called, which of them route, and where their way out is. */
function factsOf({ vms, networks }: SliceModel) {
  const ways = vms.map((vm) => ({ id: vm.id, ...partOf(waySchema, vm) }));
  return {
    names: new Map(vms.map(({ id, name }) => [id, name])),
    routers: new Set(ways.flatMap(({ id, router }) => (router ? [id] : []))),
    online: new Set(ways.flatMap(({ id, internet }) => (internet ? [id] : []))),
    gateways: new Map(networks.map((row) => [row.id, partOf(gatewaySchema, row)])),
  };
}

function push<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

export function imageSpec(image: ImageRow): ImageSpec {
  const { id, name, kind, source, sha256, readyMarker } = image;
  return { id, name, kind, source, sha256, readyMarker };
}

/** @param chosen of its NICs, whose MTU and IPv6 may be those of their network, and DHCP is */
function edgeSpec(
  edge: EdgeRow,
  chosen: Pick<EdgeProperties, 'sourceMac' | 'targetMac' | 'sourceOwnAddress6' | 'targetOwnAddress6' | 'mtu' | 'ipv6'> &
    Pick<NicSpec, 'dhcp'>,
): EdgeSpec {
  const { sourceMac, targetMac, mtu, ipv6, dhcp } = chosen;
  const nic = (end: 'source' | 'target', index: number, address: string, peer: NicSpec['peer']): NicSpec => {
    const address6 = address6Of(address, ipv6, chosen[`${end}OwnAddress6`]);
    return {
      edgeId: edge.id,
      index,
      mac: macAt({ id: edge.id, sourceMac, targetMac }, end),
      ...(mtu !== undefined && { mtu }),
      address,
      ...(address6 !== undefined && { address6 }),
      ...(dhcp === true && { dhcp }),
      peer,
    };
  };
  if (edge.targetVmId !== null && edge.targetAddress !== null && edge.targetNic !== null)
    return {
      id: edge.id,
      source: {
        vmId: edge.sourceVmId,
        nic: nic('source', edge.sourceNic, edge.sourceAddress, { vmId: edge.targetVmId }),
      },
      target: {
        vmId: edge.targetVmId,
        nic: nic('target', edge.targetNic, edge.targetAddress, { vmId: edge.sourceVmId }),
      },
    };
  if (edge.targetNetworkId === null) throw new Error(`Edge ${edge.id} leads nowhere.`);
  const peer = { networkId: edge.targetNetworkId };
  return {
    id: edge.id,
    source: { vmId: edge.sourceVmId, nic: nic('source', edge.sourceNic, edge.sourceAddress, peer) },
    target: peer,
  };
}
