/*
 * Ways beyond a VM's own links, through VMs that pass on what is not for them (`router` of a VM). Pure, of ids and addresses; worked out for one VM at
 * a time, since all ways of all VMs of a large slice would fill the memory.
 */

/** A link or a network, with the NICs that are in its subnet. */
export interface Segment {
  /** With prefix length. */
  subnet: string;
  ends: readonly SegmentEnd[];
}
export interface SegmentEnd {
  vmId: number;
  edgeId: number;
  /** Without prefix length. */
  address: string;
}

/** Another VM, at an address that is reached. */
type Reached = Pick<SegmentEnd, 'vmId' | 'address'>;

interface Ways {
  /** Who is in the same subnet, at each address that it has there. */
  beside: Reached[];
  /** Others that are reached through routers, each once, where it is reached first; the nearer ones before those farther away. */
  beyond: Reached[];
  /** To each subnet that it is not in itself: through whom, and over which of its own edges. */
  routes: { to: string; via: string; edgeId: number }[];
}

/** How each VM reaches the others, by as few routers as may be. Of ways of one length that over the earlier segment counts, so that it stays the same. */
export function waysIn(segments: readonly Segment[], routers: ReadonlySet<number>): (vmId: number) => Ways {
  const ofVm = new Map<number, Segment[]>();
  for (const segment of segments)
    for (const { vmId } of segment.ends) {
      const list = ofVm.get(vmId);
      if (list === undefined) ofVm.set(vmId, [segment]);
      else if (list.at(-1) !== segment) list.push(segment);
    }
  return (vmId) => {
    const own = ofVm.get(vmId) ?? [];
    const ways: Ways = { beside: [], beyond: [], routes: [] };
    const seen = new Set(own);
    const known = new Set([vmId]);
    const passed = new Set([vmId]);
    // what is found is looked at later, behind all that is nearer
    const queue: { segment: Segment; hop: { via: string; edgeId: number } | null }[] = [];
    const passThrough = (router: number, hop: { via: string; edgeId: number }) => {
      passed.add(router);
      for (const segment of ofVm.get(router) ?? []) {
        if (seen.has(segment)) continue;
        seen.add(segment);
        ways.routes.push({ to: segment.subnet, ...hop });
        queue.push({ segment, hop });
      }
    };
    for (const segment of own) queue.push({ segment, hop: null });
    for (const { segment, hop } of queue) {
      const edgeId = segment.ends.find((end) => end.vmId === vmId)?.edgeId ?? 0;
      for (const { vmId: other, address } of segment.ends) {
        if (other === vmId) continue;
        if (hop === null) ways.beside.push({ vmId: other, address });
        else if (!known.has(other)) ways.beyond.push({ vmId: other, address });
        known.add(other);
        if (routers.has(other) && !passed.has(other)) passThrough(other, hop ?? { via: address, edgeId });
      }
    }
    return ways;
  };
}
