import { z } from 'zod';
import { topologySchema, type Topology } from '#shared/topology/schema';

/** A key for something new: random, since a key that was used before would make a later revision mistake it for the old. */
export function newKey(): string {
  // randomUUID is there in secure contexts only, and a server in the lab is reached by plain HTTP
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/** The chosen nodes with the edges between them. */
export function copyOf(topology: Topology, nodes: readonly string[]): Topology {
  const keys = new Set(nodes);
  return {
    vms: topology.vms.filter(({ key }) => keys.has(key)),
    networks: topology.networks.filter(({ key }) => keys.has(key)),
    edges: topology.edges.filter(({ source, target }) => keys.has(source) && keys.has(target)),
  };
}

/** The same with new keys, moved by (dx, dy). */
export function withNewKeys(fragment: Topology, dx: number, dy: number, makeKey: () => string = newKey): Topology {
  const keys = new Map([...fragment.vms, ...fragment.networks].map(({ key }) => [key, makeKey()]));
  const key = (old: string) => keys.get(old) ?? old;
  const moved = <Node extends { key: string; x: number; y: number }>(node: Node): Node => ({
    ...node,
    key: key(node.key),
    x: node.x + dx,
    y: node.y + dy,
  });
  return {
    vms: fragment.vms.map(moved),
    networks: fragment.networks.map(moved),
    edges: fragment.edges.map((edge) => ({ key: makeKey(), source: key(edge.source), target: key(edge.target) })),
  };
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The rectangle of the nodes' centres; null when there is none. */
export function boundsOf(topology: Topology): Bounds | null {
  const nodes = [...topology.vms, ...topology.networks];
  const [first] = nodes;
  if (first === undefined) return null;
  const bounds = { left: first.x, top: first.y, right: first.x, bottom: first.y };
  for (const { x, y } of nodes) {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

/** How far `fragment` has to go to stand below everything that is drawn already; in place when nothing is. */
export function shiftBelow(topology: Topology, fragment: Topology): { dx: number; dy: number } {
  const there = boundsOf(topology);
  const comes = boundsOf(fragment);
  if (there === null || comes === null) return { dx: 0, dy: 0 };
  return { dx: there.left - comes.left, dy: there.bottom + 160 - comes.top };
}

/** A free place near a wished one, so that what is added never lies upon something. */
export function freePlace(topology: Topology, wish: { x: number; y: number }): { x: number; y: number } {
  const nodes = [...topology.vms, ...topology.networks];
  const x = Math.round(wish.x / 10) * 10;
  const y = Math.round(wish.y / 10) * 10;
  const taken = (px: number, py: number) =>
    nodes.some((node) => Math.abs(node.x - px) < 200 && Math.abs(node.y - py) < 80);
  // outwards; in a row to the right if there is room, as one writes
  for (let ring = 0; ring < 40; ring++) {
    const cells: { dx: number; dy: number }[] = [];
    for (let dy = -ring; dy <= ring; dy++)
      for (let dx = -ring; dx <= ring; dx++) if (Math.max(Math.abs(dx), Math.abs(dy)) === ring) cells.push({ dx, dy });
    cells.sort((left, right) => Math.abs(left.dy) - Math.abs(right.dy) || right.dx - left.dx || right.dy - left.dy);
    const free = cells.find(({ dx, dy }) => !taken(x + dx * 280, y + dy * 140));
    if (free !== undefined) return { x: x + free.dx * 280, y: y + free.dy * 140 };
  }
  return { x, y };
}

const clipboardSchema = z.strictObject({ trama: z.literal('fragment'), topology: topologySchema });

export function toClipboardText(fragment: Topology): string {
  return JSON.stringify({ trama: 'fragment', topology: fragment });
}

/** What `toClipboardText` wrote, null for any other text. */
export function fromClipboardText(text: string): Topology | null {
  try {
    const parsed = clipboardSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.topology : null;
  } catch {
    return null;
  }
}
