import { apart, room, type Place } from '#shared/topology/apart';
import { forceDirected } from './force';
import {
  boundsOfPlaces,
  componentsOf,
  neighboursOf,
  type GraphEdge,
  type GraphNode,
  type Neighbours,
  type Places,
} from './graph';
import { layered } from './layered';
import { radial, tree } from './trees';

export const arrangements = ['layered', 'tree', 'radial', 'force', 'circular', 'grid', 'geographic'] as const;
export type Arrangement = (typeof arrangements)[number];

export interface ArrangeRequest {
  arrangement: Arrangement;
  /** Everything that is drawn: what is not to be moved is kept clear. */
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Keys of the nodes to be arranged; null for all. Those that are `fixed` stay all the same. */
  only: readonly string[] | null;
}
export interface Arranged extends Place {
  key: string;
}

/** Places are whole steps of the canvas's grid. */
const step = 10;
const gap = 2 * room.width;
const farthest = 1_000_000;

/**
 * Where the nodes come to stand. Pure: the same request, the same places, whatever was arranged before. No two cards lie on each
 * other, nor on one that stays; the middle of what is arranged stays where it was, unless something that stays is in the way.
 */
export function arrange({ arrangement, nodes, edges, only }: ArrangeRequest): Arranged[] {
  const chosen = only === null ? null : new Set(only);
  const moved = nodes.filter(({ key, fixed }) => fixed !== true && (chosen === null || chosen.has(key)));
  const movedKeys = new Set(moved.map(({ key }) => key));
  const inner = edges.filter(({ source, target }) => movedKeys.has(source) && movedKeys.has(target));
  const stays = nodes.filter(({ key }) => !movedKeys.has(key));
  const keys = moved.map(({ key }) => key);
  const rough = roughly(arrangement, moved, inner, neighboursOf(keys, inner));
  const at = (key: string): Place => rough.get(key) ?? { x: 0, y: 0 };
  const tidy = apart(keys.map(at));
  const places = besides(centredOn(tidy, moved), stays);
  return keys.map((key, index) => {
    const { x, y } = places[index] ?? { x: 0, y: 0 };
    return { key, x: onGrid(x), y: onGrid(y) };
  });
}

const onGrid = (value: number) =>
  Math.min(Math.max(Math.round((Number.isFinite(value) ? value : 0) / step) * step, -farthest), farthest) + 0;

function roughly(
  arrangement: Arrangement,
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  neighbours: Neighbours,
): Places {
  const keys = nodes.map(({ key }) => key);
  switch (arrangement) {
    case 'grid':
      return grid(keys);
    case 'circular':
      return circular(keys, neighbours);
    case 'geographic':
      return geographic(nodes);
    case 'layered':
      return byComponents(keys, neighbours, (part) => layered(part, edgesIn(part, edges), neighbours));
    case 'tree':
      return byComponents(keys, neighbours, (part) => tree(part, edgesIn(part, edges), neighbours));
    case 'radial':
      return byComponents(keys, neighbours, (part) => radial(part, edgesIn(part, edges), neighbours));
    case 'force':
      return byComponents(keys, neighbours, (part) => forceDirected(part, edgesIn(part, edges)));
  }
}

function edgesIn(part: readonly string[], edges: readonly GraphEdge[]): GraphEdge[] {
  const keys = new Set(part);
  return edges.filter(({ source, target }) => keys.has(source) && keys.has(target));
}

/** Each part of its own, then the parts in rows of about the shape of a screen; what is linked with nothing in a grid below. */
function byComponents(keys: readonly string[], neighbours: Neighbours, draw: (part: string[]) => Places): Places {
  const parts = componentsOf(keys, neighbours);
  const blocks = parts.filter((part) => part.length > 1).map(draw);
  const lonely = parts.filter((part) => part.length === 1).flat();
  if (lonely.length > 0) blocks.push(grid(lonely));
  const sizes = blocks.map((block) => boundsOfPlaces(block.values()));
  const area = sizes.reduce(
    (sum, { left, right, top, bottom }) => sum + (right - left + gap) * (bottom - top + gap),
    0,
  );
  const widest = Math.max(0, ...sizes.map(({ left, right }) => right - left));
  const line = Math.max(widest, Math.sqrt(area) * 1.4);
  const all: Places = new Map();
  let [x, y, height] = [0, 0, 0];
  for (const [index, block] of blocks.entries()) {
    const size = sizes[index] ?? { left: 0, top: 0, right: 0, bottom: 0 };
    const width = size.right - size.left;
    if (x > 0 && x + width > line) {
      x = 0;
      y += height + gap;
      height = 0;
    }
    for (const [key, place] of block) all.set(key, { x: place.x - size.left + x, y: place.y - size.top + y });
    x += width + gap;
    height = Math.max(height, size.bottom - size.top);
  }
  return all;
}

