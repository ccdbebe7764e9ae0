import { annotationLabel, annotationsOf, withAnnotations, type Annotation } from './annotations';
import { parametersOf, withParameters } from './parameters/parameters';
import { canonical } from './properties';
import type { Topology, TopologyEdge, TopologyNetwork, TopologyVm } from './schema';

/** Where two changed the same: a part that one removed and the other changed or needs, or a field that both set differently. */
export interface MergeConflict {
  part: 'vm' | 'network' | 'edge' | 'annotation';
  key: string;
  /** What a user calls it: `web`, `web–db`. */
  label: string;
  /** The field that both set; null where one has removed the part. */
  field: string | null;
}

export interface Merged {
  topology: Topology;
  conflicts: MergeConflict[];
}

type Part = TopologyVm | TopologyNetwork | TopologyEdge | Annotation;

/**
 * What both `mine` and `theirs` made of `base`, found by keys, part by part and field by field. Where they conflict, what is in the
 * topology is mine, and the conflict is told; a part that one removed stays if the other changed it or drew a link to it. Pure.
 * Names that both gave to different new parts are not looked at here: validation finds them. A three-way merge by stable keys,
 * as version control does by lines.
 */
export function mergeTopologies(base: Topology, mine: Topology, theirs: Topology): Merged {
  const conflicts: MergeConflict[] = [];
  const names = new Map(
    [base, theirs, mine].flatMap(({ vms, networks }) => [...vms, ...networks].map(({ key, name }) => [key, name])),
  );
  const label = (one: Part): string => {
    if ('kind' in one) return annotationLabel(one);
    return 'source' in one
      ? `${names.get(one.source) ?? one.source}–${names.get(one.target) ?? one.target}`
      : (names.get(one.key) ?? one.key);
  };
  const merge = <One extends Part>(part: MergeConflict['part'], read: (topology: Topology) => readonly One[]): One[] =>
    mergeParts(read(base), read(mine), read(theirs), (one, field) =>
      conflicts.push({ part, key: one.key, label: label(one), field }),
    );
  const vms = merge('vm', ({ vms: all }) => all);
  const networks = merge('network', ({ networks: all }) => all);
  const edges = merge('edge', ({ edges: all }) => all);
  const annotations = merge('annotation', annotationsOf);
  // an end that one removed, and that an edge of the other needs, comes back with it
  const there = new Set([...vms, ...networks].map(({ key }) => key));
  for (const edge of edges)
    for (const key of [edge.source, edge.target]) {
      if (there.has(key)) continue;
      there.add(key);
      const vm = [mine, theirs, base].flatMap((topology) => topology.vms).find((one) => one.key === key);
      const network = [mine, theirs, base].flatMap((topology) => topology.networks).find((one) => one.key === key);
      if (vm !== undefined) vms.push(vm);
      else if (network !== undefined) networks.push(network);
      const end = vm ?? network;
      if (end !== undefined)
        conflicts.push({ part: vm === undefined ? 'network' : 'vm', key, label: label(end), field: null });
    }
  const [was, own, their] = [base, mine, theirs].map(parametersOf);
  // as a whole: what asks for the same twice is no better than what one of the two asked for
  const parameters = (same(own, was) ? their : own) ?? [];
  return {
    topology: withParameters(withAnnotations({ vms, networks, edges }, annotations), parameters),
    conflicts,
  };
}

/** In their order, what only I have behind it. `clash` is told of each field, or null: that one side removed the part. */
function mergeParts<One extends Part>(
  base: readonly One[],
  mine: readonly One[],
  theirs: readonly One[],
  clash: (one: One, field: string | null) => void,
): One[] {
  const [was, own] = [byKey(base), byKey(mine)];
  const merged: One[] = [];
  for (const their of theirs) {
    const old = was.get(their.key);
    const my = own.get(their.key);
    if (my !== undefined) merged.push(mergePart(old, my, their, (field) => clash(my, field)));
    else if (old === undefined) merged.push(their);
    else if (!same(old, their)) {
      // I removed what they changed
      merged.push(their);
      clash(their, null);
    }
  }
  const known = new Set(theirs.map(({ key }) => key));
  for (const my of mine) {
    if (known.has(my.key)) continue;
    const old = was.get(my.key);
    if (old === undefined) merged.push(my);
    else if (!same(old, my)) {
      merged.push(my);
      clash(my, null);
    }
  }
  return merged;
}

function mergePart<One extends Part>(
  old: One | undefined,
  mine: One,
  theirs: One,
  clash: (field: string) => void,
): One {
  // a note that one made a shape has not the fields of both
  if ('kind' in mine && 'kind' in theirs && mine.kind !== theirs.kind) {
    if (same(mine, old)) return theirs;
    if (!same(theirs, old)) clash('kind');
    return mine;
  }
  const before = new Map(Object.entries(old ?? {}));
  const my = new Map(Object.entries(mine));
  const merged = new Map(Object.entries(theirs));
  for (const field of new Set([...my.keys(), ...merged.keys(), ...before.keys()])) {
    const [was, is, their] = [before.get(field), my.get(field), merged.get(field)];
    if (same(is, their) || same(is, was)) continue;
    if (!same(their, was)) clash(field);
    if (is === undefined) merged.delete(field);
    else merged.set(field, is);
  }
  // each field is one of `mine` or `theirs`, so the whole is of their type
  return { ...theirs, ...Object.fromEntries(merged) };
}

const byKey = <One extends Part>(parts: readonly One[]) => new Map(parts.map((one) => [one.key, one]));
const same = (left: unknown, right: unknown) => canonical(left ?? null) === canonical(right ?? null);
