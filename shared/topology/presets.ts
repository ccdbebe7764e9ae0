import { dice } from '../dice';
import { limits } from '../limits';
import { newVm, type Topology, type TopologyEdge, type TopologyVm } from './schema';

interface Range {
  min: number;
  max: number;
  usual: number;
}
const vms = (min: number, usual: number, max: number = limits.vmsPerTopology): Range => ({ min, max, usual });
const seed: Range = { min: 1, max: 999_999, usual: 1 };

/**
 * The presets, and what may be said of each: how many there are of what, and the number that decides what is left to chance, so that
 * the same number draws the same again. In a star the hub, in a mesh everyone, has a NIC for each other VM: as many as a drawing
 * may have. How many of them a zone can run, the zone says in the plan.
 */
export const presets = {
  line: { size: vms(2, 3) },
  ring: { size: vms(3, 4) },
  star: { size: vms(3, 5, limits.nicsPerVm + 1) },
  tree: { size: vms(3, 7), children: { min: 1, max: limits.nicsPerVm - 1, usual: 2 } },
  mesh: { size: vms(3, 4, limits.nicsPerVm + 1) },
  partialMesh: { size: vms(4, 8), links: { min: 2, max: 8, usual: 3 }, seed },
  bus: { size: vms(2, 4) },
  leafSpine: {
    spines: { min: 1, max: 32, usual: 2 },
    leaves: { min: 1, max: limits.nicsPerVm, usual: 4 },
    hosts: { min: 0, max: 32, usual: 1 },
  },
  fatTree: { pods: { min: 2, max: 12, usual: 4 } },
  hubSpoke: { hubs: { min: 1, max: 8, usual: 2 }, spokes: { min: 1, max: limits.nicsPerVm - 8, usual: 5 } },
  random: { size: vms(2, 12), percent: { min: 0, max: 100, usual: 10 }, seed },
} as const satisfies Record<string, Partial<Record<PresetParameter, Range>>>;

export const presetParameters = [
  'size',
  'children',
  'links',
  'spines',
  'leaves',
  'hosts',
  'pods',
  'hubs',
  'spokes',
  'percent',
  'seed',
] as const;
export type PresetParameter = (typeof presetParameters)[number];
export type PresetKind = keyof typeof presets;
export const presetKinds = Object.keys(presets) as readonly PresetKind[];
export type PresetValues = Partial<Record<PresetParameter, number>>;

/** What may be said of a preset, in the order in which it is asked. */
export function parametersOf(kind: PresetKind): { name: PresetParameter; range: Range }[] {
  const stated: Partial<Record<PresetParameter, Range>> = presets[kind];
  return presetParameters.flatMap((name) => {
    const range = stated[name];
    return range === undefined ? [] : [{ name, range }];
  });
}

/** In these each VM is beside every other: there is nothing to be passed on. */
const allBeside: ReadonlySet<PresetKind> = new Set(['mesh', 'bus']);
/** Whether the VMs in between may route. */
export const canRoute = (kind: PresetKind): boolean => !allBeside.has(kind);

interface Point {
  x: number;
  y: number;
}
/** Indexes of two VMs. */
type Pair = readonly [number, number];

interface Shape {
  places: Point[];
  links: Pair[];
  /** What each VM is, of shapes that have several kinds: its name without the number. */
  roles?: string[];
}

/** Between the centres of neighbours: a card and a line with an address at both of its ends. */
const columnGap = 340;
const rowGap = 180;
/** From here on a ring is folded: as a circle it would be too wide to be read. */
const foldRingAbove = 24;

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);
const chain = (count: number): Pair[] => indexes(Math.max(count - 1, 0)).map((index) => [index, index + 1]);
/** Every pair of two of them. */
const pairs = (count: number): Pair[] =>
  indexes(count).flatMap((from) =>
    indexes(count)
      .slice(from + 1)
      .map((to): Pair => [from, to]),
  );

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

/** A tree in breadth-first order, each parent above the middle of its children. */
function tree(count: number, children: number): Shape {
  if (children === 1) return { places: snake(count), links: chain(count) };
  const parent = (index: number) => Math.floor((index - 1) / children);
  const places: Point[] = [];
  for (const index of indexes(count))
    places.push({ x: 0, y: index === 0 ? 0 : (places[parent(index)]?.y ?? 0) + rowGap });
  let nextLeaf = 0;
  /** Leaves side by side, everyone else above the middle of its own. */
  const place = (index: number): number => {
    const own = indexes(children)
      .map((child) => index * children + 1 + child)
      .filter((child) => child < count)
      .map(place);
    const [first] = own;
    const x = first === undefined ? nextLeaf++ * 220 : Math.round((first + (own.at(-1) ?? first)) / 2);
    const point = places[index];
    if (point !== undefined) point.x = x;
    return x;
  };
  place(0);
  return { places, links: indexes(count - 1).map((index) => [parent(index + 1), index + 1]) };
}

