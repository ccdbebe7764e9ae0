import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyTopology } from './formats/testing';
import { sketchOf, sketchOfTopology, sketchSchema, type Sketchable } from './sketch';

const vm = (key: string, x: number, y: number) => ({ key, kind: 'vm' as const, x, y });

test('whatever is drawn fits its sketch, and each link joins what is there', () => {
  fc.assert(
    fc.property(anyTopology, (topology) => {
      const sketch = sketchSchema.parse(sketchOfTopology(topology));
      expect(sketch.nodes.length).toBeLessThanOrEqual(topology.vms.length + topology.networks.length);
      expect(sketch.nodes.length > 0).toBe(topology.vms.length + topology.networks.length > 0);
      expect(sketch.links.length).toBeLessThanOrEqual(topology.edges.length);
      for (const ends of sketch.links) for (const end of ends) expect(sketch.nodes[end]).toBeDefined();
    }),
  );
});

test('a drawing that is moved or made larger has the same sketch', () => {
  const square: Sketchable = {
    nodes: [vm('a', 0, 0), vm('b', 100, 0), vm('c', 100, 100), { ...vm('n', 0, 100), kind: 'network' }],
    links: [
      { source: 'a', target: 'b' },
      { source: 'c', target: 'n' },
    ],
  };
  const moved: Sketchable = {
    ...square,
    nodes: square.nodes.map((node) => ({ ...node, x: node.x * 3 - 5_000, y: node.y * 3 + 70 })),
  };
  expect(sketchOf(moved)).toEqual(sketchOf(square));
  // as wide as high, in the middle
  expect(sketchOf(square)).toEqual({
    nodes: [
      [80, 20, 'vm'],
      [240, 20, 'vm'],
      [240, 180, 'vm'],
      [80, 180, 'network'],
    ],
    links: [
      [0, 1],
      [2, 3],
    ],
  });
});

test('one node stands in the middle, and none is nothing', () => {
  expect(sketchOf({ nodes: [vm('a', 7, -9)], links: [] })).toEqual({ nodes: [[160, 100, 'vm']], links: [] });
  expect(sketchOf({ nodes: [], links: [] })).toEqual({ nodes: [], links: [] });
});

test('of a thousand VMs only what can be told apart is left', () => {
  const nodes = Array.from({ length: 1_000 }, (_, index) => vm(`v${index}`, index % 40, Math.floor(index / 40)));
  const links = nodes.slice(1).map(({ key }, index) => ({ source: `v${index}`, target: key }));
  const sketch = sketchOf({ nodes, links });
  expect(sketch.nodes.length).toBeLessThan(600);
  expect(sketch.links.length).toBeLessThan(600);
});
