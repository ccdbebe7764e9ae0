import { driftOf, type Drift } from '#shared/drift';
import type { Slice, SliceVm } from '#shared/slice';
import type { CanvasDrift } from '../editor/canvas/types';
import { spoken } from '../i18n/spoken';

/** What the canvas says of a VM, network or link that is not as it was asked for; of a slice's row. */
export function canvasDrift(slice: Slice): (resource: Drift['resource'], id: number) => CanvasDrift | undefined {
  const byPart = new Map<string, Drift[]>();
  for (const drift of driftOf(slice)) {
    const part = `${drift.resource}:${drift.id}`;
    byPart.set(part, [...(byPart.get(part) ?? []), drift]);
  }
  return (resource, id) => {
    const found = byPart.get(`${resource}:${id}`);
    if (found === undefined) return undefined;
    return {
      message: found.map(({ message, sentences }) => spoken(message, sentences)).join(' '),
      at: found[0]?.observedAt ?? null,
    };
  };
}

/** What of a slice is not as it was asked for and concerns the VM: itself, its links, and the networks that they lead to. */
export function driftAround(slice: Slice, vm: Pick<SliceVm, 'id' | 'key'>): Drift[] {
  const its = slice.edges.filter(({ source, target }) => source === vm.key || target === vm.key);
  const links = new Set(its.map(({ id }) => id));
  const networks = new Set(its.map(({ target }) => target));
  return driftOf(slice).filter(({ resource, id, key }) => {
    if (resource === 'vm') return id === vm.id;
    return resource === 'edge' ? links.has(id) : networks.has(key);
  });
}
