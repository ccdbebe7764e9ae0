import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '#server/lib/run-command';
import { readConsole } from '../contract-console';
import { link, vmSpec, withNic } from '../contract-fixtures';
import type { ImageSpec, Provider } from '../provider';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

/** Disks whose first sector is all there is to boot: it says on the serial line which it is. */
const base = resolve('.trama/test');
const slice = { id: 1 };
let folder: string;
let provider: Provider;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'boot-order-'));
  const users = await chooseVmUsers();
  provider = await createQemuProvider({ root: join(folder, 'zone'), imagesRoot: join(folder, 'images'), users });
});
afterAll(async () => {
  await provider.removeSlice(slice);
  await provider.close();
  await rm(folder, { recursive: true });
});

/** A boot sector that writes `text` to the first serial port, letter by letter, and halts. */
async function sectorSaying(text: string): Promise<string> {
  const sector = Buffer.alloc(512);
  // cld; xor ax,ax; mov ds,ax; mov dx,0x3f8; mov si,0x7c16; lodsb; test al,al; jz +3; out dx,al; jmp -8; hlt; jmp -3
  Buffer.from('fc31c08ed8baf803be167cac84c07403eeebf8f4ebfd', 'hex').copy(sector);
  sector.write(`${text}\0`, 0x16);
  sector.writeUInt16LE(0xaa55, 510);
  const path = join(folder, text);
  await writeFile(path, sector);
  return path;
}

test('a VM is booted from its image, from an extra disk or from its network, as its order says', async () => {
  const source = join(folder, 'image.qcow2');
  await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', source, '1G']);
  await runCommand('qemu-io', ['-c', `write -s ${await sectorSaying('of-the-image')} 0 512`, source]);
  const image: ImageSpec = { id: 1, name: 'sector', kind: 'disk', source, sha256: null, readyMarker: 'of-the-image' };
  const bare = vmSpec(1, image, { disks: [{ label: 'data', sizeGb: 1 }] });
  const edge = link(7, bare, vmSpec(2, image));
  const vm = withNic(bare, edge.source.nic);
  const far = withNic(vmSpec(2, image), edge.target.nic);
  for (const one of [vm, far]) await provider.ensureVm(slice, one);
  await provider.ensureEdge(slice, edge);
  const extra = join(folder, 'zone/s1/v1/disk-data.qcow2');
  await runCommand('qemu-io', ['-c', `write -s ${await sectorSaying('of-the-data')} 0 512`, extra]);

  // what is on an extra disk is booted only where that is asked for
  await provider.startVm(slice, vm);
  await provider.stopVm(slice, vm.id, { graceMs: 0 });
  const said = async (boot: string[], text: string) => {
    const wanted = { ...vm, boot, image: { ...image, readyMarker: text } };
    await provider.updateVm(slice, wanted);
    // resolves once it has said so
    await provider.startVm(slice, wanted);
    const shown = readConsole(await provider.openConsole(slice, vm.id)).text();
    await provider.stopVm(slice, vm.id, { graceMs: 0 });
    return shown;
  };
  expect(await said(['data'], 'of-the-data')).not.toContain('of-the-image');
  expect(await said(['image', 'data'], 'of-the-image')).not.toContain('of-the-data');

  // from the network it asks for an address (DHCP), and goes on where nobody answers
  const wanted = { ...vm, boot: ['network'], image };
  await provider.updateVm(slice, wanted);
  await provider.startVm(slice, far);
  const capture = await provider.openCapture(slice, { edgeIds: [edge.id], snapLength: 64 });
  const started = provider.startVm(slice, wanted);
  const asks = async () => {
    for (;;) {
      const next = await capture.next(AbortSignal.timeout(120_000));
      if (next === null) return false;
      // IPv4, UDP, to the port of DHCP servers
      if (next.frames.some(({ data }) => Buffer.from(data).toString('hex', 12, 14) === '0800' && data[37] === 67))
        return true;
    }
  };
  expect(await asks()).toBe(true);
  capture.close();
  await started;
}, 300_000);
