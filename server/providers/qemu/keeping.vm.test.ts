import type * as FsPromises from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ProviderError } from '#server/lib/provider-error';
import { tiny, vmSpec } from '../contract-fixtures';
import type { Provider } from '../provider';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  return { ...real, statfs: vi.fn(real.statfs) };
});

const base = resolve('.trama/test');
let folder: string;
let root: string;
let provider: Provider;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'keeping-'));
  root = join(folder, 'zone');
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users: await chooseVmUsers() });
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

test('without room on the disk nothing is paused, and nothing is left', async () => {
  const slice = { id: 2 };
  const vm = vmSpec(21, tiny);
  await provider.ensureVm(slice, vm);
  await provider.startVm(slice, vm);
  const real = await statfs(root);
  const full = { ...real, bavail: Math.floor((70 * 2 ** 20) / real.bsize) };
  vi.mocked(statfs).mockResolvedValue(full as never);
  for (const work of [() => provider.suspendSlice(slice), () => provider.takeSnapshot(slice, 5)]) {
    const error: unknown = await work().catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'NO_CAPACITY', retryable: false });
    expect(String(error)).toMatch(/\d+ MiB are needed, 6 MiB are free. Nothing was changed/);
  }
  vi.mocked(statfs).mockReset();
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running' }]);
  expect((await readdir(join(root, 's2'))).filter((name) => /memory|snapshots|suspending/.test(name))).toEqual([]);
  await provider.removeSlice(slice);
}, 200_000);
