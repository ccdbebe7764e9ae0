import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '#server/lib/digest-of';
import { ProviderError } from '#server/lib/provider-error';
import { CommandError, runCommand } from '#server/lib/run-command';
import { say, type Said } from '#shared/sentence';
import type { Progress } from './fetch-image';

/** A package as apt would fetch it. */
interface Package {
  file: string;
  bytes: number;
  /** By `algorithm`, of the signed lists. */
  digest: string;
  algorithm: string;
}

const lookMs = 500;

/**
 * Fetches packages of this machine's distribution, with the libraries that they need and, for a name that only stands for the newest kernel,
 * that kernel; compares each with the checksum of the lists, which are signed; and unpacks them all into `folder`. Needs apt's package
 * lists and the network, not root; no script of a package runs.
 */
export async function unpackPackages(
  image: string,
  names: readonly string[],
  folder: string,
  onProgress: Progress,
): Promise<void> {
  const work = `${folder}.packages`;
  await mkdir(work, { recursive: true });
  try {
    const packages = await askTwice(image, async () => {
      const found = await packagesOf(image, names);
      await download(image, found, work, onProgress);
      return found;
    });
    for (const entry of packages) await runCommand('dpkg-deb', ['-x', join(work, entry.file), folder]);
  } catch (error) {
    throw error instanceof ProviderError || !(error instanceof CommandError)
      ? error
      : cannotBuild(error.missing ? say('BUILD_NO_TOOLS', { image }) : say('BUILD_NO_DOWNLOAD', { image }), error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Why an image cannot be built, now: the network, the package lists and the disk's room come back. */
export function cannotBuild(why: Said, cause: unknown = null): ProviderError {
  return new ProviderError('UNAVAILABLE', why, true, cause);
}

/** The lists may name versions that are gone, or not be there, as in containers; only root may fetch new ones. */
async function askTwice<Result>(image: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (process.getuid?.() !== 0 || (error instanceof CommandError && error.missing)) throw error;
    const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
    await runCommand('apt-get', ['update', '-qq', ...patience], { timeoutMs: 300_000 }).catch((cause: unknown) => {
      throw cannotBuild(say('BUILD_NO_DOWNLOAD', { image }), cause);
    });
    return act();
  }
}

async function packagesOf(image: string, names: readonly string[]): Promise<Package[]> {
  const { stdout: graph } = await runCommand('apt-cache', ['depends', '--recurse', '--important', ...names]);
  const wanted = withLibraries(graph, names);
  for (const name of names)
    if (!wanted.includes(name)) throw cannotBuild(say('BUILD_NO_PACKAGE', { image, package: name }));
  const { stdout: uris } = await runCommand('apt-get', ['download', '--print-uris', '-qq', ...wanted]);
  return packagesIn(uris);
}

/**
 * The names with the libraries that they need, and theirs, out of what `apt-cache depends` prints of everything they need: without the tools
 * that serve a package's own scripts, which nobody runs here. A name that is not known is not in it.
 */
export function withLibraries(graph: string, names: readonly string[]): string[] {
  const needs = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of graph.split('\n')) {
    const [, name] = /^([a-z0-9][a-z0-9+.-]*)$/.exec(line) ?? [];
    const [, needed] = /^ [ |](?:Pre)?Depends: ([a-z0-9][a-z0-9+.-]*)$/.exec(line) ?? [];
    if (name !== undefined) needs.set(name, (current = needs.get(name) ?? []));
    else if (needed !== undefined) current.push(needed);
  }
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || !needs.has(name)) return;
    found.add(name);
    for (const needed of needs.get(name) ?? [])
      if (/^(lib(?!perl|python)|zlib)/.test(needed) || /^linux-image-\d/.test(needed)) visit(needed);
  };
  for (const name of names) visit(name);
  return [...found];
}

/** What `apt-get download --print-uris` says of packages: `'URI' FILE BYTES ALGORITHM:DIGEST`. */
export function packagesIn(uris: string): Package[] {
  return uris.split('\n').flatMap((line) => {
    const [, file, bytes, algorithm, digest] = /^'[^']*' ([^\s/]+) (\d+) (\w+):([0-9a-f]+)$/.exec(line) ?? [];
    if (file === undefined || algorithm === undefined || digest === undefined) return [];
    return [{ file, bytes: Number(bytes), algorithm: algorithm.toLowerCase().replace(/sum$/, ''), digest }];
  });
}

async function download(image: string, packages: readonly Package[], folder: string, onProgress: Progress) {
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  const timer = setInterval(() => {
    void bytesIn(folder).then((done) => onProgress(Math.min(done, total), total));
  }, lookMs);
  try {
    // by their versions: what the lists say of them is what was asked before
    const names = packages.map(({ file }) => versionOf(file));
    await runCommand('apt-get', ['download', '-qq', '-o', 'Acquire::Retries=3', ...names], {
      cwd: folder,
      timeoutMs: 900_000,
    });
  } finally {
    clearInterval(timer);
  }
  for (const entry of packages)
    if ((await digestOf(join(folder, entry.file), { algorithm: entry.algorithm })) !== entry.digest)
      throw cannotBuild(say('BUILD_PACKAGE_DAMAGED', { image, package: entry.file }));
  onProgress(total, total);
}

/** `name=version` of a package's file, `name_version_architecture.deb`, in which `%3a` stands for a colon. */
function versionOf(file: string): string {
  const [name = '', version = ''] = file.split('_');
  return `${name}=${decodeURIComponent(version)}`;
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => []))
    bytes += await stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}