/** In rows, in the order in which they were drawn, about as wide as high on the screen. */
function grid(keys: readonly string[]): Places {
  const [width, height] = [room.width + 40, room.height + 50];
  const columns = Math.max(1, Math.round(Math.sqrt((keys.length * height * 1.4) / width)));
  return new Map(
    keys.map((key, index) => [key, { x: (index % columns) * width, y: Math.floor(index / columns) * height }]),
  );
}

/** On one circle, neighbours near each other where that can be: as a walk through the graph meets them. */
function circular(keys: readonly string[], neighbours: Neighbours): Places {
  const order: string[] = [];
  const met = new Set<string>();
  for (const start of keys) {
    const stack = [start];
    for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
      if (met.has(key)) continue;
      met.add(key);
      order.push(key);
      stack.push(...(neighbours.get(key) ?? []).filter((other) => !met.has(other)).toReversed());
    }
  }
  const radius = Math.max(220, (order.length * 260) / (2 * Math.PI));
  return new Map(
    order.map((key, index) => {
      const angle = (index / order.length) * 2 * Math.PI - Math.PI / 2;
      return [key, { x: radius * Math.cos(angle) * 1.2, y: radius * Math.sin(angle) }];
    }),
  );
}

/** As a map, north at the top, so large that half of all have their nearest neighbour well apart; who is nowhere stands below. */
function geographic(nodes: readonly GraphNode[]): Places {
  const known = nodes.flatMap(({ key, location }) => (location == null ? [] : [{ key, ...location }]));
  const latitudes = known.map(({ latitude }) => latitude);
  const middle = known.length === 0 ? 0 : (Math.min(...latitudes) + Math.max(...latitudes)) / 2;
  // degrees of longitude are shorter away from the equator
  const shrink = Math.max(0.2, Math.cos((middle * Math.PI) / 180));
  const flat = known.map(({ key, latitude, longitude }) => ({ key, x: longitude * shrink, y: -latitude }));
  const nearest = flat
    .map((one) => Math.min(...flat.map((other) => Math.hypot(one.x - other.x, one.y - other.y) || Infinity)))
    .filter(Number.isFinite)
    .toSorted((one, other) => one - other);
  const median = nearest[Math.floor(nearest.length / 2)] ?? 1;
  const bounds = boundsOfPlaces(flat);
  const widest = Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top, 1e-9);
  const scale = Math.min(260 / median, farthest / 2 / widest);
  const places: Places = new Map(
    flat.map(({ key, x, y }) => [key, { x: (x - bounds.left) * scale, y: (y - bounds.top) * scale }]),
  );
  const below = flat.length === 0 ? 0 : (bounds.bottom - bounds.top) * scale + gap;
  const nowhere = grid(nodes.filter(({ location }) => location == null).map(({ key }) => key));
  for (const [key, { x, y }] of nowhere) places.set(key, { x, y: y + below });
  return places;
}

/** Moved as one, so that their middle is where that of `from` was. */
function centredOn(places: readonly Place[], from: readonly Place[]): Place[] {
  const [now, then] = [boundsOfPlaces(places), boundsOfPlaces(from)];
  const dx = onGrid((then.left + then.right - now.left - now.right) / 2);
  const dy = onGrid((then.top + then.bottom - now.top - now.bottom) / 2);
  return places.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
}

/** Moved as one, to the nearest place where none lies on what stays; if there is none near, each by itself. */
function besides(places: readonly Place[], stays: readonly Place[]): Place[] {
  if (stays.length === 0) return [...places];
  const cells = new Map<string, Place[]>();
  const cell = (place: Place) => [Math.floor(place.x / room.width), Math.floor(place.y / room.height)] as const;
  for (const place of stays) {
    const key = cell(place).join(' ');
    cells.set(key, [...(cells.get(key) ?? []), place]);
  }
  const isClear = (place: Place) => {
    const [column, row] = cell(place);
    for (const across of [-1, 0, 1])
      for (const down of [-1, 0, 1])
        for (const other of cells.get(`${column + across} ${row + down}`) ?? [])
          if (Math.abs(other.x - place.x) < room.width && Math.abs(other.y - place.y) < room.height) return false;
    return true;
  };
  const size = boundsOfPlaces([...places, ...stays]);
  const reach = Math.hypot(size.right - size.left, size.bottom - size.top) + gap;
  for (let distance = 0; distance <= reach; distance += distance < 10 * gap ? room.height : reach / 40)
    for (const turn of distance === 0 ? [0] : turns) {
      const [dx, dy] = [onGrid(Math.cos(turn) * distance), onGrid(Math.sin(turn) * distance)];
      const there = places.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
      if (there.every(isClear)) return there;
    }
  return apart(places, stays);
}
/** To the right first, then below, as one writes. */
const turns = [0, 2, 4, 6, 1, 3, 5, 7].map((eighth) => (eighth * Math.PI) / 4);
