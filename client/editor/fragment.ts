import { z } from 'zod';
import { annotationsOf, withAnnotations } from '#shared/topology/annotations';
import { topologySchema, type Topology } from '#shared/topology/schema';
import type { CanvasArea, CanvasPoint } from './canvas/types';

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
  const parts = {
    vms: topology.vms.filter(({ key }) => keys.has(key)),
    networks: topology.networks.filter(({ key }) => keys.has(key)),
    edges: topology.edges.filter(({ source, target }) => keys.has(source) && keys.has(target)),
  };
  return withAnnotations(
    parts,
    annotationsOf(topology).filter(({ key }) => keys.has(key)),
  );
}

/** The same with new keys, moved by (dx, dy). */
export function withNewKeys(fragment: Topology, dx: number, dy: number, makeKey: () => string = newKey): Topology {
  const nodes = [...fragment.vms, ...fragment.networks, ...annotationsOf(fragment)];
  const keys = new Map(nodes.map(({ key }) => [key, makeKey()]));
  const key = (old: string) => keys.get(old) ?? old;
  const moved = <Node extends { key: string; x: number; y: number }>(node: Node): Node => ({
    ...node,
    key: key(node.key),
    x: node.x + dx,
    y: node.y + dy,
  });
  const parts = {
    vms: fragment.vms.map((vm) => ({ ...moved(vm), startAfter: vm.startAfter.map(key) })),
    networks: fragment.networks.map(moved),
    edges: fragment.edges.map((edge) => ({
      ...edge,
      key: makeKey(),
      source: key(edge.source),
      target: key(edge.target),
    })),
  };
  return withAnnotations(parts, annotationsOf(fragment).map(moved));
}

/** The rectangle of the middles of all that is drawn; null when there is nothing. */
export function boundsOf(topology: Topology): CanvasArea | null {
  const nodes = [...topology.vms, ...topology.networks, ...annotationsOf(topology)];
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

/** px between a node's centre and the edge of what is visible: half of the node, and some air. */
const margin = { x: 100, y: 50 };

/** Steps away from the middle, ring by ring; in each to the right first, as one writes. */
function* ringsOf(rings: number, stepX: number, stepY: number): Generator<CanvasPoint> {
  for (let ring = 0; ring <= rings; ring++) {
    const cells: CanvasPoint[] = [];
    for (let y = -ring; y <= ring; y++)
      for (let x = -ring; x <= ring; x++) if (Math.max(Math.abs(x), Math.abs(y)) === ring) cells.push({ x, y });
    cells.sort((left, right) => Math.abs(left.y) - Math.abs(right.y) || right.x - left.x || right.y - left.y);
    for (const { x, y } of cells) yield { x: x * stepX, y: y * stepY };
  }
}

/**
 * A free place for a node, so that what is added never lies upon something and is seen at once: as near to the middle of
 * what is visible as may be, with room for links if there is any; out of sight only if all that is visible is taken.
 */
export function freePlace(topology: Topology, visible: CanvasArea): CanvasPoint {
  // a frame or a shape is behind what stands in it
  const notes = annotationsOf(topology).filter(({ kind }) => kind === 'note' || kind === 'label');
  const nodes = [...topology.vms, ...topology.networks, ...notes];
  const middle = {
    x: Math.round((visible.left + visible.right) / 20) * 10,
    y: Math.round((visible.top + visible.bottom) / 20) * 10,
  };
  const reach = {
    x: (visible.right - visible.left) / 2 - margin.x,
    y: (visible.bottom - visible.top) / 2 - margin.y,
  };
  const search = (stepX: number, stepY: number, anywhere: boolean): CanvasPoint | undefined => {
    const rings = anywhere ? 40 : Math.max(0, Math.ceil(Math.max(reach.x / stepX, reach.y / stepY)));
    for (const step of ringsOf(rings, stepX, stepY)) {
      if (!anywhere && (Math.abs(step.x) > reach.x || Math.abs(step.y) > reach.y)) continue;
      const place = { x: middle.x + step.x, y: middle.y + step.y };
      const taken = nodes.some((node) => Math.abs(node.x - place.x) < 200 && Math.abs(node.y - place.y) < 80);
      if (!taken) return place;
    }
    return undefined;
  };
  return search(240, 120, false) ?? search(40, 20, false) ?? search(240, 120, true) ?? middle;
}

/** How far a fragment has to go to be seen: not at all if some of it is, else to the middle of what is visible. */
export function shiftIntoView(fragment: Topology, visible: CanvasArea): { dx: number; dy: number } {
  const bounds = boundsOf(fragment);
  const isSeen = ({ x, y }: CanvasPoint) =>
    x > visible.left && x < visible.right && y > visible.top && y < visible.bottom;
  if (bounds === null || [...fragment.vms, ...fragment.networks, ...annotationsOf(fragment)].some(isSeen))
    return { dx: 0, dy: 0 };
  const middle = (from: number, to: number) => (from + to) / 2;
  const towards = (to: number, from: number) => Math.round((to - from) / 10) * 10;
  return {
    dx: towards(middle(visible.left, visible.right), middle(bounds.left, bounds.right)),
    dy: towards(middle(visible.top, visible.bottom), middle(bounds.top, bounds.bottom)),
  };
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