/** Links between VMs, none twice, none more at one VM than a drawing may have. */
class Links {
  readonly all: Pair[] = [];
  private readonly known = new Set<string>();
  private readonly degrees = new Map<number, number>();

  add(one: number, other: number): boolean {
    const [from, to] = one < other ? [one, other] : [other, one];
    const key = `${from} ${to}`;
    if (from === to || this.known.has(key) || this.all.length >= limits.edgesPerTopology) return false;
    if (this.degree(from) >= limits.nicsPerVm || this.degree(to) >= limits.nicsPerVm) return false;
    this.known.add(key);
    this.degrees.set(from, this.degree(from) + 1);
    this.degrees.set(to, this.degree(to) + 1);
    this.all.push([from, to]);
    return true;
  }

  degree(index: number): number {
    return this.degrees.get(index) ?? 0;
  }
}

/** A ring, and as many links across as give each VM about `wanted`. */
function partialMesh(count: number, wanted: number, random: () => number): Pair[] {
  const links = new Links();
  for (const index of indexes(count)) links.add(index, (index + 1) % count);
  const total = Math.min(Math.floor((count * wanted) / 2), (count * (count - 1)) / 2);
  for (let tries = 0; links.all.length < total && tries < total * 20; tries += 1)
    links.add(Math.floor(random() * count), Math.floor(random() * count));
  return links.all;
}

/** Each VM is linked with one before it, so that all are joined; of the other pairs `percent` are linked. */
function randomLinks(count: number, percent: number, random: () => number): Pair[] {
  const links = new Links();
  for (let index = 1; index < count;) if (links.add(Math.floor(random() * index), index)) index += 1;
  const wanted = Math.round((((count - 1) * (count - 2)) / 2) * (percent / 100));
  const total = Math.min(links.all.length + wanted, (count * (count - 1)) / 2);
  for (let tries = 0; links.all.length < total && tries < total * 20; tries += 1)
    links.add(Math.floor(random() * count), Math.floor(random() * count));
  return links.all;
}

/** Rows below each other, each centred. */
function rows(counts: readonly number[], gap: number): Point[] {
  return counts.flatMap((count, row) =>
    indexes(count).map((index) => ({ x: Math.round((index - (count - 1) / 2) * gap), y: row * (rowGap + 40) })),
  );
}
const roles = (...groups: readonly (readonly [string, number])[]) =>
  groups.flatMap(([role, count]) => Array.from({ length: count }, () => role));

function leafSpine(spines: number, leaves: number, hosts: number): Shape {
  const links: Pair[] = indexes(spines).flatMap((spine) => indexes(leaves).map((leaf): Pair => [spine, spines + leaf]));
  const width = Math.max(1, hosts) * 230;
  const places = [
    ...indexes(spines).map((index) => ({ x: Math.round((index - (spines - 1) / 2) * columnGap), y: 0 })),
    ...indexes(leaves).map((index) => ({ x: Math.round((index - (leaves - 1) / 2) * width), y: rowGap + 80 })),
  ];
  for (const leaf of indexes(leaves))
    for (const host of indexes(hosts)) {
      links.push([spines + leaf, places.length]);
      const middle = places[spines + leaf]?.x ?? 0;
      places.push({ x: Math.round(middle + (host - (hosts - 1) / 2) * 230), y: 2 * rowGap + 120 });
    }
  return { places, links, roles: roles(['spine', spines], ['leaf', leaves], ['host', leaves * hosts]) };
}

/** The fat tree of switches with `pods` (even) ports: (k/2)² cores, and in each pod k/2 and k/2; k/2 hosts at each edge. */
function fatTree(pods: number): Shape {
  const half = Math.max(1, Math.floor(pods / 2));
  const k = half * 2;
  const cores = half * half;
  const agg = (pod: number, index: number) => cores + pod * half + index;
  const edge = (pod: number, index: number) => cores + k * half + pod * half + index;
  const links: Pair[] = [];
  let host = cores + 2 * k * half;
  for (const pod of indexes(k))
    for (const one of indexes(half)) {
      for (const port of indexes(half)) links.push([one * half + port, agg(pod, one)]);
      for (const other of indexes(half)) links.push([agg(pod, one), edge(pod, other)]);
    }
  for (const pod of indexes(k))
    for (const one of indexes(half)) for (const _ of indexes(half)) links.push([edge(pod, one), host++]);
  const gap = 230;
  const hosts = k * half * half;
  const span = (count: number) => Math.max(gap, Math.round((hosts * gap) / count));
  const row = (count: number, y: number) =>
    indexes(count).map((index) => ({ x: Math.round((index - (count - 1) / 2) * span(count)), y }));
  return {
    places: [cores, k * half, k * half, hosts].flatMap((count, index) => row(count, index * (rowGap + 80))),
    links,
    roles: roles(['core', cores], ['agg', k * half], ['edge', k * half], ['host', hosts]),
  };
}

