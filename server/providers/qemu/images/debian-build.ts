import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandError, runCommand } from '#server/lib/run-command';
import { say } from '#shared/sentence';
import { beforeKernel, debianFiles, debianPackages, finish, leftOut, rootLabel, type GuestFile } from './debian-guest';
import type { Progress } from './fetch-image';
import { cannotBuild } from './packages';

const image = 'debian';
const release = 'bookworm';
/** What the guest sees, at least; the file system grows with a VM's disk. */
const diskBytes = 2 * 2 ** 30;
/** Before the file system there is room for the boot loader. */
const partitionAt = 2 ** 20;
const sectorBytes = 512;
const buildMs = 1_800_000;
const lookMs = 500;

export const debianVersion = createHash('sha256')
  .update(JSON.stringify([release, debianPackages, leftOut, beforeKernel, debianFiles, finish, diskBytes]))
  .digest('hex')
  .slice(0, 12);

/** Programs that it takes besides apt, and Debian's packages that bring them. */
export const debianTools = {
  programs: isRoot() ? ['mmdebstrap', 'mke2fs', 'qemu-img'] : ['mmdebstrap', 'mke2fs', 'qemu-img', 'fakeroot'],
  packages: isRoot() ? 'mmdebstrap e2fsprogs qemu-utils' : 'mmdebstrap e2fsprogs qemu-utils fakeroot fakechroot',
};

/**
 * Builds `disk.qcow2` into `folder`: Debian 12, installed of its packages by mmdebstrap, in a file system on a disk that boots by
 * the firmware's way, so that a disk made of it and saved as an image boots as well. Nothing is mounted; a user who is not root
 * needs user namespaces or fakechroot (mmdebstrap(1), "MODES").
 */
