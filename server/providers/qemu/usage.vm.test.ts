import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idleCpuShare } from '#shared/idle';
import { tiny, vmSpec } from '../contract-fixtures';
import type { Provider } from '../provider';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

const base = resolve('.trama/test');
let folder: string;
let provider: Provider;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'usage-'));
  const users = await chooseVmUsers();
  provider = await createQemuProvider({ root: join(folder, '1'), imagesRoot: join(base, 'images'), users });
  await provider.ensureImage(tiny);
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  await provider.close();
  await rm(folder, { recursive: true });
});

test(
  'a guest that waits stays below the bound of what counts as idle, one that works passes it',
  { timeout: 300_000 },
  async () => {
    const slice = { id: 71 };
    const vm = vmSpec(711, tiny);
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
    const used = async () => (await provider.usage([slice])).get(slice.id)?.[0]?.cpuSeconds ?? 0;
    /** Its share of one processor, over so long that it is not a moment's. */
    const share = async (ms: number) => {
      const [from, at] = [await used(), performance.now()];
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ((await used()) - from) / ((performance.now() - at) / 1000);
    };
    // booting goes on for a moment after it has said that it is ready
    await expect.poll(() => share(5_000), { timeout: 120_000, interval: 10 }).toBeLessThan(idleCpuShare);
    const idle = await share(20_000);
    const console = await provider.openConsole(slice, vm.id);
    console.onData(() => undefined);
    console.write(new TextEncoder().encode('while :; do :; done &\n'));
    await expect.poll(() => share(5_000), { timeout: 120_000, interval: 10 }).toBeGreaterThan(idleCpuShare);
    const busy = await share(10_000);
    console.close();
    process.stdout.write(
      `A guest that waits: ${(idle * 100).toFixed(2)} % of a processor; one that works: ${(busy * 100).toFixed(0)} %\n`,
    );
    expect(idle).toBeLessThan(idleCpuShare);
    const [use] = (await provider.usage([slice])).get(slice.id) ?? [];
    // it has no disk; its memory is taken as the guest touches it, and QEMU's own comes to it
    expect(use).toMatchObject({ diskBytes: null });
    expect(use?.memoryMb).toBeGreaterThan(40);
    expect(use?.memoryMb).toBeLessThan(vm.ramMb + 256);
  },
);
