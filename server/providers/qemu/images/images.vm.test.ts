import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyReadyMarker } from '#shared/image';
import { vmSpec } from '../../contract-fixtures';
import type { ImageSpec, Provider } from '../../provider';
import { createQemuProvider } from '../qemu-provider';
import { chooseVmUsers } from '../vm-users';
import { ImageStore } from './image-store';

/** The cache of images, with real files and the real qemu-img. */
const run = promisify(execFile);
const base = resolve('.trama/test');
let folder: string;
let imagesRoot: string;
let provider: Provider;
let kernel: ImageSpec;
const disk = (source: string): ImageSpec => ({
  id: 2,
  name: 'disk',
  kind: 'disk',
  source,
  sha256: null,
  readyMarker: null,
});

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'cache-'));
  imagesRoot = join(folder, 'images');
  const shared = new ImageStore(join(base, 'images'));
  const tiny = await shared.ensure({
    id: 1,
    name: 'tiny',
    kind: 'kernel',
    source: 'builtin:tiny',
    sha256: null,
    readyMarker: null,
  });
  const source = join(folder, 'kernel');
  await mkdir(source);
  for (const file of tiny.files) await copyFile(file, join(source, file.slice(file.lastIndexOf('/') + 1)));
  kernel = { id: 1, name: 'mine', kind: 'kernel', source, sha256: null, readyMarker: tinyReadyMarker };
  provider = await createQemuProvider({ root: join(folder, 'zones/1'), imagesRoot, users: await chooseVmUsers() });
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  await provider.close();
  await rm(folder, { recursive: true });
});

const cached = async (pattern: RegExp) => (await readdir(imagesRoot)).filter((name) => pattern.test(name));
async function cachedFile(kind: 'kernel' | 'disk', name: string): Promise<string> {
  const [key = ''] = await cached(new RegExp(`^${kind}-[0-9a-f]+$`));
  return join(imagesRoot, key, name);
}
/** Cuts a read-only file short, as a full disk or a lost power does. */
async function cutShort(path: string): Promise<void> {
  await chmod(path, 0o644);
  await truncate(path, Math.floor((await stat(path)).size / 2));
}

test('a damaged file in the image cache blocks no VM: it is made again', async () => {
  expect(await provider.imageState(kernel)).toEqual({ state: 'absent' });
  const slice = { id: 1 };
  const vm = vmSpec(1, kernel);
  await provider.ensureVm(slice, vm);
  await provider.startVm(slice, vm);
  await provider.stopVm(slice, vm.id, { graceMs: 0 });
  expect(await provider.imageState(kernel)).toMatchObject({ state: 'verified' });

  await cutShort(await cachedFile('kernel', 'vmlinuz'));
  expect(await provider.imageState(kernel)).toMatchObject({
    state: 'broken',
    reason: { message: expect.stringMatching(/damaged/) },
  });
  await provider.startVm(slice, vm);
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
  await provider.removeSlice(slice);
});

test('damage of the same length is found by the next server', async () => {
  const path = await cachedFile('kernel', 'initrd.gz');
  const { atime, mtime } = await stat(path);
  await chmod(path, 0o644);
  const file = await open(path, 'r+');
  await file.write(Buffer.from('damage'), 0, 6, 1000);
  await file.close();
  await utimes(path, atime, mtime);
  const { files } = await new ImageStore(imagesRoot).ensure(kernel);
  expect((await readFile(files[1] ?? '')).equals(await readFile(join(kernel.source, 'initrd.gz')))).toBe(true);
});

test('a damaged image that cannot be made again says both', async () => {
  const source = join(folder, 'gone.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', source, '1M']);
  // whole seconds, so that the other content can have the same
  const then = new Date(1_700_000_000_000);
  await utimes(source, then, then);
  await provider.ensureImage(disk(source));
  await writeFile(await cachedFile('disk', 'manifest.json'), '{');
  await writeFile(source, Buffer.alloc((await stat(source)).size));
  await utimes(source, then, then);
  const message = /are damaged\. The image “disk” is not a qcow2 disk/;
  await expect(provider.ensureImage(disk(source))).rejects.toThrow(message);
  expect(await provider.imageState(disk(source))).toMatchObject({
    state: 'broken',
    reason: { message: expect.stringMatching(message) },
  });
});

