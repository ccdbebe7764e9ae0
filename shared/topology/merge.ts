import { annotationLabel, annotationsOf, withAnnotations, type Annotation } from './annotations';
import { labelOfParameter, parametersOf, withParameters } from './parameters/parameters';
import type { Parameter } from './parameters/schema';
import { alike } from './properties';
import type { Topology, TopologyEdge, TopologyNetwork, TopologyVm } from './schema';

/** Where two changed the same: a part that one removed and the other changed or needs, or a field that both set differently. */
export interface MergeConflict {
  part: 'vm' | 'network' | 'edge' | 'annotation' | 'parameter';
  key: string;
  /** What a user calls it: `web`, `web–db`. */
  label: string;
  /** The field that both set, `place` where both moved it; null where one has removed the part. */
  field: string | null;
  /** What each made of the field, or of the part; undefined where it was taken off or removed. */
  mine: unknown;
  theirs: unknown;
}

/** Whose is to be taken. */
export const mergeSides = ['mine', 'theirs'] as const;
export type MergeSide = (typeof mergeSides)[number];
/** Decides about a conflict; where it does not, my field is taken, and a part stays. */
export type ChooseSide = (conflict: MergeConflict) => MergeSide | undefined;

/** Tells the conflicts of one merge apart. */
export function conflictId({ part, key, field }: Pick<MergeConflict, 'part' | 'key' | 'field'>): string {
  return `${part} ${key} ${field ?? ''}`;
}

export interface Merged {
  topology: Topology;
  conflicts: MergeConflict[];
}

/** A parameter is found by its name, which is what the drawing calls it by. */
type Keyed<One> = One & { key: string };
type Part = TopologyVm | TopologyNetwork | TopologyEdge | Annotation | Keyed<Parameter>;

/**
 * What both `mine` and `theirs` made of `base`, found by keys, part by part and field by field. Where they conflict, it is told, and `choose` says
 * whose is taken: otherwise a field is mine, and a part that one removed stays if the other changed it or drew a link to it. With a part go the links to
 * it. Pure. What is wrong only in the whole (a name that both gave, a subnet that both chose) is not looked at here: validation finds it. A three-way
 * merge by stable keys, as version control does by lines.
 */
export function mergeTopologies(
  base: Topology,
  mine: Topology,
  theirs: Topology,
  choose: ChooseSide = () => undefined,
): Merged {
  const conflicts = new Map<string, MergeConflict>();
  const clash = (conflict: MergeConflict): MergeSide | undefined => {
    conflicts.set(conflictId(conflict), conflict);
    return choose(conflict);
  };
  const names = new Map(
    [base, theirs, mine].flatMap(({ vms, networks }) => [...vms, ...networks].map(({ key, name }) => [key, name])),
  );
  const label = (one: Part): string => {
    if ('source' in one) return `${names.get(one.source) ?? one.source}–${names.get(one.target) ?? one.target}`;
    if (!('kind' in one)) return names.get(one.key) ?? one.key;
    return 'x' in one ? annotationLabel(one) : labelOfParameter(one);
  };
  const merge = <One extends Part>(part: MergeConflict['part'], read: (topology: Topology) => readonly One[]): One[] =>
    mergeParts(read(base), read(mine), read(theirs), (one, field, made) =>
      clash({ part, key: one.key, label: label(one), field, ...made }),
    );
  const vms = merge('vm', ({ vms: all }) => all);
  const networks = merge('network', ({ networks: all }) => all);
  const edges = merge('edge', ({ edges: all }) => all);
  const annotations = merge('annotation', annotationsOf);
  const parameters = merge('parameter', keyedParameters);

  // what one removed, and a link or a start order of the other needs, comes back with it
  const there = new Set([...vms, ...networks].map(({ key }) => key));
  const need = (key: string) => {
    if (there.has(key)) return;
    const find = <One extends { key: string }>(read: (topology: Topology) => readonly One[]) =>
      [mine, theirs].map((topology) => read(topology).find((one) => one.key === key));
    const [vm, network] = [find(({ vms: all }) => all), find(({ networks: all }) => all)];
    const [my, their] = vm.some((one) => one !== undefined) ? vm : network;
    const end = my ?? their;
    if (end === undefined) return;
    const part = 'flavourId' in end ? 'vm' : 'network';
    const side = clash({ part, key, label: label(end), field: null, mine: my, theirs: their });
    if (side !== undefined && (side === 'mine' ? my : their) === undefined) return;
    there.add(key);
    if ('flavourId' in end) vms.push(end);
    else networks.push(end);
  };
  for (const { source, target } of edges) [source, target].forEach(need);
  // what comes back may need others, which are looked at in their turn
  for (const { startAfter } of vms) startAfter.forEach(need);

  return {
    topology: withParameters(
      withAnnotations(
        {
          vms: vms.map((vm) =>
            vm.startAfter.every((key) => there.has(key))
              ? vm
              : { ...vm, startAfter: vm.startAfter.filter((key) => there.has(key)) },
          ),
          networks,
          edges: edges.filter(({ source, target }) => there.has(source) && there.has(target)),
        },
        annotations,
      ),
      parameters.map(({ key: _name, ...parameter }) => parameter),
    ),
    conflicts: [...conflicts.values()],
  };
}

