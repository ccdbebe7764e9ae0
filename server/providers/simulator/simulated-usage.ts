import type { Resources } from '#shared/primitives';
import type { MachineUsage, Provider, VmUsage } from '../provider';
import type { SimulatedPart, SimulatedVm } from './simulator-state';

/** What has been used after so many seconds of something that swings around `mean` in a second by more than half of it. */
function swung(seconds: number, mean: number, vmId: number): number {
  const [pace, phase] = [(2 * Math.PI) / (600 + 60 * (vmId % 7)), vmId];
  return mean * (seconds + (0.6 / pace) * (Math.cos(phase) - Math.cos(pace * seconds + phase)));
}

/** What a simulated VM that is on has used: always at work, each in its own rhythm, which is the same at each time of the clock. */
function usageOf({ spec, boot, console }: SimulatedVm, seconds: number): VmUsage {
  const { id: vmId, ramMb, image, nics } = spec;
  const load = 0.3 + 0.1 * (vmId % 5);
  return {
    vmId,
    run: boot,
    cpuSeconds: swung(seconds, load, vmId),
    memoryMb: ramMb * (0.55 + 0.2 * Math.sin(seconds / 900 + vmId)),
    diskBytes: image.kind === 'disk' ? Math.floor(swung(seconds, 40_000 * load, vmId + 1)) : null,
    trafficBytes: Math.floor(swung(seconds, 20_000 * nics.length, vmId + 2)),
    consoles: console.readers,
  };
}

/** What a simulated machine uses, whatever runs on it: always at work, as its VMs are. */
function machineUsage({ vcpus, ramMb }: Resources, seconds: number): MachineUsage {
  return {
    processors: vcpus,
    cpuSeconds: swung(seconds, 0.3 * vcpus, 0),
    memoryMb: ramMb * (0.55 + 0.2 * Math.sin(seconds / 900)),
    totalMemoryMb: ramMb,
  };
}

/** What simulated VMs use, and the machine that they are on. */
export function simulatedUsage(
  { state, enter, clock }: SimulatedPart,
  physical: Resources,
): Pick<Provider, 'usage' | 'machine'> {
  const usedBy = (sliceId: number): VmUsage[] =>
    [...(state.slices.get(sliceId)?.vms.values() ?? [])]
      .filter(({ power }) => power === 'on')
      .map((vm) => usageOf(vm, clock() / 1000));
  return {
    async usage(slices) {
      await enter();
      const ids = slices?.map(({ id }) => id) ?? [...state.slices.keys()];
      return new Map(ids.map((id) => [id, usedBy(id)]));
    },
    async machine() {
      await enter();
      return machineUsage(physical, clock() / 1000);
    },
  };
}
