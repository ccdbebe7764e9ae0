import { limits } from '../limits';
import { newVm, type Topology, type TopologyEdge, type TopologyVm } from './schema';

export const presetKinds = ['line', 'ring', 'star', 'tree', 'mesh', 'bus'] as const;
export type PresetKind = (typeof presetKinds)[number];

/**
 * How many VMs a preset may have. In a star the hub, in a mesh everyone, has a NIC for each other VM: as many as a drawing may
 * have. How many of them a zone can run, the zone says in the plan.
 */
export const presetSizes: Record<PresetKind, { min: number; max: number; usual: number }> = {
  line: { min: 2, max: limits.vmsPerTopology, usual: 3 },
  ring: { min: 3, max: limits.vmsPerTopology, usual: 4 },
  star: { min: 3, max: limits.nicsPerVm + 1, usual: 5 },
  tree: { min: 3, max: limits.vmsPerTopology, usual: 7 },
  mesh: { min: 3, max: limits.nicsPerVm + 1, usual: 4 },
  bus: { min: 2, max: limits.vmsPerTopology, usual: 4 },
};

interface Point {
  x: number;
  y: number;
}
/** Indexes of two VMs. */
type Pair = readonly [number, number];

/** Between the centres of neighbours: a card and a line with an address at both of its ends. */
const columnGap = 340;
const rowGap = 180;
/** From here on a ring is folded: as a circle it would be too wide to be read. */
const foldRingAbove = 24;

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);
const chain = (count: number): Pair[] => indexes(Math.max(count - 1, 0)).map((index) => [index, index + 1]);

/** `count` places on a circle, beginning at the top, clockwise, with at least the usual gap between neighbours. */
function circle(count: number): Point[] {
  const radius = Math.max(220, (count * 250) / (2 * Math.PI));
  return indexes(count).map((index) => {
    const angle = (index / count) * 2 * Math.PI - Math.PI / 2;
    // wider than high, as the cards are
    return { x: Math.round(radius * Math.cos(angle) * 1.25), y: Math.round(radius * Math.sin(angle)) };
  });
}

/** A line in rows of about the shape of a screen, each running the other way than the one above. */
function snake(count: number): Point[] {
  const columns = count <= 6 ? count : Math.ceil(Math.sqrt(count));
  return indexes(count).map((index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return { x: (row % 2 === 0 ? column : columns - 1 - column) * columnGap, y: row * rowGap };
  });
}

/** A closed line: out and back in pairs of rows, home along the first column. */
function foldedRing(count: number): Point[] {
  const rows = Math.max(2, Math.round(Math.sqrt(count) / 2) * 2);
  const teeth = count - rows;
  const points: Point[] = [{ x: 0, y: 0 }];
  for (const row of indexes(rows)) {
    const length = Math.floor(teeth / rows) + (row < teeth % rows ? 1 : 0);
    const columns = indexes(length).map((column) => column + 1);
    for (const column of row % 2 === 0 ? columns : columns.toReversed())
      points.push({ x: column * columnGap, y: row * rowGap });
  }
  for (let row = rows - 1; row > 0; row--) points.push({ x: 0, y: row * rowGap });
  return points;
}

/** A binary tree in breadth-first order, each parent above the middle of its children. */
function binaryTree(count: number): Point[] {
  const depth = Math.floor(Math.log2(count));
  return indexes(count).map((index) => {
    const level = Math.floor(Math.log2(index + 1));
    const place = index + 1 - 2 ** level;
    const width = 2 ** depth * 220;
    return { x: Math.round(((place + 0.5) / 2 ** level) * width), y: level * rowGap };
  });
}

function draw(kind: PresetKind, size: number): { places: Point[]; links: Pair[] } {
  switch (kind) {
    case 'line':
      return { places: snake(size), links: chain(size) };
    case 'ring':
      return { places: size > foldRingAbove ? foldedRing(size) : circle(size), links: [...chain(size), [size - 1, 0]] };
    case 'star':
      return {
        places: [{ x: 0, y: 0 }, ...circle(size - 1)],
        links: indexes(size - 1).map((index) => [0, index + 1]),
      };
    case 'tree':
      return {
        places: binaryTree(size),
        links: indexes(size - 1).map((index) => [Math.floor(index / 2), index + 1]),
      };
    case 'mesh':
      return {
        places: circle(size),
        links: indexes(size).flatMap((from) =>
          indexes(size)
            .slice(from + 1)
            .map((to): Pair => [from, to]),
        ),
      };
    case 'bus':
      // above and below the network by turns
      return {
        places: indexes(size).map((index) => ({
          x: Math.floor(index / 2) * 240,
          y: index % 2 === 0 ? -rowGap : rowGap,
        })),
        links: [],
      };
  }
}

/**
 * A topology of `size` VMs (cut to what the preset allows) called vm1, vm2 …, with its own keys and places from about
 * (0, 0) on; whoever inserts it into a drawing gives it new ones.
 */
export function presetTopology(
  kind: PresetKind,
  size: number,
  vm: Pick<TopologyVm, 'flavourId' | 'imageId'>,
): Topology {
  const { min, max } = presetSizes[kind];
  const count = Math.min(Math.max(Math.floor(size), min), max);
  const { places, links } = draw(kind, count);
  const key = (index: number) => `vm${index + 1}`;
  const edges: TopologyEdge[] = links.map(([from, to], index) => ({
    key: `e${index + 1}`,
    source: key(from),
    target: key(to),
  }));
  const networks: Topology['networks'] = [];
  if (kind === 'bus') {
    const middle = ((places.at(-1)?.x ?? 0) + (places[0]?.x ?? 0)) / 2;
    networks.push({ key: 'bus', name: 'bus', x: middle, y: 0 });
    edges.push(...indexes(count).map((index) => ({ key: `e${index + 1}`, source: key(index), target: 'bus' })));
  }
  return {
    vms: places.map((place, index) => newVm({ ...vm, ...place, key: key(index), name: key(index) })),
    networks,
    edges,
  };
}
