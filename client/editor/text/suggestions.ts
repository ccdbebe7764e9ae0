import type { Catalogue } from '#shared/topology/catalogue';
import type { Topology } from '#shared/topology/schema';
import { keysOf, schemasAt, valuesOf, type SchemaNode } from './document-schema';
import type { TextPlace } from './place-in-text';

/** What can be written at a place. */
export interface Suggestion {
  /** What is shown, and compared with what is written. */
  label: string;
  /** What is written, where that is not the label. */
  apply?: string;
  /** Beside the label. */
  detail?: string;
  kind: 'key' | 'value' | 'vm' | 'network' | 'flavour' | 'image';
  /** Whose words say more of it; see {@link wordsKey}. */
  about?: string;
}

export interface Known {
  topology: Topology;
  catalogue: Catalogue;
}

/** Which places hold names of what is drawn, or of the catalogue. */
const named: Readonly<Record<string, readonly ('vm' | 'network' | 'flavour' | 'image')[]>> = {
  'vms.*.flavour': ['flavour'],
  'vms.*.image': ['image'],
  'vms.*.startAfter.*': ['vm'],
  'edges.*.source': ['vm'],
  'edges.*.target': ['vm', 'network'],
};

/** Under which words a place is explained: `vms.internet` of any VM's. */
export function wordsKey(path: readonly string[]): string {
  return path.filter((key) => key !== '*').join('.');
}

/** All that can be written at the place, in the order in which it stands in the schema. Pure. */
export function suggestionsAt({ path, kind, beside }: TextPlace, known: Known): Suggestion[] {
  const schemas = schemasAt(path, beside);
  const keys = kind === 'key' ? keysOf(schemas) : new Map<string, SchemaNode[]>();
  if (keys.size > 0)
    return [...keys]
      .filter(([key]) => !beside.has(key))
      .map(([key, values]) => ({
        label: key,
        // what is in lines of its own begins on the next one
        apply: values.some(({ type }) => type === 'array' || type === 'object') ? `${key}:` : `${key}: `,
        kind: 'key',
        about: wordsKey([...path, key]),
      }));
  const names = named[path.join('.')];
  if (names !== undefined) return names.flatMap((one) => namesOf(one, known));
  return valuesOf(schemas).map((value) => ({ label: value, kind: 'value' }));
}

function namesOf(kind: 'vm' | 'network' | 'flavour' | 'image', { topology, catalogue }: Known): Suggestion[] {
  if (kind === 'flavour')
    return catalogue.flavours
      .filter(({ retiredAt }) => retiredAt === null)
      .map(({ name, vcpus, ramMb, diskGb }) => ({
        ...{ label: name, kind, detail: `${vcpus} vCPU · ${ramMb} MiB · ${diskGb} GiB` },
        ...quotedIfNeeded(name),
      }));
  if (kind === 'image')
    return catalogue.images
      .filter(({ retiredAt }) => retiredAt === null)
      .map(({ name }) => ({ label: name, kind, ...quotedIfNeeded(name) }));
  const nodes = kind === 'vm' ? topology.vms : topology.networks;
  // it is found by its name, and written by its key
  return nodes.map(({ key, name }) => ({ label: name, kind, apply: key, ...(key !== name && { detail: key }) }));
}

/** A name that would be read as something else stands in quotes. */
function quotedIfNeeded(name: string): { apply?: string } {
  return /^[A-Za-z][\w. +-]*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name)
    ? {}
    : { apply: JSON.stringify(name) };
}

/** What is known of what stands at a place, to be said in the reader's language. */
export interface Explained {
  /** `vms.internet`. */
  about: string;
  /** What it may be. */
  choices: string[];
  /** The least and the most, of a number or of a length. */
  least?: number;
  most?: number;
  unit: 'number' | 'characters' | 'items' | null;
  fallback?: string;
  isNeeded: boolean;
  /** What the key or name that stands there is called. */
  called?: string;
}

/** What there is to say of a key, or of a value that names something else; null of what our documents have not. Pure. */
export function explain(
  path: readonly string[],
  value: string,
  beside: ReadonlyMap<string, string>,
  known: Known,
): Explained | null {
  const schemas = schemasAt(path, beside);
  const [schema] = schemas;
  if (schema === undefined) return null;
  const around = schemasAt(path.slice(0, -1), beside);
  const key = path.at(-1) ?? '';
  const places = named[path.join('.')] ?? [];
  const called = places
    .flatMap((one) => namesOf(one, known))
    .find(({ apply, label }) => (apply ?? label) === value || label === value);
  const told = called === undefined ? undefined : called.apply === undefined ? called.detail : called.label;
  const fallback = schemas.find((one) => one.default !== undefined)?.default;
  return {
    about: wordsKey(path),
    choices: valuesOf(schemas),
    ...bounds(schema),
    ...(fallback !== undefined && fallback !== '' && !isEmpty(fallback) && { fallback: JSON.stringify(fallback) }),
    isNeeded: around.length > 0 && around.every(({ required = [] }) => required.includes(key)),
    ...(told !== undefined && { called: told }),
  };
}

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;

function bounds(schema: SchemaNode): Pick<Explained, 'least' | 'most' | 'unit'> {
  const { type } = schema;
  const [least, most, unit] =
    type === 'number' || type === 'integer'
      ? ([schema.minimum, schema.maximum, 'number'] as const)
      : type === 'string'
        ? ([undefined, schema.maxLength, 'characters'] as const)
        : type === 'array'
          ? ([undefined, schema.maxItems, 'items'] as const)
          : ([undefined, undefined, null] as const);
  return {
    ...(least !== undefined && { least }),
    ...(most !== undefined && { most }),
    unit: most === undefined ? null : unit,
  };
}
