import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { CpioEntry } from './cpio';
import { elfNeeds } from './elf';

/** Programs out of unpacked packages, with the libraries and the loader that they need, each at the path that its package gives it. */
export interface Programs {
  entries: CpioEntry[];
  /** Programs and libraries that the packages do not hold. */
  missing: string[];
}

/** @param programs paths inside of `root`; `to` places one elsewhere */
export async function collectPrograms(
  root: string,
  programs: readonly { path: string; to?: string }[],
): Promise<Programs> {
  const libraries = new Map<string, string>();
  for (const path of await readdir(root, { recursive: true }))
    if (/\.so(\.|$)/.test(path)) libraries.set(basename(path), path);
  const files = new Map<string, Buffer>();
  const missing: string[] = [];
  const add = async (path: string, to: string): Promise<void> => {
    if (files.has(to)) return;
    const isFile = await stat(join(root, path)).then((status) => status.isFile(), isAway);
    if (!isFile) {
      missing.push(path);
      return;
    }
    const content = await readFile(join(root, path));
    files.set(to, content);
    const needs = elfNeeds(content);
    for (const name of needs?.libraries ?? []) {
      const library = libraries.get(name);
      if (library === undefined) missing.push(name);
      // the loader lies where programs say that it does
      else if (!name.startsWith('ld-')) await add(library, library);
    }
    if (needs?.loader) {
      const loader = libraries.get(basename(needs.loader));
      if (loader === undefined) missing.push(needs.loader);
      else await add(loader, relative('/', needs.loader));
    }
  };
  for (const { path, to = path } of programs) await add(path, to);
  const entries = [...files].map(([path, content]): CpioEntry => ({ path, kind: 'file', mode: 0o755, content }));
  return { entries: [...foldersOf([...files.keys()]), ...entries], missing: [...new Set(missing)] };
}

const isAway = () => false;

/** The folders above the paths, each before what is in it. */
export function foldersOf(paths: readonly string[]): CpioEntry[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  return [...folders].toSorted().map((path) => ({ path, kind: 'folder', mode: 0o755 }));
}
