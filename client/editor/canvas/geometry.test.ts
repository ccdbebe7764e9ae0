import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrowStep, borderPoint, detourBend, edgeBends, linkShape, neighbour } from './geometry';

const box = { x: 0, y: 0, width: 100, height: 40 };

describe('borderPoint', () => {
  it('leaves through the side that the line points to', () => {
    expect(borderPoint(box, { x: 500, y: 0 })).toEqual({ x: 50, y: 0 });
    expect(borderPoint(box, { x: 0, y: -90 })).toEqual({ x: 0, y: -20 });
  });
  it('is always in the box', () => {
    const coordinate = fc.integer({ min: -2000, max: 2000 });
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        const point = borderPoint(box, { x, y });
        expect(Math.abs(point.x)).toBeLessThanOrEqual(50 + 1e-9);
        expect(Math.abs(point.y)).toBeLessThanOrEqual(20 + 1e-9);
      }),
    );
  });
});

describe('edgeBends', () => {
  it('leaves a lone link straight', () => {
    expect(edgeBends([{ key: 'e', source: 'b', target: 'a' }]).get('e')).toBe(0);
  });
  it('draws parallel links apart, whichever way they point', () => {
    const edges = [
      { key: 'one', source: 'a', target: 'b' },
      { key: 'two', source: 'b', target: 'a' },
      { key: 'three', source: 'a', target: 'b' },
    ];
    const bends = edgeBends(edges);
    const ends = { a: { ...box }, b: { ...box, x: 400 } };
    const middles = edges.map(({ key, source, target }) =>
      Math.round(
        linkShape(ends[source === 'a' ? 'a' : 'b'], ends[target === 'a' ? 'a' : 'b'], bends.get(key) ?? 0).middle.y,
      ),
    );
    expect(new Set(middles).size).toBe(3);
  });
});

describe('detourBend', () => {
  const at = (key: string, x: number, y: number) => ({ ...box, key, x, y });
  it('leads around a node that the line would go through, and only then', () => {
    const [a, b, c] = [at('a', 0, 0), at('b', 200, 0), at('c', 400, 0)];
    expect(detourBend(a, c, [a, b, c])).not.toBe(0);
    expect(detourBend(a, b, [a, b, c])).toBe(0);
    expect(detourBend(a, c, [a, at('b', 200, 100), c])).toBe(0);
    expect(detourBend(at('a', 0, 0), at('c', 0, 400), [at('b', 10, 200)])).not.toBe(0);
  });
});

describe('neighbour', () => {
  const nodes = [
    { key: 'a', x: 0, y: 0 },
    { key: 'near', x: 100, y: 10 },
    { key: 'far', x: 300, y: 0 },
    { key: 'below', x: 10, y: 100 },
  ];
  it('goes to the nearest in the direction, and nowhere when there is none', () => {
    expect(neighbour(nodes, 'a', { x: 1, y: 0 })).toBe('near');
    expect(neighbour(nodes, 'a', { x: 0, y: 1 })).toBe('below');
    expect(neighbour(nodes, 'a', { x: -1, y: 0 })).toBeNull();
  });
  it('knows the arrow keys', () => {
    expect(arrowStep('ArrowUp')).toEqual({ x: 0, y: -1 });
    expect(arrowStep('Enter')).toBeNull();
  });
});
