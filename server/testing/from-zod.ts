import fc, { type Arbitrary } from 'fast-check';
import type { core } from 'zod';

/** What a generator should know of a text or a number that its schema does not say: by the name of the field. */
export type Hints = Record<string, Arbitrary<unknown>>;

/** Arrays of inputs are short: what is long, deep or huge comes by breaking. */
const maxItems = 4;

/**
 * Values that a zod schema would mostly take, as a client would send them: the input's side of pipes, and defaults left out
 * half of the time. Not every value is valid, since refinements are opaque; a type of schema that is not known throws, so that
 * none is passed over.
 */
export function fromZod(schema: core.$ZodType, hints: Hints, field = ''): Arbitrary<unknown> {
  const inner = (other: core.$ZodType) => fromZod(other, hints, field);
  const hint = hints[field];
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return objectOf(def, hints);
    case 'record':
      return fc.dictionary(fc.string({ maxLength: 8 }), inner(def.valueType), { maxKeys: maxItems });
    case 'array':
      return fc.array(fromZod(def.element, hints, field), { maxLength: maxItems });
    case 'union':
      return fc.oneof(...def.options.map(inner));
    case 'enum':
      return fc.constantFrom<unknown>(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom<unknown>(...def.values);
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'unknown':
      return fc.jsonValue();
    case 'optional':
      return fc.option(inner(def.innerType), { nil: undefined });
    case 'nullable':
      return fc.option(inner(def.innerType), { nil: null });
    case 'default':
      return fc.option(inner(def.innerType), { nil: undefined });
    // what is no JSON: bytes
    case 'custom':
      return fc.uint8Array({ maxLength: 64 });
    case 'pipe':
      return inner(mostTelling(def));
    case 'number':
      return either(hint, numberOf(schema));
    case 'string':
      return either(hint, stringOf(schema));
    default:
      throw new Error(`The fuzz does not know how to make a value of ${def.type} (${field}).`);
  }
}

const either = (hint: Arbitrary<unknown> | undefined, other: Arbitrary<unknown>) =>
  hint === undefined ? other : fc.oneof({ weight: 3, arbitrary: hint }, { weight: 1, arbitrary: other });

/** A text that is trimmed and then has to be an address: the last of the two says what it must look like. */
function mostTelling(def: core.$ZodPipeDef): core.$ZodType {
  return def.out._zod.def.type === 'transform' ? def.in : def.out;
}

function objectOf(def: core.$ZodObjectDef, hints: Hints): Arbitrary<unknown> {
  const fields = Object.entries(def.shape).map(([name, schema]) => [name, fromZod(schema, hints, name)] as const);
  // what is undefined is left out, as JSON does
  return fc.record(Object.fromEntries(fields), { noNullPrototype: true });
}

/** What the checks of a number or a text ask for. */
function boundsOf(schema: core.$ZodType) {
  const bounds = { min: -Infinity, max: Infinity, integer: false, pattern: null as RegExp | null };
  for (const check of schema._zod.def.checks ?? []) {
    const { def } = (check as core.$ZodChecks)._zod;
    switch (def.check) {
      case 'greater_than':
        bounds.min = Math.max(bounds.min, Number(def.value) + (def.inclusive ? 0 : 1));
        break;
      case 'less_than':
        bounds.max = Math.min(bounds.max, Number(def.value) - (def.inclusive ? 0 : 1));
        break;
      case 'number_format':
        bounds.integer = true;
        break;
      case 'min_length':
        bounds.min = def.minimum;
        break;
      case 'max_length':
        bounds.max = def.maximum;
        break;
      case 'string_format':
        bounds.pattern = def.pattern ?? null;
        break;
      default:
    }
  }
  return bounds;
}

function numberOf(schema: core.$ZodType): Arbitrary<number> {
  const bounds = boundsOf(schema);
  const min = Math.max(bounds.min, -1e9);
  const max = Math.min(bounds.max, 1e9);
  // near the ends, and where most real numbers are
  if (bounds.integer)
    return fc.oneof(
      fc.integer({ min, max: Math.min(max, min + 1_000) }),
      fc.integer({ min, max }),
      fc.constantFrom(min, max, Math.min(bounds.max, Number.MAX_SAFE_INTEGER)),
    );
  return fc.double({ min, max, noNaN: true });
}

function stringOf(schema: core.$ZodType): Arbitrary<string> {
  const { format } = schema._zod.def as { format?: string };
  if (format === 'email') return fc.emailAddress({ size: 'small' });
  if (format === 'url') return fc.webUrl({ validSchemes: ['https', 'http'], size: 'small' });
  if (format === 'datetime')
    return fc
      .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString());
  const { min, max, pattern } = boundsOf(schema);
  const minLength = Math.max(min, 0);
  const maxLength = Math.min(max, Math.max(minLength, 40));
  const plain = fc.string({ minLength, maxLength, unit: 'grapheme-ascii' });
  if (pattern === null) return fc.oneof(plain, fc.string({ minLength, maxLength, unit: 'grapheme' }));
  return fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(pattern).map((text) => text.slice(0, maxLength)) },
    { weight: 1, arbitrary: plain },
  );
}
