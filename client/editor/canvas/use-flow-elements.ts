import { applyNodeChanges, type EdgeChange, type NodeChange } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { Annotation } from '#shared/topology/annotations';
import { withContents } from './annotation-geometry';
import { flowEdges, flowNodes, type Labels } from './flow-elements';
import type { FlowEdge } from './LinkEdge';
import type { FlowNode } from './NodeCard';
import { shownStatus } from './status-icons';
import { useGuides } from './use-guides';
import { useSteady } from '../../hooks/steady';
import { formatExact } from '../../ui/format';
import type { CanvasDrift, CanvasMove, CanvasNode, CanvasSelection, TopologyCanvasProps } from './types';

type Source = Pick<TopologyCanvasProps, 'nodes' | 'edges' | 'selection'> & { editable: boolean; labels: Labels };

function build(previous: { nodes: FlowNode[]; edges: FlowEdge[]; source?: Source }, source: Source) {
  const old = {
    nodes: new Map(previous.nodes.map((node) => [node.id, node])),
    edges: new Map(previous.edges.map((edge) => [edge.id, edge])),
    sameWords: previous.source?.labels === source.labels,
  };
  return {
    source,
    nodes: flowNodes(old, source.nodes, source.selection, source.editable, source.labels),
    edges: flowEdges(old, source.edges, source.nodes, source.selection, source.labels),
  };
}

/**
 * Nodes and edges as drawn: what the page gave, with the places that a hand or an arrow key holds right now.
 * The page hears of selections at once and of places only when `commit` says that a move has ended.
 */
export function useFlowElements({
  nodes,
  edges,
  selection,
  editable = false,
  onSelectionChange,
  onMove,
}: TopologyCanvasProps) {
  const labels = useLabels();
  const source = useMemo(
    () => ({ nodes, edges, selection, editable, labels }),
    [nodes, edges, selection, editable, labels],
  );
  const [drawn, setDrawn] = useState(() => build({ nodes: [], edges: [] }, source));
  let current = drawn;
  if (drawn.source !== source) {
    // derived during rendering, not in an effect: the canvas never shows a drawing that is no longer so
    current = build(drawn, source);
    setDrawn(current);
  }

  // two changes of one click (nodes, then edges) come before the page has rendered the first
  const latest = useRef(selection);
  useEffect(() => {
    latest.current = selection;
  }, [selection]);
  const select = useSteady((next: Partial<CanvasSelection>) => {
    latest.current = { ...latest.current, ...next };
    onSelectionChange(latest.current);
  });

  const { guides, lead, led } = useGuides(nodes);
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const places = changes.filter((change) => change.type === 'position' || change.type === 'dimensions');
      if (places.length > 0) {
        const moved = withContentChanges(lead(places), nodes);
        setDrawn((now) => ({ ...now, nodes: applyNodeChanges(moved, now.nodes) }));
      }
      const chosen = selectionAfter(latest.current.nodes, changes);
      if (chosen !== null) select({ nodes: chosen });
    },
    [select, lead, nodes],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<FlowEdge>[]) => {
      const chosen = selectionAfter(latest.current.edges, changes);
      if (chosen !== null) select({ edges: chosen });
    },
    [select],
  );

  /** Puts the nodes somewhere for now. */
  const place = useCallback(
    (moves: readonly CanvasMove[]) => {
      const to = new Map(withContents(moves, nodes).map((move) => [move.key, { x: move.x, y: move.y }]));
      setDrawn((now) => ({
        ...now,
        nodes: now.nodes.map((node) => {
          const position = to.get(node.id);
          return position === undefined ? node : { ...node, position };
        }),
      }));
    },
    [nodes],
  );

  const commit = useCallback(
    (moves: readonly CanvasMove[]) => {
      const before = new Map(nodes.map((node) => [node.key, node]));
      const real = withContents(moves, nodes).filter(({ key, x, y }) => {
        const node = before.get(key);
        return node !== undefined && (node.x !== x || node.y !== y);
      });
      if (real.length > 0) onMove?.(real);
    },
    [nodes, onMove],
  );

  /** A drag has ended: the hand let go here, and the guides had led the nodes a little farther. */
  const drop = (moves: readonly CanvasMove[]) => {
    const { dx, dy } = led();
    commit(moves.map(({ key, x, y }) => ({ key, x: Math.round(x + dx), y: Math.round(y + dy) })));
  };

  return {
    ...{ nodes: current.nodes, edges: current.edges, guides },
    ...{ onNodesChange, onEdgesChange, select, place, commit, drop },
  };
}

/** The changes of what is in the hand, with those of what stands in a group that is. */
function withContentChanges(changes: NodeChange<FlowNode>[], nodes: readonly CanvasNode[]): NodeChange<FlowNode>[] {
  const moves = changes.flatMap((change) =>
    change.type === 'position' && change.position !== undefined ? [{ key: change.id, ...change.position }] : [],
  );
  const taken = withContents(moves, nodes).slice(moves.length);
  const dragging = changes.some((change) => change.type === 'position' && change.dragging === true);
  return [
    ...changes,
    ...taken.map(({ key, x, y }) => ({ id: key, type: 'position' as const, position: { x, y }, dragging })),
  ];
}

function selectionAfter(
  selected: readonly string[],
  changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[],
): string[] | null {
  const next = new Set(selected);
  let changed = false;
  for (const change of changes)
    if (change.type === 'select') {
      changed = true;
      if (change.selected) next.add(change.id);
      else next.delete(change.id);
    }
  return changed ? [...next] : null;
}

/** All of its text, or what it is that has none. */
function calledBeside(annotation: Annotation, t: TFunction<'editor'>): string {
  if (annotation.kind === 'shape') return t(`annotation.formIs.${annotation.form}`);
  const text = annotation.kind === 'group' ? annotation.name : annotation.text.trim();
  return text === '' ? t('annotation.empty') : text;
}

/** What a screen reader says of nodes and edges: "VM web, nano · tiny, running". */
function useLabels(): Labels {
  const { t, i18n } = useTranslation('editor');
  return useMemo(() => {
    // the moment itself: what was said of it relative to now would not stay true
    const drifted = (drift: CanvasDrift | undefined) =>
      drift === undefined
        ? []
        : [drift.message, ...(drift.at === null ? [] : [formatExact(Date.parse(drift.at), i18n.language)])];
    return {
      node: (node) =>
        [
          node.annotation === undefined
            ? t(node.kind === 'vm' ? 'canvas.vmNamed' : 'canvas.networkNamed', { name: node.name })
            : calledBeside(node.annotation, t),
          node.detail,
          node.status === undefined ? undefined : shownStatus(node.status).word,
          node.locked === true ? t('canvas.locked') : undefined,
          node.internet === true ? t('canvas.internet') : undefined,
          node.problem,
          ...drifted(node.drift),
        ]
          .filter((part) => part !== undefined)
          .join(', '),
      edge: (edge, source, target) =>
        [
          t('canvas.edgeBetween', { source, target }),
          edge.status === undefined ? undefined : shownStatus(edge.status).word,
          edge.down === true ? t('canvas.takenDown') : undefined,
          edge.quality,
          edge.problem,
          ...drifted(edge.drift),
        ]
          .filter((part) => part !== undefined)
          .join(', '),
      role: (kind) => t(`canvas.role.${kind}`),
    };
  }, [t, i18n.language]);
}
