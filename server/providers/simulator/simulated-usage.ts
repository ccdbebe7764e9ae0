import type { Provider, VmUsage } from '../provider';
import type { SimulatorState } from './simulator-state';

export interface UsageOptions {
  /** What a VM that runs has used; without it, it is always at work and says nothing. */
  usage?: ((sliceId: number, vmId: number) => Pick<VmUsage, 'cpuSeconds' | 'trafficBytes'>) | undefined;
}

/** What simulated VMs use. `enter`: what each call does first. */
export function simulatedUsage({
  state,
  enter,
  clock,
  usage = () => ({ cpuSeconds: clock() / 1000, trafficBytes: 0 }),
}: UsageOptions & { state: SimulatorState; enter: () => Promise<void>; clock: () => number }): Pick<Provider, 'usage'> {
  const usedBy = (sliceId: number): VmUsage[] =>
    [...(state.slices.get(sliceId)?.vms.values() ?? [])]
      .filter(({ power }) => power === 'on')
      .map(({ spec: { id }, console }) => ({ vmId: id, ...usage(sliceId, id), consoles: console.readers }));
  return {
    async usage(slices) {
      await enter();
      return new Map(slices.map(({ id }) => [id, usedBy(id)]));
    },
  };
}
