import {
  conflictId,
  mergeTopologies,
  type ChooseSide,
  type MergeConflict,
  type MergeSide,
} from '#shared/topology/merge';
import type { Topology } from '#shared/topology/schema';
import type { Document } from '../document';
import { takenNames, uniqueName } from '../names';

/** Also of the template itself: its name and its description. */
export type WorkConflict = Omit<MergeConflict, 'part'> & { part: MergeConflict['part'] | 'template' };
export const workConflictId = (conflict: WorkConflict): string =>
  conflict.part === 'template' ? `template ${conflict.field ?? ''}` : conflictId({ ...conflict, part: conflict.part });

export interface MergedWork {
  document: Document;
  conflicts: WorkConflict[];
  /** What I had drawn anew under a name that somebody else has given meanwhile. */
  renamed: { from: string; to: string }[];
}

/**
 * What was drawn of a template by two at once, put together: `choose` says whose is taken where both changed the same, mine without it. New VMs and
 * networks of mine whose names are taken by now get the next free ones. Pure.
 */
export function mergeWork(
  { base, mine, theirs }: Record<'base' | MergeSide, Document>,
  choose: (conflict: WorkConflict) => MergeSide | undefined = () => undefined,
): MergedWork {
  const details: WorkConflict[] = [];
  const detail = (field: 'name' | 'description'): string => {
    const [was, my, their] = [base, mine, theirs].map((of) => of[field].trim());
    if (my === was || my === their) return theirs[field];
    if (their === was) return mine[field];
    const conflict: WorkConflict = {
      ...{ part: 'template', key: '', label: theirs.name, field },
      ...{ mine: mine[field], theirs: theirs[field] },
    };
    details.push(conflict);
    return choose(conflict) === 'theirs' ? theirs[field] : mine[field];
  };
  const [name, description] = [detail('name'), detail('description')];
  const ofParts: ChooseSide = (conflict) => choose(conflict);
  const { topology, conflicts } = mergeTopologies(base.topology, mine.topology, theirs.topology, ofParts);
  const renamed: MergedWork['renamed'] = [];
  const named = withOwnNames(topology, theirs.topology, (from, to) => renamed.push({ from, to }));
  return { document: { name, description, topology: named }, conflicts: [...details, ...conflicts], renamed };
}

/** Each name once: what is not in `theirs` makes way. */
function withOwnNames(merged: Topology, theirs: Topology, tell: (from: string, to: string) => void): Topology {
  const settle = <Node extends { key: string; name: string }>(nodes: Node[], others: readonly Node[]): Node[] => {
    const known = new Set(others.map(({ key }) => key));
    const taken = takenNames(nodes.filter(({ key }) => known.has(key)));
    const all = takenNames(nodes);
    return nodes.map((node) => {
      if (known.has(node.key)) return node;
      const isTaken = taken.has(node.name.toLowerCase());
      const name = isTaken ? uniqueName(node.name, new Set([...taken, ...all])) : node.name;
      taken.add(name.toLowerCase());
      if (!isTaken) return node;
      tell(node.name, name);
      return { ...node, name };
    });
  };
  return {
    ...merged,
    vms: settle(merged.vms, theirs.vms),
    networks: settle(merged.networks, theirs.networks),
  };
}
