import type { useStoreApi } from '@xyflow/react';

/** Draws once in a frame, now and whenever the view is moved or resized, until what it answers is called. */
export function redrawOnMove(store: ReturnType<typeof useStoreApi>, draw: () => void): () => void {
  let next = 0;
  const request = () => {
    if (next !== 0) return;
    next = requestAnimationFrame(() => {
      next = 0;
      draw();
    });
  };
  request();
  const stop = store.subscribe((state, before) => {
    if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height)
      request();
  });
  return () => {
    stop();
    cancelAnimationFrame(next);
  };
}
