import { blockOf, textOf } from '#shared/topology/ipv4';
import { subnetIn } from '#shared/topology/ipv6';
import type { EdgeSpec, NicSpec, VmSpec } from '#server/providers/provider';
import { waysIn, type Segment, type SegmentEnd } from './routes';

/**
 * For a VM: the addresses under which it reaches others by name, first those beside it, over a link or a common network; and the routes to who is
 * farther away. Of IPv4, and behind that of IPv6 as far as there is any. Pure.
 */
export function neighboursIn(
  edges: readonly EdgeSpec[],
  { routers, names }: { routers: ReadonlySet<number>; names: ReadonlyMap<number, string> },
): (vmId: number) => Pick<VmSpec, 'hosts' | 'routes'> {
  const ways = (['address', 'address6'] as const).map((kind) => waysIn(segmentsOf(edges, kind), routers));
  return (vmId) => {
    const found = ways.map((waysOf) => waysOf(vmId));
    return {
      hosts: found.flatMap(({ beside, beyond }) =>
        [...beside, ...beyond].map(({ vmId: id, address }) => ({ address, name: names.get(id) ?? '' })),
      ),
      routes: found.flatMap(({ routes }) => routes),
    };
  };
}

/** Links, then networks, as far as their NICs have an address of this kind. */
function segmentsOf(edges: readonly EdgeSpec[], kind: 'address' | 'address6'): Segment[] {
  const links: Segment[] = [];
  const networks = new Map<number, { subnet: string; ends: SegmentEnd[] }>();
  for (const { id: edgeId, source, target } of edges) {
    const end = ({ vmId, nic }: { vmId: number; nic: NicSpec }): SegmentEnd[] => {
      const address = nic[kind]?.split('/', 1)[0];
      return address === undefined ? [] : [{ vmId, edgeId, address }];
    };
    const subnet = subnetOf(source.nic[kind]);
    if (subnet === undefined) continue;
    if ('vmId' in target) links.push({ subnet, ends: [...end(source), ...end(target)] });
    else {
      const network = networks.get(target.networkId) ?? { subnet, ends: [] };
      network.ends.push(...end(source));
      networks.set(target.networkId, network);
    }
  }
  return [...links, ...networks.values()];
}

/** The subnet that an address with its prefix length is in. */
function subnetOf(address: string | undefined): string | undefined {
  const block = blockOf(address);
  return block === null ? subnetIn(address) : textOf(block);
}
