import { expect, test } from 'vitest';
import { vmSpec } from './contract-fixtures';
import type { ContractTools } from './contract-harness';
import type { VmUsage } from './provider';

/** Of the contract, what VMs use. */
export function testUsage({ harness, newSlice, id }: ContractTools): void {
  test('a VM that runs uses processor time, which only grows, also for the next server; one that does not run uses nothing', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const [runs, rests] = [vmSpec(id(), image), vmSpec(id(), image)];
    for (const vm of [runs, rests]) await provider.ensureVm(slice, vm);
    await provider.startVm(slice, runs);
    const used = async (of = provider): Promise<VmUsage[]> => (await of.usage([slice])).get(slice.id) ?? [];
    const [first] = await used();
    expect(first).toMatchObject({ vmId: runs.id, consoles: 0 });
    expect(first?.cpuSeconds).toBeGreaterThan(0);
    expect(first?.memoryMb).toBeGreaterThan(0);
    const machine = await provider.machine();
    if (machine !== null) {
      expect(machine.processors).toBeGreaterThan(0);
      expect(machine.memoryMb).toBeLessThanOrEqual(machine.totalMemoryMb);
      expect((await provider.machine())?.cpuSeconds).toBeGreaterThanOrEqual(machine.cpuSeconds);
    }
    // who names no slices hears of all
    expect((await provider.usage()).get(slice.id)).toMatchObject([{ vmId: runs.id, run: first?.run }]);
    await expect
      .poll(async () => (await used())[0]?.cpuSeconds, { timeout: 60_000 })
      .toBeGreaterThan(first?.cpuSeconds ?? Number.POSITIVE_INFINITY);
    const console = await provider.openConsole(slice, runs.id);
    expect(await used()).toMatchObject([{ consoles: 1 }]);
    // who only looks at what it shows does not use it
    const glance = await provider.openConsole(slice, runs.id, 'serial', { glance: true });
    expect(await used()).toMatchObject([{ consoles: 1 }]);
    glance.close();
    console.close();
    const before = await used();
    expect(before).toMatchObject([{ consoles: 0 }]);

    const after = await harness().restart();
    const [then] = await used(after);
    expect(then?.cpuSeconds).toBeGreaterThanOrEqual(before[0]?.cpuSeconds ?? Number.POSITIVE_INFINITY);
    expect(then?.run).toBe(first?.run);
    await after.stopVm(slice, runs.id);
    expect(await used(after)).toEqual([]);
    // what is not there uses nothing either
    expect((await after.usage([{ id: id() }])).size).toBe(1);
    await after.removeSlice(slice);
  });
}
