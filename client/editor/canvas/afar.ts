import type { FlowEdge } from './LinkEdge';
import type { FlowNode } from './NodeCard';
import { linkShape, nodeSize, type Box } from './geometry';
import type { CanvasPoint, Tone } from './types';

/** What is drawn on the layer of the far view: of a thousand nodes and their links that are no elements of the page. */
export interface FarScene {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  /** Every node by its key: links end at those in the page, too. */
  all: ReadonlyMap<string, FlowNode>;
  /** The pointer or the focus is on them. */
  met: readonly FlowNode[];
  /** Named, however small they are. */
  named: readonly FlowNode[];
}

export interface FarView {
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
}

export type FarColours = Record<'line' | 'card' | 'ink' | 'accent' | 'danger' | 'canvas', string> & {
  tones: Record<Tone, string>;
  font: string;
};

/** From here on a name has room and can be read. */
const namesFrom = 0.18;
/** More addresses at once could not be told apart. */
const mostLabels = 60;
/** So many lines are drawn at once: more of them make one shape that takes longer than its parts. */
const linesAtOnce = 50;

/** The node as a box around its centre, where it is shown now. */
export function boxOf(node: FlowNode): Box {
  return { ...node.position, ...nodeSize(node.data.node) };
}

function edgeBoxes(edge: FlowEdge, all: FarScene['all']): [Box, Box] | null {
  const source = all.get(edge.source);
  const target = all.get(edge.target);
  return source === undefined || target === undefined ? null : [boxOf(source), boxOf(target)];
}

/** Where a bent line is pulled to; straight ones have their middle there. */
function pullOf(source: Box, target: Box, bend: number): CanvasPoint {
  const length = Math.hypot(target.x - source.x, target.y - source.y) || 1;
  return {
    x: (source.x + target.x) / 2 - ((target.y - source.y) / length) * bend * 2,
    y: (source.y + target.y) / 2 + ((target.x - source.x) / length) * bend * 2,
  };
}

/** Draws all of it; as many nodes as are in view. */
export function drawAfar(context: CanvasRenderingContext2D, scene: FarScene, view: FarView, colours: FarColours) {
  const { zoom } = view;
  const left = -view.x / zoom;
  const top = -view.y / zoom;
  const right = left + view.width / zoom;
  const bottom = top + view.height / zoom;
  drawLines(context, scene, { left, top, right, bottom }, zoom, colours);
  const border = Math.max(1, 0.7 / zoom);
  const nameSize = Math.min(Math.max(17, 8 / zoom), 34);
  const withNames = zoom >= namesFrom;
  context.font = `600 ${nameSize}px ${colours.font}`;
  context.textBaseline = 'middle';
  let drawn = 0;
  for (const node of scene.nodes) {
    const { x, y, width, height } = boxOf(node);
    if (x + width / 2 < left || x - width / 2 > right || y + height / 2 < top || y - height / 2 > bottom) continue;
    drawn += 1;
    const { problem, drift, status, kind, ghost, name } = node.data.node;
    const edge = node.selected === true ? border * 2 : border;
    const corner = { x: x - width / 2, y: y - height / 2 };
    context.fillStyle =
      node.selected === true || scene.met.includes(node)
        ? colours.accent
        : problem !== undefined
          ? colours.danger
          : drift !== undefined
            ? colours.tones.warning
            : colours.line;
    block(context, kind, corner.x, corner.y, width, height);
    context.fillStyle = ghost === true ? colours.canvas : colours.card;
    block(context, kind, corner.x + edge, corner.y + edge, width - 2 * edge, height - 2 * edge);
    if (status !== undefined) {
      context.fillStyle = colours.tones[status.tone];
      context.fillRect(corner.x + edge, corner.y + edge, 16, height - 2 * edge);
    }
    if (!withNames) continue;
    context.fillStyle = colours.ink;
    const room = Math.floor((width - 36) / (nameSize * 0.56));
    context.fillText(name.length > room ? `${name.slice(0, room - 1)}…` : name, corner.x + 24, y);
  }
  drawWords(context, scene, zoom, colours);
  return drawn;
}

function block(
  context: CanvasRenderingContext2D,
  kind: FlowNode['data']['node']['kind'],
  x: number,
  y: number,
  width: number,
  height: number,
) {
  if (kind !== 'network') return context.fillRect(x, y, width, height);
  context.beginPath();
  context.roundRect(x, y, width, height, height / 2);
  context.fill();
  return undefined;
}

function drawLines(
  context: CanvasRenderingContext2D,
  { edges, all }: FarScene,
  area: { left: number; top: number; right: number; bottom: number },
  zoom: number,
  colours: FarColours,
) {
  // by looks: what is chosen last, over the others
  const groups = new Map<string, { chosen: number; tone: Tone | undefined; alike: FlowEdge[] }>();
  for (const edge of edges) {
    const { problem, status } = edge.data?.edge ?? {};
    const chosen = edge.selected === true ? 2 : edge.data?.near === true ? 1 : 0;
    const tone = chosen > 0 ? undefined : problem === undefined ? status?.tone : 'danger';
    const looks = `${chosen} ${tone}`;
    const group = groups.get(looks);
    if (group === undefined) groups.set(looks, { chosen, tone, alike: [edge] });
    else group.alike.push(edge);
  }
  for (const { chosen, tone, alike } of [...groups.values()].toSorted((one, other) => one.chosen - other.chosen)) {
    context.strokeStyle = chosen > 0 ? colours.accent : tone === undefined ? colours.line : colours.tones[tone];
    context.lineWidth = chosen === 2 ? Math.max(3, 1.6 / zoom) : Math.max(1.75, 0.8 / zoom);
    let pending = 0;
    context.beginPath();
    for (const edge of alike) {
      const boxes = edgeBoxes(edge, all);
      if (boxes === null) continue;
      const [source, target] = boxes;
      if (
        Math.max(source.x, target.x) < area.left ||
        Math.min(source.x, target.x) > area.right ||
        Math.max(source.y, target.y) < area.top ||
        Math.min(source.y, target.y) > area.bottom
      )
        continue;
      const bend = edge.data?.bend ?? 0;
      context.moveTo(source.x, source.y);
      if (bend === 0) context.lineTo(target.x, target.y);
      else {
        const pull = pullOf(source, target, bend);
        context.quadraticCurveTo(pull.x, pull.y, target.x, target.y);
      }
      pending += 1;
      if (pending < linesAtOnce) continue;
      context.stroke();
      context.beginPath();
      pending = 0;
    }
    context.stroke();
  }
}

