import { useEffect, useRef } from 'react';
import type { FlowNode } from './NodeCard';
import type { CanvasMove } from './types';

/** ms; long enough to see who goes where. */
export const glideMs = 350;

interface Drawn {
  nodes: readonly FlowNode[];
  place: (moves: readonly CanvasMove[]) => void;
  commit: (moves: readonly CanvasMove[]) => void;
}

/**
 * Lets nodes glide to where they belong, and then says that they are there: one move. Whatever the user does meanwhile ends it
 * at once, so that nothing is done to a drawing that is under way. Who wants no motion gets none.
 */
export function useGlide(drawn: Drawn, still: boolean): (moves: readonly CanvasMove[]) => void {
  const latest = useRef(drawn);
  const end = useRef<(() => void) | null>(null);
  useEffect(() => {
    latest.current = drawn;
  });
  useEffect(() => {
    const finish = () => end.current?.();
    const signs = ['keydown', 'pointerdown', 'wheel', 'paste', 'cut'] as const;
    for (const sign of signs) window.addEventListener(sign, finish, { capture: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, finish, { capture: true });
      finish();
    };
  }, []);

  return (moves) => {
    end.current?.();
    if (still) {
      latest.current.commit(moves);
      return;
    }
    const from = new Map(latest.current.nodes.map((node) => [node.id, node.position]));
    const began = performance.now();
    const step = () => {
      const passed = Math.min((performance.now() - began) / glideMs, 1);
      // slower towards its end
      const part = 1 - (1 - passed) ** 3;
      latest.current.place(
        moves.map(({ key, x, y }) => {
          const start = from.get(key) ?? { x, y };
          return { key, x: start.x + (x - start.x) * part, y: start.y + (y - start.y) * part };
        }),
      );
      frame = requestAnimationFrame(step);
    };
    let frame = requestAnimationFrame(step);
    // a page that is not shown draws no frames
    const timer = setTimeout(() => end.current?.(), glideMs);
    end.current = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      end.current = null;
      latest.current.place(moves);
      latest.current.commit(moves);
    };
  };
}
