import { problemOf, type Problem } from '#shared/errors';
import type { SentenceCode } from '#shared/sentence';
import type { CountedRoom } from '#server/providers/provider';
import type { PlanInput, PlanVm } from './plan-input';

const sentences = {
  servers: 'ZONE_LACKS_SERVERS',
  networks: 'ZONE_LACKS_NETWORKS',
  subnets: 'ZONE_LACKS_SUBNETS',
  ports: 'ZONE_LACKS_PORTS',
} as const satisfies Record<CountedRoom['what'], SentenceCode>;

type CountedInput = Pick<PlanInput, 'topology' | 'observation'> & { zone: Pick<PlanInput['zone'], 'name' | 'counted'> };

/**
 * What of the things that a zone counts does not suffice for what a plan makes, all together, before anything is made. Pure. `made` are the VMs that it makes or
 * changes: without any it makes nothing. What is observed has its own already.
 */
export function countedProblems({ zone, topology, observation }: CountedInput, made: readonly PlanVm[]): Problem[] {
  if (made.length === 0 || zone.counted === undefined) return [];
  const lacks = (there: readonly { id: number }[] | undefined) => {
    const ids = new Set(there?.map(({ id }) => id));
    return ({ id }: { id: number }) => !ids.has(id);
  };
  const networks = new Set(topology.networks.map(({ key }) => key));
  const edges = topology.edges.filter(lacks(observation?.edges));
  const attachments = edges.filter(({ target }) => networks.has(target)).length;
  const parts: [keyof CountedRoom['takes'], number][] = [
    ['slice', (observation?.vms.length ?? 0) > 0 ? 0 : 1],
    ['vm', made.filter(lacks(observation?.vms)).length],
    ['network', topology.networks.filter(lacks(observation?.networks)).length],
    ['attachment', attachments],
    ['link', edges.length - attachments],
  ];
  return zone.counted.flatMap(({ what, free, takes }) => {
    const needs = parts.reduce((sum, [part, count]) => sum + count * (takes[part] ?? 0), 0);
    if (needs <= free) return [];
    const params = { zone: zone.name, needs, free };
    return [problemOf('ZONE_LACKS', { code: sentences[what], params }, {})];
  });
}