test('a kernel or a qcow2 that was cut short, or is corrupt, is refused when it is prepared', async () => {
  const refuse = (image: ImageSpec, message: RegExp) =>
    expect(provider.ensureImage(image)).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      retryable: false,
      message: expect.stringMatching(message),
    });
  const raw = join(folder, 'raw');
  await writeFile(raw, randomBytes(4 * 1024 * 1024));
  const whole = join(folder, 'whole.qcow2');
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, whole]);
  await provider.ensureImage(disk(whole));
  const short = join(folder, 'short.qcow2');
  await copyFile(whole, short);
  await cutShort(short);
  await refuse(disk(short), /damaged/);
  const corrupt = join(folder, 'corrupt.qcow2');
  const bytes = await readFile(whole);
  // the first entry of the second-level table points into the refcounts (docs/interop/qcow2.txt)
  const level1 = Number(bytes.readBigUInt64BE(40));
  const level2 = Number(bytes.readBigUInt64BE(level1) & 0x00ff_ffff_ffff_fe00n);
  bytes.writeBigUInt64BE(0x8000_0000_0001_0000n, level2);
  await writeFile(corrupt, bytes);
  await refuse(disk(corrupt), /damaged/);
  const huge = join(folder, 'huge.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', huge, '20T']);
  await refuse(disk(huge), /is a disk of 20480 GiB/);
  const cut = join(folder, 'cut');
  await mkdir(cut);
  for (const name of ['vmlinuz', 'initrd.gz']) await copyFile(join(kernel.source, name), join(cut, name));
  await cutShort(join(cut, 'vmlinuz'));
  await refuse({ ...kernel, source: cut }, /cut short/);
});

test('prepared images that nothing uses are pruned, those of VMs and of the catalogue are not', async () => {
  const source = join(folder, 'used.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', source, '1M']);
  const slice = { id: 2 };
  const vm = vmSpec(2, disk(source), { diskGb: 1 });
  await provider.ensureVm(slice, vm);
  const old = new Date(Date.now() - 7_200_000);
  const age = async () => {
    for (const root of [imagesRoot, join(folder, 'zones/1/images')])
      for (const name of await readdir(root)) await utimes(join(root, name), old, old);
  };
  await age();
  const all = await cached(/^(kernel|disk)-[0-9a-f]+$/);
  await provider.pruneImages([kernel]);
  const left = await cached(/^(kernel|disk)-[0-9a-f]+$/);
  expect(left.filter((name) => name.startsWith('kernel'))).toHaveLength(1);
  expect(left.filter((name) => name.startsWith('disk'))).toHaveLength(1);
  expect(all.length).toBeGreaterThan(left.length);
  // the VM’s own is the one that is left, also when its source is another file by now
  await writeFile(source, 'something else');
  await provider.pruneImages([kernel]);
  await provider.startVm(slice, { ...vm, image: disk(join(folder, 'whole.qcow2')) }).catch(() => undefined);
  const { stdout } = await run('qemu-img', [
    'info',
    '--backing-chain',
    '--output=json',
    '-U',
    join(folder, 'zones/1/s2/v2/disk.qcow2'),
  ]);
  expect(JSON.parse(stdout)).toHaveLength(2);
  await provider.removeSlice(slice);
  await age();
  await provider.pruneImages([]);
  expect(await cached(/^(kernel|disk)-[0-9a-f]+$/)).toEqual([]);
});

test('the disk of an upload takes no room a second time, is told from another one, and its absence is said', async () => {
  const own = join(imagesRoot, 'own');
  await mkdir(own, { recursive: true });
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', join(own, 'made'), '8M']);
  const content = await readFile(join(own, 'made'));
  const sha256 = createHash('sha256').update(content).digest('hex');
  await copyFile(join(own, 'made'), join(own, `${sha256}.qcow2`));
  const image = { ...disk(`own:${sha256}`), sha256 };
  expect(await provider.imageState(image)).toEqual({ state: 'absent' });
  expect(await provider.ensureImage(image)).toMatchObject({ sizeMb: 1 });
  const cachedOne = join(imagesRoot, `disk-${sha256.slice(0, 32)}`, 'disk.qcow2');
  expect((await stat(cachedOne)).ino).toBe((await stat(join(own, `${sha256}.qcow2`))).ino);

  const missing = 'b'.repeat(64);
  await expect(provider.ensureImage({ ...disk(`own:${missing}`), sha256: missing })).rejects.toMatchObject({
    sentences: [{ code: 'IMAGE_NOT_HERE', params: { image: 'disk' } }],
  });
  await writeFile(join(own, `${missing}.qcow2`), content);
  await expect(provider.ensureImage({ ...disk(`own:${missing}`), sha256: missing })).rejects.toMatchObject({
    sentences: [{ code: 'IMAGE_WRONG_CHECKSUM' }],
  });
});
