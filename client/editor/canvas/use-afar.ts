import { useStore, useStoreApi } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState, type MouseEvent, type PointerEvent } from 'react';
import { flushSync } from 'react-dom';
import { useSteady } from '../../hooks/steady';
import { boxOf, chosenIn, edgeAt, nodeAt, type FarScene } from './afar';
import type { FlowEdge } from './LinkEdge';
import type { FlowNode } from './NodeCard';
import type { CanvasPoint, CanvasSelection } from './types';

/** With fewer nodes all of them are in the page at every zoom, so that Tab reaches each. */
export const cullAbove = 150;
/** Of a large drawing, below this zoom, cards would be a few px large and hundreds. */
const afarZoom = 0.3;
/** So many come into the page with one frame: more at once would be felt. */
const arriving = 24;
/** px on the screen within which a finger or a click means a node or a link. */
const fingerReach = 12;
const clickReach = 6;

const none: ReadonlySet<string> = new Set();

interface Options {
  nodes: FlowNode[];
  edges: FlowEdge[];
  frame: React.RefObject<HTMLElement | null>;
  onSelectionChange: (selection: CanvasSelection) => void;
}

/**
 * A large drawing seen from afar is painted on one layer (FarLayer) instead of being a thousand elements. In the page are only
 * what the pointer or the focus is on; what is chosen is known to the drawing library without being drawn: all else that the drawing library does with nodes it
 * goes on doing. Coming nearer, those in view come into the page a few with each frame, and are painted until then.
 */
