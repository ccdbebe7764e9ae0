import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../digest-of';
import { unprivilegedUser, type RunAs } from '../unprivileged-user';
import { runBounded } from './bounded-process';
import { DiskFaultError } from './fault';
import { prepareDisk, type PreparedDisk, type PrepareDiskOptions } from './prepare-disk';

const run = promisify(execFile);
const mb = 2 ** 20;
let folder: string;
let runAs: RunAs | null;
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  runAs = await unprivilegedUser();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'trama-disk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const prepare = (options: Partial<PrepareDiskOptions> = {}): Promise<PreparedDisk> =>
  prepareDisk({
    folder,
    file: 'part',
    maxDiskBytes: 64 * mb,
    maxStoredBytes: 32 * mb,
    bounds: { seconds: 120, memoryMb: 1024 },
    runAs,
    ...options,
  });
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (error instanceof DiskFaultError) return error.fault;
  throw error ?? new Error('it was taken');
};
const qemuImg = async (...args: string[]) => run('qemu-img', args, { cwd: folder });

/** A disk of 8 MiB with a boot sector and something to find again; answers the bytes. */
async function rawDisk(name: string): Promise<Buffer> {
  const content = Buffer.alloc(8 * mb);
  randomBytes(mb).copy(content, 2 * mb);
  content.writeUInt16LE(0xaa55, 510);
  await writeFile(at(name), content);
  return content;
}
/** What the guest would see. */
async function contentOf(disk: PreparedDisk): Promise<Buffer> {
  await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', disk.path, at('seen')]);
  return readFile(at('seen'));
}

describe('a disk image is made of', () => {
  it.each(['qcow2', 'vmdk', 'vdi', 'vhdx', 'raw'] as const)('%s', async (format) => {
    const content = await rawDisk('source');
    await qemuImg('convert', '-f', 'raw', '-O', format, 'source', 'part');
    const found: string[] = [];
    const disk = await prepare({ onFormat: async (one) => void found.push(one) });
    expect(disk).toMatchObject({ format, diskBytes: 8 * mb, sha256: await digestOf(disk.path) });
    expect(found).toEqual([format]);
    expect((await contentOf(disk)).equals(content)).toBe(true);
  });

  it('a vmdk as an OVA has it', async () => {
    const content = await rawDisk('source');
    await qemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', 'source', 'part');
    expect((await contentOf(await prepare())).equals(content)).toBe(true);
  });

  it('an ISO that is also a disk, and no other', async () => {
    const content = await rawDisk('part');
    content.write('CD001', 32_769, 'latin1');
    content.writeUInt32LE(content.length / 2048, 32_768 + 80);
    await writeFile(at('part'), content);
    expect(await prepare()).toMatchObject({ format: 'iso', diskBytes: 8 * mb });
    content.writeUInt16LE(0, 510);
    await writeFile(at('part'), content);
    expect(await faultOf(prepare())).toBe('cd-only');
    content.writeUInt16LE(0xaa55, 510);
    await writeFile(at('part'), content.subarray(0, 4 * mb));
    expect(await faultOf(prepare())).toBe('damaged');
  });

  it.each(['gzip', 'xz'])('what %s has packed', async (program) => {
    const content = await rawDisk('source');
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', 'source', 'part');
    await run(program, ['--suffix=.packed', at('part')]);
    await copyFile(at('part.packed'), at('part'));
    expect((await contentOf(await prepare())).equals(content)).toBe(true);
  });
});

