import { useState } from 'react';
import type { ConsoleKind } from '#shared/image';
import { consoleId, consoleIdsIn, type ConsoleId } from '../console/console-id';
import { useFilters } from '../hooks/filters';

export const sliceTabs = [
  'topology',
  'vms',
  'addresses',
  'forwards',
  'screens',
  'figures',
  'plan',
  'events',
  'history',
] as const;
export type SliceTab = (typeof sliceTabs)[number];

export interface SlicePlace {
  tab: SliceTab;
  /** Key of the VM that is shown beside. */
  vmKey: string | null;
  /** Those that are open, in the order of their tabs. */
  consoles: readonly ConsoleId[];
  activeConsole: ConsoleId | null;
  /** Id of the deployment of its history that is open, null for all of them. */
  deploymentId: number | null;
  /** The consoles stand beside one another, not one behind the other. */
  tiled: boolean;
  /** The address was of consoles in a window of their own: they begin in full size. */
  startMaximised: boolean;
  showTab: (tab: SliceTab) => void;
  showVm: (key: string | null) => void;
  openConsole: (vmId: number, options?: { kind?: ConsoleKind; closeVm?: boolean }) => void;
  /** Opens the serial consoles of all of them, side by side. */
  openConsoles: (vmIds: readonly number[]) => void;
  /** To the front. */
  showConsole: (id: ConsoleId) => void;
  closeConsole: (id: ConsoleId) => void;
  closeConsoles: () => void;
  tileConsoles: (tiled: boolean) => void;
}

/** An address is text that anybody can have written. */
function idIn(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

/**
 * What of a slice's page one looks at, in its address: `?tab=vms&vm=web&consoles=12,13&console=13`. A reload keeps it, and
 * Back leads to the tab before and away from a VM. `?console=12` alone is one console in full size, `full=1` has several so;
 * `tiles=1` has them side by side. `12v` is the screen of
 * VM 12, `12` its serial console.
 */
export function useSlicePlace(): SlicePlace {
  const filters = useFilters();
  const [active] = consoleIdsIn(filters.get('console'));
  const listed = consoleIdsIn(filters.get('consoles'));
  const consoles = active === undefined || listed.includes(active) ? listed : [...listed, active];
  const [startMaximised] = useState(active !== undefined && (listed.length === 0 || filters.get('full') === '1'));
  const deploymentId = idIn(filters.get('deployment'));
  const vmKey = filters.get('vm') === '' ? null : filters.get('vm');
  const consoleValues = (ids: readonly ConsoleId[], current: ConsoleId | undefined) => ({
    consoles: ids.length === 0 ? null : ids.join(','),
    console: current ?? null,
  });
  const bringToFront = (id: ConsoleId) => consoleValues(consoles.includes(id) ? consoles : [...consoles, id], id);
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
    openConsole: (vmId, { kind = 'serial', closeVm = false } = {}) =>
      filters.set({ ...bringToFront(consoleId(vmId, kind)), ...(closeVm ? { vm: null } : {}) }),
    showConsole: (id) => filters.set(bringToFront(id)),
    openConsoles: (vmIds) => {
      const all = [...new Set([...consoles, ...vmIds.map((vmId) => consoleId(vmId))])];
      filters.set({ ...consoleValues(all, active ?? all[0]), tiles: '1' });
    },
    closeConsoles: () => filters.set({ ...consoleValues([], undefined), tiles: null, full: null }),
    tileConsoles: (tiled) => filters.set({ tiles: tiled ? '1' : null }),
    closeConsole: (closed) => {
      const left = consoles.filter((id) => id !== closed);
      filters.set(consoleValues(left, left.at(-1)));
    },
  };
}

/** The address of a window that has only these consoles of a slice, in full size. */
export function consoleWindow(sliceId: number, ids: readonly ConsoleId[], activeId: ConsoleId): string {
  const several = ids.length > 1 ? `consoles=${ids.join(',')}&tiles=1&full=1&` : '';
  return `/slices/${sliceId}?${several}console=${activeId}`;
}
