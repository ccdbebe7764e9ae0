import { Lab, noNic } from './lab';
import { netlabAddressing } from './netlab-addressing';
import type { Cursor } from './source';

/** What netlab tells Ansible of one node (`host_vars`), as it lies about beside topologies: its links with who is at their other ends. */
export function isNetlabInventory(root: Cursor): boolean {
  const [link] = root.get('links').isList
    ? root.get('links').items()
    : root.get('interfaces').isList
      ? root.get('interfaces').items()
      : [];
  return (
    root.get('nodes').isEmpty && link !== undefined && !link.get('ifindex').isEmpty && link.keys().includes('neighbors')
  );
}

/** Reads the node and its neighbours; that the rest of the lab is not in the document is told. */
export function readNetlabInventory(root: Cursor): Lab {
  const lab = new Lab();
  const links = root.get('links').isList ? root.get('links') : root.get('interfaces');
  const own = nameOf(root, links);
  lab.report.add('changed', 'DOC_ONE_NODE', { node: own });
  lab.machine(own, { kind: root.get('device').softText() ?? root.get('box').softText() ?? '' });
  links.items().forEach((link, index) => {
    const neighbors = neighborsOf(link.get('neighbors'));
    for (const [name] of neighbors) if (!lab.has(name)) lab.machine(name);
    const all: [string, Cursor][] = [[own, link], ...neighbors];
    const { chosen, nics, left } = netlabAddressing({
      prefix: (family) => link.get('prefix', family),
      mtu: link.get('mtu'),
      ends: all.map(
        ([, at]) =>
          (key: string) =>
            at.get(key),
      ),
    });
    for (const what of left) lab.report.leaveOut(`links.${what}`, all.map(([name]) => name).join('–'));
    const [only] = neighbors;
    if (only !== undefined && neighbors.length === 1 && link.get('type').softText() !== 'lan')
      return lab.link(own, only[0], null, ['', ''], { chosen, nics: [nics[0] ?? noNic, nics[1] ?? noNic] });
    const id = lab.freeId(neighbors.length === 0 ? `stub ${own}` : `lan ${index + 1}`);
    lab.segment(id, id, null, null, chosen);
    for (const [at, [name]] of all.entries()) lab.link(name, id, null, ['', ''], { nics: [nics[at] ?? noNic, noNic] });
  });
  return lab;
}

/** The node's name, which older inventories only have in their links' names: `pe2 -> c2`. */
function nameOf(root: Cursor, links: Cursor): string {
  const told =
    root
      .get('hostname')
      .softText()
      ?.replace(/^clab-.*-/, '') ?? root.get('name').softText();
  if (told != null && told !== '') return told;
  const named = links.items().map((link) => /^(\S+) -> /.exec(link.get('name').softText() ?? '')?.[1]);
  return named.find((name) => name !== undefined) ?? 'node';
}

function neighborsOf(neighbors: Cursor): [name: string, told: Cursor][] {
  if (!neighbors.isList) return neighbors.entries();
  return neighbors.items().map((neighbor) => [neighbor.get('node').needText(), neighbor]);
}
