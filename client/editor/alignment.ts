import type { CanvasMove, CanvasPoint } from './canvas/types';

export const alignments = ['left', 'center', 'right', 'top', 'middle', 'bottom'] as const;
export type Alignment = (typeof alignments)[number];
export const axes = ['horizontally', 'vertically'] as const;
export type Axis = (typeof axes)[number];

/** A node as it is drawn: its centre and its size. */
export interface Box extends CanvasPoint {
  key: string;
  width: number;
  height: number;
}

/** Where the boxes go so that these sides of them, or their middles, are in one line. */
export function align(boxes: readonly Box[], to: Alignment): CanvasMove[] {
  const left = Math.min(...boxes.map(({ x, width }) => x - width / 2));
  const right = Math.max(...boxes.map(({ x, width }) => x + width / 2));
  const top = Math.min(...boxes.map(({ y, height }) => y - height / 2));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height / 2));
  return boxes.map(({ key, x, y, width, height }) => {
    switch (to) {
      case 'left':
        return { key, x: left + width / 2, y };
      case 'right':
        return { key, x: right - width / 2, y };
      case 'center':
        return { key, x: Math.round((left + right) / 2), y };
      case 'top':
        return { key, x, y: top + height / 2 };
      case 'bottom':
        return { key, x, y: bottom - height / 2 };
      case 'middle':
        return { key, x, y: Math.round((top + bottom) / 2) };
    }
  });
}

/** Where the boxes go so that as much room is between any two neighbours; the outermost stay. */
export function distribute(boxes: readonly Box[], axis: Axis): CanvasMove[] {
  const across = axis === 'horizontally';
  const at = (box: Box) => (across ? box.x : box.y);
  const size = (box: Box) => (across ? box.width : box.height);
  const sorted = boxes.toSorted((one, other) => at(one) - at(other));
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined || sorted.length < 3) return [];
  const span = at(last) - at(first) + (size(first) + size(last)) / 2;
  const gap = (span - sorted.reduce((sum, box) => sum + size(box), 0)) / (sorted.length - 1);
  let edge = at(first) - size(first) / 2;
  return sorted.map((box) => {
    const middle = box === first || box === last ? at(box) : Math.round(edge + size(box) / 2);
    edge += size(box) + gap;
    return across ? { key: box.key, x: middle, y: box.y } : { key: box.key, x: box.x, y: middle };
  });
}

/** A line that shows what is in line with what, through the drawing. */
export interface Guide {
  axis: 'x' | 'y';
  at: number;
}

/**
 * What `moving` is in line with among `others`, middle with middle or side with side, and how far it has to go for it: the nearest
 * in each direction, if that is not farther than `reach`.
 */
export function guidesFor(
  moving: Omit<Box, 'key'>,
  others: readonly Omit<Box, 'key'>[],
  reach: number,
): { dx: number; dy: number; guides: Guide[] } {
  const nearest = (own: readonly number[], theirs: (box: Omit<Box, 'key'>) => readonly number[]) => {
    let best: { shift: number; at: number } | null = null;
    for (const other of others)
      for (const at of theirs(other))
        for (const mine of own) {
          const shift = at - mine;
          if (Math.abs(shift) <= reach && (best === null || Math.abs(shift) < Math.abs(best.shift)))
            best = { shift, at };
        }
    return best;
  };
  const columns = ({ x, width }: Omit<Box, 'key'>) => [x, x - width / 2, x + width / 2];
  const rows = ({ y, height }: Omit<Box, 'key'>) => [y, y - height / 2, y + height / 2];
  const x = nearest(columns(moving), columns);
  const y = nearest(rows(moving), rows);
  return {
    dx: x?.shift ?? 0,
    dy: y?.shift ?? 0,
    guides: [
      ...(x === null ? [] : [{ axis: 'x' as const, at: x.at }]),
      ...(y === null ? [] : [{ axis: 'y' as const, at: y.at }]),
    ],
  };
}