export function useAfar({ nodes, edges, frame, onSelectionChange }: Options) {
  const store = useStoreApi<FlowNode, FlowEdge>();
  const many = nodes.length > cullAbove;
  const afar = useStore((state) => many && state.transform[2] < afarZoom);
  /** In the page already; null when all are. */
  const [here, setHere] = useState<ReadonlySet<string> | null>(() => (many ? none : null));
  const [pointed, setPointed] = useState<string | null>(null);
  const [held, setHeld] = useState<string | null>(null);
  const latest = useRef({ nodes, edges });
  useEffect(() => {
    latest.current = { nodes, edges };
  }, [nodes, edges]);

  // derived while rendering: no frame may show hundreds of cards that are about to go
  const [wasAfar, setWasAfar] = useState(afar);
  if (wasAfar !== afar) {
    setWasAfar(afar);
    if (afar) setHere(none);
  }
  useEffect(() => {
    if (!many || afar || here === null) return undefined;
    const frameId = requestAnimationFrame(() => {
      const waiting = inView(latest.current.nodes, store.getState()).filter(({ id }) => !here.has(id));
      // what is in view is there; the drawing library sees to the rest when it comes into view
      if (waiting.length === 0) setHere(null);
      else setHere(new Set([...here, ...waiting.slice(0, arriving).map(({ id }) => id)]));
    });
    return () => cancelAnimationFrame(frameId);
  }, [many, afar, here, store]);

  const partly = many && (afar || here !== null);
  // what is drawn beside nodes is in the page at every zoom
  const cards = useMemo(() => nodes.filter(({ type }) => type === 'card'), [nodes]);
  const shown = useMemo((): { nodes: FlowNode[]; edges: FlowEdge[]; scene: FarScene | null } => {
    if (!partly) return { nodes, edges, scene: null };
    const arrived = (id: string) => !afar && here?.has(id) === true;
    const isMet = (id: string) => id === pointed || id === held;
    const linked = (edge: FlowEdge) => arrived(edge.source) && arrived(edge.target);
    return {
      nodes: nodes.flatMap((node) =>
        node.type !== 'card' || arrived(node.id) || isMet(node.id)
          ? [node]
          : node.selected === true || node.dragging === true
            ? [unseen(node)]
            : [],
      ),
      edges: edges.flatMap((edge) => (linked(edge) ? [edge] : edge.selected === true ? [unseenEdge(edge)] : [])),
      scene: {
        nodes: cards.filter(({ id }) => !arrived(id)),
        edges: edges.filter((edge) => !linked(edge)),
        all: new Map(nodes.map((node) => [node.id, node])),
        met: cards.filter(({ id }) => isMet(id)),
        named: cards.filter(({ id, selected }) => selected === true || isMet(id)),
      },
    };
  }, [partly, nodes, cards, edges, afar, here, pointed, held]);

  const toFlow = (event: { clientX: number; clientY: number }): CanvasPoint & { zoom: number } => {
    const { left = 0, top = 0 } = frame.current?.getBoundingClientRect() ?? {};
    const [x, y, zoom] = store.getState().transform;
    return { x: (event.clientX - left - x) / zoom, y: (event.clientY - top - y) / zoom, zoom };
  };

  // the drawing library looks for what is in a marquee among those in the page
  const marquee = useSteady(() => {
    const { userSelectionActive, userSelectionRect: rect, transform } = store.getState();
    if (!userSelectionActive || rect === null) return;
    const [x, y, zoom] = transform;
    const left = (rect.x - x) / zoom;
    const top = (rect.y - y) / zoom;
    const area = { left, top, right: left + rect.width / zoom, bottom: top + rect.height / zoom };
    onSelectionChange(chosenIn(latest.current.nodes, latest.current.edges, area));
  });
  useEffect(() => {
    if (!partly) return undefined;
    return store.subscribe((state, before) => {
      if (state.userSelectionRect !== before.userSelectionRect) marquee();
    });
  }, [partly, store, marquee]);

  return {
    ...shown,
    /** Has this node in the page, so that it can take the focus; null lets go. */
    hold: setHeld,
    onPointerMove: useSteady((event: PointerEvent) => {
      if (!partly || event.buttons !== 0 || event.pointerType === 'touch') return;
      const next = nodeAt(cards, toFlow(event))?.id ?? null;
      // now, not soon: the button that goes down next is to find the node there
      if (next !== pointed) flushSync(() => setPointed(next));
    }),
    /** What a click or a touch on the empty canvas means: there may be something painted. */
    under: (event: MouseEvent | globalThis.MouseEvent): { node: string } | { edge: string } | null => {
      if (shown.scene === null) return null;
      const { zoom, ...point } = toFlow(event);
      const native = 'nativeEvent' in event ? event.nativeEvent : event;
      const touched = 'pointerType' in native && native.pointerType === 'touch';
      const node = nodeAt(cards, point, touched ? fingerReach / zoom : 0);
      if (node !== null) return { node: node.id };
      const edge = edgeAt(shown.scene.edges, shown.scene.all, point, (touched ? fingerReach : clickReach) / zoom);
      return edge === null ? null : { edge: edge.id };
    },
    /** The node that is nearest to the middle of what is in view. */
    nearest: (): string | null => {
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      return nodeAt(cards, { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom }, Infinity)?.id ?? null;
    },
  };
}

/** Not to be drawn; the same object for the same one: what has not changed is not looked at again. */
function unseenOnes<Part extends FlowNode | FlowEdge>(): (part: Part) => Part {
  const made = new WeakMap<Part, Part>();
  return (part) => {
    const known = made.get(part) ?? { ...part, hidden: true };
    made.set(part, known);
    return known;
  };
}
const unseen = unseenOnes<FlowNode>();
const unseenEdge = unseenOnes<FlowEdge>();

/** Those nearest to the middle first. */
function inView(
  nodes: readonly FlowNode[],
  { transform: [x, y, zoom], width, height }: { transform: [number, number, number]; width: number; height: number },
): FlowNode[] {
  const middle = { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom };
  const away = (node: FlowNode) => Math.hypot(node.position.x - middle.x, node.position.y - middle.y);
  return nodes
    .filter((node) => {
      if (node.type !== 'card') return false;
      const box = boxOf(node);
      return (
        Math.abs(box.x - middle.x) <= (width / zoom + box.width) / 2 &&
        Math.abs(box.y - middle.y) <= (height / zoom + box.height) / 2
      );
    })
    .toSorted((one, other) => away(one) - away(other));
}
