import { useEffect, useRef, useState } from 'react';

/**
 * What was asked for over a drawing: one dialog at a time, mounted only while it is open. When it goes and nothing else has
 * taken the focus, that goes back to where it was; to `orElse` where that has gone, too.
 */
export function useAsked<What extends string>(orElse: () => void) {
  const [asked, setAsked] = useState<What | null>(null);
  const from = useRef<HTMLElement | null>(null);

  function ask(what: What): void {
    const at = document.activeElement;
    // one dialog may lead to another
    if (at instanceof HTMLElement && at.closest('[role="dialog"]') === null) from.current = at;
    setAsked(what);
  }

  const latest = useRef(orElse);
  useEffect(() => {
    latest.current = orElse;
  });
  useEffect(() => {
    if (asked !== null || from.current === null) return;
    const before = from.current;
    from.current = null;
    if (document.activeElement !== document.body) return;
    if (before.isConnected && before !== document.body) before.focus();
    else latest.current();
  }, [asked]);

  return { asked, ask, close: () => setAsked(null) };
}
