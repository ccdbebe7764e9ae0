import { Lab } from './lab';
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
    for (const name of neighbors) if (!lab.has(name)) lab.machine(name);
    const [only] = neighbors;
    if (only !== undefined && neighbors.length === 1 && link.get('type').softText() !== 'lan')
      return lab.link(own, only);
    const id = lab.freeId(neighbors.length === 0 ? `stub ${own}` : `lan ${index + 1}`);
    lab.segment(id);
    for (const name of [own, ...neighbors]) lab.link(name, id);
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

function neighborsOf(neighbors: Cursor): string[] {
  if (!neighbors.isList) return neighbors.entries().map(([name]) => name);
  return neighbors.items().map((neighbor) => neighbor.get('node').needText());
}
