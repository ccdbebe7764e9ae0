import { expect, test } from 'vitest';
import { chosenIn, edgeAt, nodeAt } from './afar';
import type { FlowEdge } from './LinkEdge';
import type { FlowNode } from './NodeCard';

const node = (id: string, x: number, y: number, more: { ghost?: boolean } = {}): FlowNode => ({
  id,
  type: 'card',
  position: { x, y },
  data: { node: { key: id, kind: 'vm', name: id, x: 0, y: 0, ...more }, editable: true, alone: false },
});
const edge = (id: string, source: string, target: string, bend = 0): FlowEdge => {
  const size = { width: 180, height: 60 };
  return {
    ...{ id, source, target, type: 'link' },
    data: {
      ...{ edge: { key: id, source, target }, bend, near: false },
      ...{ source: size, target: size, names: { source, target } },
    },
  };
};
const all = (nodes: FlowNode[]) => new Map(nodes.map((each) => [each.id, each]));

test('a point means the node that it is on, the topmost of several, and with reach the nearest', () => {
  const nodes = [node('under', 0, 0), node('over', 40, 0), node('far', 400, 0)];
  expect(nodeAt(nodes, { x: 0, y: 0 })?.id).toBe('over');
  expect(nodeAt(nodes, { x: -80, y: 0 })?.id).toBe('under');
  expect(nodeAt(nodes, { x: 200, y: 0 })).toBeNull();
  expect(nodeAt(nodes, { x: 300, y: 0 }, 15)?.id).toBe('far');
  expect(nodeAt(nodes, { x: 220, y: 0 }, Infinity)?.id).toBe('far');
  // where it is now counts, not where the drawing has it
  expect(nodeAt([node('moved', 1000, 500)], { x: 1000, y: 500 })?.id).toBe('moved');
  expect(nodeAt([node('gone', 0, 0, { ghost: true })], { x: 0, y: 0 })).toBeNull();
});

test('a point means the link that it is next to, along its bend', () => {
  const nodes = [node('a', 0, 0), node('b', 1000, 0)];
  const straight = edge('straight', 'a', 'b');
  const bent = edge('bent', 'a', 'b', 100);
  const at = (y: number, reach = 10) => edgeAt([straight, bent], all(nodes), { x: 500, y }, reach)?.id;
  expect(at(4)).toBe('straight');
  expect(at(100)).toBe('bent');
  expect(at(-100)).toBeUndefined();
  expect(at(50)).toBeUndefined();
  // beyond its end there is none
  expect(edgeAt([straight], all(nodes), { x: 1100, y: 0 }, 10)).toBeNull();
  // an end that is not there
  expect(edgeAt([edge('loose', 'a', 'c')], all(nodes), { x: 500, y: 0 }, 10)).toBeNull();
});

test('a marquee chooses what is wholly in it, and the links that end there', () => {
  const nodes = [node('in', 0, 0), node('half', 300, 0), node('out', 900, 0), node('gone', 0, 100, { ghost: true })];
  const edges = [edge('near', 'in', 'half'), edge('away', 'half', 'out')];
  const area = { left: -100, top: -200, right: 320, bottom: 200 };
  expect(chosenIn(nodes, edges, area)).toEqual({ nodes: ['in'], edges: ['near'] });
});
