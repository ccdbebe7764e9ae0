import { useEffect, useRef, type RefObject } from 'react';

/**
 * Buttons come, wait and go with what the slice does. The browser drops the focus when what has it is disabled or taken
 * away, and the keyboard would begin at the top of the page again: it comes back with the button, else to the heading of the page, or to `heading`.
 */
export function useKeptFocus(frame: RefObject<HTMLElement | null>, heading?: RefObject<HTMLElement | null>): void {
  const last = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const onFocus = ({ target }: FocusEvent) => {
      last.current = target instanceof HTMLElement ? target : null;
    };
    // who clicks beside it wants no focus
    const onPointer = () => {
      last.current = null;
    };
    element.addEventListener('focusin', onFocus);
    document.addEventListener('pointerdown', onPointer, { capture: true });
    return () => {
      element.removeEventListener('focusin', onFocus);
      document.removeEventListener('pointerdown', onPointer, { capture: true });
    };
  }, [frame]);
  useEffect(() => {
    if (last.current === null || document.activeElement !== document.body) return;
    if (!last.current.isConnected)
      (heading?.current ?? document.querySelector<HTMLElement>('[data-page-heading]'))?.focus({ preventScroll: true });
    else if (!last.current.matches(':disabled')) last.current.focus({ preventScroll: true });
  });
}
