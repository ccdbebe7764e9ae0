import { useState } from 'react';
import type { SliceVm } from '#shared/slice';

/**
 * The VMs whose consoles are open, of these ids. One that is removed from its slice meanwhile stays, as it was last, until its console is
 * closed: what that says of the end is to be read.
 */
export function useOpenVms(vms: readonly SliceVm[], ids: readonly number[]): readonly SliceVm[] {
  const [shown, setShown] = useState<readonly SliceVm[]>([]);
  const now = ids.flatMap((id) => [...vms, ...shown].find((vm) => vm.id === id) ?? []);
  if (now.length === shown.length && now.every((vm, index) => vm === shown[index])) return shown;
  setShown(now);
  return now;
}
