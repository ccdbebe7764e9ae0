import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { textLoaders } from './lazy-texts';

const client = path.join(import.meta.dirname, '..');
/** What `refusals` says comes with every page. */
const lazy = Object.keys(await textLoaders('en')).filter((name) => name !== 'refusals');

async function source(file: string): Promise<{ file: string; text: string } | null> {
  for (const candidate of [`${file}.tsx`, `${file}.ts`]) {
    const text = await readFile(candidate, 'utf8').catch(() => null);
    if (text !== null) return { file: candidate, text };
  }
  return null;
}

/** The lazy namespaces that a module and all that it imports speak with. */
async function spoken(file: string, seen = new Set<string>(), found = new Set<string>()): Promise<Set<string>> {
  const module = await source(file);
  if (module === null || seen.has(module.file)) return found;
  seen.add(module.file);
  const { text } = module;
  const mentions = text.matchAll(/useTranslation\(([^)]*)\)|TFunction<([^>]*)>|\bt\(['`](\w+):/g);
  for (const [mention] of mentions)
    for (const name of lazy) if (new RegExp(`['\`]${name}['\`:]`).test(mention)) found.add(name);
  // what is opened later may come together with texts of its own
  const opened = /import\('(\.[^']+)'\), loadTexts\(\[([^\]]*)\]\)/g;
  for (const [, target = '', names = ''] of text.matchAll(opened)) {
    const needed = await spoken(path.join(path.dirname(file), target), new Set(seen));
    for (const name of needed) if (!names.includes(`'${name}'`)) found.add(name);
  }
  const typeImport = /import type [^;]+;/g;
  const imports = text
    .replaceAll(opened, '')
    .replaceAll(typeImport, '')
    .matchAll(/(?:from|import\() ?'(\.[^']+)'/g);
  for (const [, target] of imports)
    if (target !== undefined && !target.includes('i18n/'))
      await spoken(path.join(path.dirname(file), target), seen, found);
  return found;
}

const routes = await readFile(path.join(client, 'routes.tsx'), 'utf8');
const pages = Array.from(
  routes.matchAll(/import\('(\.\/[a-z]+\/\w+(?:Page|Layout))'\)((?:,\s*'\w+')*)/g),
  ([, file, names]) => ({
    file: file ?? '',
    names: Array.from((names ?? '').matchAll(/'(\w+)'/g), ([, name]) => name ?? ''),
  }),
);

test('the routes name pages', () => {
  expect(pages.length).toBeGreaterThan(10);
});

test.each(pages)('$file comes with the texts that it speaks with, and no others', async ({ file, names }) => {
  const needed = await spoken(path.join(client, file));
  expect([...needed].sort()).toEqual([...new Set(names)].sort());
});
