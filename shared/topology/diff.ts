import { z } from 'zod';
import type { Flavour } from '../flavour';
import type { Image } from '../image';
import { annotationLabel, annotationParts, annotationsOf, type Annotation } from './annotations';
import { alike, canonical, effects, propertiesOf, type Effect } from './properties';
import { topologyParts, type Topology, type TopologyEdge, type TopologyVm } from './schema';

/** What becomes of a part: how the most far-reaching change of it takes effect, or that it comes or goes. */
const partFates = ['add', ...effects, 'remove'] as const;
export type PartFate = (typeof partFates)[number];

/** One part that differs. Values of its properties are JSON; null: not set, or as by default. */
export const partChangeSchema = z.object({
  part: z.enum(['vm', 'network', 'edge', 'annotation']),
  key: z.string(),
  /** What the user calls it: `web`, `web–db`; of an annotation the beginning of its text, or what it is. */
  label: z.string(),
  fate: z.enum(partFates),
  properties: z.array(
    z.object({
      property: z.string(),
      effect: z.enum(effects),
      from: z.string().nullable(),
      to: z.string().nullable(),
    }),
  ),
});
export type PartChange = z.infer<typeof partChangeSchema>;
type PropertyChange = PartChange['properties'][number];
type PartKind = PartChange['part'];

type Rule = (from: unknown, to: unknown) => Effect;
const always =
  (effect: Effect): Rule =>
  () =>
    effect;

/** As much of the catalogue as decides how another flavour or image takes effect. */
export interface DiffCatalogue {
  flavours: readonly Pick<Flavour, 'id' | 'diskGb'>[];
  images: readonly Pick<Image, 'id' | 'kind'>[];
}

/**
 * What differs between two topologies, found by their parts' keys: VMs, networks, edges and annotations in the order of `after`, what is gone
 * last. Pure. How a property takes effect its table in `schema.ts` says; that of a flavour or an image depends on which they are, so
 * without a `catalogue` it is the most that it can be. Where parts stand on the canvas is told as the property `place`, with no effect.
 * An edge that joins others than before is made anew. Addresses count only where both have them.
 */
export function diffTopology(before: Topology, after: Topology, catalogue?: DiffCatalogue): PartChange[] {
  return [
    ...partsOf('vm', before.vms, after.vms, labelsOf(before, after), vmRules(catalogue)),
    ...partsOf('network', before.networks, after.networks, labelsOf(before, after), networkRules),
    ...partsOf('edge', before.edges, after.edges, labelsOf(before, after), edgeRules),
    ...partsOf('annotation', annotationsOf(before), annotationsOf(after), labelsOf(before, after), annotationRules),
  ].toSorted((a, b) => Number(a.fate === 'remove') - Number(b.fate === 'remove'));
}

/** The most far-reaching of some effects. */
export function mostOf(found: Iterable<Effect>): Effect {
  let most = 0;
  for (const effect of found) most = Math.max(most, effects.indexOf(effect));
  return effects[most] ?? 'none';
}

function vmRules(catalogue: DiffCatalogue | undefined): Record<string, Rule> {
  const disk = new Map(catalogue?.flavours.map(({ id, diskGb }) => [id, diskGb]));
  const kinds = new Map(catalogue?.images.map(({ id, kind }) => [id, kind]));
  return {
    name: always('restart'),
    // a disk can grow under its file system, not shrink
    flavourId: (from, to) =>
      (disk.get(Number(to)) ?? 0) >= (disk.get(Number(from)) ?? Number.POSITIVE_INFINITY) ? 'restart' : 'recreate',
    // a kernel is read at each start, a disk was made from its image
    imageId: (from, to) =>
      kinds.get(Number(from)) === 'kernel' && kinds.get(Number(to)) === 'kernel' ? 'restart' : 'recreate',
    place: always('none'),
  };
}
const networkRules: Record<string, Rule> = {
  name: always('none'),
  // its addresses are those of its edges' ends
  subnets: always('none'),
  place: always('none'),
};
const edgeRules: Record<string, Rule> = {
  source: always('recreate'),
  target: always('recreate'),
  sourceNic: always('restart'),
  targetNic: always('restart'),
};

