import { mkdir, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '#server/lib/run-command';
import { vmSpec } from '../contract-fixtures';
import type { Provider } from '../provider';
import { findMachines } from './find-machines';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

/**
 * A disk whose boot sector writes 48 MiB behind it, 32 KiB at a time by the BIOS, and then halts: a guest that fills its
 * disk, without an operating system.
 */
function writingDisk(): Buffer {
  // prettier-ignore
  const code = [
    0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0xfb, // cli; segments and stack; sti
    0xb9, 0x00, 0x06,                   // mov cx, 1536                  how many times
    0x51,                               // again: push cx
    0xbe, 0x30, 0x7c,                   // mov si, 0x7c30                the packet below
    0xb8, 0x00, 0x43, 0xb2, 0x80,       // mov ax, 0x4300; mov dl, 0x80  extended write to the first disk
    0xcd, 0x13,                         // int 0x13
    0x83, 0x06, 0x38, 0x7c, 0x40,       // add word [0x7c38], 64         the next sectors
    0x83, 0x16, 0x3a, 0x7c, 0x00,       // adc word [0x7c3a], 0
    0x59, 0xe2, 0xe7,                   // pop cx; loop again
    0xf4, 0xeb, 0xfd,                   // hlt, for ever
  ];
  const sector = Buffer.alloc(512);
  Buffer.from(code).copy(sector);
  // size of the packet, sectors, where from (offset, segment), where to
  Buffer.from([0x10, 0, 0x40, 0, 0, 0, 0, 0x10, 0, 0x08, 0, 0, 0, 0, 0, 0]).copy(sector, 0x30);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
const writtenMb = 48;

const base = resolve('.trama/test');
const mb = 2 ** 20;
/** Not for everybody, and not in every container. */
let mounted = false;
const slice = { id: 1 };
let folder: string;
let disk: string;
let provider: Provider;
const root = () => join(disk, 'zones/1');
const create = async () =>
  createQemuProvider({
    root: root(),
    imagesRoot: join(folder, 'images'),
    users: await chooseVmUsers(),
    // a probe of KVM would need the room that is measured here
    accel: 'tcg',
    askAgainMs: 300,
  });
const freeMb = async () => {
  const { bavail, bsize } = await statfs(disk);
  return Math.floor((bavail * bsize) / mb);
};

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'full-'));
  disk = join(folder, 'disk');
  await mkdir(disk);
  mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'trama-full-disk', disk]).then(
    () => true,
    () => false,
  );
  if (mounted) provider = await create();
});
afterAll(async () => {
  if (!mounted) return rm(folder, { recursive: true });
  await provider.removeSlice(slice);
  const left = await findMachines(root());
  await provider.close();
  await runCommand('umount', [disk]);
  await rm(folder, { recursive: true });
  if (left.length > 0) throw new Error(`Left over: ${JSON.stringify(left)}`);
});

test('a VM that fills the disk waits, says why, and goes on when there is room', async ({ skip }) => {
  skip(!mounted, 'this process may not mount a small file system');
  const raw = join(folder, 'disk.raw');
  const source = join(folder, 'disk.qcow2');
  await writeFile(raw, writingDisk());
  await runCommand('qemu-img', ['resize', '-q', '-f', 'raw', raw, '256M']);
  await runCommand('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, source]);
  const image = { id: 9, name: 'writer', kind: 'disk' as const, source, sha256: null, readyMarker: null };
  const vm = vmSpec(1, image, { diskGb: 1 });
  await provider.ensureVm(slice, vm);

  // what somebody else has on the disk
  const ballast = join(disk, 'ballast');
  const before = await freeMb();
  await writeFile(ballast, Buffer.alloc((before - 24) * mb, 1));
  const described = await provider.describe();
  expect(described.capabilities.run).toMatchObject({ ok: false, reason: expect.stringContaining('disk is full') });
  const shown = described.facts.find(({ name }) => name === 'Free on disk')?.value ?? '';
  expect(Math.abs(Number(/^(\d+) MiB$/.exec(shown)?.[1]) - (await freeMb()))).toBeLessThanOrEqual(1);

  await provider.startVm(slice, vm);
  const status = async () => {
    const [seen] = (await provider.observe(slice)).vms;
    return { status: seen?.status, error: seen?.error };
  };
  const waits = {
    status: 'paused',
    error: { message: expect.stringContaining('disk is full'), sentences: [{ code: 'VM_STARVED' }] },
  };
  await expect.poll(status, { timeout: 60_000 }).toEqual(waits);
  expect(await freeMb()).toBeLessThan(2);
  // a start can do nothing either while there is no room
  await expect(provider.startVm(slice, vm)).rejects.toMatchObject({ code: 'NO_CAPACITY' });
  // who takes it over sees the same
  await provider.close();
  provider = await create();
  await expect.poll(status, { timeout: 20_000 }).toEqual(waits);

  await rm(ballast);
  await expect.poll(status, { timeout: 60_000 }).toEqual({ status: 'running', error: null });
  const overlay = join(root(), 's1/v1/disk.qcow2');
  await expect.poll(async () => (await stat(overlay)).size, { timeout: 60_000 }).toBeGreaterThan(writtenMb * mb);
  expect(await status()).toEqual({ status: 'running', error: null });
  expect((await provider.describe()).capabilities.run).toEqual({ ok: true, reason: null });
  // what it has written is counted, also by a server that has not started it
  const [used] = (await provider.usage()).get(slice.id) ?? [];
  expect(used?.diskBytes).toBeGreaterThan((writtenMb / 2) * mb);
});
