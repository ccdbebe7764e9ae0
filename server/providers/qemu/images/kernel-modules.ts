import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runCommand } from '#server/lib/run-command';

/** `virtio-rng.ko.xz` and `virtio_rng` are the same module. */
export function moduleName(file: string): string {
  return basename(file)
    .replace(/\.ko(\.(xz|zst|gz))?$/, '')
    .replaceAll('-', '_');
}

/** The `depends=` line that a kernel module carries in its `.modinfo` section. */
export function dependenciesOf(module: Buffer): string[] {
  const at = module.indexOf('\0depends=');
  if (at < 0) return [];
  const start = at + '\0depends='.length;
  const list = module.subarray(start, module.indexOf(0, start)).toString();
  return list === '' ? [] : list.split(',').map(moduleName);
}

/**
 * The wanted modules of an unpacked kernel package with all that they need, in an order in which they can be loaded.
 * What is built into the kernel, or unknown to it, is left out; the names that are neither are in `missing`.
 */
export async function collectModules(
  folder: string,
  wanted: readonly string[],
): Promise<{ modules: { name: string; content: Buffer }[]; missing: string[] }> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true }))
    if (/\.ko(\.\w+)?$/.test(entry)) files.set(moduleName(entry), join(folder, entry));
  const builtIn = new Set((await readFile(join(folder, 'modules.builtin'), 'utf8')).split('\n').map(moduleName));
  const modules = new Map<string, Buffer>();
  const missing: string[] = [];
  const visited = new Set<string>();
  const visit = async (name: string): Promise<void> => {
    if (visited.has(name) || builtIn.has(name)) return;
    visited.add(name);
    const file = files.get(name);
    if (file === undefined) {
      missing.push(name);
      return;
    }
    const content = await readModule(file);
    for (const dependency of dependenciesOf(content)) await visit(dependency);
    modules.set(name, content);
  };
  for (const name of wanted) await visit(moduleName(name));
  return { modules: [...modules].map(([name, content]) => ({ name, content })), missing };
}

async function readModule(file: string): Promise<Buffer> {
  if (file.endsWith('.ko')) return readFile(file);
  // newer kernels come with compressed modules, which busybox cannot load
  const tool = file.endsWith('.zst') ? 'unzstd' : file.endsWith('.gz') ? 'gunzip' : 'unxz';
  await runCommand(tool, [file]);
  return readFile(file.replace(/\.\w+$/, ''));
}
