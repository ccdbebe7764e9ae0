import { useRef, type FocusEvent, type KeyboardEvent } from 'react';
import { arrowStep, neighbour } from './geometry';
import type { FlowNode } from './NodeCard';
import { nothingSelected, type CanvasMove, type TopologyCanvasProps } from './types';

/** Pixels of one press of an arrow key; with Shift. */
const step = 10;
const bigStep = 50;

interface CanvasKeys extends TopologyCanvasProps {
  drawn: readonly FlowNode[];
  place: (moves: readonly CanvasMove[]) => void;
  commit: (moves: readonly CanvasMove[]) => void;
  connectFrom: string | null;
  choose: (key: string) => void;
  startConnect: (key: string | null) => void;
  focus: (key: string) => void;
}

/** Key of the node that an event happened on, null for the canvas itself. */
export function nodeKeyOf(target: EventTarget): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest('.react-flow__node')?.getAttribute('data-id') ?? null;
}

/**
 * The canvas by keyboard. On a node: Enter opens it, Space selects it, arrows move it (or, where nothing can be moved or
 * a partner is being chosen, go to the next node), C begins a link, Delete deletes. Escape lets go of everything.
 */
export function useCanvasKeys(canvas: CanvasKeys) {
  // a run of arrow keys is one move, as a drag is
  const moving = useRef<CanvasMove[] | null>(null);
  const { selection, editable = false, connectFrom } = canvas;

  function endMove() {
    if (moving.current !== null) canvas.commit(moving.current);
    moving.current = null;
  }

  function move(key: string, direction: { x: number; y: number }, size: number) {
    const keys = new Set(selection.nodes.includes(key) ? selection.nodes : [key]);
    const from =
      moving.current ??
      canvas.drawn
        .filter((node) => keys.has(node.id) && node.data.node.locked !== true)
        .map((node) => ({ key: node.id, x: node.position.x, y: node.position.y }));
    moving.current = from.map((item) => ({
      key: item.key,
      x: item.x + direction.x * size,
      y: item.y + direction.y * size,
    }));
    canvas.place(moving.current);
  }

  function remove(key: string | null) {
    const isSelected = key === null || selection.nodes.includes(key);
    const what = isSelected ? selection : { nodes: [key], edges: [] };
    if (what.nodes.length + what.edges.length > 0) canvas.onDelete?.(what);
  }

  /** Whether the key meant something here. */
  function handle(event: KeyboardEvent): boolean {
    const key = nodeKeyOf(event.target);
    if (event.key === 'Escape') {
      if (connectFrom !== null) canvas.startConnect(null);
      else canvas.onSelectionChange(nothingSelected);
      return true;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (editable && (event.key === 'Delete' || event.key === 'Backspace')) {
      remove(key);
      return true;
    }
    if (key === null) return false;
    if (event.key === 'Enter' || event.key === ' ') {
      canvas.choose(key);
      if (event.key === 'Enter' && connectFrom === null) canvas.onOpenNode?.(key);
      return true;
    }
    if (editable && event.key.toLowerCase() === 'c') {
      if (canvas.nodes.some((node) => node.key === key && node.kind === 'annotation')) return false;
      canvas.startConnect(key);
      return true;
    }
    const direction = arrowStep(event.key);
    if (direction === null) return false;
    if (editable && connectFrom === null) move(key, direction, event.shiftKey ? bigStep : step);
    else {
      const next = neighbour(
        canvas.nodes
          .filter(({ kind }) => kind !== 'annotation')
          .map((node) => ({ key: node.key, x: node.x, y: node.y })),
        key,
        direction,
      );
      if (next !== null) canvas.focus(next);
    }
    return true;
  }

  return {
    onKeyDown: (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement) return;
      if (!handle(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    onKeyUp: (event: KeyboardEvent) => {
      if (arrowStep(event.key) !== null) endMove();
    },
    onBlur: (_event: FocusEvent) => {
      endMove();
    },
  };
}
