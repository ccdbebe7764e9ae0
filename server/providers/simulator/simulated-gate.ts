import type { Ready } from '#shared/topology/schema';
import { behavesAs, sentinels } from './sentinels';
import type { SimulatedVm } from './simulator-state';

/** Whether a VM that runs is ready, as far as that does not depend on time. */
export function isGateOpen(vm: SimulatedVm, { marker, tcpPort }: Ready): boolean {
  if (marker !== undefined) return vm.shown.includes(marker);
  return vm.hostPorts.has(`tcp:${tcpPort ?? 0}`) && !behavesAs(vm.spec.name, sentinels.neverAnswers);
}
