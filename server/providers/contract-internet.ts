import { expect, test } from 'vitest';
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
}
