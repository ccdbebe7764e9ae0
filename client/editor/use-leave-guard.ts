import { useCallback, useEffect, useRef } from 'react';
import { useBlocker } from 'react-router';

/**
 * Asks before unsaved work is left behind: within the app by the dialog whose state this returns, at the edge of the
 * app by the browser's own. `pass` lets the editor's own next navigation through.
 */
export function useLeaveGuard(dirty: boolean) {
  const passes = useRef(false);
  const blocker = useBlocker(
    useCallback(
      ({
        currentLocation,
        nextLocation,
      }: {
        currentLocation: { pathname: string };
        nextLocation: { pathname: string };
      }) => dirty && !passes.current && currentLocation.pathname !== nextLocation.pathname,
      [dirty],
    ),
  );
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);
  const pass = useCallback((navigate: () => void | Promise<void>) => {
    passes.current = true;
    void Promise.resolve(navigate()).finally(() => {
      passes.current = false;
    });
  }, []);
  return { blocker, pass };
}
