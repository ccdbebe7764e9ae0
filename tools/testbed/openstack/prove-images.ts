import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { tiny, vmSpec } from '#server/providers/contract-fixtures';
import { createCaller } from '#server/providers/openstack/client/caller';
import { glanceOf } from '#server/providers/openstack/client/glance';
import { accessOf, type CloudSettings } from '#server/providers/openstack/client/settings';
import type { ImageFiles } from '#server/providers/openstack/images';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import type { ImageSpec } from '#server/providers/provider';

const slice = { id: 7 };
const image: ImageSpec = { ...tiny, id: 7, name: 'uploaded', kind: 'disk' };

/**
 * An image is uploaded once, whoever asks, and found again; one that is deleted behind our back is told, and uploaded anew. `narrowed`: by the access rules that uploads
 * take and no others; `member`: who may delete.
 */
export async function proveImages(
  { narrowed, member }: { narrowed: CloudSettings; member: CloudSettings },
  log: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trama-upload-'));
  const file = path.join(folder, 'disk.qcow2');
  await writeFile(file, randomBytes(2 * 2 ** 20));
  const key = `disk-${randomBytes(8).toString('hex')}`;
  const files: ImageFiles = {
    keyOf: () => Promise.resolve(key),
    ensure: () => Promise.resolve({ files: [file] }),
    state: () => Promise.resolve({ state: 'verified', sizeMb: 2 }),
  };
  const providerOf = () =>
    createOpenStackProvider({ mark: 'trama-1-image', settings: narrowed, log: () => undefined, files });
  const [one, other] = [providerOf(), providerOf()];
  const caller = createCaller(accessOf(member));
  const there = () => glanceOf(caller).images({ name: `trama-${key}` });
  const remove = async (id: string) =>
    void (await caller.call({ service: 'image', method: 'DELETE', path: `/images/${id}`, answer: z.unknown() }));
  try {
    await Promise.all([one, one, other, other].map((provider) => provider.ensureImage(image)));
    const [first, ...more] = await there();
    assert.deepEqual([first?.status, more.length], ['active', 0]);
    await remove(first?.id ?? '');
    const vm = vmSpec(7_000, image);
    await assert.rejects(one.ensureVm(slice, vm), (error: Error) => {
      log(`An image that was deleted behind our back: ${error.message}`);
      return 'code' in error && error.code === 'IMAGE_INVALID';
    });
    await other.ensureImage(image);
    assert.equal((await there()).length, 1);
    await one.ensureVm(slice, vm);
    await one.startVm(slice, vm);
    assert.equal((await one.observe(slice)).vms[0]?.status, 'running');
    log('An image is uploaded once by two servers at a time, and anew when it was deleted.');
  } finally {
    await one.removeSlice(slice);
    for (const { id } of await there()) await remove(id);
    await one.close();
    await other.close();
    caller.close();
    await rm(folder, { recursive: true });
  }
}
