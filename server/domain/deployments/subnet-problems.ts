import { operationOf } from '#shared/deployment/operations';
import { problemOf, type Problem } from '#shared/errors';
import type { IpRange } from '#shared/ip-ranges';
import { blockOf, overlap } from '#shared/topology/ipv4';
import { block6Of, overlap6, subnet6Of } from '#shared/topology/ipv6';
import type { PlanInput } from './plan-input';

/** Subnets, chosen or given, in ranges that the zone keeps for others. */
export function subnetProblems({ kind, zone, topology }: PlanInput): Problem[] {
  const { subnetsDenied = [] } = zone;
  if (subnetsDenied.length === 0 || operationOf(kind).builds !== 'everything') return [];
  const deniedIn = rangeFor(subnetsDenied);
  const names = new Map([...topology.networks, ...topology.vms].map(({ key, name }) => [key, name]));
  const parts = [
    ...topology.networks.map(({ key, name, subnet, ipv6 }) => ({ place: { node: key }, name, subnet, ipv6 })),
    ...topology.edges.map(({ key, source, target, subnet, ipv6 }) => {
      const name = `${names.get(source) ?? source}–${names.get(target) ?? target}`;
      return { place: { edge: key }, name, subnet, ipv6 };
    }),
  ];
  return parts.flatMap(({ place, name, subnet: subnet4 = '', ipv6 }) =>
    [
      { field: 'ownSubnet', subnet: subnet4 },
      { field: 'ipv6', subnet: subnet6Of(subnet4, ipv6) },
    ].flatMap(({ field, subnet = '' }): Problem[] => {
      const range = deniedIn(subnet);
      if (range === undefined) return [];
      const params = { name, subnet, range, zone: zone.name };
      return [problemOf('SUBNET_DENIED', { code: 'SUBNET_DENIED', params }, { ...place, field })];
    }),
  );
}

/** The first of the ranges that a subnet of either family is in, or that is in it. */
function rangeFor(ranges: readonly IpRange[]): (subnet: string) => string | undefined {
  const denied = ranges.map(({ text }) => ({ text, block: blockOf(text), block6: block6Of(text) }));
  return (subnet) => {
    const [own, own6] = [blockOf(subnet), block6Of(subnet)];
    return denied.find(
      ({ block, block6 }) => (own && block && overlap(own, block)) || (own6 && block6 && overlap6(own6, block6)),
    )?.text;
  };
}
