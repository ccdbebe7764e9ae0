import type { Cloud } from './cloud';
import type { Network, Port } from './client/neutron';
import type { Server } from './client/nova';
import type { Names, Ours } from './names';

/** All that is of one slice in the cloud. */
export interface SliceInventory {
  /** By the ids of their VMs. Of two of one VM, since a lost request can come late, the older one. */
  servers: Map<number, Server>;
  /** That a VM is defined, by its id. */
  definitions: Map<number, Port>;
  networks: Map<number, Network>;
  edges: Map<number, Network>;
  nics: { edgeId: number; vmId: number; port: Port }[];
  /** The networks of the definitions: one, or more where a lost request came late. */
  own: Network[];
  /** Also what is there twice. */
  everything: { servers: Server[]; networks: Network[]; ports: Port[] };
}

/** By the ids of their slices; in three lists, however many slices there are. */
export async function takeInventory(cloud: Cloud, mark: string, names: Names): Promise<Map<number, SliceInventory>> {
  const { project } = await cloud.caller.grant();
  const ofProject = { project_id: project.id };
  const [servers, networks, ports] = await Promise.all([
    cloud.nova.servers([mark]),
    cloud.neutron.networks(ofProject),
    cloud.neutron.ports(ofProject),
  ]);
  const slices = new Map<number, SliceInventory>();
  const sliceOf = ({ sliceId }: Ours) => {
    let slice = slices.get(sliceId);
    if (slice === undefined) slices.set(sliceId, (slice = emptySlice()));
    return slice;
  };
  for (const server of servers.toSorted((a, b) => a.created.localeCompare(b.created) || a.id.localeCompare(b.id))) {
    const ours = names.read(server.name);
    if (ours?.kind !== 'vm' || server.status === 'DELETED' || server.status === 'SOFT_DELETED') continue;
    const slice = sliceOf(ours);
    slice.everything.servers.push(server);
    if (!slice.servers.has(ours.vmId)) slice.servers.set(ours.vmId, server);
  }
  for (const network of networks) {
    const ours = names.read(network.name);
    if (ours === null) continue;
    const slice = sliceOf(ours);
    slice.everything.networks.push(network);
    if (ours.kind === 'slice') slice.own.push(network);
    else if (ours.kind === 'network') slice.networks.set(ours.networkId, network);
    else if (ours.kind === 'edge') slice.edges.set(ours.edgeId, network);
  }
  for (const port of ports) {
    const ours = names.read(port.name);
    if (ours === null) continue;
    const slice = sliceOf(ours);
    slice.everything.ports.push(port);
    if (ours.kind === 'vm') slice.definitions.set(ours.vmId, port);
    else if (ours.kind === 'nic') slice.nics.push({ edgeId: ours.edgeId, vmId: ours.vmId, port });
  }
  return slices;
}

export function emptySlice(): SliceInventory {
  return {
    servers: new Map(),
    definitions: new Map(),
    networks: new Map(),
    edges: new Map(),
    nics: [],
    own: [],
    everything: { servers: [], networks: [], ports: [] },
  };
}
