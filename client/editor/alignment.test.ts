import fc from 'fast-check';
import { expect, test } from 'vitest';
import { align, alignments, axes, distribute, guidesFor, type Box } from './alignment';

const coordinate = fc.integer({ min: -2000, max: 2000 });
const box = fc.record({
  x: coordinate,
  y: coordinate,
  width: fc.constantFrom(160, 180),
  height: fc.constantFrom(40, 60, 80),
});
const boxes = (minLength: number) =>
  fc
    .array(box, { minLength, maxLength: 12 })
    .map((all): Box[] => all.map((one, index) => ({ ...one, key: `n${index}` })));

test('what is aligned stands in one line, and goes along one axis only', () => {
  fc.assert(
    fc.property(boxes(2), fc.constantFrom(...alignments), (all, to) => {
      const moves = align(all, to);
      const side = moves.map(({ x, y }, index) => {
        const { width, height } = all[index] ?? { width: 0, height: 0 };
        const of = { left: x - width / 2, center: x, right: x + width / 2 };
        return { ...of, top: y - height / 2, middle: y, bottom: y + height / 2 }[to];
      });
      expect(new Set(side).size).toBe(1);
      const across = to === 'left' || to === 'center' || to === 'right';
      for (const [index, move] of moves.entries())
        expect(across ? move.y : move.x).toBe(across ? all[index]?.y : all[index]?.x);
    }),
  );
});

test('what is distributed has equal gaps, and the outermost stay', () => {
  fc.assert(
    fc.property(boxes(3), fc.constantFrom(...axes), (all, axis) => {
      const across = axis === 'horizontally';
      const moved = distribute(all, axis).map((move) => {
        const size = all.find(({ key }) => key === move.key);
        return across
          ? { key: move.key, at: move.x, size: size?.width ?? 0 }
          : { key: move.key, at: move.y, size: size?.height ?? 0 };
      });
      const gaps = moved.slice(1).map((one, index) => {
        const before = moved[index] ?? one;
        return one.at - before.at - (one.size + before.size) / 2;
      });
      // middles are whole numbers
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(2);
      for (const end of [moved.at(0), moved.at(-1)]) {
        const was = all.find(({ key }) => key === end?.key);
        expect(end?.at).toBe(across ? was?.x : was?.y);
      }
    }),
  );
});

test('a node near the line of another is led onto it, and the line is shown', () => {
  const other = { x: 100, y: 100, width: 180, height: 60 };
  expect(guidesFor({ x: 103, y: 400, width: 180, height: 60 }, [other], 6)).toEqual({
    ...{ dx: -3, dy: 0 },
    guides: [{ axis: 'x', at: 100 }],
  });
  // side with side: a network is narrower than a VM
  expect(guidesFor({ x: 92, y: 400, width: 160, height: 40 }, [other], 6)).toMatchObject({ dx: -2 });
  expect(guidesFor({ x: 150, y: 400, width: 180, height: 60 }, [other], 6)).toEqual({ dx: 0, dy: 0, guides: [] });
});
