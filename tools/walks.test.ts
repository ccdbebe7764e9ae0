import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** The walks of ARCHITECTURE.md: a file that was renamed, merged or is no longer called made them untrue without a word. */
const text = await readFile('ARCHITECTURE.md', 'utf8');
const walks = [...text.matchAll(/^\*\*(.+)\*\* \((\d+) files\)\n\n((?:\|.*\n)+)/gm)].map(
  ([, title = '', count, table = '']) => ({
    title,
    count: Number(count),
    steps: stepsOf(table),
  }),
);

interface Step {
  path: string;
  /** A file before it calls it. */
  called: boolean;
}

function stepsOf(table: string): Step[] {
  const steps: Step[] = [];
  let folder = '';
  for (const row of table.split('\n').slice(2))
    for (const [, arrow, name = ''] of (row.split('|')[2] ?? '').matchAll(/(→|⇢)?\s*`([^`]+)`/g)) {
      const path = /^(client|server|shared)\//.test(name) ? name : join(folder, name);
      folder = dirname(path);
      steps.push({ path, called: arrow === '→' });
    }
  return steps;
}

/** What the file imports to call it, not only its types. */
async function importsOf(path: string): Promise<string[]> {
  const source = await readFile(path, 'utf8');
  return [...source.matchAll(/^import (?!type )[^;]*? from '([.#][^']+)'/gm)].map(([, from = '']) =>
    from.startsWith('#') ? from.slice(1) : normalize(join(dirname(path), from)),
  );
}

test('there are both walks', () => {
  expect(walks.map(({ title }) => title)).toEqual([
    "An edge, from the canvas to QEMU's command line",
    'Deploy, from the button to the badge',
  ]);
});

test.each(walks)(
  '$title: the files are there, as many as are said, and each is called by one before it',
  async (walk) => {
    const paths = walk.steps.map(({ path }) => path);
    expect(new Set(paths).size).toBe(walk.count);
    expect(paths.length).toBe(walk.count);
    const imported = new Set<string>();
    const uncalled: string[] = [];
    for (const { path, called } of walk.steps) {
      if (called && !imported.has(path.replace(/\.tsx?$/, ''))) uncalled.push(path);
      for (const name of await importsOf(path)) imported.add(name);
    }
    expect(uncalled).toEqual([]);
  },
);
