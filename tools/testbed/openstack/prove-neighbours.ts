import assert from 'node:assert/strict';
import { tiny as image, vmSpec } from '#server/providers/contract-fixtures';
import type { Provider } from '#server/providers/provider';

/** Two zones in one project, with slices and VMs of the same numbers: neither sees, starts or removes anything of the other’s. */
export async function proveNeighbours(one: Provider, other: Provider, log: (line: string) => void): Promise<void> {
  const slice = { id: 5 };
  const vm = vmSpec(5_000, image);
  const both = [one, other];
  await Promise.all(both.map((provider) => provider.ensureVm(slice, vm)));
  await Promise.all(both.map((provider) => provider.startVm(slice, vm)));
  await one.stopVm(slice, vm.id);
  const statusIn = async (provider: Provider) => (await provider.observe(slice)).vms.map(({ status }) => status);
  assert.deepEqual([await statusIn(one), await statusIn(other)], [['stopped'], ['running']]);
  await one.removeSlice(slice);
  assert.deepEqual([await one.listSlices(), await other.listSlices()], [[], [slice.id]]);
  assert.deepEqual(await statusIn(other), ['running']);
  await other.removeSlice(slice);
  assert.deepEqual(await other.listSlices(), []);
  log('Two zones in one project: neither touches what the other has of the same numbers.');
}
