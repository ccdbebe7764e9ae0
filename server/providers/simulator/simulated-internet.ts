import type { MeterReading } from '#server/lib/meters';
import { say, together, type Said } from '#shared/sentence';
import type { InternetLimits, Provider, SliceRef } from '../provider';
import { troubleOf, type SimulatedPart, type SimulatedVm } from './simulator-state';

export interface SimulatedInternetOptions {
  /** What the guests of a slice may have of the internet; all unless given. */
  internetLimits?: (slice: SliceRef) => Promise<InternetLimits>;
  /** What has passed of each slice; nothing does by itself. */
  internetReadings?: ReadonlyMap<number, MeterReading[]>;
}

/** The simulated way to the internet: what one says has passed, and that a slice which has used it up has none. */
export function simulatedInternet({ state, enter }: SimulatedPart, options: SimulatedInternetOptions) {
  const usedUp = new Set<number>();
  const asks = ({ power, spec }: SimulatedVm) => power === 'on' && spec.internet;

  async function look(sliceId: number): Promise<void> {
    const vms = [...(state.slices.get(sliceId)?.vms.values() ?? [])];
    if (options.internetLimits === undefined || !vms.some(asks)) return;
    const { usedUp: isUsedUp } = await options.internetLimits({ id: sliceId });
    if (usedUp.has(sliceId) === isUsedUp) return;
    if (isUsedUp) usedUp.add(sliceId);
    else usedUp.delete(sliceId);
    for (const listener of state.listeners) listener({ sliceId });
  }

  return {
    look,
    /** What is wrong with a VM, its way to the internet too. */
    troubleOf(sliceId: number, vm: SimulatedVm): Said | null {
      const trouble = troubleOf(vm);
      if (!asks(vm) || !usedUp.has(sliceId)) return trouble;
      const said = say('VM_INTERNET_USED_UP', { vm: vm.spec.name });
      return trouble === null ? said : together(trouble, said);
    },
    calls: {
      async internetUse() {
        await enter();
        return new Map(options.internetReadings);
      },
      async limitInternet(slice) {
        await enter();
        await look(slice.id);
      },
    } satisfies Pick<Provider, 'internetUse' | 'limitInternet'>,
  };
}
