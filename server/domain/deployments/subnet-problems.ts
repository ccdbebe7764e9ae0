import { operationOf } from '#shared/deployment/operations';
import { problemOf, type Problem } from '#shared/errors';
import { blockOf, overlap, textOf } from '#shared/topology/ipv4';
import type { PlanInput } from './plan-input';

/** Subnets, chosen or given, in ranges that the zone keeps for others. */
export function subnetProblems({ kind, zone, topology }: PlanInput): Problem[] {
  const denied = (zone.subnetsDenied ?? []).flatMap(({ text }) => blockOf(text) ?? []);
  if (denied.length === 0 || operationOf(kind).builds !== 'everything') return [];
  const names = new Map([...topology.networks, ...topology.vms].map(({ key, name }) => [key, name]));
  const parts = [
    ...topology.networks.map(({ key, name, subnet }) => ({ place: { node: key }, name, subnet })),
    ...topology.edges.map(({ key, source, target, subnet }) => {
      const name = `${names.get(source) ?? source}–${names.get(target) ?? target}`;
      return { place: { edge: key }, name, subnet };
    }),
  ];
  return parts.flatMap(({ place, name, subnet = '' }): Problem[] => {
    const block = blockOf(subnet);
    const range = block && denied.find((one) => overlap(one, block));
    if (!range) return [];
    const params = { name, subnet, range: textOf(range), zone: zone.name };
    return [problemOf('SUBNET_DENIED', { code: 'SUBNET_DENIED', params }, { ...place, field: 'ownSubnet' })];
  });
}
