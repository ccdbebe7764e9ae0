import type { Loss, Update } from '#shared/deployment/applied';
import type { PlanChange } from '#shared/deployment/schema';
import { mostOf, type PartChange } from '#shared/topology/diff';
import type { PlanInput, PlannedUpdate } from './plan-input';

/** What the steps of a plan do to what is there. */
interface Done {
  /** By part and key. */
  updates: ReadonlyMap<string, Update>;
  /** Keys of VMs that run and are shut down to be changed. */
  halted: ReadonlySet<string>;
}

/**
 * What an update makes of each part: what the drawing changes, besides what was still to be applied of earlier changes, and VMs that are
 * shut down for others' sake; with what is lost by it. What goes comes last. Pure.
 */
export function planChanges(input: PlanInput, { before, diff }: PlannedUpdate, done: Done): PlanChange[] {
  const drawn = new Set(diff.map(({ part, key }) => `${part}:${key}`));
  const drawnOrNot = [...diff.filter(({ fate }) => fate !== 'remove'), ...undrawn(input, drawn, done)];
  return [
    ...drawnOrNot.map((change) => ({ ...change, loses: lossesOf(change, done) })),
    ...diff
      .filter(({ fate }) => fate === 'remove')
      .map((change) => ({ ...change, loses: lostWith(input, before, change) })),
  ];
}

function undrawn({ topology }: PlanInput, drawn: ReadonlySet<string>, { updates, halted }: Done): PartChange[] {
  const names = new Map([...topology.networks, ...topology.vms].map(({ key, name }) => [key, name]));
  const parts = [
    ...topology.vms.map(({ key, name }) => ({ part: 'vm' as const, key, label: name })),
    ...topology.networks.map(({ key, name }) => ({ part: 'network' as const, key, label: name })),
    ...topology.edges.map(({ key, source, target }) => ({
      part: 'edge' as const,
      key,
      label: `${names.get(source) ?? source}–${names.get(target) ?? target}`,
    })),
  ];
  return parts.flatMap((one): PartChange[] => {
    const id = `${one.part}:${one.key}`;
    if (drawn.has(id)) return [];
    const properties = updates.get(id)?.changes ?? [];
    const isHalted = one.part === 'vm' && halted.has(one.key);
    if (properties.length === 0 && !isHalted) return [];
    const fate = mostOf([...properties.map(({ effect }) => effect), ...(isHalted ? (['restart'] as const) : [])]);
    return [{ ...one, fate, properties }];
  });
}

function lossesOf({ part, key }: PartChange, { updates, halted }: Done): Loss[] {
  const loses = new Set(updates.get(`${part}:${key}`)?.loses);
  if (part === 'vm' && halted.has(key)) loses.add('memory');
  return [...loses];
}

/** What is gone with a VM that is there: what is in its memory, if it runs, and its disks, if it has any. */
function lostWith({ observation }: PlanInput, before: PlannedUpdate['before'], { part, key }: PartChange): Loss[] {
  const vm = part === 'vm' ? before.vms.find((one) => one.key === key) : undefined;
  const status = observation?.vms.find(({ id }) => id === vm?.id)?.status;
  if (vm === undefined || status === undefined) return [];
  return [
    ...(status === 'stopped' || status === 'failed' ? [] : ['memory' as const]),
    ...(vm.image.kind === 'disk' ? ['disk' as const] : []),
    ...(vm.diskGb > vm.bootDiskGb ? ['extraDisk' as const] : []),
  ];
}