function keyedParameters(topology: Topology): Keyed<Parameter>[] {
  return parametersOf(topology).map((parameter) => ({ ...parameter, key: parameter.name }));
}

type Clash<One> = (one: One, field: string | null, made: Record<MergeSide, unknown>) => MergeSide | undefined;

function mergeParts<One extends Part>(
  base: readonly One[],
  mine: readonly One[],
  theirs: readonly One[],
  clash: Clash<One>,
): One[] {
  const [was, own, their] = [byKey(base), byKey(mine), byKey(theirs)];
  const merged: One[] = [];
  for (const key of orderOf(base, mine, theirs)) {
    const [old, my, other] = [was.get(key), own.get(key), their.get(key)];
    if (my !== undefined && other !== undefined) {
      merged.push(mergePart(old, my, other, (field, made) => clash(my, field, made)));
      continue;
    }
    const left = my ?? other;
    if (left === undefined || (old !== undefined && same(old, left))) continue;
    // new, or changed by one where the other removed it
    const side = old === undefined ? undefined : clash(left, null, { mine: my, theirs: other });
    if (side === undefined || (side === 'mine' ? my : other) !== undefined) merged.push(left);
  }
  return merged;
}

/**
 * Theirs, and what only I have behind it; mine, and what only they have, if they have added nothing, or it was I alone who put the parts into another
 * order. Where both did, it is theirs: it matters to annotations only, which lie on each other.
 */
function orderOf(
  base: readonly { key: string }[],
  mine: readonly { key: string }[],
  theirs: readonly { key: string }[],
): Set<string> {
  const keys = (parts: readonly { key: string }[]) => parts.map(({ key }) => key);
  const [was, own, their] = [keys(base), keys(mine), keys(theirs)];
  const old = new Set(was);
  const isMine = isAsBefore(was, their) && (!isAsBefore(was, own) || their.every((key) => old.has(key)));
  return new Set(isMine ? [...own, ...their] : [...their, ...own]);
}

/** Whether what is left of `before` is in the same order. */
function isAsBefore(before: readonly string[], after: readonly string[]): boolean {
  const [old, now] = [new Set(before), new Set(after)];
  const left = before.filter((key) => now.has(key));
  return after.filter((key) => old.has(key)).every((key, at) => key === left[at]);
}

/** Fields that say one thing together: whoever moved a part wants neither half of another place. */
const together: Readonly<Record<string, readonly string[]>> = { place: ['x', 'y'] };
const isOfSeveral = new Set(Object.values(together).flat());

function mergePart<One extends Part>(
  old: One | undefined,
  mine: One,
  theirs: One,
  clash: (field: string, made: Record<MergeSide, unknown>) => MergeSide | undefined,
): One {
  // a note that one made a shape has not the fields of both
  if ('kind' in mine && 'kind' in theirs && mine.kind !== theirs.kind) {
    if (same(mine, old)) return theirs;
    if (same(theirs, old)) return mine;
    return clash('kind', { mine: mine.kind, theirs: theirs.kind }) === 'theirs' ? theirs : mine;
  }
  const before = new Map(Object.entries(old ?? {}));
  const my = new Map(Object.entries(mine));
  const merged = new Map(Object.entries(theirs));
  const single = [...new Set([...my.keys(), ...merged.keys(), ...before.keys()])].filter(
    (field) => !isOfSeveral.has(field),
  );
  for (const [field, names] of [...Object.entries(together), ...single.map((name) => [name, [name]] as const)]) {
    const [was, is, their] = [before, my, merged].map((values) => names.map((name) => values.get(name)));
    if (same(is, their) || same(is, was)) continue;
    const made = { mine: valueOf(names, is), theirs: valueOf(names, their) };
    if (!same(their, was) && clash(field, made) === 'theirs') continue;
    for (const name of names) {
      const value = my.get(name);
      if (value === undefined) merged.delete(name);
      else merged.set(name, value);
    }
  }
  // each field is one of `mine` or `theirs`, so the whole is of their type
  const whole = { ...theirs, ...Object.fromEntries(merged) };
  for (const name of Object.keys(whole)) if (!merged.has(name)) Reflect.deleteProperty(whole, name);
  return whole;
}

function valueOf(names: readonly string[], values: readonly unknown[] | undefined): unknown {
  const [first] = names;
  return names.length === 1 && first !== undefined
    ? values?.[0]
    : Object.fromEntries(names.map((name, at) => [name, values?.[at]]));
}

const byKey = <One extends Part>(parts: readonly One[]) => new Map(parts.map((one) => [one.key, one]));
const same = (left: unknown, right: unknown) => alike(left ?? null, right ?? null);
