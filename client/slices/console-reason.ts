import type { SliceVm } from '#shared/slice';

/** Why a console cannot be opened: the key of the sentence, or null. A stopped VM's can: it waits for the VM. */
export function consoleReason(vm: SliceVm): 'vm.noConsole' | 'vm.consoleUnavailable' | null {
  if (!vm.consoles.includes('serial')) return 'vm.noConsole';
  return vm.status === 'absent' ? 'vm.consoleUnavailable' : null;
}
