import { standsIn } from '#shared/topology/annotations';
import type { Box } from './geometry';
import type { CanvasMove, CanvasNode } from './types';

/**
 * The moves, and with each group that moves whatever stands in its frame, groups in it with what is in theirs. What is locked stays, and
 * what is moved by itself goes where that says.
 */
export function withContents(moves: readonly CanvasMove[], nodes: readonly CanvasNode[]): readonly CanvasMove[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const isGroup = ({ key }: CanvasMove) => byKey.get(key)?.annotation?.kind === 'group';
  if (!moves.some(isGroup)) return moves;
  const all = new Map(moves.map((move) => [move.key, move]));
  // a Map goes on with what is put into it meanwhile
  for (const move of all.values()) {
    const frame = byKey.get(move.key);
    if (frame?.annotation?.kind !== 'group') continue;
    const [dx, dy] = [move.x - frame.x, move.y - frame.y];
    for (const node of nodes)
      if (!all.has(node.key) && node.locked !== true && node.ghost !== true && standsIn(frame.annotation, node))
        all.set(node.key, { key: node.key, x: node.x + dx, y: node.y + dy });
  }
  return [...all.values()];
}

/** A side or a corner of a box: -1 is left or upper, 1 right or lower, 0 neither. */
export interface Corner {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
}
export const corners: readonly Corner[] = [
  { x: -1, y: -1 },
  { x: 0, y: -1 },
  { x: 1, y: -1 },
  { x: -1, y: 0 },
  { x: 1, y: 0 },
  { x: -1, y: 1 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
];

/** px: where sides come to lie, and how small a thing may be drawn. */
const grid = 10;
const smallest = 20;

/** The box with a corner or side of it dragged by so much, the opposite one held, led onto the grid. */
export function resized(box: Box, corner: Corner, by: { x: number; y: number }): Box {
  const along = (middle: number, size: number, end: -1 | 0 | 1, delta: number) => {
    if (end === 0) return { middle, size };
    const held = middle - (end * size) / 2;
    const wanted = Math.round((middle + (end * size) / 2 + delta) / grid) * grid;
    // a side that is dragged past the opposite one stops before it
    const length = Math.max(smallest, end * (wanted - held));
    return { middle: held + (end * length) / 2, size: length };
  };
  const across = along(box.x, box.width, corner.x, by.x);
  const down = along(box.y, box.height, corner.y, by.y);
  return { x: across.middle, y: down.middle, width: across.size, height: down.size };
}
