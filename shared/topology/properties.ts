import { z } from 'zod';
import type { Capabilities } from '../zone';

/** How a change of a property reaches what runs: not at all, while it runs, at its next start, or as a new one. */
export const effects = ['none', 'live', 'restart', 'recreate'] as const;
export type Effect = (typeof effects)[number];

/** What is said of a property beside its default and its limits, which its schema says. */
export interface PropertyFacts {
  effect: Effect;
  /** What a zone must be able to do for a value that is not the default. */
  needs?: Omit<Need, 'property'>;
  /** What comes of it is told to a provider of each NIC and counts as applied there, not of the part that says it. */
  ofNics?: true;
}

export interface Need {
  property: string;
  capability: keyof Capabilities;
  /** Of the plan's problem where the zone cannot. */
  code: string;
  /** Completes "VM web asks for …". */
  words: string;
}

/**
 * The facts of every property of a VM, a network or an edge. Which fields of a part are properties (as its key, name, place
 * and ends are not) is decided by being in here: they are carried to rows, documents, slices, providers and records by
 * what reads this, and nothing names them one by one.
 */
export const propertyFacts = z.registry<PropertyFacts>();

/** The schema of a VM, a network or an edge. */
export type PartSchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

/** The properties of a part, each with its schema and its facts, in the order in which they are stated. */
export function propertiesOf(part: PartSchema): { name: string; schema: z.ZodType; facts: PropertyFacts }[] {
  return Object.entries(part.shape).flatMap(([name, schema]) => {
    const facts = propertyFacts.get(schema);
    return facts === undefined ? [] : [{ name, schema, facts }];
  });
}

/** The same text for the same content, whatever the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Whether two JSON values have the same content: their {@link canonical} texts are equal, which are not made for it. */
export function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((inner, at) => alike(inner, b[at]));
  }
  const of = (whole: object, key: string): unknown => (Object.hasOwn(whole, key) ? Reflect.get(whole, key) : undefined);
  return (
    Object.keys(a).every((key) => alike(of(a, key), of(b, key))) &&
    Object.keys(b).every((key) => Object.hasOwn(a, key) || of(b, key) === undefined)
  );
}

const defaults = new WeakMap<z.ZodType, { value: unknown }>();
/** What the property is where nothing is said: made once, to be compared and not to be kept. */
function defaultOf(schema: z.ZodType): unknown {
  let known = defaults.get(schema);
  if (known === undefined) defaults.set(schema, (known = { value: schema.parse(undefined) }));
  return known.value;
}

/** Whether the property has its default; what is not there has it. */
function isDefault(schema: z.ZodType, value: unknown): boolean {
  return value === undefined || alike(value, defaultOf(schema));
}

/** `value` without those of its properties that are as by default. */
export function withoutDefaults<Value extends object>(part: PartSchema, value: Value): Partial<Value> {
  const left = new Map(propertiesOf(part).map(({ name, schema }) => [name, schema]));
  const kept = Object.entries(value).filter(([name, set]) => {
    const schema = left.get(name);
    return schema === undefined || !isDefault(schema, set);
  });
  return Object.fromEntries(kept) as Partial<Value>;
}

/** The properties of `value` that ask a zone for something. */
export function needsOf(part: PartSchema, value: object): Need[] {
  const values = new Map(Object.entries(value));
  return propertiesOf(part).flatMap(({ name, schema, facts: { needs } }) =>
    needs === undefined || isDefault(schema, values.get(name)) ? [] : [{ property: name, ...needs }],
  );
}