function draw(kind: PresetKind, value: (name: PresetParameter) => number): Shape {
  const size = value('size');
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
      return tree(size, value('children'));
    case 'mesh':
      return { places: circle(size), links: pairs(size) };
    case 'partialMesh':
      return { places: circle(size), links: partialMesh(size, value('links'), dice(value('seed'))) };
    case 'random':
      return { places: circle(size), links: randomLinks(size, value('percent'), dice(value('seed'))) };
    case 'leafSpine':
      return leafSpine(value('spines'), value('leaves'), value('hosts'));
    case 'fatTree':
      return fatTree(value('pods'));
    case 'hubSpoke': {
      const [hubs, spokes] = [value('hubs'), value('spokes')];
      return {
        places: rows([hubs, spokes], 260),
        links: [
          ...pairs(hubs),
          ...indexes(hubs).flatMap((hub) => indexes(spokes).map((spoke): Pair => [hub, hubs + spoke])),
        ],
        roles: roles(['hub', hubs], ['spoke', spokes]),
      };
    }
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
 * Those that have others on several sides: with them as routers each VM reaches every other. A spoke does not, whose hubs are linked with each
 * other.
 */
function inBetween({ places, links, roles: kinds }: Shape): Set<number> {
  const degrees = new Map<number, number>();
  for (const end of links.flat()) degrees.set(end, (degrees.get(end) ?? 0) + 1);
  return new Set(indexes(places.length).filter((index) => (degrees.get(index) ?? 0) > 1 && kinds?.[index] !== 'spoke'));
}

/**
 * A topology of the preset, its numbers cut to what they may be and as usual where they are not given. The VMs are called vm1,
 * vm2 … or by what they are, leaf1, spine1 …; keys and places are its own, from about (0, 0) on: whoever inserts it into a drawing
 * gives it new ones. Where some numbers together ask for more than a topology holds, it is more than that: `fits` tells.
 *
 * @param routers whether the VMs in between route, where the preset has any (`canRoute`)
 */
export function presetTopology(
  kind: PresetKind,
  values: PresetValues,
  vm: Pick<TopologyVm, 'flavourId' | 'imageId'>,
  { routers = false }: { routers?: boolean } = {},
): Topology {
  const ranges = new Map(parametersOf(kind).map(({ name, range }) => [name, range]));
  const value = (name: PresetParameter): number => {
    const range = ranges.get(name);
    if (range === undefined) return 0;
    return Math.min(Math.max(Math.floor(values[name] ?? range.usual), range.min), range.max);
  };
  const shape = draw(kind, value);
  const { places, links, roles: kinds } = shape;
  const routing = routers && canRoute(kind) ? inBetween(shape) : new Set<number>();
  const counts = new Map<string, number>();
  const keys = places.map((_, index) => {
    const role = kinds?.[index] ?? 'vm';
    const number = (counts.get(role) ?? 0) + 1;
    counts.set(role, number);
    return `${role}${number}`;
  });
  const key = (index: number) => keys[index] ?? '';
  const edges: TopologyEdge[] = links.map(([from, to], index) => ({
    key: `e${index + 1}`,
    source: key(from),
    target: key(to),
  }));
  const networks: Topology['networks'] = [];
  if (kind === 'bus') {
    const middle = ((places.at(-1)?.x ?? 0) + (places[0]?.x ?? 0)) / 2;
    networks.push({ key: 'bus', name: 'bus', x: middle, y: 0 });
    edges.push(...keys.map((source, index) => ({ key: `e${index + 1}`, source, target: 'bus' })));
  }
  return {
    vms: places.map((place, index) => ({
      ...newVm({ ...vm, ...place, key: key(index), name: key(index) }),
      ...(routing.has(index) && { router: true, icon: 'router' as const }),
    })),
    networks,
    edges,
  };
}

/** How much there would be, and whether a topology may have that much. */
export function presetSize(kind: PresetKind, values: PresetValues): { vms: number; links: number; fits: boolean } {
  const topology = presetTopology(kind, values, { flavourId: 1, imageId: 1 });
  const [vmCount, links] = [topology.vms.length, topology.edges.length];
  return { vms: vmCount, links, fits: vmCount <= limits.vmsPerTopology && links <= limits.edgesPerTopology };
}
