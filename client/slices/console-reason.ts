import type { Slice, SliceVm } from '#shared/slice';
import { accessRefusal } from './access';

/** Why a console cannot be opened: the key of the sentence, or null. A stopped VM's can: it waits for the VM. */
export function consoleReason(
  slice: Pick<Slice, 'access'>,
  vm: SliceVm,
): 'refused.access.read' | 'refused.access.operate' | 'vm.noConsole' | 'vm.consoleUnavailable' | null {
  const notAllowed = accessRefusal(slice.access, 'console');
  if (notAllowed !== null) return `refused.access.${notAllowed.level}`;
  if (!vm.consoles.includes('serial')) return 'vm.noConsole';
  return vm.status === 'absent' ? 'vm.consoleUnavailable' : null;
}
