import { annotationSize } from '#shared/topology/annotations';
import type { CanvasBox, CanvasEdge, CanvasNode, CanvasPoint } from './types';

export type Box = CanvasBox;

/** Drawn size of a node: fixed, so that nothing is measured and nothing jumps when a status arrives; whole grid steps. */
export function nodeSize(node: Pick<CanvasNode, 'kind' | 'status' | 'detail' | 'annotation'>): {
  width: number;
  height: number;
} {
  if (node.annotation !== undefined) return annotationSize(node.annotation);
  if (node.kind === 'vm') return { width: 180, height: node.status === undefined ? 60 : 80 };
  return { width: 160, height: 40 + (node.detail === undefined ? 0 : 20) + (node.status === undefined ? 0 : 20) };
}

/** Where the line from the box's centre towards `to` leaves the box. */
export function borderPoint(box: Box, to: CanvasPoint): CanvasPoint {
  const dx = to.x - box.x;
  const dy = to.y - box.y;
  if (dx === 0 && dy === 0) return { x: box.x, y: box.y };
  const scale = Math.min(
    dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
  );
  // a target inside of the box: the line ends where it points to
  const reach = Math.min(scale, 1);
  return { x: box.x + dx * reach, y: box.y + dy * reach };
}

interface EndLabel extends CanvasPoint {
  anchor: 'start' | 'end';
}

export interface LinkShape {
  path: string;
  middle: CanvasPoint;
  /** The word in the middle stands on the outer side of a bent line. */
  wordAbove: boolean;
  /** The line is level and too short for addresses and word side by side: the word stands below them. */
  wordBelowLabels: boolean;
  sourceLabel: EndLabel;
  targetLabel: EndLabel;
}

/**
 * The line between two boxes: straight, or bent sideways by `bend` so that parallel links can be told apart and hit.
 * The labels of the ends stand on the side that the line leads away from, so that it does not cross them.
 */
export function linkShape(source: Box, target: Box, bend: number): LinkShape {
  const length = Math.hypot(target.x - source.x, target.y - source.y) || 1;
  const normal = { x: -(target.y - source.y) / length, y: (target.x - source.x) / length };
  const control = {
    x: (source.x + target.x) / 2 + normal.x * bend * 2,
    y: (source.y + target.y) / 2 + normal.y * bend * 2,
  };
  const from = borderPoint(source, control);
  const to = borderPoint(target, control);
  const middle = {
    x: from.x / 4 + control.x / 2 + to.x / 4,
    y: from.y / 4 + control.y / 2 + to.y / 4,
  };
  const path =
    bend === 0
      ? `M${from.x} ${from.y}L${to.x} ${to.y}`
      : `M${from.x} ${from.y}Q${control.x} ${control.y} ${to.x} ${to.y}`;
  return {
    path,
    middle,
    wordBelowLabels: bend === 0 && isLevel(source, from) && isLevel(target, to) && Math.abs(to.x - from.x) < roomyLine,
    sourceLabel: endLabel(source, from, control, false),
    targetLabel: endLabel(target, to, control, true),
    wordAbove: bend !== 0 && control.y < middle.y,
  };
}

/** px; two addresses and a word between them. */
const roomyLine = 210;

/** Whether the line leaves the box by its left or right side. */
function isLevel(box: Box, at: CanvasPoint): boolean {
  return Math.abs(at.y - box.y) < box.height / 2 - 0.5;
}

function endLabel(box: Box, at: CanvasPoint, towards: CanvasPoint, isTarget: boolean): EndLabel {
  const dx = towards.x - at.x;
  const dy = towards.y - at.y;
  if (isLevel(box, at)) {
    // out of the left or right side. A level line: one label above it, the other below, or they would meet
    const above = dy === 0 ? !isTarget : dy > 0;
    return { x: at.x + Math.sign(dx) * 6, y: at.y + (above ? -11 : 19), anchor: dx >= 0 ? 'start' : 'end' };
  }
  const right = dx === 0 ? !isTarget : dx < 0;
  // a little along the line, where those that fan out from one node are apart
  const along = Math.min(0.3, 150 / (Math.abs(dy) || 1));
  return {
    x: at.x + dx * along + (right ? 7 : -7),
    y: at.y + dy * along + (dy > 0 ? 6 : 3),
    anchor: right ? 'start' : 'end',
  };
}

