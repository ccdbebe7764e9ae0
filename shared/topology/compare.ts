import { annotationsOf } from './annotations';
import { diffTopology, type PartChange } from './diff';
import { parametersOf } from './parameters/parameters';
import { alike, canonical } from './properties';
import type { Topology } from './schema';

/** What is told of a part of two drawings: it is in one of them only, it differs, or it only stands elsewhere. */
export const comparedFates = ['added', 'removed', 'changed', 'moved'] as const;
export type ComparedFate = (typeof comparedFates)[number];

export interface ComparedPart {
  /** `order`: of what is drawn beside, which lies on what, or of parameters, by the `key`. */
  part: PartChange['part'] | 'parameter' | 'order';
  key: string;
  /** What the user calls it, as in {@link PartChange}. */
  label: string;
  fate: ComparedFate;
  /** Values are JSON; null: not set, or as by default. */
  properties: { property: string; from: string | null; to: string | null }[];
}

/**
 * What differs between two drawings of a template, for who reads: {@link diffTopology} without how it takes effect, and besides what no slice has,
 * parameters and the orders that are seen. Empty if and only if the two are the same for `sameTopology`, once both have addresses. Pure.
 */
export function compareTopologies(before: Topology, after: Topology): ComparedPart[] {
  const parts = diffTopology(before, after).map(({ part, key, label, fate, properties }): ComparedPart => ({
    ...{ part, key, label },
    fate: fate === 'add' ? 'added' : fate === 'remove' ? 'removed' : onlyMoved(properties) ? 'moved' : 'changed',
    properties: properties.map(({ property, from, to }) => ({ property, from, to })),
  }));
  const beside = [annotationsOf(before), annotationsOf(after)] as const;
  const parameters = [byName(before), byName(after)] as const;
  return [
    ...parts,
    ...parametersChanged(...parameters),
    ...orderChanged('annotations', ...beside),
    ...orderChanged('parameters', ...parameters),
  ];
}

const onlyMoved = (properties: PartChange['properties']) =>
  properties.length > 0 && properties.every(({ property }) => property === 'place');

/** A parameter is found by its name: another name is another parameter. */
const byName = (topology: Topology) => parametersOf(topology).map((one) => ({ ...one, key: one.name }));
type Named = ReturnType<typeof byName>[number];

function parametersChanged(before: readonly Named[], after: readonly Named[]): ComparedPart[] {
  const old = new Map(before.map((one) => [one.key, one]));
  const kept = new Set(after.map(({ key }) => key));
  const told = (key: string, fate: ComparedFate, properties: ComparedPart['properties'] = []): ComparedPart => ({
    ...{ part: 'parameter', key, label: key, fate, properties },
  });
  return [
    ...after.flatMap((one) => {
      const was = old.get(one.key);
      if (was === undefined) return [told(one.key, 'added')];
      const properties = fieldsChanged(was, one);
      return properties.length === 0 ? [] : [told(one.key, 'changed', properties)];
    }),
    ...before.filter(({ key }) => !kept.has(key)).map(({ key }) => told(key, 'removed')),
  ];
}

function fieldsChanged(was: Named, is: Named): ComparedPart['properties'] {
  const [from, to] = [new Map<string, unknown>(Object.entries(was)), new Map<string, unknown>(Object.entries(is))];
  const text = (value: unknown) => (value === undefined ? null : canonical(value));
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((property) => !alike(from.get(property) ?? null, to.get(property) ?? null))
    .map((property) => ({ property, from: text(from.get(property)), to: text(to.get(property)) }));
}

/** Whether those that are in both follow each other otherwise, or others come between them. */
function orderChanged(key: string, before: readonly { key: string }[], after: readonly { key: string }[]) {
  const [was, is] = [before.map((one) => one.key), after.map((one) => one.key)];
  const common = new Set(was.filter((one) => is.includes(one)));
  const left = was.filter((one) => common.has(one));
  const right = is.filter((one) => common.has(one));
  if (alike(left, right)) return [];
  return [{ part: 'order', key, label: key, fate: 'changed', properties: [] } satisfies ComparedPart];
}
