import { useEffect, useRef, type RefObject } from 'react';

/** Less than this, in pixels, is a scrollbar that came or went. */
const notable = 24;
/** The canvas learns its own new size first. */
const settleMs = 120;

/** Calls `refit` after the element that gets the ref has changed its size: a panel was opened beside it, or consoles below. */
export function useRefitOnResize(refit: () => void): RefObject<HTMLDivElement | null> {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(refit);
  useEffect(() => {
    latest.current = refit;
  });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    let fitted: { width: number; height: number } | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      const before = fitted;
      fitted ??= { width, height };
      if (before === null) return;
      if (Math.abs(width - before.width) < notable && Math.abs(height - before.height) < notable) return;
      fitted = { width, height };
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(), settleMs);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
    };
  }, []);
  return frame;
}
