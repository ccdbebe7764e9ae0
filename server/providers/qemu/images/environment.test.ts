import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawingLimits } from '#shared/topology/limits';
import { environmentVariableSchema } from '#shared/topology/schema';
import { environmentFiles } from './environment';

const run = promisify(execFile);
const { name: nameSchema, value: valueSchema } = environmentVariableSchema.shape;

const names = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).map((name) => `T_${name}`);
const values = fc
  .oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom("'", '"', '$', '`', '\\', ' ', '(', ';', '#', '!', '%', 'é', '{', '~') }),
  )
  .filter((value) => valueSchema.safeParse(value).success);

test('a shell has every value as it was written, and carries none of them out', async () => {
  const environments = fc.uniqueArray(fc.record({ name: names, value: values }), {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: drawingLimits.variablesPerVm,
  });
  await fc.assert(
    fc.asyncProperty(environments, async (environment) => {
      const [file] = environmentFiles({ environment });
      const { stdout } = await run('env', ['-i', 'sh', '-c', `${file?.content ?? ''}env -0`], { encoding: 'utf8' });
      const found = stdout.split('\0').filter((line) => line.startsWith('T_'));
      expect(found.toSorted()).toEqual(environment.map(({ name, value }) => `${name}=${value}`).toSorted());
    }),
    { numRuns: 25 },
  );
});

test('what no shell could take is refused', () => {
  for (const value of ['two\nlines', 'a\rb', 'tab\there', 'nul\0', '\ud800', 'x'.repeat(513)])
    expect(valueSchema.safeParse(value).success, JSON.stringify(value)).toBe(false);
  for (const value of ['', ' a b ', '$HOME `id` "x"', "it's", 'é {{ vm.name }}'])
    expect(valueSchema.safeParse(value).success, value).toBe(true);
  for (const name of ['', '1A', 'A-B', 'A B', 'A=B', 'É', 'A\n', 'x'.repeat(65)])
    expect(nameSchema.safeParse(name).success, name).toBe(false);
  for (const name of ['A', '_', 'http_proxy', 'STAGE2']) expect(nameSchema.safeParse(name).success, name).toBe(true);
});

test('without variables there is no file', () => {
  expect(environmentFiles({ environment: [] })).toEqual([]);
});