/** All of what they have: it is drawn, and nothing else. */
const annotationRules: Record<string, Rule> = Object.fromEntries(
  ['place', ...Object.values(annotationParts).flatMap(({ shape }) => Object.keys(shape))]
    .filter((name) => name !== 'key' && name !== 'x' && name !== 'y')
    .map((name) => [name, always('none')]),
);

/** What it is called that a user sees: of edges what they join. */
type Labels = (part: PartKind, one: { key: string }, of: 'before' | 'after') => string;

function labelsOf(before: Topology, after: Topology): Labels {
  const named = (topology: Topology) =>
    new Map([
      ...annotationsOf(topology).map((one): [string, string] => [one.key, annotationLabel(one)]),
      ...[...topology.networks, ...topology.vms].map(({ key, name }): [string, string] => [key, name]),
    ]);
  const names = { before: named(before), after: named(after) };
  const edges = {
    before: new Map(before.edges.map((edge) => [edge.key, edge])),
    after: new Map(after.edges.map((edge) => [edge.key, edge])),
  };
  return (part, { key }, of) => {
    const edge = part === 'edge' ? edges[of].get(key) : undefined;
    if (edge === undefined) return names[of].get(key) ?? key;
    return `${names[of].get(edge.source) ?? edge.source}–${names[of].get(edge.target) ?? edge.target}`;
  };
}

type Part = TopologyVm | Topology['networks'][number] | TopologyEdge | Annotation;

function partsOf(
  part: PartKind,
  before: readonly Part[],
  after: readonly Part[],
  labels: Labels,
  rules: Record<string, Rule>,
): PartChange[] {
  const old = new Map(before.map((one) => [one.key, one]));
  const kept = new Set(after.map(({ key }) => key));
  const changes: PartChange[] = [];
  const fields = fieldsOf(part, rules);
  for (const one of after) {
    const was = old.get(one.key);
    const label = labels(part, one, 'after');
    if (was === undefined) {
      changes.push({ part, key: one.key, label, fate: 'add', properties: [] });
      continue;
    }
    const properties = alike(was, one) ? [] : propertyChanges(fields, was, one);
    if (properties.length > 0)
      changes.push({ part, key: one.key, label, fate: mostOf(properties.map(({ effect }) => effect)), properties });
  }
  for (const one of before)
    if (!kept.has(one.key))
      changes.push({ part, key: one.key, label: labels(part, one, 'before'), fate: 'remove', properties: [] });
  return changes;
}

interface Field {
  property: string;
  rule: Rule;
  /** Its default, if it has one. */
  fallback: unknown;
}

/** What is compared of a part: what the rules name, and its stated properties. */
function fieldsOf(part: PartKind, rules: Record<string, Rule>): Field[] {
  return [
    ...Object.entries(rules).map(([property, rule]) => ({ property, rule, fallback: undefined })),
    // those of annotations are all named by their rules
    ...(part === 'annotation' ? [] : propertiesOf(topologyParts[part])).map(({ name, schema, facts }) => ({
      property: name,
      rule: always(facts.effect),
      fallback: schema.parse(undefined),
    })),
  ];
}

function propertyChanges(fields: readonly Field[], before: Part, after: Part): PropertyChange[] {
  const [from, to] = [valuesOf(before), valuesOf(after)];
  return fields.flatMap(({ property, rule, fallback }): PropertyChange[] => {
    const [was, is] = [from.get(property) ?? fallback, to.get(property) ?? fallback];
    const isPlace = property === 'sourceNic' || property === 'targetNic' || property === 'subnets';
    if (alike(was ?? null, is ?? null) || (isPlace && (was === undefined || is === undefined))) return [];
    const text = (value: unknown) => (value === undefined || alike(value, fallback ?? null) ? null : canonical(value));
    return [{ property, effect: rule(was, is), from: text(was), to: text(is) }];
  });
}

function valuesOf(part: Part): Map<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(part));
  if ('x' in part) values.set('place', { x: part.x, y: part.y });
  return values;
}
