import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CommandError, runCommand } from '#server/lib/run-command';
import { ProviderError } from '#server/lib/provider-error';
import { say, type Said } from '#shared/sentence';
import { cpioArchive, type CpioEntry } from './cpio';
import { collectModules } from './kernel-modules';
import { indispensableModules, tinyFiles, tinyModules } from './tiny-guest';

/** Changes with everything that the product puts into the guest, so that a new version is built anew. */
export const tinyVersion = createHash('sha256')
  .update(JSON.stringify([tinyFiles, tinyModules]))
  .digest('hex')
  .slice(0, 12);

const kernelMetaPackage = { x64: 'linux-image-cloud-amd64', arm64: 'linux-image-cloud-arm64' } as const;

/**
 * Builds `vmlinuz` and `initrd.gz` into `folder` from Debian's packages: its kernel for virtual machines and its static
 * busybox. Needs apt's package lists and the network, not root.
 */
export async function buildTinyImage(folder: string): Promise<void> {
  const work = join(folder, 'packages');
  await mkdir(work, { recursive: true });
  try {
    await downloadPackages(work).catch(async (error: unknown) => {
      // the lists may name versions that are gone; only root may fetch new ones
      if (error instanceof ProviderError || process.getuid?.() !== 0) throw error;
      await updatePackageLists();
      await downloadPackages(work);
    });
  } catch (error) {
    throw error instanceof ProviderError ? error : cannotBuild(say('TINY_NO_DOWNLOAD'), error);
  }
  const unpacked = join(folder, 'unpacked');
  for (const file of await readdir(work)) {
    if (file.endsWith('.deb')) await runCommand('dpkg-deb', ['-x', join(work, file), unpacked]);
  }
  const [version] = await readdir(join(unpacked, 'lib/modules')).catch(() =>
    readdir(join(unpacked, 'usr/lib/modules')),
  );
  if (version === undefined) throw cannotBuild(say('TINY_PACKAGE_EMPTY'), null);
  const moduleRoot = await firstExisting([
    join(unpacked, 'lib/modules', version),
    join(unpacked, 'usr/lib/modules', version),
  ]);
  const { modules, missing } = await collectModules(moduleRoot, tinyModules);
  const lacking = missing.filter((name) => indispensableModules.includes(name));
  if (lacking.length > 0) throw cannotBuild(say('TINY_MODULES_LACKING', { modules: lacking.join(', ') }), null);

  const busybox = await readFile(
    await firstExisting([join(unpacked, 'bin/busybox'), join(unpacked, 'usr/bin/busybox')]),
  );
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
  ];
  await writeFile(join(folder, 'initrd.gz'), gzipSync(cpioArchive(entries), { level: 9 }));
  await copyFile(join(unpacked, 'boot', `vmlinuz-${version}`), join(folder, 'vmlinuz'));
}

/** The kernel's and busybox's packages, as files in `folder`. */
async function downloadPackages(folder: string): Promise<void> {
  const packages = [await resolveKernelPackage(), 'busybox-static'];
  await runCommand('apt-get', ['download', '-qq', ...retries, ...packages], { cwd: folder, timeoutMs: 600_000 });
}

const retries = ['-o', 'Acquire::Retries=3'];
const updatePackageLists = () => runCommand('apt-get', ['update', '-qq', ...retries], { timeoutMs: 300_000 });

/** The package behind Debian's “newest kernel for virtual machines”. */
async function resolveKernelPackage(): Promise<string> {
  const arch = process.arch;
  if (arch !== 'x64') throw cannotBuild(say('TINY_PROCESSOR', { processor: arch }), null);
  const ask = () => runCommand('apt-cache', ['depends', '--important', kernelMetaPackage[arch]]);
  const find = (listing: string) => /Depends: (linux-image-\S+)/.exec(listing)?.[1];
  try {
    const found = await ask().then(({ stdout }) => find(stdout), rethrowMissing);
    if (found !== undefined) return found;
    // an image of Debian without package lists, as containers are; only root may fetch them
    if (process.getuid?.() === 0) {
      await updatePackageLists();
      const foundNow = find((await ask()).stdout);
      if (foundNow !== undefined) return foundNow;
    }
  } catch (error) {
    throw cannotBuild(say('TINY_NO_TOOLS'), error);
  }
  throw cannotBuild(say('TINY_NO_KERNEL'), null);
}

function rethrowMissing(error: unknown): undefined {
  if (error instanceof CommandError && !error.missing) return undefined;
  throw error;
}

async function firstExisting(paths: string[]): Promise<string> {
  for (const path of paths) {
    const found = await readdir(path).then(
      () => true,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOTDIR',
    );
    if (found) return path;
  }
  throw cannotBuild(say('TINY_PACKAGE_INCOMPLETE'), null);
}

function cannotBuild(why: Said, cause: unknown): ProviderError {
  return new ProviderError('UNAVAILABLE', why, true, cause);
}
