import { createHash } from 'node:crypto';
import { copyFile, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { say } from '#shared/sentence';
import { cpioArchive, type CpioEntry } from './cpio';
import type { Progress } from './fetch-image';
import { collectModules } from './kernel-modules';
import { cannotBuild, unpackPackages } from './packages';
import { collectPrograms, foldersOf } from './programs';
import { indispensableModules, tinyFiles, tinyModules, tinyTools, toolFolder, toolsArchive } from './tiny-guest';

const packages = ['linux-image-cloud-amd64', 'busybox-static', ...tinyTools];

/** Changes with everything that the product puts into the guest, so that a new version is built anew. */
export const tinyVersion = createHash('sha256')
  .update(JSON.stringify([tinyFiles, tinyModules, packages]))
  .digest('hex')
  .slice(0, 12);

const image = 'tiny';

/**
 * Builds `vmlinuz` and `initrd.gz` into `folder` from the distribution's packages: its kernel for virtual machines, its static
 * busybox and, in an archive that the guest unpacks when one of them is first called, larger tools with their libraries.
 */
export async function buildTinyImage(folder: string, onProgress: Progress): Promise<void> {
  const unpacked = join(folder, 'unpacked');
  await unpackPackages(image, packages, unpacked, onProgress);
  // where /lib is a link to /usr/lib, packages may still have either
  const inPackages = async (path: string) => {
    for (const place of [join(unpacked, path), join(unpacked, 'usr', path)])
      if ((await stat(place).catch(() => null)) !== null) return place;
    throw cannotBuild(say('BUILD_INCOMPLETE', { image, missing: path }));
  };
  const modulesFolder = await inPackages('lib/modules');
  const [version = ''] = await readdir(modulesFolder);
  const { modules, missing } = await collectModules(join(modulesFolder, version), tinyModules);
  const lacking = missing.filter((name) => indispensableModules.includes(name));
  if (lacking.length > 0) throw cannotBuild(say('BUILD_INCOMPLETE', { image, missing: lacking.join(', ') }));
  const busybox = await readFile(await inPackages('bin/busybox'));
  const tools = await collectPrograms(
    unpacked,
    tinyTools.map((name) => ({ path: `usr/bin/${name}`, to: `${toolFolder}/${name}` })),
  );
  if (tools.missing.length > 0)
    throw cannotBuild(say('BUILD_INCOMPLETE', { image, missing: tools.missing.join(', ') }));

  const entries: CpioEntry[] = [
    ...tinyFiles,
    { path: 'bin/busybox', kind: 'file', mode: 0o755, content: busybox },
    { path: 'lib/modules/order', kind: 'file', mode: 0o644, content: modules.map(({ name }) => `${name}\n`).join('') },
    ...modules.map(({ name, content }) => ({
      path: `lib/modules/${name}.ko`,
      kind: 'file' as const,
      mode: 0o644,
      content,
    })),
    { path: toolsArchive, kind: 'file', mode: 0o644, content: compress(tools.entries) },
  ];
  const missingFolders = foldersOf(entries.map(({ path }) => path)).filter(
    ({ path }) => !tinyFiles.some((file) => file.path === path),
  );
  await writeFile(join(folder, 'initrd.gz'), compress([...missingFolders, ...entries]));
  await copyFile(join(unpacked, 'boot', `vmlinuz-${version}`), join(folder, 'vmlinuz'));
}

/** As the kernel unpacks it, and the guest's own cpio. */
export function compress(entries: readonly CpioEntry[]): Buffer {
  return gzipSync(cpioArchive(entries), { level: 9 });
}
