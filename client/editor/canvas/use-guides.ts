import type { NodeChange } from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { guidesFor, type Guide } from '../alignment';
import { nodeSize } from './geometry';
import type { FlowNode } from './NodeCard';
import type { CanvasNode } from './types';

/** px of the drawing: half a step of its grid, so that every place can still be reached. */
const reach = 5;
/** With more nodes everything is in line with something. */
const mostNodes = 400;
const none: readonly Guide[] = [];
const nowhere = { dx: 0, dy: 0 };

/** Leads what is dragged onto the lines of what stays, and says along which. */
export function useGuides(nodes: readonly CanvasNode[]) {
  const [guides, setGuides] = useState(none);
  const shift = useRef(nowhere);
  const latest = useRef(nodes);
  useEffect(() => {
    latest.current = nodes;
  }, [nodes]);

  const lead = useCallback((changes: NodeChange<FlowNode>[]): NodeChange<FlowNode>[] => {
    const dragged = changes.filter((change) => change.type === 'position' && change.dragging === true);
    const [first] = dragged;
    if (first?.type !== 'position' || first.position === undefined || latest.current.length > mostNodes) {
      // the last change of a drag says that it has ended; what it was led by counts until it is dropped
      setGuides(none);
      return changes;
    }
    const moving = new Set(dragged.map((change) => (change.type === 'position' ? change.id : '')));
    const own = latest.current.find(({ key }) => key === first.id);
    // what stands in a group goes with it: nothing that it could be led by
    if (own === undefined || own.annotation?.kind === 'group') return changes;
    const others = latest.current.filter(({ key }) => !moving.has(key));
    const {
      dx,
      dy,
      guides: found,
    } = guidesFor(
      { ...first.position, ...nodeSize(own) },
      others.map((node) => ({ x: node.x, y: node.y, ...nodeSize(node) })),
      reach,
    );
    shift.current = { dx, dy };
    setGuides(found);
    return changes.map((change) =>
      change.type === 'position' && change.position !== undefined
        ? { ...change, position: { x: change.position.x + dx, y: change.position.y + dy } }
        : change,
    );
  }, []);

  /** How far the nodes that are dropped were led; and that they are. */
  const led = useCallback(() => {
    const last = shift.current;
    shift.current = nowhere;
    setGuides(none);
    return last;
  }, []);
  return { guides, lead, led };
}
