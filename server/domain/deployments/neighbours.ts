import { withoutPrefix } from '#shared/topology/prefix';
import { blockOf, everywhere, textOf } from '#shared/topology/ipv4';
import { everywhere6, subnetIn } from '#shared/topology/ipv6';
import type { TopologyNetwork } from '#shared/topology/schema';
import type { EdgeSpec, NicSpec, VmSpec } from '#server/providers/provider';
import { waysIn, type Segment, type SegmentEnd } from './routes';

/** What a NIC has of each kind of address, and what leads elsewhere. */
const kinds = [
  { kind: 'address', gateway: 'gateway', to: everywhere },
  { kind: 'address6', gateway: 'gateway6', to: everywhere6 },
] as const;

interface Facts {
  names: ReadonlyMap<number, string>;
  /** VMs that pass on what is not for them. */
  routers: ReadonlySet<number>;
  /** VMs that reach the internet, which is their way to all that is not told here. */
  online: ReadonlySet<number>;
  /** By network, the addresses on it of who is that way for the others. */
  gateways: ReadonlyMap<number, Pick<TopologyNetwork, 'gateway' | 'gateway6'>>;
}

/**
 * For a VM: the addresses under which it reaches others by name, first those beside it, over a link or a common network; and the routes to who is
 * farther away, with the default one last. Of IPv4, and behind that of IPv6 as far as there is any. Pure.
 */
export function neighboursIn(
  edges: readonly EdgeSpec[],
  { routers, names, online, gateways }: Facts,
): (vmId: number) => Pick<VmSpec, 'hosts' | 'routes'> {
  const ways = kinds.map(({ kind }) => waysIn(segmentsOf(edges, kind), routers));
  const defaults = kinds.map((kind) => defaultRoutes(edges, gateways, kind));
  return (vmId) => {
    const found = ways.map((waysOf) => waysOf(vmId));
    return {
      hosts: found.flatMap(({ beside, beyond }) =>
        [...beside, ...beyond].map(({ vmId: id, address }) => ({ address, name: names.get(id) ?? '' })),
      ),
      routes: [
        ...found.flatMap(({ routes }) => routes),
        ...(online.has(vmId) ? [] : defaults.flatMap((routesOf) => routesOf.get(vmId) ?? [])),
      ],
    };
  };
}

/** By VM: over the first of its NICs on a network that has a gateway of this kind, which is somebody else. */
function defaultRoutes(
  edges: readonly EdgeSpec[],
  gateways: Facts['gateways'],
  { kind, gateway, to }: (typeof kinds)[number],
): ReadonlyMap<number, VmSpec['routes']> {
  const ways = edges.flatMap(({ id: edgeId, source: { vmId, nic }, target }) => {
    const via = 'networkId' in target ? gateways.get(target.networkId)?.[gateway] : undefined;
    const own = nic[kind];
    return via === undefined || own === undefined || own.startsWith(`${via}/`)
      ? []
      : [{ vmId, index: nic.index, via, edgeId }];
  });
  // of one VM the last counts
  const found = ways.sort((a, b) => b.index - a.index);
  return new Map(found.map(({ vmId, via, edgeId }) => [vmId, [{ to, via, edgeId }]]));
}

/** Links, then networks, as far as their NICs have an address of this kind. */
function segmentsOf(edges: readonly EdgeSpec[], kind: 'address' | 'address6'): Segment[] {
  const links: Segment[] = [];
  const networks = new Map<number, { subnet: string; ends: SegmentEnd[] }>();
  for (const { id: edgeId, source, target } of edges) {
    const end = ({ vmId, nic }: { vmId: number; nic: NicSpec }): SegmentEnd[] => {
      const address = nic[kind];
      return address === undefined ? [] : [{ vmId, edgeId, address: withoutPrefix(address) }];
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
