import { expect } from 'vitest';
import { openSettings } from '#shared/zone-settings';
import { contractParts } from '../contract-fixtures';
import type { ContractHarness } from '../contract-harness';
import type { ImageSpec } from '../provider';
import { createSimulatorProvider } from './simulator-provider';
import { crashVm, spoil, type SimulatorState } from './simulator-state';

const image: ImageSpec = {
  id: 1,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: 'SIMULATED-READY',
};

/** For the contract of providers; `again` answers what a new server finds of the state of the last one. */
export async function simulatorHarness(
  first: SimulatorState,
  again: (last: SimulatorState) => Promise<SimulatorState>,
): Promise<ContractHarness> {
  let state = first;
  const powered = (slice: { id: number }, vmId: number) => state.slices.get(slice.id)?.vms.get(vmId);
  const harness: ContractHarness = {
    provider: createSimulatorProvider({ state, parts: contractParts }),
    settings: [
      openSettings.parse({ provider: 'simulator' }),
      openSettings.parse({ provider: 'simulator', launchLimit: 1 }),
    ],
    image,
    disks: [
      { ...image, id: 2, kind: 'disk' },
      { ...image, id: 3, kind: 'disk' },
    ],
    async restart() {
      await harness.provider.close();
      state = await again(state);
      harness.provider = createSimulatorProvider({ state, parts: contractParts });
      return harness.provider;
    },
    async kill(slice, vmId) {
      crashVm(state, slice.id, vmId);
    },
    async loseImage(slice) {
      for (const vmId of state.slices.get(slice.id)?.vms.keys() ?? [])
        spoil(state, slice.id, vmId, { lacksImage: true });
    },
    async intrude(slice, vmId) {
      spoil(state, slice.id, vmId, { intruder: 'sleep' });
      return async () => spoil(state, slice.id, vmId, { intruder: null });
    },
    async countMachines(slice, vmId) {
      return powered(slice, vmId)?.power === 'on' ? 1 : 0;
    },
    async machineRam(slice, vmId) {
      return powered(slice, vmId)?.spec.ramMb ?? 0;
    },
    async diskOf(slice, vmId) {
      const vm = powered(slice, vmId);
      return { id: String(vm?.disk), gb: vm?.diskGb ?? 0 };
    },
    async remember(slice, vmId, word) {
      Object.assign(powered(slice, vmId) ?? {}, { memory: word });
      state.keep?.(slice.id);
    },
    async recall(slice, vmId) {
      return powered(slice, vmId)?.memory ?? '';
    },
    async writeDisk(slice, vmId, word) {
      Object.assign(powered(slice, vmId) ?? {}, { content: word });
      state.keep?.(slice.id);
    },
    async readDisk(slice, vmId) {
      return powered(slice, vmId)?.content ?? '';
    },
    async dispose() {
      expect(state.slices.size).toBe(0);
      expect(state.usedPorts.size).toBe(0);
      await harness.provider.close();
      expect(state.listeners.size).toBe(0);
    },
  };
  return harness;
}
