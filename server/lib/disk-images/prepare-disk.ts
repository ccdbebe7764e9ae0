import { chown, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from '../run-command';
import { digestOf } from '../digest-of';
import type { RunAs } from '../unprivileged-user';
import { runBounded, type BoundedProcess, type ProcessBounds } from './bounded-process';
import { DiskFaultError } from './fault';
import { packingOf, recogniseDisk, type DiskFormat } from './format';
import { percentsIn } from './percents';
import { unpack } from './unpack';

export interface PrepareDiskOptions {
  /** Holds the file, and gets what is made of it. Only this work uses it. */
  folder: string;
  /** Name of the file in it. */
  file: string;
  /** Of the disk as a guest sees it. */
  maxDiskBytes: number;
  /** Of what is stored of it. */
  maxStoredBytes: number;
  bounds: Pick<ProcessBounds, 'seconds' | 'memoryMb'>;
  /** Whom programs run as; null: the server's own user. The folder and its files become theirs. */
  runAs: RunAs | null;
  signal?: AbortSignal | undefined;
  /** Whether what is stored is compressed: smaller, and slower to make. */
  compress?: boolean;
  /** What it is, once that is known: what follows is the conversion. */
  onFormat?: (format: DiskFormat) => Promise<void>;
  onPercent?: (percent: number) => void;
}

export interface PreparedDisk {
  format: DiskFormat;
  /** The qcow2: of its own, in the folder. */
  path: string;
  bytes: number;
  diskBytes: number;
  /** Of the qcow2. */
  sha256: string;
}

/** Of those qemu-img can tell whether they are whole. */
const checked: readonly DiskFormat[] = ['qcow2', 'vmdk', 'vdi', 'vhdx'];
/** qemu-img(1), "check": leaks only. */
const leaksOnly = 'ended with 3';

/**
 * Makes a qcow2 that stands for itself of a file that nobody trusts: unpacks it, finds out what it is, has it checked and converted
 * in bounded processes. What names other files is refused before a program sees it. Rejects with a DiskFaultError.
 */
export async function prepareDisk(options: PrepareDiskOptions): Promise<PreparedDisk> {
  const { folder, signal, maxDiskBytes, maxStoredBytes } = options;
  const task: Pick<BoundedProcess, 'cwd' | 'bounds' | 'runAs' | 'signal'> = {
    cwd: folder,
    bounds: { ...options.bounds, fileMb: Math.ceil(maxStoredBytes / 2 ** 20) },
    runAs: options.runAs,
    signal,
  };
  const mine = async (name: string) => {
    if (options.runAs !== null) await chown(join(folder, name), options.runAs.uid, options.runAs.gid);
  };
  await mine('.');
  await mine(options.file);
  const file = await unpacked(options, task);
  await mine(file);
  const format = await recogniseDisk(join(folder, file), { maxBytes: maxDiskBytes });
  const driver = format === 'iso' ? 'raw' : format;
  // the driver and the file are named: nothing is guessed by the content, and no protocol by the name
  const source = `driver=${driver},file.driver=file,file.filename=${file}`;
  const qemuImg = (args: readonly string[], onOutput?: BoundedProcess['onOutput']) =>
    runBounded({ ...task, program: 'qemu-img', args, ...(onOutput && { onOutput }) }).catch((error: unknown) => {
      if (error instanceof CommandError) throw new DiskFaultError('damaged', error.stderr, { cause: error });
      throw error;
    });
  const facts = await factsOf(await qemuImg(['info', '--output=json', '--image-opts', source]));
  if (facts.diskBytes > maxDiskBytes) throw new DiskFaultError('too-large', `a disk of ${facts.diskBytes} bytes`);
  if (checked.includes(format))
    await qemuImg(['check', '-q', '--image-opts', source]).catch((error: unknown) => {
      const { cause } = error instanceof DiskFaultError ? error : {};
      const ending = cause instanceof CommandError && cause.cause instanceof Error ? cause.cause.message : '';
      if (ending !== leaksOnly) throw error;
    });
  await options.onFormat?.(format);
  const result = 'disk.qcow2';
  await rm(join(folder, result), { force: true });
  const packed = options.compress === true ? ['-c'] : [];
  await qemuImg(['convert', '-p', ...packed, '-O', 'qcow2', '--image-opts', source, result], async (output) => {
    for await (const percent of percentsIn(output)) options.onPercent?.(percent);
  });
  const path = join(folder, result);
  const { size } = await stat(path);
  if (size > maxStoredBytes) throw new DiskFaultError('stores-too-much', `${size} bytes`);
  await recogniseDisk(path, { maxBytes: maxDiskBytes });
  return { format, path, bytes: size, diskBytes: facts.diskBytes, sha256: await digestOf(path, { signal }) };
}

async function unpacked(
  { folder, file, maxDiskBytes, maxStoredBytes }: PrepareDiskOptions,
  task: Pick<BoundedProcess, 'cwd' | 'bounds' | 'runAs' | 'signal'>,
): Promise<string> {
  const packing = await packingOf(join(folder, file));
  if (packing === null) return file;
  const to = 'unpacked';
  await rm(join(folder, to), { force: true });
  await unpack(packing, { from: file, to }, { ...task, limits: { maxBytes: maxDiskBytes, maxStoredBytes } });
  if ((await packingOf(join(folder, to))) !== null) throw new DiskFaultError('nested');
  return to;
}

/** What qemu-img says of a file, which was looked at before: a second look, by what will read it. */
async function factsOf(output: string): Promise<{ diskBytes: number }> {
  const info: unknown = JSON.parse(output);
  if (typeof info !== 'object' || info === null) throw new DiskFaultError('damaged', 'nothing is said of it');
  if ('backing-filename' in info || 'full-backing-filename' in info) throw new DiskFaultError('backing-file');
  if (/"data-file"\s*:/.test(output)) throw new DiskFaultError('data-file');
  if ('encrypted' in info && info.encrypted === true) throw new DiskFaultError('encrypted');
  if (!('virtual-size' in info) || typeof info['virtual-size'] !== 'number')
    throw new DiskFaultError('damaged', 'no size is said of it');
  return { diskBytes: info['virtual-size'] };
}
