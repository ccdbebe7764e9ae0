import { mkdtemp, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { describeProviderContract, type ContractHarness } from '../contract';
import { tiny } from '../contract-fixtures';
import { findMachines } from './find-machines';
import { killMachine } from './qemu-process';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

describeProviderContract('qemu', async () => {
  const base = resolve('.trama/test');
  await mkdir(base, { recursive: true });
  const folder = await mkdtemp(join(base, 'contract-'));
  const root = join(folder, 'zone');
  const users = await chooseVmUsers();
  const logged: unknown[] = [];
  const create = () =>
    createQemuProvider({ root, imagesRoot: join(base, 'images'), users, log: (...line) => logged.push(line) });
  const harness: ContractHarness = {
    provider: await create(),
    image: tiny,
    async restart() {
      await harness.provider.close();
      harness.provider = await create();
      return harness.provider;
    },
    async kill(slice, vmId) {
      for (const machine of await findMachines(root))
        if (machine.sliceId === slice.id && machine.name === `v${vmId}`) await killMachine(machine, root);
    },
    async countMachines(slice, vmId) {
      const machines = await findMachines(root);
      return machines.filter((machine) => machine.sliceId === slice.id && machine.name === `v${vmId}`).length;
    },
    async dispose() {
      expect(await findMachines(root)).toEqual([]);
      expect((await readdir(root)).filter((name) => name !== 'images' && name !== 'accelerator.json')).toEqual([]);
      await harness.provider.close();
      await rm(folder, { recursive: true });
      expect(logged).toEqual([]);
    },
  };
  return harness;
});
