import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '#shared/sentence';
import type { Progress } from './fetch-image';
import { cannotBuild, unpackPackages } from './packages';
import { collectPrograms, foldersOf } from './programs';
import { routerFiles, routerPrograms } from './router-guest';
import { compress, tinyVersion } from './tiny-build';

const image = 'router';
const packages = ['frr'];

export const routerVersion = createHash('sha256')
  .update(JSON.stringify([tinyVersion, routerFiles, routerPrograms, packages]))
  .digest('hex')
  .slice(0, 12);

/**
 * The tiny guest with FRR: its kernel, and its initramfs with another one behind it, which the kernel unpacks over the first
 * (https://docs.kernel.org/driver-api/early-userspace/buffer-format.html).
 * @param tiny the tiny guest's kernel and initramfs, whole
 */
export async function buildRouterImage(
  folder: string,
  tiny: { kernel: string; initrd: string },
  onProgress: Progress,
): Promise<void> {
  const unpacked = join(folder, 'unpacked');
  await unpackPackages(image, packages, unpacked, onProgress);
  const { entries, missing } = await collectPrograms(unpacked, routerPrograms);
  if (missing.length > 0) throw cannotBuild(say('BUILD_INCOMPLETE', { image, missing: missing.join(', ') }));
  const folders = foldersOf(routerFiles.map(({ path }) => path));
  await writeFile(
    join(folder, 'initrd.gz'),
    Buffer.concat([await readFile(tiny.initrd), compress([...folders, ...entries, ...routerFiles])]),
  );
  await copyFile(tiny.kernel, join(folder, 'vmlinuz'));
}
