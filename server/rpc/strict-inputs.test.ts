import fc from 'fast-check';
import type { core } from 'zod';
import { describe, expect, it } from 'vitest';
import { parameterValuesSchema } from '#shared/topology/parameters/schema';
import { fromZod } from '#server/testing/from-zod';
import { procedures } from '#server/testing/procedures';

/** Mass assignment: what an input does not name, nobody can slip in, at any depth. */
const taking = procedures.flatMap(({ name, kind, input }) => (input === undefined ? [] : [{ name, kind, input }]));

/** Every object's schema in an input, with where it is. */
function objectsIn(schema: core.$ZodType, path: string): { path: string; def: core.$ZodObjectDef }[] {
  const { def } = (schema as core.$ZodTypes)._zod;
  const inner = (other: core.$ZodType, step = '') => objectsIn(other, path + step);
  switch (def.type) {
    case 'object':
      return [{ path, def }, ...Object.entries(def.shape).flatMap(([key, value]) => inner(value, `.${key}`))];
    case 'array':
      return inner(def.element, '[]');
    case 'union':
      return def.options.flatMap((option) => inner(option));
    case 'optional':
    case 'nullable':
    case 'default':
      return inner(def.innerType);
    case 'pipe':
      return [...inner(def.in), ...inner(def.out)];
    case 'record':
      // their names are those of a template's parameters: looked up one by one, and an unknown one is refused by its name
      if (schema === parameterValuesSchema) return [];
      throw new Error(`${path} takes any keys`);
    default:
      return [];
  }
}

describe('an input', () => {
  it.each(taking)('of $name refuses unknown keys at every depth', ({ name, input }) => {
    const open = objectsIn(input, name).filter(({ def }) => def.catchall?._zod.def.type !== 'never');
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  const coveted = [
    'role',
    'roleId',
    'ownerId',
    'userId',
    'id',
    'kind',
    'scopes',
    'status',
    'passwordHash',
    'deletedAt',
  ];
  it.each(taking)('of $name takes none of the columns that it does not name', ({ name, input }) => {
    const [root] = objectsIn(input, name);
    const parse = (value: unknown) =>
      (input as core.$ZodType & { safeParse(v: unknown): { success: boolean } }).safeParse(value);
    const valid = fc.sample(fromZod(input, {}), { numRuns: 1_000, seed: 1 }).find((value) => parse(value).success);
    // something valid is made of every schema: the fuzz stands on that
    expect(valid).toBeDefined();
    for (const key of coveted.filter((one) => !(one in (root?.def.shape ?? {}))))
      expect(parse({ ...(valid as object), [key]: 1 }).success, key).toBe(false);
  });
});
