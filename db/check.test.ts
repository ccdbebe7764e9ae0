import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDatabaseFiles } from './check';
import { initFolder } from './init-sql';

const root = path.resolve(import.meta.dirname, '..');
let folder = '';

beforeEach(async () => {
  await mkdir(path.join(root, '.trama'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.trama/test-check-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('migrations and db/init of this version are fresh', { timeout: 180_000 }, async () => {
  expect(await checkDatabaseFiles()).toEqual([]);
});

test('a changed schema and a changed db/init are each noticed', { timeout: 180_000 }, async () => {
  const drizzleFolder = path.join(folder, 'drizzle');
  await cp(path.join(root, 'drizzle'), drizzleFolder, { recursive: true });
  const users = path.join(drizzleFolder, 'schema/users.ts');
  const text = await readFile(users, 'utf8');
  const changed = text.replace(`varchar('email', { length: 254 })`, `varchar('email', { length: 250 })`);
  expect(changed).not.toBe(text);
  await writeFile(users, changed);
  const init = path.join(folder, 'init');
  await cp(initFolder, init, { recursive: true });
  await writeFile(path.join(init, '00_schema.sql'), '-- edited by hand\n', { flag: 'a' });
  expect(await checkDatabaseFiles({ schema: `./${path.relative(root, drizzleFolder)}/schema/*.ts`, init })).toEqual([
    'The migrations are stale: the schema says more. Run `npm run db:generate`.',
    'db/init/00_schema.sql is stale. Run `npm run db:generate`.',
  ]);
});
