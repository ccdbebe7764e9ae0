import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetKinds, presetTopology, type PresetKind, type PresetValues } from '#shared/topology/presets';
import type { Topology } from '#shared/topology/schema';
import { arrange, arrangements, type Arranged, type ArrangeRequest } from './arrange';
import type { GraphEdge, GraphNode } from './graph';

/** The size of a VM's card with a status: what may not lie on each other. */
const card = { width: 180, height: 80 };

function overlaps(places: readonly { x: number; y: number }[]): number {
  const sorted = places.toSorted((one, other) => one.x - other.x);
  let found = 0;
  for (const [index, one] of sorted.entries())
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next];
      if (other === undefined || other.x - one.x >= card.width) break;
      if (Math.abs(other.y - one.y) < card.height) found += 1;
    }
  return found;
}

function graphOf(topology: Topology): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const networks = new Set(topology.networks.map(({ key }) => key));
  return {
    nodes: [...topology.vms, ...topology.networks].map(({ key, x, y }) => ({ key, x, y })),
    edges: topology.edges.map(({ source, target }) => ({ source, target, attachment: networks.has(target) })),
  };
}
const preset = (kind: PresetKind, values: PresetValues = {}) =>
  graphOf(presetTopology(kind, values, { flavourId: 1, imageId: 1 }));
const middleOf = (places: readonly { x: number; y: number }[]) => ({
  x: (Math.min(...places.map(({ x }) => x)) + Math.max(...places.map(({ x }) => x))) / 2,
  y: (Math.min(...places.map(({ y }) => y)) + Math.max(...places.map(({ y }) => y))) / 2,
});

/** Any graph: loops, links twice, parts that do not hang together, nodes all in one place. */
const anyRequest: fc.Arbitrary<ArrangeRequest> = fc.integer({ min: 0, max: 25 }).chain((count) => {
  const coordinate = fc.integer({ min: -800, max: 800 });
  const end = fc.integer({ min: 0, max: Math.max(count - 1, 0) }).map(String);
  return fc.record({
    arrangement: fc.constantFrom(...arrangements),
    nodes: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          key: fc.constant(String(index)),
          x: coordinate,
          y: coordinate,
          fixed: fc.boolean(),
          location: fc.option(
            fc.record({
              latitude: fc.double({ min: -90, max: 90, noNaN: true }),
              longitude: fc.double({ min: -180, max: 180, noNaN: true }),
            }),
          ),
        }),
      ),
    ),
    edges:
      count === 0
        ? fc.constant([])
        : fc.array(fc.record({ source: end, target: end, attachment: fc.boolean() }), { maxLength: 60 }),
    only: fc.option(fc.array(end, { maxLength: 20 })),
  });
});

