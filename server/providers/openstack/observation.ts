import type { SliceObservation } from '../provider';
import { fromDescription, fromMetadata } from './packed';
import type { SliceInventory } from './inventory';
import { statusOf, troubleOf } from './server-state';

/** What the lists of a cloud say of a slice. */
export function observationOf(slice: SliceInventory, observedAt: Date): SliceObservation {
  // a server whose definition has been taken away by hand is there all the same
  const vmIds = [...new Set([...slice.definitions.keys(), ...slice.servers.keys()])].sort((a, b) => a - b);
  return {
    observedAt,
    vms: vmIds.map((id) => {
      const server = slice.servers.get(id);
      const applied =
        server === undefined
          ? fromDescription(slice.definitions.get(id)?.description ?? '')
          : fromMetadata(server.metadata);
      return { id, status: statusOf(server), error: troubleOf(server), forwards: [], applied };
    }),
    networks: [...slice.networks].map(([id, network]) => ({
      id,
      status: 'up' as const,
      applied: fromDescription(network.description),
    })),
    edges: edgesOf(slice),
  };
}

/** An edge is up when the NICs at all its ends are there and belong to servers that run. */
function edgesOf(slice: SliceInventory): SliceObservation['edges'] {
  const ends = new Map<number, SliceInventory['nics']>();
  for (const nic of slice.nics) ends.set(nic.edgeId, [...(ends.get(nic.edgeId) ?? []), nic]);
  const networkIds = new Set([...slice.networks.values(), ...slice.edges.values()].map((network) => network.id));
  return [...ends]
    .map(([id, nics]) => {
      const isLink = slice.edges.has(id);
      const works = nics.every(
        ({ vmId, port }) =>
          networkIds.has(port.network_id) &&
          statusOf(slice.servers.get(vmId)) === 'running' &&
          port.device_id === slice.servers.get(vmId)?.id,
      );
      const applied = nics.map(({ port }) => fromDescription(port.description)).find((one) => one !== null) ?? null;
      const up = works && nics.length === (isLink ? 2 : 1);
      return { id, status: up ? ('up' as const) : ('down' as const), applied };
    })
    .sort((a, b) => a.id - b.id);
}
