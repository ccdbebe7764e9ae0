import { useLayoutEffect, useRef, useState } from 'react';

/**
 * The same function at every render, doing what the one of the last render does: a thousand memoised children that get it are
 * not rendered again because of it. For handlers of events; not to be called while rendering.
 */
export function useSteady<Args extends unknown[], Result>(
  handler: (...args: Args) => Result,
): (...args: Args) => Result {
  const latest = useRef(handler);
  useLayoutEffect(() => {
    latest.current = handler;
  });
  const [steady] = useState(
    () =>
      (...args: Args) =>
        latest.current(...args),
  );
  return steady;
}
