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
  /** The address was of one console, popped out: it begins in full size. */
  startMaximised: boolean;
  showTab: (tab: SliceTab) => void;
  showVm: (key: string | null) => void;
  openConsole: (vmId: number, options?: { closeVm?: boolean }) => void;
  closeConsole: (vmId: number) => void;
}

/** An address is text that anybody can have written. */
function idsIn(text: string): number[] {
  const ids = text.split(',').flatMap((part) => (/^[1-9]\d{0,14}$/.test(part) ? [Number(part)] : []));
  return [...new Set(ids)];
}

/**
 * What of a slice's page one looks at, in its address: `?tab=vms&vm=web&consoles=12,13&console=13`. A reload keeps it, and
 * Back leads to the tab before and away from a VM. `?console=12` alone is one console in full size.
 */
export function useSlicePlace(): SlicePlace {
  const filters = useFilters();
  const [active] = idsIn(filters.get('console'));
  const listed = idsIn(filters.get('consoles'));
  const consoles = active === undefined || listed.includes(active) ? listed : [...listed, active];
  const [startMaximised] = useState(active !== undefined && listed.length === 0);
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
    closeConsole: (vmId) => {
      const left = consoles.filter((id) => id !== vmId);
      filters.set(consoleValues(left, left.at(-1)));
    },
  };
}