describe('an arrangement', () => {
  it('of any graph is finite, puts nothing on anything, moves only what it may, and comes out the same again', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const places = arrange(request);
        const may = request.nodes.filter(
          ({ key, fixed }) => fixed !== true && (request.only === null || request.only.includes(key)),
        );
        expect(places.map(({ key }) => key)).toEqual(may.map(({ key }) => key));
        for (const { x, y } of places) {
          expect(Number.isInteger(x / 10) && Number.isInteger(y / 10)).toBe(true);
          expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1_000_000);
        }
        expect(overlaps(places)).toBe(0);
        for (const stays of request.nodes.filter(({ key }) => !places.some((place) => place.key === key)))
          for (const place of places) expect(overlaps([stays, place])).toBe(0);
        expect(arrange(request)).toEqual(places);
      }),
      { numRuns: 150 },
    );
  });

  it.each(arrangements)('%s does not depend on where the nodes are, but for its middle', (arrangement) => {
    const { nodes, edges } = preset('leafSpine');
    const shuffled = nodes.map((node, index) => ({ ...node, x: (index * 7919) % 1000, y: (index * 104_729) % 1000 }));
    const relative = (places: Arranged[]) =>
      places.map(({ x, y }) => [x - (places[0]?.x ?? 0), y - (places[0]?.y ?? 0)]);
    const one = arrange({ arrangement, nodes, edges, only: null });
    const other = arrange({ arrangement, nodes: shuffled, edges, only: null });
    expect(relative(other)).toEqual(relative(one));
    const was = middleOf(shuffled);
    const is = middleOf(other);
    expect(Math.hypot(is.x - was.x, is.y - was.y)).toBeLessThan(20);
  });

  it.each(arrangements)('%s holds 1,000 nodes', (arrangement) => {
    const { nodes, edges } = preset('random', { size: 1000, percent: 0, seed: 3 });
    const places = arrange({ arrangement, nodes, edges, only: null });
    expect(places).toHaveLength(1000);
    expect(overlaps(places)).toBe(0);
  });

  it.each(presetKinds)('of the preset %s overlaps nowhere, whichever it is', (kind) => {
    for (const arrangement of arrangements)
      expect(overlaps(arrange({ arrangement, ...preset(kind), only: null }))).toBe(0);
  });

  const rowsOf = (places: readonly Arranged[]) =>
    [...new Set(places.map(({ y }) => y))]
      .toSorted((one, other) => one - other)
      .map((row) => new Set(places.filter(({ y }) => y === row).map(({ key }) => key.replace(/\d+$/, ''))));

  it('in layers puts spines above leaves above hosts', () => {
    const places = arrange({ arrangement: 'layered', ...preset('leafSpine'), only: null });
    expect(rowsOf(places)).toEqual([new Set(['spine']), new Set(['leaf']), new Set(['host'])]);
  });

  it('in layers puts a router above its networks above their hosts', () => {
    const at = { x: 0, y: 0 };
    const hosts = ['host1', 'host2', 'host3', 'host4'];
    const attach = (source: string, target: string) => ({ source, target, attachment: true });
    const places = arrange({
      arrangement: 'layered',
      nodes: [...hosts, 'router', 'net1', 'net2'].map((key) => ({ key, ...at })),
      edges: [
        ...hosts.map((host, index) => attach(host, index < 2 ? 'net1' : 'net2')),
        attach('router', 'net1'),
        attach('router', 'net2'),
      ],
      only: null,
    });
    expect(rowsOf(places)).toEqual([new Set(['router']), new Set(['net']), new Set(['host'])]);
  });

  it('of a tree puts each parent above the middle of its children', () => {
    const { nodes, edges } = preset('tree', { size: 7 });
    const places = new Map(
      arrange({ arrangement: 'tree', nodes, edges, only: null }).map(({ key, x, y }) => [key, { x, y }]),
    );
    const place = (key: string) => places.get(key) ?? { x: NaN, y: NaN };
    // to a step of the grid
    expect(Math.abs(place('vm1').x - (place('vm2').x + place('vm3').x) / 2)).toBeLessThan(10);
    expect(place('vm2').y).toBeGreaterThan(place('vm1').y);
    expect(place('vm2').y).toBe(place('vm3').y);
  });

  it('by geography has north at the top and east at the right', () => {
    const node = (key: string, latitude: number, longitude: number) => ({
      ...{ key, x: 0, y: 0 },
      location: { latitude, longitude },
    });
    const [oslo, rome, lisbon] = arrange({
      arrangement: 'geographic',
      nodes: [node('oslo', 59.9, 10.7), node('rome', 41.9, 12.5), node('lisbon', 38.7, -9.1)],
      edges: [],
      only: null,
    });
    expect(oslo?.y).toBeLessThan(rome?.y ?? NaN);
    expect(lisbon?.x).toBeLessThan(oslo?.x ?? NaN);
    expect(rome?.x).toBeGreaterThan(oslo?.x ?? NaN);
  });

  it('of the selection leaves the rest, and does not come to lie on it', () => {
    const { nodes, edges } = preset('ring', { size: 12 });
    const only = nodes.slice(0, 5).map(({ key }) => key);
    const places = arrange({ arrangement: 'grid', nodes, edges, only });
    expect(places.map(({ key }) => key)).toEqual(only);
    expect(overlaps([...places, ...nodes.filter(({ key }) => !only.includes(key))])).toBe(0);
  });
});