/** What is asked for can be read at every zoom: the ends of chosen links, the names of chosen nodes. */
function drawWords(
  context: CanvasRenderingContext2D,
  { edges, all, named }: FarScene,
  zoom: number,
  colours: FarColours,
) {
  context.lineWidth = 4 / zoom;
  context.lineJoin = 'round';
  context.strokeStyle = colours.canvas;
  context.fillStyle = colours.ink;
  const write = (text: string, x: number, y: number) => {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  };
  const told = edges.filter(({ selected, data }) => selected === true || data?.near === true);
  if (told.length <= mostLabels) {
    context.font = `${11 / zoom}px ui-monospace, monospace`;
    context.textBaseline = 'alphabetic';
    for (const edge of told) {
      const boxes = edgeBoxes(edge, all);
      if (boxes === null || edge.data === undefined) continue;
      const { sourceLabel, targetLabel } = edge.data.edge;
      const shape = linkShape(...boxes, edge.data.bend);
      for (const [label, at] of [
        [sourceLabel, shape.sourceLabel],
        [targetLabel, shape.targetLabel],
      ] as const) {
        if (label === undefined) continue;
        context.textAlign = at.anchor;
        write(label, at.x, at.y);
      }
    }
  }
  if (zoom >= namesFrom || named.length > mostLabels) return;
  context.font = `600 ${12 / zoom}px ${colours.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  for (const node of named) {
    const { x, y, height } = boxOf(node);
    write(node.data.node.name, x, y - height / 2 - 2 / zoom);
  }
  context.textAlign = 'start';
}

/** The node at this point; with `reach`, else the nearest so far away. Ghosts are none. */
export function nodeAt(nodes: readonly FlowNode[], point: CanvasPoint, reach = 0): FlowNode | null {
  let best: { node: FlowNode; away: number } | null = null;
  for (const node of nodes) {
    if (node.data.node.ghost === true) continue;
    const { x, y, width, height } = boxOf(node);
    const away = Math.hypot(
      Math.max(Math.abs(point.x - x) - width / 2, 0),
      Math.max(Math.abs(point.y - y) - height / 2, 0),
    );
    // of those that lie over each other, the last is on top
    if (away <= reach && (best === null || away <= best.away)) best = { node, away };
  }
  return best?.node ?? null;
}

/** The link that passes this point, at most `reach` away. */
export function edgeAt(
  edges: readonly FlowEdge[],
  all: FarScene['all'],
  point: CanvasPoint,
  reach: number,
): FlowEdge | null {
  let best: { edge: FlowEdge; away: number } | null = null;
  for (const edge of edges) {
    const boxes = edge.data?.edge.ghost === true ? null : edgeBoxes(edge, all);
    if (boxes === null) continue;
    const [source, target] = boxes;
    const bend = edge.data?.bend ?? 0;
    const pull = pullOf(source, target, bend);
    const steps = bend === 0 ? 1 : 8;
    let from: CanvasPoint = source;
    for (let step = 1; step <= steps; step += 1) {
      const part = step / steps;
      const to = {
        x: (1 - part) ** 2 * source.x + 2 * part * (1 - part) * pull.x + part ** 2 * target.x,
        y: (1 - part) ** 2 * source.y + 2 * part * (1 - part) * pull.y + part ** 2 * target.y,
      };
      const away = toSegment(point, from, to);
      if (away <= reach && (best === null || away < best.away)) best = { edge, away };
      from = to;
    }
  }
  return best?.edge ?? null;
}

function toSegment(point: CanvasPoint, from: CanvasPoint, to: CanvasPoint): number {
  const way = { x: to.x - from.x, y: to.y - from.y };
  const length = way.x ** 2 + way.y ** 2;
  const part = length === 0 ? 0 : ((point.x - from.x) * way.x + (point.y - from.y) * way.y) / length;
  const near = Math.min(Math.max(part, 0), 1);
  return Math.hypot(point.x - from.x - near * way.x, point.y - from.y - near * way.y);
}

/** What a marquee chooses: nodes that are wholly in it, and the links that end at them. */
export function chosenIn(
  nodes: readonly FlowNode[],
  edges: readonly FlowEdge[],
  area: { left: number; top: number; right: number; bottom: number },
): { nodes: string[]; edges: string[] } {
  const inside = nodes.filter((node) => {
    const { x, y, width, height } = boxOf(node);
    return (
      node.data.node.ghost !== true &&
      x - width / 2 >= area.left &&
      x + width / 2 <= area.right &&
      y - height / 2 >= area.top &&
      y + height / 2 <= area.bottom
    );
  });
  const keys = new Set(inside.map(({ id }) => id));
  return {
    nodes: [...keys],
    edges: edges
      .filter(({ source, target, selectable }) => selectable !== false && (keys.has(source) || keys.has(target)))
      .map(({ id }) => id),
  };
}
