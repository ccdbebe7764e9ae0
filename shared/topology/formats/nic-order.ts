import type { Lab, LabLink } from './lab';

/** By link, and by the machine at an end of it, which NIC of the machine that is, from 0. */
export type NicOrder = ReadonlyMap<LabLink, ReadonlyMap<string, number>>;

const byNumber = new Intl.Collator('en', { numeric: true });
const kindOf = (name: string) => name.replaceAll(/\d+/g, '0');

/**
 * The order that a machine's interfaces have by their numbers, or else by their names, where it is not that of its links: `eth2` may be linked before `eth1`. Nothing of a
 * machine that says neither of all of them, or has names of more than one kind, which have no order.
 */
export function nicOrderOf(lab: Lab): NicOrder {
  const called = new Map<string, { link: LabLink; name: string }[]>();
  for (const link of lab.links) {
    const { ends, interfaces, nics } = link;
    if (ends[0] === ends[1] || ends.some((id) => lab.outsides.has(id))) continue;
    for (const [at, id] of ends.entries()) {
      const name = nics[at]?.nic ?? interfaces[at]?.trim() ?? '';
      if (lab.machines.has(id)) called.set(id, [...(called.get(id) ?? []), { link, name: String(name) }]);
    }
  }
  const order = new Map<LabLink, Map<string, number>>();
  for (const [id, nics] of called) {
    const names = new Set(nics.map(({ name }) => name));
    if (names.size < nics.length || names.has('') || new Set([...names].map(kindOf)).size > 1) continue;
    const sorted = nics.toSorted((a, b) => byNumber.compare(a.name, b.name));
    if (sorted.every((one, at) => one === nics[at])) continue;
    for (const [at, { link }] of sorted.entries())
      order.set(link, (order.get(link) ?? new Map<string, number>()).set(id, at));
  }
  return order;
}
