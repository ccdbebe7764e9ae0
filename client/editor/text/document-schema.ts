import type { z } from 'zod';
import { tramaDocumentSchema } from '#shared/topology/formats/trama';

/** A part of our JSON Schema (`docs/trama-document.schema.json`), which is made of the same statement. */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

let made: SchemaNode | null = null;
/** What our own document may hold. */
export function documentSchema(): SchemaNode {
  made ??= tramaDocumentSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' });
  return made;
}

const nodesIn = (...schemas: unknown[]): SchemaNode[] =>
  schemas.filter((schema): schema is SchemaNode => typeof schema === 'object' && schema !== null);

/** What a schema leaves a choice between; itself where there is none. */
function choicesOf(schema: SchemaNode): SchemaNode[] {
  const choices = nodesIn(...(schema.anyOf ?? []), ...(schema.oneOf ?? []));
  return choices.length === 0 ? [schema] : choices.flatMap(choicesOf);
}

/**
 * What may stand at the path: several where the schema leaves a choice. `beside` is what the map at the end of the path, or around it, says
 * already: what it rules out, as a kind does, is left out.
 */
export function schemasAt(path: readonly string[], beside: ReadonlyMap<string, string> = new Map()): SchemaNode[] {
  let schemas = choicesOf(documentSchema());
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1 && key !== '*') schemas = fitting(schemas, beside);
    schemas = schemas
      .flatMap((schema) =>
        key === '*'
          ? nodesIn(...(Array.isArray(schema.items) ? schema.items : [schema.items]))
          : nodesIn(
              schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : null,
            ),
      )
      .flatMap(choicesOf);
  }
  return fitting(schemas, beside);
}

/** Those that what is said already does not rule out; all, where it rules out all. */
function fitting(schemas: SchemaNode[], beside: ReadonlyMap<string, string>): SchemaNode[] {
  const left = schemas.filter(({ properties = {} }) =>
    Object.entries(properties).every(([key, property]) => {
      const said = beside.get(key);
      if (said === undefined || said === '' || typeof property !== 'object' || property.const === undefined)
        return true;
      return String(property.const) === said;
    }),
  );
  return left.length === 0 ? schemas : left;
}

/** The keys of a map, each with what may stand behind it. */
export function keysOf(schemas: readonly SchemaNode[]): Map<string, SchemaNode[]> {
  const keys = new Map<string, SchemaNode[]>();
  for (const { properties = {} } of schemas)
    for (const [key, property] of Object.entries(properties))
      keys.set(key, [...(keys.get(key) ?? []), ...nodesIn(property).flatMap(choicesOf)]);
  return keys;
}

/** The values that one can choose from, as they are written; none where anything may stand. */
export function valuesOf(schemas: readonly SchemaNode[]): string[] {
  const values = schemas.flatMap((schema): unknown[] =>
    schema.const !== undefined ? [schema.const] : (schema.enum ?? (schema.type === 'boolean' ? [true, false] : [])),
  );
  return [...new Set(values.map(String))];
}
