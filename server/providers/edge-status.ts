import type { Applied } from '#shared/deployment/applied';
import type { NicSpec, SliceObservation } from './provider';

/** A VM as far as its edges are concerned. `up`: its process runs, so that its NICs have carrier. */
export interface EdgeEndVm {
  id: number;
  up: boolean;
  nics: readonly NicSpec[];
}
/** `attached`: ids of the edges that are plugged into the segment. */
export interface EdgeEndNetwork {
  id: number;
  up: boolean;
  attached: ReadonlySet<number>;
}

/**
 * All edges of which at least one NIC exists, by id; `up` when both ends are there and have carrier. `applied`: what was applied of
 * each, as far as it is known; one that was taken down is down. `isDead`: nothing passes it, whatever its ends are.
 */
export function edgeStatuses(
  vms: readonly EdgeEndVm[],
  networks: readonly EdgeEndNetwork[],
  applied: ReadonlyMap<number, Applied>,
  isDead: (edgeId: number) => boolean,
): SliceObservation['edges'] {
  const ends = new Map<number, { nic: NicSpec; up: boolean }[]>();
  for (const vm of vms) {
    for (const nic of vm.nics) {
      const known = ends.get(nic.edgeId);
      if (known) known.push({ nic, up: vm.up });
      else ends.set(nic.edgeId, [{ nic, up: vm.up }]);
    }
  }
  const networkById = new Map(networks.map((network) => [network.id, network]));
  const statuses = [...ends].map(([id, nics]) => {
    const [first] = nics;
    const isDown = applied.get(id)?.properties['down'] === true;
    let up = !isDown && !isDead(id) && nics.every((end) => end.up);
    if (first && 'networkId' in first.nic.peer) {
      const network = networkById.get(first.nic.peer.networkId);
      up &&= network?.up === true && network.attached.has(id);
    } else {
      up &&= nics.length === 2;
    }
    return { id, status: up ? ('up' as const) : ('down' as const), applied: applied.get(id) ?? null };
  });
  return statuses.sort((a, b) => a.id - b.id);
}
