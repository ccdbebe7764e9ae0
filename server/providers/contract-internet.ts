import { expect, test } from 'vitest';
import { say } from '#shared/sentence';
import { vmSpec } from './contract-fixtures';
import type { ContractTools } from './contract-harness';

/** Of the contract, VMs that ask for internet access: a zone that has it gives it, any other refuses them with its reason. */
export function testInternet({ harness, newSlice, id }: ContractTools): void {
  test('a VM with internet access has it for as long as it is there, or is refused as the zone says', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const vm = vmSpec(id(), image, { internet: true });
    const { internet } = (await provider.describe()).capabilities;
    if (!internet.ok) {
      expect(internet.reason).toBeTruthy();
      const refused = { code: 'UNSUPPORTED', message: internet.reason };
      await expect(provider.ensureVm(slice, vm)).rejects.toMatchObject(refused);
      expect((await provider.observe(slice)).vms).toEqual([]);
      return;
    }
    for (let times = 0; times < 2; times++) {
      await provider.ensureVm(slice, vm);
      await provider.startVm(slice, vm);
    }
    const whole = { id: vm.id, status: 'running', error: null };
    expect((await provider.observe(slice)).vms).toMatchObject([whole]);
    const after = await harness().restart();
    expect((await after.observe(slice)).vms).toMatchObject([whole]);
    await after.removeVm(slice, vm.id);
    expect(await after.listSlices()).not.toContain(slice.id);
  });

  test('a slice that has used up what it may have of the internet has none, says so, and has it back when it may', async () => {
    const { provider, image } = harness();
    if (!(await provider.describe()).capabilities.internet.ok) return;
    const slice = newSlice();
    const vm = vmSpec(id(), image, { internet: true });
    const usedUp = say('VM_INTERNET_USED_UP', { vm: vm.name }).message;
    const errors = async (of = harness().provider) =>
      (await of.observe(slice)).vms.map(({ status, error }) => [status, error?.message ?? null]);
    try {
      harness().internetLimits = { kbps: null, usedUp: true };
      await provider.ensureVm(slice, vm);
      // it starts all the same
      await provider.startVm(slice, vm);
      expect(await errors()).toEqual([['running', usedUp]]);
      harness().internetLimits = { kbps: null, usedUp: false };
      await provider.limitInternet(slice);
      expect(await errors()).toEqual([['running', null]]);
      const before = (await provider.internetUse()).get(slice.id) ?? [];
      harness().internetLimits = { kbps: null, usedUp: true };
      for (let times = 0; times < 2; times++) await provider.limitInternet(slice);
      expect(await errors()).toEqual([['running', usedUp]]);
      // what has passed stays known for who counts, in its order, and is never less
      const after = (await provider.internetUse()).get(slice.id) ?? [];
      expect(after.map(({ meter }) => meter)).toEqual(before.map(({ meter }) => meter));
      for (const [index, { bytes }] of before.entries()) expect(after[index]?.bytes).toBeGreaterThanOrEqual(bytes);
      // nobody has to tell a new server
      const next = await harness().restart();
      await next.limitInternet(slice);
      expect(await errors(next)).toEqual([['running', usedUp]]);
      await next.limitInternet({ id: slice.id + 1_000_000 });
      await next.removeVm(slice, vm.id);
    } finally {
      harness().internetLimits = { kbps: null, usedUp: false };
    }
  });
}
