import { notRunning } from '../errors';
import type { Provider } from '../provider';
import { openSimulatedScreen } from './simulated-screen';
import type { SimulatedPart, SimulatedVm } from './simulator-state';

/** The consoles of simulated VMs. `output`: what a guest does with what is typed. */
export function simulatedConsoles({
  state,
  enter,
  output,
}: Pick<SimulatedPart, 'state' | 'enter'> & {
  output: (vm: SimulatedVm, data: Uint8Array) => void;
}): Pick<Provider, 'openConsole'> {
  return {
    async openConsole(slice, vmId, kind, { glance = false } = {}) {
      await enter();
      const vm = state.slices.get(slice.id)?.vms.get(vmId);
      if (vm?.power !== 'on') throw notRunning();
      if (kind === 'vnc') return openSimulatedScreen(vm, glance);
      // a terminal echoes what is typed
      const echo = (data: Uint8Array) => {
        output(vm, data);
        state.keep?.(slice.id);
      };
      return vm.console.attach(echo, { glance });
    },
  };
}