describe('what is hostile or broken has a fault of its own:', () => {
  it('a qcow2 over a file of the host', async () => {
    await qemuImg('create', '-f', 'qcow2', '-b', '/etc/passwd', '-F', 'raw', 'part');
    expect(await faultOf(prepare())).toBe('backing-file');
    // not even the processes are given it
    expect(await readdir(folder)).toEqual(['part']);
  });

  it('a qcow2 at the top of 40 levels', async () => {
    await qemuImg('create', '-f', 'qcow2', 'level0', '8M');
    for (let level = 1; level < 40; level += 1)
      await qemuImg('create', '-f', 'qcow2', '-b', `level${level - 1}`, '-F', 'qcow2', `level${level}`);
    await copyFile(at('level39'), at('part'));
    expect(await faultOf(prepare())).toBe('backing-file');
  });

  it('a qcow2 whose data are in another file', async () => {
    await qemuImg('create', '-f', 'qcow2', '-o', 'data_file=other,data_file_raw=on', 'part', '8M');
    expect(await faultOf(prepare())).toBe('data-file');
  });

  it('a vmdk that names other files, in each of its ways', async () => {
    await qemuImg('create', '-f', 'vmdk', '-o', 'subformat=monolithicFlat', 'part', '8M');
    const descriptor = (await readFile(at('part'), 'latin1')).replace(/"part-flat[^"]*"/, '"/etc/passwd"');
    await writeFile(at('part'), descriptor);
    expect(await faultOf(prepare())).toBe('several-files');
    // a sparse one without a size, whose own descriptor is read in its place
    const head = Buffer.alloc(4096);
    head.write('KDMV', 'latin1');
    head.writeBigUInt64LE(1n, 28);
    head.writeBigUInt64LE(2n, 36);
    head.write(descriptor, 512, 'latin1');
    await writeFile(at('part'), head);
    expect(await faultOf(prepare())).toBe('several-files');
    await qemuImg('create', '-f', 'vmdk', 'base.vmdk', '8M');
    await qemuImg('create', '-f', 'vmdk', '-b', 'base.vmdk', '-F', 'vmdk', 'top.vmdk');
    await copyFile(at('top.vmdk'), at('part'));
    expect(await faultOf(prepare())).toBe('backing-file');
  });

  it('one that is encrypted', async () => {
    await qemuImg('create', '-f', 'qcow2', 'part', '8M');
    const file = await open(at('part'), 'r+');
    // crypt_method: LUKS
    await file.write(Buffer.from([0, 0, 0, 2]), 0, 4, 32);
    await file.close();
    expect(await faultOf(prepare())).toBe('encrypted');
  });

  it.each(['qcow2', 'vmdk', 'vdi', 'vhdx', 'raw'] as const)('a %s that was cut short', async (format) => {
    const content = await rawDisk('source');
    content.writeUInt8(0x83, 446 + 4);
    content.writeUInt32LE(2048, 446 + 8);
    content.writeUInt32LE(content.length / 512 - 2048, 446 + 12);
    await writeFile(at('source'), content);
    await qemuImg('convert', '-f', 'raw', '-O', format, 'source', 'part');
    await truncate(at('part'), Math.floor((await stat(at('part'))).size * 0.7));
    expect(await faultOf(prepare())).toBe('damaged');
  });

  it('a qcow2 whose tables point anywhere', async () => {
    await rawDisk('source');
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', 'source', 'part');
    const file = await open(at('part'), 'r+');
    const head = Buffer.alloc(48);
    await file.read(head, 0, 48, 0);
    await file.write(randomBytes(4096), 0, 4096, Number(head.readBigUInt64BE(40)));
    await file.close();
    expect(await faultOf(prepare())).toBe('damaged');
  });

  it.each([
    ['garbage', randomBytes(mb).fill(7, 0, 512)],
    ['a page of HTML', Buffer.from(`<!doctype html>${' '.repeat(2000)}`)],
    ['a zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(4096, 1)])],
  ])('%s', async (_what, content) => {
    await writeFile(at('part'), content);
    expect(await faultOf(prepare())).toBe('unknown');
  });

  it('nothing but a few bytes', async () => {
    await writeFile(at('part'), 'x');
    expect(await faultOf(prepare())).toBe('damaged');
  });

  it('a bomb of zeros: it takes no room before it is refused', async () => {
    const zeros = Buffer.alloc(mb);
    const many = Readable.from(Array.from({ length: 100 }, () => zeros));
    await pipeline(many, createGzip({ level: 9 }), createWriteStream(at('part')));
    expect((await stat(at('part'))).size).toBeLessThan(mb);
    expect(await faultOf(prepare())).toBe('too-large');
    expect((await stat(at('unpacked'))).blocks).toBe(0);
  });

  it('a bomb that is not of zeros', async () => {
    const ones = Buffer.alloc(mb, 1);
    const many = Readable.from(Array.from({ length: 48 }, () => ones));
    await pipeline(many, createGzip(), createWriteStream(at('part')));
    expect(await faultOf(prepare())).toBe('stores-too-much');
    expect((await stat(at('unpacked'))).size).toBeLessThanOrEqual(32 * mb);
  });

  it('what is packed twice, and what is packed badly', async () => {
    const packed = gzipSync(await rawDisk('source'));
    await writeFile(at('part'), gzipSync(packed));
    expect(await faultOf(prepare())).toBe('nested');
    await writeFile(at('part'), packed.subarray(0, packed.length / 2));
    expect(await faultOf(prepare())).toBe('not-unpacked');
    await run('xz', ['--suffix=.xz', at('source')]);
    const xz = await readFile(at('source.xz'));
    await writeFile(at('part'), xz.subarray(0, xz.length / 2));
    expect(await faultOf(prepare())).toBe('not-unpacked');
  });

  it('a disk that is larger than may be', async () => {
    await qemuImg('create', '-f', 'qcow2', 'part', '100M');
    expect(await faultOf(prepare())).toBe('too-large');
    await qemuImg('create', '-f', 'vhdx', 'part', '100M');
    expect(await faultOf(prepare())).toBe('too-large');
  });

  it('one that becomes larger than may be stored: the process is ended by the kernel', async () => {
    const content = Buffer.concat([await rawDisk('part'), randomBytes(8 * mb)]);
    await writeFile(at('part'), content);
    expect(await faultOf(prepare({ maxStoredBytes: 4 * mb }))).toBe('stores-too-much');
  });
});

describe('the processes', () => {
  it('are ended when they take too long, or are not wanted any more', async () => {
    await rawDisk('part');
    expect(await faultOf(prepare({ bounds: { seconds: 0.001, memoryMb: 1024 } }))).toBe('too-slow');
    const reason = new Error('not wanted');
    await expect(prepare({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('were waited for without end once they had closed their output', async () => {
    const task = { cwd: folder, bounds: { seconds: 1, memoryMb: 512, fileMb: 1 }, runAs: null };
    const stays = runBounded({ ...task, program: 'sh', args: ['-c', 'exec >&- 2>&-; exec sleep 600'] });
    await expect(stays).rejects.toMatchObject({ fault: 'too-slow' });
  });

  it.runIf(process.getuid?.() === 0)('read no file of the server, were they told to', async () => {
    await mkdir(at('inside'));
    await writeFile(at('secret'), 'x', { mode: 0o600 });
    const task = { cwd: at('inside'), bounds: { seconds: 20, memoryMb: 512, fileMb: 1 }, runAs };
    await expect(runBounded({ ...task, program: 'cat', args: ['../secret'] })).rejects.toThrow(/Permission denied/);
    expect(await runBounded({ ...task, program: 'id', args: ['-u'] })).toBe(`${runAs?.uid}\n`);
  });

  it('say which program is missing', async () => {
    const task = { cwd: folder, bounds: { seconds: 20, memoryMb: 512, fileMb: 1 }, runAs };
    expect(await faultOf(runBounded({ ...task, program: 'no-such-program', args: [] }))).toBe('no-tool');
  });
});
