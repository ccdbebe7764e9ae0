import type { ConsoleKind } from '#shared/image';
import type { SliceVm } from '#shared/slice';

/** A console in an address: the VM's id, and for its screen a `v` behind it. */
export type ConsoleId = `${number}` | `${number}v`;

export function consoleId(vmId: number, kind: ConsoleKind = 'serial'): ConsoleId {
  return kind === 'vnc' ? `${vmId}v` : `${vmId}`;
}

/** Those that a text names, each once; an address is text that anybody can have written. */
export function consoleIdsIn(text: string): ConsoleId[] {
  const ids = text.split(',').flatMap((part): ConsoleId[] => {
    const [, vm, screen] = /^([1-9]\d{0,14})(v?)$/.exec(part) ?? [];
    return vm === undefined ? [] : [consoleId(Number(vm), screen === 'v' ? 'vnc' : 'serial')];
  });
  return [...new Set(ids)];
}

export function vmOfConsole(id: ConsoleId): number {
  return Number.parseInt(id, 10);
}

/** A console that is open. */
export interface OpenConsole {
  id: ConsoleId;
  vm: SliceVm;
  kind: ConsoleKind;
}

/** The open consoles of these VMs, in their order. */
export function openConsoles(vms: readonly SliceVm[], ids: readonly ConsoleId[]): OpenConsole[] {
  return ids.flatMap((id) => {
    const vm = vms.find((each) => each.id === vmOfConsole(id));
    return vm === undefined ? [] : [{ id, vm, kind: id.endsWith('v') ? 'vnc' : 'serial' }];
  });
}
