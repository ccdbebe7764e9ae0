import type { Cloud } from './cloud';
import type { Network, Port } from './client/neutron';
import type { Server } from './client/nova';
import type { Names } from './names';

/** All that is of one slice in the cloud. */
export interface SliceInventory {
  /** By the ids of their VMs. */
  servers: Map<number, Server>;
  /** That a VM is defined, by its id. */
  definitions: Map<number, Port>;
  networks: Map<number, Network>;
  edges: Map<number, Network>;
  nics: { edgeId: number; vmId: number; port: Port }[];
  /** The networks of the definitions: one, or more where a lost request came late. */
  own: Network[];
  /** Also what is there twice. */
  everything: Things;
  /** Of what is there twice all but that which counts. */
  surplus: Things;
}

export interface Things {
  servers: Server[];
  networks: Network[];
  ports: Port[];
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
  const known = new Set<string>();
  /** What is ours, as what, and its place in its slice; what is there twice comes a second time. */
  function* each<Thing extends { name: string }>(things: readonly Thing[], kind: keyof Things) {
    for (const thing of things) {
      const ours = names.read(thing.name);
      if (ours === null) continue;
      let slice = slices.get(ours.sliceId);
      if (slice === undefined) slices.set(ours.sliceId, (slice = emptySlice()));
      const key = `${kind} ${thing.name}`;
      yield { thing, ours, slice, isSurplus: known.has(key) };
      known.add(key);
    }
  }
  for (const { thing, ours, slice, isSurplus } of each(servers, 'servers')) {
    if (ours.kind !== 'vm') continue;
    slice.everything.servers.push(thing);
    if (isSurplus) slice.surplus.servers.push(thing);
    else slice.servers.set(ours.vmId, thing);
  }
  for (const { thing, ours, slice, isSurplus } of each(networks, 'networks')) {
    slice.everything.networks.push(thing);
    // also the second one: it goes with the first
    if (ours.kind === 'slice') slice.own.push(thing);
    if (isSurplus) slice.surplus.networks.push(thing);
    else if (ours.kind === 'network') slice.networks.set(ours.networkId, thing);
    else if (ours.kind === 'edge') slice.edges.set(ours.edgeId, thing);
  }
  for (const { thing, ours, slice, isSurplus } of each(ports, 'ports')) {
    slice.everything.ports.push(thing);
    if (isSurplus) slice.surplus.ports.push(thing);
    else if (ours.kind === 'vm') slice.definitions.set(ours.vmId, thing);
    else if (ours.kind === 'nic') slice.nics.push({ edgeId: ours.edgeId, vmId: ours.vmId, port: thing });
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
    surplus: { servers: [], networks: [], ports: [] },
  };
}
