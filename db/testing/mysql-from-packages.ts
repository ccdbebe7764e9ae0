import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findServer, probeServer, type ServerBinary } from '../server-binary';

const run = promisify(execFile);
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
// dependencies of the maintainer scripts, not of the server
const notNeeded = /^(perl|libperl|libdb5|libgdbm|libc-gconv|gcc-|openssl-provider|debconf|adduser|passwd)/;

/** Pauses before the second and the third try of a download. */
const pausesMs = [5_000, 20_000];

export type BroughtServer = { binary: ServerBinary } | { reason: string };

/**
 * A real MySQL server: an installed one, else one unpacked into `cacheDir`, else Debian's package from the archive that this
 * machine already uses, unpacked beside the system with libraries of its own; nothing is installed. `reason` says why none
 * can be had.
 */
export async function bringMysql(cacheDir: string): Promise<BroughtServer> {
  const installed = await findServer(['mysql']);
  if (installed !== null) return { binary: installed };
  const kept = await unpackedServer(cacheDir);
  if (kept !== null) return { binary: kept };
  if (!(await exists(keyring)))
    return { reason: 'no MySQL is installed, and this machine does not use Debian’s archive.' };
  const parent = path.dirname(cacheDir);
  await mkdir(parent, { recursive: true });
  const building = await mkdtemp(path.join(parent, '.mysql-'));
  try {
    const site = await archiveSite();
    if (site === null) return { reason: 'no MySQL is installed, and this machine has no package archive configured.' };
    await unpack(await download(site, building), path.join(building, 'root'));
    // another run may have put one there meanwhile
    await rename(path.join(building, 'root'), cacheDir).catch(() => undefined);
    const binary = await unpackedServer(cacheDir);
    return binary === null ? { reason: 'the unpacked MySQL does not run on this machine.' } : { binary };
  } catch (error) {
    return { reason: `MySQL could not be fetched: ${lastLine(error)}` };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function unpackedServer(root: string): Promise<ServerBinary | null> {
  const libraries = path.join(root, 'usr/lib');
  const architectures = await readdir(libraries).catch(() => []);
  for (const architecture of architectures.filter((name) => name.includes('-linux-'))) {
    const folder = path.join(libraries, architecture);
    const loader = (await readdir(folder)).find((name) => /^ld-.*\.so\.\d+$/.test(name));
    if (loader === undefined) continue;
    // the loader is named itself: the program's own would be the system's, with the system's C library
    return probeServer(
      [
        path.join(folder, loader),
        '--library-path',
        `${folder}:${path.join(libraries, 'mysql/private')}`,
        path.join(root, 'usr/sbin/mysqld'),
      ],
      [
        `--basedir=${path.join(root, 'usr')}`,
        `--lc-messages-dir=${path.join(root, 'usr/share/mysql')}`,
        `--plugin-dir=${path.join(libraries, 'mysql/plugin')}`,
        `--character-sets-dir=${path.join(root, 'usr/share/mysql/charsets')}`,
      ],
    );
  }
  return null;
}

/** The archive that most of this machine's package lists come from. */
async function archiveSite(): Promise<string | null> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE)'], { maxBuffer: 8 << 20 });
  const counts = new Map<string, number>();
  for (const site of stdout.split('\n')) {
    if (site !== '' && !site.includes('security')) counts.set(site, (counts.get(site) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** Downloads the server's package and all that it needs; answers the files. */
async function download(site: string, folder: string): Promise<string[]> {
  const apt = path.join(folder, 'apt');
  await mkdir(path.join(apt, 'lists/partial'), { recursive: true });
  await mkdir(path.join(apt, 'cache/archives/partial'), { recursive: true });
  // an empty status file: nothing counts as installed, so the libraries come too
  await writeFile(path.join(apt, 'status'), '');
  await writeFile(path.join(apt, 'sources.list'), `deb [signed-by=${keyring}] ${site} sid main\n`);
  const options = [
    `Dir::Etc::SourceList=${apt}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${apt}/lists`,
    `Dir::Cache=${apt}/cache`,
    `Dir::State::status=${apt}/status`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Debug::NoLocking=1',
    'Acquire::Retries=3',
    'APT::Update::Error-Mode=any',
  ].flatMap((option) => ['-o', option]);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const apply = (...args: string[]) =>
    run('apt-get', [...options, '-qq', ...args], { env: environment, timeout: 300_000, maxBuffer: 8 << 20 });
  // lists and packages together: an archive that was renewed in between has other packages than its lists said
  for (let attempt = 0; ; attempt++) {
    try {
      await apply('update');
      await apply('-y', '--no-install-recommends', '--download-only', 'install', 'mysql-server-core');
      break;
    } catch (error) {
      const wait = pausesMs[attempt];
      if (wait === undefined) throw error;
      process.stdout.write(`MySQL could not be fetched (${lastLine(error)}); trying again in ${wait / 1000} s.\n`);
      await sleep(wait);
    }
  }
  const archives = path.join(apt, 'cache/archives');
  const names = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !notNeeded.test(name));
  return names.map((name) => path.join(archives, name));
}

async function unpack(packages: readonly string[], root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const file of packages) await run('dpkg-deb', ['-x', file, root]);
  await rm(path.join(root, 'usr/share/doc'), { recursive: true, force: true });
}

function lastLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return text.trim().split('\n').at(-1) ?? 'unknown reason';
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
