import { Position } from '@xyflow/react';
import type { AnnotationKind } from '#shared/topology/annotations';
import type { FlowEdge } from './LinkEdge';
import { wholeNodeHandle, type FlowNode } from './NodeCard';
import { detourBend, edgeBends, nodeSize } from './geometry';
import type { CanvasEdge, CanvasNode, CanvasSelection } from './types';

/** Equal as far as drawing goes: plain values, one level of objects and lists deeper too. */
export function sameLooks(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const before = Object.entries(left);
  const after = new Map(Object.entries(right));
  return (
    before.length === after.size && before.every(([key, value]) => after.has(key) && sameLooks(value, after.get(key)))
  );
}

/** The drawing library's word for what Shift does not begin a marquee on: a click with it adds to the selection. */
const clickable = 'nokey';

const untouchable = { selectable: false, draggable: false, connectable: false, focusable: false } as const;

export interface Labels {
  node: (node: CanvasNode) => string;
  edge: (edge: CanvasEdge, source: string, target: string) => string;
  role: (kind: 'vm' | 'network' | 'edge' | AnnotationKind) => string;
}

/** What was drawn before. */
interface Before {
  nodes: ReadonlyMap<string, FlowNode>;
  edges: ReadonlyMap<string, FlowEdge>;
  /** The labels are in the same words: what looks the same is called the same. */
  sameWords: boolean;
}

/**
 * The canvas's nodes as the drawing library wants them. What did not change stays the same object, so that of a thousand
 * nodes only the one that changed is drawn again. A node in the hand keeps the place where the hand has it.
 */
export function flowNodes(
  before: Before,
  nodes: readonly CanvasNode[],
  selection: CanvasSelection,
  editable: boolean,
  labels: Labels,
): FlowNode[] {
  const selected = new Set(selection.nodes);
  return nodes.map((node) => {
    const old = before.nodes.get(node.key);
    const isSelected = selected.has(node.key);
    const same = old !== undefined && sameLooks(old.data.node, node);
    const ariaLabel = same && before.sameWords && old.ariaLabel !== undefined ? old.ariaLabel : labels.node(node);
    const inHand = old?.dragging === true;
    const alone = isSelected && selection.nodes.length === 1;
    if (
      same &&
      old.selected === isSelected &&
      old.data.editable === editable &&
      old.data.alone === alone &&
      old.ariaLabel === ariaLabel &&
      (inHand || (old.position.x === node.x && old.position.y === node.y))
    )
      return old;
    const size = nodeSize(node);
    const role = labels.role(node.annotation?.kind ?? (node.kind === 'network' ? 'network' : 'vm'));
    return {
      id: node.key,
      type: 'card',
      className: clickable,
      position: inHand ? old.position : { x: node.x, y: node.y },
      ...size,
      ...(inHand ? { dragging: true } : {}),
      measured: size,
      // known beforehand: edges to nodes that were never on the screen are drawn too
      handles: handlesOf(size, editable),
      data: { node, editable, alone },
      ...(node.locked === true ? { draggable: false } : {}),
      selected: isSelected,
      ariaLabel,
      ...(node.annotation !== undefined && besideNodes(node.annotation.kind, isSelected)),
      ...(node.ghost === true || (node.annotation !== undefined && !editable)
        ? { ...untouchable, ariaRole: 'img', domAttributes: { 'aria-roledescription': role } }
        : {
            ariaRole: 'button',
            domAttributes: { 'aria-roledescription': role, 'aria-pressed': isSelected },
          }),
    };
  });
}

/** How far the drawing library lifts what is chosen. */
const lifted = 1000;

/**
 * What is drawn beside: frames and shapes below all links and nodes, chosen or not; nothing is linked with it, and the pointer takes what
 * is drawn of it, not its whole box.
 */
function besideNodes(kind: AnnotationKind, isSelected: boolean): Partial<FlowNode> {
  const isBehind = kind === 'group' || kind === 'shape';
  return {
    type: 'annotation',
    connectable: false,
    handles: [],
    style: { pointerEvents: 'none' },
    ...(isBehind && { zIndex: isSelected ? -1 - lifted : -1 }),
  };
}

/** Where links begin and end, relative to the node's upper left corner; NodeCard draws the same ones. */
function handlesOf({ width, height }: { width: number; height: number }, editable: boolean): FlowNode['handles'] {
  const side = { type: 'source', width: 1, height: 1 } as const;
  return [
    { id: wholeNodeHandle, type: 'source', position: Position.Top, x: 0, y: 0, width, height },
    ...(editable
      ? [
          { ...side, id: Position.Top, position: Position.Top, x: width / 2, y: 0 },
          { ...side, id: Position.Right, position: Position.Right, x: width, y: height / 2 },
          { ...side, id: Position.Bottom, position: Position.Bottom, x: width / 2, y: height },
          { ...side, id: Position.Left, position: Position.Left, x: 0, y: height / 2 },
        ]
      : []),
  ];
}

/** The same for the edges; one whose end is not there cannot be drawn. */
export function flowEdges(
  before: Before,
  edges: readonly CanvasEdge[],
  nodes: readonly CanvasNode[],
  selection: CanvasSelection,
  labels: Labels,
): FlowEdge[] {
  const selected = new Set(selection.edges);
  const chosen = new Set(selection.nodes);
  const ends = new Map(nodes.map((node) => [node.key, node]));
  const bends = edgeBends(edges);
  // links lead around nodes, not around what is drawn beside them
  const boxes = nodes
    .filter(({ kind }) => kind !== 'annotation')
    .map((node) => ({ key: node.key, x: node.x, y: node.y, ...nodeSize(node) }));
  const boxOf = new Map(boxes.map((box) => [box.key, box]));
  return edges.flatMap((edge): FlowEdge[] => {
    const source = ends.get(edge.source);
    const target = ends.get(edge.target);
    if (source === undefined || target === undefined) return [];
    const old = before.edges.get(edge.key);
    const from = boxOf.get(edge.source);
    const to = boxOf.get(edge.target);
    const parallel = bends.get(edge.key) ?? 0;
    const bend = parallel === 0 && from !== undefined && to !== undefined ? detourBend(from, to, boxes) : parallel;
    const near = chosen.has(edge.source) || chosen.has(edge.target);
    const names = { source: source.name, target: target.name };
    const data = { edge, bend, near, source: nodeSize(source), target: nodeSize(target), names };
    const isSelected = selected.has(edge.key);
    const same = old !== undefined && sameLooks(old.data, data);
    const ariaLabel =
      same && before.sameWords && old.ariaLabel !== undefined
        ? old.ariaLabel
        : labels.edge(edge, source.name, target.name);
    if (same && old.selected === isSelected && old.ariaLabel === ariaLabel) return [old];
    return [
      {
        id: edge.key,
        type: 'link',
        className: clickable,
        source: edge.source,
        target: edge.target,
        sourceHandle: wholeNodeHandle,
        targetHandle: wholeNodeHandle,
        data,
        selected: isSelected,
        ...(edge.ghost === true ? { selectable: false } : {}),
        ariaLabel,
        domAttributes: { 'aria-roledescription': labels.role('edge') },
      },
    ];
  });
}
