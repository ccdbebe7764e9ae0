import { useState } from 'react';
import { useFilters } from '../hooks/filters';

export const sliceTabs = ['topology', 'vms', 'plan', 'events', 'history'] as const;
export type SliceTab = (typeof sliceTabs)[number];

export interface SlicePlace {
  tab: SliceTab;
  /** Key of the VM that is shown beside. */
  vmKey: string | null;
  /** Ids of the VMs whose consoles are open, in the order of their tabs. */
  consoles: readonly number[];
  activeConsole: number | null;
  /** Id of the deployment of its history that is open, null for all of them. */
  deploymentId: number | null;
  /** The consoles stand beside one another, not one behind the other. */
  tiled: boolean;
  /** The address was of consoles in a window of their own: they begin in full size. */
  startMaximised: boolean;
  showTab: (tab: SliceTab) => void;
  showVm: (key: string | null) => void;
  openConsole: (vmId: number, options?: { closeVm?: boolean }) => void;
  /** Opens all of them, side by side. */
  openConsoles: (vmIds: readonly number[]) => void;
  closeConsole: (vmId: number) => void;
  closeConsoles: () => void;
  tileConsoles: (tiled: boolean) => void;
}

/** An address is text that anybody can have written. */
function idsIn(text: string): number[] {
  const ids = text.split(',').flatMap((part) => (/^[1-9]\d{0,14}$/.test(part) ? [Number(part)] : []));
  return [...new Set(ids)];
}

/**
 * What of a slice's page one looks at, in its address: `?tab=vms&vm=web&consoles=12,13&console=13`. A reload keeps it, and
 * Back leads to the tab before and away from a VM. `?console=12` alone is one console in full size, `full=1` has several so;
 * `tiles=1` has them side by side.
 */
export function useSlicePlace(): SlicePlace {
  const filters = useFilters();
  const [active] = idsIn(filters.get('console'));
  const listed = idsIn(filters.get('consoles'));
  const consoles = active === undefined || listed.includes(active) ? listed : [...listed, active];
  const [startMaximised] = useState(active !== undefined && (listed.length === 0 || filters.get('full') === '1'));
  const [deploymentId = null] = idsIn(filters.get('deployment'));
  const vmKey = filters.get('vm') === '' ? null : filters.get('vm');
  const consoleValues = (ids: readonly number[], current: number | undefined) => ({
    consoles: ids.length === 0 ? null : ids.join(','),
    console: current === undefined ? null : String(current),
  });
  return {
    tab: sliceTabs.find((tab) => tab === filters.get('tab')) ?? 'topology',
    vmKey,
    consoles,
    activeConsole: active ?? consoles.at(-1) ?? null,
    deploymentId,
    tiled: filters.get('tiles') === '1',
    startMaximised,
    showTab: (tab) => filters.set({ tab: tab === 'topology' ? null : tab, deployment: null }, { push: true }),
    // from one VM to the next is no step of its own: Back leads to where no VM was open
    showVm: (key) => {
      if (key !== vmKey) filters.set({ vm: key }, { push: vmKey === null });
    },
    openConsole: (vmId, { closeVm = false } = {}) =>
      filters.set({
        ...consoleValues(consoles.includes(vmId) ? consoles : [...consoles, vmId], vmId),
        ...(closeVm ? { vm: null } : {}),
      }),
    openConsoles: (vmIds) => {
      const all = [...new Set([...consoles, ...vmIds])];
      filters.set({ ...consoleValues(all, active ?? all[0]), tiles: '1' });
    },
    closeConsoles: () => filters.set({ ...consoleValues([], undefined), tiles: null, full: null }),
    tileConsoles: (tiled) => filters.set({ tiles: tiled ? '1' : null }),
    closeConsole: (vmId) => {
      const left = consoles.filter((id) => id !== vmId);
      filters.set(consoleValues(left, left.at(-1)));
    },
  };
}

/** The address of a window that has only these consoles of a slice, in full size. */
export function consoleWindow(sliceId: number, vmIds: readonly number[], activeId: number): string {
  const several = vmIds.length > 1 ? `consoles=${vmIds.join(',')}&tiles=1&full=1&` : '';
  return `/slices/${sliceId}?${several}console=${activeId}`;
}
