import { z } from 'zod';

/** A JSON schema as `z.toJSONSchema` writes it, as far as it is read here. */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  default?: unknown;
  not?: JsonSchema;
}

export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _version, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return json as JsonSchema;
}

/** What stands for one schema wherever it is used: equal texts are equal schemas, apart from descriptions and defaults. */
export function keyOf(schema: JsonSchema): string {
  const irrelevant = (name: string, value: unknown) =>
    name === 'description' || (name === 'additionalProperties' && value === false);
  return JSON.stringify(schema, (name, value: unknown) => (irrelevant(name, value) ? undefined : value));
}

/** The name of a schema that has one of its own, or null. */
export type NameOf = (schema: JsonSchema) => string | null;

/** The schema as a type in the manner of TypeScript, with the limits that TypeScript has no words for. */
export function typeText(schema: JsonSchema, nameOf: NameOf, indent = ''): string {
  const { default: standard, ...plain } = schema;
  const name = nameOf(plain);
  const text = name ?? bareText(plain, nameOf, indent);
  return standard === undefined ? text : `${text} = ${JSON.stringify(standard)}`;
}

function bareText(schema: JsonSchema, nameOf: NameOf, indent: string): string {
  if (schema.format === 'octets') return 'octets';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const texts = choices.map((choice) => typeText(choice, nameOf, indent));
    return [...new Set(texts)].join(' | ');
  }
  if (schema.allOf !== undefined) return schema.allOf.map((part) => typeText(part, nameOf, indent)).join(' & ');
  if (schema.type === 'string') return stringText(schema);
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type === 'integer' ? 'int' : 'number'}${range(schema.minimum ?? above(schema.exclusiveMinimum), schema.maximum)}`;
  if (schema.type === 'array') return arrayText(schema, nameOf, indent);
  if (schema.type === 'object') return objectText(schema, nameOf, indent);
  if (schema.not !== undefined) return 'never';
  if (Array.isArray(schema.type))
    return schema.type.map((type) => bareText({ ...schema, type }, nameOf, indent)).join(' | ');
  return schema.type ?? 'unknown';
}

const above = (bound: number | undefined) => (bound === undefined ? undefined : bound + 1);
const isBound = (value: number | undefined): value is number =>
  value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;

function range(min: number | undefined, max: number | undefined): string {
  if (isBound(min) && isBound(max)) return min === max ? `(${min})` : `(${min}…${max})`;
  if (isBound(min)) return `(≥${min})`;
  return isBound(max) ? `(≤${max})` : '';
}

function stringText({ format, pattern, minLength, maxLength }: JsonSchema): string {
  if (format !== undefined) return format === 'date-time' ? 'timestamp' : format;
  return `string${range(minLength, maxLength)}${pattern === undefined ? '' : ` /${pattern}/`}`;
}

function arrayText({ items, prefixItems, minItems, maxItems }: JsonSchema, nameOf: NameOf, indent: string): string {
  if (prefixItems !== undefined) return `[${prefixItems.map((item) => typeText(item, nameOf, indent)).join(', ')}]`;
  const item = items === undefined ? 'unknown' : typeText(items, nameOf, indent);
  return `${/[ |&]/.test(item) && !/^\{[^]*\}$/.test(item) ? `(${item})` : item}[]${range(minItems, maxItems)}`;
}

function objectText(schema: JsonSchema, nameOf: NameOf, indent: string): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties);
  if (fields.length === 0)
    return typeof additionalProperties === 'object'
      ? `Record<string, ${typeText(additionalProperties, nameOf, indent)}>`
      : '{}';
  const texts = fields.map(
    ([name, value]) => `${name}${required.includes(name) ? '' : '?'}: ${typeText(value, nameOf, `${indent}  `)}`,
  );
  const line = `{ ${texts.join('; ')} }`;
  if (!line.includes('\n') && indent.length + line.length <= 100) return line;
  return `{\n${texts.map((text) => `${indent}  ${text};\n`).join('')}${indent}}`;
}