const parallelGap = 44;

/** How far each edge is bent (px, to the left of its own direction): 0 unless others join the same two nodes. */
export function edgeBends(edges: readonly Pick<CanvasEdge, 'key' | 'source' | 'target'>[]): Map<string, number> {
  const groups = new Map<string, Pick<CanvasEdge, 'key' | 'source' | 'target'>[]>();
  for (const edge of edges) {
    const pair = edge.source < edge.target ? `${edge.source} ${edge.target}` : `${edge.target} ${edge.source}`;
    const group = groups.get(pair);
    if (group === undefined) groups.set(pair, [edge]);
    else group.push(edge);
  }
  const bends = new Map<string, number>();
  for (const group of groups.values())
    for (const [index, edge] of group.entries()) {
      const offset = (index - (group.length - 1) / 2) * parallelGap;
      // the bend is relative to the direction, and links of one pair may point both ways
      bends.set(edge.key, edge.source < edge.target ? offset : -offset || 0);
    }
  return bends;
}

/** More nodes than these: whoever draws so many sees to it, and looking at each edge and node would take too long. */
const detourNodes = 150;
const detour = 64;

/** Whether the straight line from one box's centre to another's goes through a third box. */
function crosses(from: CanvasPoint, to: CanvasPoint, box: Box): boolean {
  let enter = 0;
  let leave = 1;
  for (const [start, end, centre, half] of [
    [from.x, to.x, box.x, box.width / 2],
    [from.y, to.y, box.y, box.height / 2],
  ] as const) {
    const way = end - start;
    if (way === 0) {
      if (Math.abs(start - centre) >= half) return false;
      continue;
    }
    const near = (centre - half - start) / way;
    const far = (centre + half - start) / way;
    enter = Math.max(enter, Math.min(near, far));
    leave = Math.min(leave, Math.max(near, far));
  }
  return enter < leave;
}

/**
 * The bend of an edge that would be straight and go through other nodes: it would seem to end there, or not be seen
 * at all. 0 when nothing is in its way.
 */
export function detourBend(
  source: Box & { key: string },
  target: Box & { key: string },
  boxes: readonly (Box & { key: string })[],
): number {
  if (boxes.length > detourNodes) return 0;
  const inTheWay = boxes.some(
    (box) => box.key !== source.key && box.key !== target.key && crosses(source, target, box),
  );
  return inTheWay ? detour : 0;
}

const directions = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
} as const;
export type ArrowKey = keyof typeof directions;

/** The unit step of an arrow key, null for any other key. */
export function arrowStep(key: string): CanvasPoint | null {
  return key in directions ? directions[key as ArrowKey] : null;
}

/** The nearest node in a direction, where what lies off the axis counts double; null if there is none. */
export function neighbour(
  nodes: readonly (CanvasPoint & { key: string })[],
  fromKey: string,
  step: CanvasPoint,
): string | null {
  const from = nodes.find((node) => node.key === fromKey);
  if (from === undefined) return null;
  let best: { key: string; distance: number } | null = null;
  for (const node of nodes) {
    const ahead = (node.x - from.x) * step.x + (node.y - from.y) * step.y;
    const aside = Math.abs((node.x - from.x) * step.y) + Math.abs((node.y - from.y) * step.x);
    if (node.key === fromKey || ahead <= 0 || aside > ahead * 2) continue;
    const distance = ahead + aside * 2;
    if (best === null || distance < best.distance) best = { key: node.key, distance };
  }
  return best?.key ?? null;
}
