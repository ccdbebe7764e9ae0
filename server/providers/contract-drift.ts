import { expect, test } from 'vitest';
import type { ContractTools } from './contract-harness';
import { vmSpec } from './contract-fixtures';
import type { SliceRef } from './provider';

/** Of the contract, what is wrong with VMs that do what they were asked for. */
export function testDrift({ harness, newSlice, id }: ContractTools): void {
  const seen = async (slice: SliceRef) =>
    (await harness().provider.observe(slice)).vms.map(({ status, error, lacksImage }) => ({
      status,
      codes: error?.sentences.map(({ code }) => code) ?? [],
      lacksImage: lacksImage === true,
    }));

  test('says of VMs that run or are stopped that their image is gone, and has it again by ensureImage', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const [runs, rests] = [vmSpec(id(), image), vmSpec(id(), image)];
    for (const vm of [runs, rests]) {
      await provider.ensureVm(slice, vm);
      await provider.startVm(slice, vm);
    }
    await provider.stopVm(slice, rests.id);
    const asWanted = (['running', 'stopped'] as const).map((status) => ({ status, codes: [], lacksImage: false }));
    expect(await seen(slice)).toEqual(asWanted);
    await harness().loseImage(slice);
    expect(await seen(slice)).toEqual(asWanted.map((vm) => ({ ...vm, codes: ['VM_IMAGE_GONE'], lacksImage: true })));
    await provider.ensureImage(image);
    expect(await seen(slice)).toEqual(asWanted);
    await provider.startVm(slice, rests);
    await provider.removeSlice(slice);
  });

  test('says that a process which is not ours works in a VM’s folder, and leaves it alone', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const [a, b] = [vmSpec(id(), image), vmSpec(id(), image)];
    for (const vm of [a, b]) await provider.ensureVm(slice, vm);
    const leave = await harness().intrude(slice, b.id);
    // also for a server that comes after this one
    for (const again of [provider, await harness().restart()])
      expect((await again.observe(slice)).vms.map(({ error }) => error?.sentences.map(({ code }) => code))).toEqual([
        undefined,
        ['VM_FOREIGN_PROCESS'],
      ]);
    const now = harness().provider;
    await now.startVm(slice, b);
    await now.stopVm(slice, b.id);
    expect((await seen(slice)).map(({ codes }) => codes)).toEqual([[], ['VM_FOREIGN_PROCESS']]);
    await leave();
    expect((await seen(slice)).map(({ codes }) => codes)).toEqual([[], []]);
    await now.removeSlice(slice);
  });
}
