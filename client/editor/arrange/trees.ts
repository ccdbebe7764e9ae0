import { hierarchy, tree as tidyTree, type HierarchyPointNode } from 'd3-hierarchy';
import { rootsOf, spanningForest, type GraphEdge, type Neighbours, type Places } from './graph';

interface Branch {
  key: string;
  children: Branch[];
}

/** The tree that spans the part, from the first of what stands at the top. */
function spanningTree(keys: readonly string[], edges: readonly GraphEdge[], neighbours: Neighbours): Branch {
  const [root = ''] = rootsOf(keys, edges, neighbours);
  const { parent } = spanningForest([root], neighbours);
  const branches = new Map(keys.map((key): [string, Branch] => [key, { key, children: [] }]));
  for (const [key, above] of parent) {
    const branch = branches.get(key);
    if (branch !== undefined) branches.get(above)?.children.push(branch);
  }
  return branches.get(root) ?? { key: root, children: [] };
}

/** Parents above the middle of their children. */
export function tree(keys: readonly string[], edges: readonly GraphEdge[], neighbours: Neighbours): Places {
  const drawn = tidyTree<Branch>().nodeSize([250, 190])(hierarchy(spanningTree(keys, edges, neighbours)));
  return placesOf(drawn, ({ x, y }) => ({ x, y }));
}

/** Rings around the root, each as wide as the fullest needs. */
export function radial(keys: readonly string[], edges: readonly GraphEdge[], neighbours: Neighbours): Places {
  const root = hierarchy(spanningTree(keys, edges, neighbours));
  const atDepth: number[] = [];
  for (const { depth } of root.descendants()) atDepth[depth] = (atDepth[depth] ?? 0) + 1;
  // the circumference of each ring has to hold its nodes
  const ring = Math.max(
    300,
    ...atDepth.map((count, depth) => (depth === 0 ? 0 : (count * 250) / (2 * Math.PI * depth))),
  );
  const drawn = tidyTree<Branch>()
    .size([2 * Math.PI, 1])
    .separation((one, other) => (one.parent === other.parent ? 1 : 2) / Math.max(1, one.depth))(root);
  return placesOf(drawn, ({ x, depth }) => ({
    x: Math.sin(x) * depth * ring * 1.2,
    y: -Math.cos(x) * depth * ring,
  }));
}

function placesOf(
  root: HierarchyPointNode<Branch>,
  place: (node: HierarchyPointNode<Branch>) => { x: number; y: number },
): Places {
  return new Map(root.descendants().map((node) => [node.data.key, place(node)]));
}
