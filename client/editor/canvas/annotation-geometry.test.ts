import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotationSchema } from '#shared/topology/annotations';
import { annotationNode } from '../drawing';
import { corners, resized, withContents } from './annotation-geometry';
import type { CanvasNode } from './types';

const vm = (key: string, x: number, y: number, more: Partial<CanvasNode> = {}): CanvasNode => ({
  ...{ key, kind: 'vm', name: key, x, y },
  ...more,
});
const group = (key: string, x: number, y: number, width = 400, height = 200) =>
  annotationNode(annotationSchema.parse({ kind: 'group', key, x, y, width, height, name: key }));
const note = (key: string, x: number, y: number) =>
  annotationNode(annotationSchema.parse({ kind: 'note', key, x, y, text: key }));

describe('a group that moves', () => {
  test('takes along what stands in it, groups with theirs, and leaves what is locked, gone or outside', () => {
    const nodes = [
      group('dc', 0, 0),
      group('rack', 150, 0, 200, 80),
      vm('in', -100, 50),
      vm('out', 500, 0),
      // in the rack, that reaches out of the frame, and so itself outside of that
      vm('edge', 240, 0),
      vm('fixed', 0, 0, { locked: true }),
      vm('ghost', 0, 0, { ghost: true }),
      note('note', 10, 10),
    ];
    const moved = withContents([{ key: 'dc', x: 10, y: 20 }], nodes);
    expect(Object.fromEntries(moved.map(({ key, x, y }) => [key, [x, y]]))).toEqual({
      dc: [10, 20],
      rack: [160, 20],
      in: [-90, 70],
      note: [20, 30],
      edge: [250, 20],
    });
  });

  test('moves nobody twice: who is dragged with it goes where the hand says', () => {
    const nodes = [group('dc', 0, 0), vm('a', 10, 10)];
    const moves = [
      { key: 'a', x: 99, y: 99 },
      { key: 'dc', x: 5, y: 5 },
    ];
    expect(withContents(moves, nodes)).toEqual(moves);
  });

  test('is the only thing that does: other moves are as they were', () => {
    const moves = [{ key: 'note', x: 5, y: 5 }];
    expect(withContents(moves, [note('note', 0, 0), vm('a', 1, 1)])).toBe(moves);
  });
});

test('a side or a corner that is dragged holds the opposite one, on the grid, and never goes past it', () => {
  const size = fc.integer({ min: 2, max: 100 }).map((steps) => steps * 10);
  const by = fc.double({ min: -2000, max: 2000, noNaN: true });
  fc.assert(
    fc.property(size, size, by, by, fc.constantFrom(...corners), (width, height, dx, dy, corner) => {
      const box = { x: width / 2, y: height / 2, width, height };
      const next = resized(box, corner, { x: dx, y: dy });
      expect(Math.min(next.width, next.height)).toBeGreaterThanOrEqual(20);
      expect([next.width % 10, next.height % 10].map(Math.abs)).toEqual([0, 0]);
      if (corner.x !== -1) expect(next.x - next.width / 2).toBe(0);
      if (corner.x !== 1) expect(next.x + next.width / 2).toBe(width);
      if (corner.y !== -1) expect(next.y - next.height / 2).toBe(0);
      if (corner.y !== 1) expect(next.y + next.height / 2).toBe(height);
      if (corner.x === 0) expect(next.width).toBe(width);
    }),
  );
});
