import type { Place } from '#shared/topology/apart';

export interface GraphNode {
  key: string;
  /** The node's centre. */
  x: number;
  y: number;
  /** It stays where it is, whatever is arranged. */
  fixed?: boolean;
  /** Where it is on the earth, degrees. */
  location?: { latitude: number; longitude: number } | null;
}

export interface GraphEdge {
  source: string;
  target: string;
  /** The target is a network: which end was named first then says nothing of what stands above what. */
  attachment?: boolean;
}

/** A number of each node's neighbours, each once; loops left out. */
export type Neighbours = ReadonlyMap<string, readonly string[]>;

/** Where the nodes of one part stand, by key. */
export type Places = Map<string, Place>;

export function neighboursOf(keys: readonly string[], edges: readonly GraphEdge[]): Neighbours {
  const found = new Map(keys.map((key) => [key, new Set<string>()]));
  for (const { source, target } of edges)
    if (source !== target && found.has(source) && found.has(target)) {
      found.get(source)?.add(target);
      found.get(target)?.add(source);
    }
  return new Map([...found].map(([key, others]) => [key, [...others]]));
}

/** The parts of a graph that hang together, each in the order of `keys`, the largest first. */
export function componentsOf(keys: readonly string[], neighbours: Neighbours): string[][] {
  const part = new Map<string, number>();
  let count = 0;
  for (const start of keys) {
    if (part.has(start)) continue;
    const queue = [start];
    part.set(start, count);
    for (let key = queue.pop(); key !== undefined; key = queue.pop())
      for (const other of neighbours.get(key) ?? [])
        if (!part.has(other)) {
          part.set(other, count);
          queue.push(other);
        }
    count += 1;
  }
  const parts: string[][] = Array.from({ length: count }, () => []);
  for (const key of keys) parts[part.get(key) ?? 0]?.push(key);
  return parts.toSorted((one, other) => other.length - one.length);
}

/**
 * What stands at the top: of the nodes that nothing points to, those with the most neighbours. In a leaf-spine that is drawn
 * downwards those are the spines; where a router and its hosts are on networks, the router.
 */
export function rootsOf(keys: readonly string[], edges: readonly GraphEdge[], neighbours: Neighbours): string[] {
  const pointedAt = new Set(
    edges
      .filter(({ attachment, source, target }) => attachment !== true && source !== target)
      .map(({ target }) => target),
  );
  const networks = new Set(edges.filter(({ attachment }) => attachment === true).map(({ target }) => target));
  const free = keys.filter((key) => !pointedAt.has(key) && !networks.has(key));
  const candidates = free.length > 0 ? free : keys;
  const degree = (key: string) => neighbours.get(key)?.length ?? 0;
  const most = Math.max(...candidates.map(degree));
  return candidates.filter((key) => degree(key) === most);
}

/** A spanning forest from the roots, breadth first: each node's depth, and by which node it was reached. */
export function spanningForest(
  roots: readonly string[],
  neighbours: Neighbours,
): { depth: Map<string, number>; parent: Map<string, string> } {
  const depth = new Map(roots.map((key) => [key, 0]));
  const parent = new Map<string, string>();
  const queue = [...roots];
  for (let at = 0; at < queue.length; at += 1) {
    const key = queue[at] ?? '';
    for (const other of neighbours.get(key) ?? [])
      if (!depth.has(other)) {
        depth.set(other, (depth.get(key) ?? 0) + 1);
        parent.set(other, key);
        queue.push(other);
      }
  }
  return { depth, parent };
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The rectangle around the centres; all zero for none. */
export function boundsOfPlaces(places: Iterable<Place>): Bounds {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of places) {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds.left === Infinity ? { left: 0, top: 0, right: 0, bottom: 0 } : bounds;
}