export async function buildDebianImage(folder: string, onProgress: Progress): Promise<void> {
  const unpacked = join(folder, 'unpacked');
  const root = join(unpacked, 'root');
  const raw = join(unpacked, 'disk.raw');
  try {
    await mkdir(unpacked);
    const asRoot = await install(unpacked, root, onProgress);
    await truncateNew(raw, diskBytes);
    const place = `offset=${partitionAt},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0`;
    const blocks = String((diskBytes - partitionAt) / 4096);
    await asRoot('mke2fs', [
      '-q',
      '-F',
      '-t',
      'ext4',
      '-b',
      '4096',
      '-L',
      rootLabel,
      '-E',
      place,
      '-d',
      root,
      raw,
      blocks,
    ]);
    await writeBootSector(raw, root);
    const format = ['-f', 'raw', '-O', 'qcow2', '-c', '-o', 'compression_type=zstd'];
    await runCommand('qemu-img', ['convert', ...format, raw, join(folder, 'disk.qcow2')], { timeoutMs: buildMs });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const line =
      error.stderr
        .match(/^E: .*/gm)
        ?.at(-1)
        ?.slice(3) ??
      error.stderr.trim().split('\n').at(-1) ??
      '';
    throw cannotBuild(say('BUILD_FAILED', { image, program: error.program, line: line.slice(0, 300) }), error);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** Runs a program as somebody to whom the files in the guest's root belong as they do in the guest. */
type AsRoot = (program: string, args: readonly string[]) => Promise<unknown>;

/** Installs the guest into `root`. */
async function install(unpacked: string, root: string, onProgress: Progress): Promise<AsRoot> {
  const early = await asArchive(join(unpacked, 'early'), beforeKernel);
  const late = await asArchive(join(unpacked, 'late'), debianFiles);
  const options = [
    ...['--variant=minbase', `--include=${debianPackages.join(',')}`],
    ...leftOut.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    // a build that was cut short is made anew: nothing need be on the disk before its end
    ...['--dpkgopt=force-unsafe-io', '--aptopt=Acquire::Languages "none"', '--aptopt=Acquire::Retries "3"'],
    ...[`--essential-hook=tar-in ${early} /`, `--customize-hook=tar-in ${late} /`, `--customize-hook=${finish}`],
  ];
  if (isRoot()) {
    await mkdir(root);
    const args = ['--mode=root', '--format=directory', ...options, release, root];
    const build = (await mayBeApart())
      ? runCommand('unshare', [...apart, 'mmdebstrap', ...args], { timeoutMs: buildMs })
      : runCommand('mmdebstrap', args, { timeoutMs: buildMs });
    await watched(build, join(root, 'var/cache/apt/archives'), onProgress);
    return (name, args) => runCommand(name, args, { timeoutMs: buildMs });
  }
  const archive = join(unpacked, 'root.tar');
  onProgress(0, null);
  await runCommand('mmdebstrap', [...options, release, archive], { timeoutMs: buildMs });
  onProgress(1, 1);
  const owners = join(unpacked, 'owners');
  await mkdir(root);
  const unpack = ['tar', '-xpf', archive, '-C', root, '--exclude=./dev/*', '--numeric-owner'];
  await runCommand('fakeroot', ['-s', owners, ...unpack], { timeoutMs: buildMs });
  return (name, args) => runCommand('fakeroot', ['-i', owners, name, ...args], { timeoutMs: buildMs });
}

/** What is mounted for the guest's scripts is seen by nobody else, and goes, as they do, with the program. */
const apart = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;

/** Whether it may have that; in some containers it may not, nor mount anything. */
function mayBeApart(): Promise<boolean> {
  return runCommand('unshare', [...apart, 'true']).then(
    () => true,
    () => false,
  );
}

/** Says how much has come while apt fetches, and that the rest is being built while it does not. */
async function watched(build: Promise<unknown>, archives: string, onProgress: Progress): Promise<void> {
  let looking = Promise.resolve();
  const look = async () => {
    const [begun, whole] = await Promise.all([bytesIn(join(archives, 'partial')), bytesIn(archives)]);
    onProgress(begun + whole, begun > 0 || whole === 0 ? null : whole);
  };
  const timer = setInterval(() => {
    looking = look();
  }, lookMs);
  try {
    await build;
  } finally {
    clearInterval(timer);
    await looking;
  }
  onProgress(1, 1);
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (status) => (status.isFile() ? status.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

/** The files in an archive, as root's. */
async function asArchive(folder: string, files: readonly GuestFile[]): Promise<string> {
  for (const { path, mode, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
    await chmod(join(folder, path), mode);
  }
  const archive = `${folder}.tar`;
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX,go-w'];
  await runCommand('tar', ['-cf', archive, ...owner, '-C', folder, ...files.map(({ path }) => path)]);
  return archive;
}

async function truncateNew(path: string, bytes: number): Promise<void> {
  await writeFile(path, '', { flag: 'wx' });
  await truncate(path, bytes);
}

/**
 * Puts GRUB before the file system, as grub-bios-setup would: `boot.img` reads the sector behind it, where `core.img` begins
 * (https://www.gnu.org/software/grub/manual/grub/html_node/Images.html), and a table with the one partition.
 */
async function writeBootSector(raw: string, root: string): Promise<void> {
  const [boot, core] = await Promise.all([
    readFile(join(root, 'usr/lib/grub/i386-pc/boot.img')),
    readFile(join(root, 'boot/grub/core.img')),
  ]);
  if (core.length > partitionAt - sectorBytes)
    throw cannotBuild(say('BUILD_INCOMPLETE', { image, missing: 'core.img' }));
  const sector = Buffer.alloc(sectorBytes);
  boot.copy(sector, 0, 0, tableAt);
  // active, of Linux, by sectors only
  sector.set([0x80, 0xfe, 0xff, 0xff, 0x83, 0xfe, 0xff, 0xff], tableAt);
  sector.writeUInt32LE(partitionAt / sectorBytes, tableAt + 8);
  sector.writeUInt32LE((diskBytes - partitionAt) / sectorBytes, tableAt + 12);
  sector.set([0x55, 0xaa], sectorBytes - 2);
  const disk = await open(raw, 'r+');
  try {
    await disk.write(sector, 0, sector.length, 0);
    await disk.write(core, 0, core.length, sectorBytes);
  } finally {
    await disk.close();
  }
}

const tableAt = 446;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
