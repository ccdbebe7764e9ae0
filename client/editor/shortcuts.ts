import { useEffect, useRef } from 'react';

export const shortcutIds = [
  'save',
  'undo',
  'redo',
  'copy',
  'cut',
  'paste',
  'duplicate',
  'selectAll',
  'delete',
  'addVm',
  'addNetwork',
  'connect',
  'open',
  'move',
  'moveFar',
  'fit',
  'escape',
  'help',
] as const;
export type ShortcutId = (typeof shortcutIds)[number];

/** How each is written; `Mod` is Ctrl, or ⌘ on a Mac. */
const written: Record<ShortcutId, string> = {
  save: 'Mod+S',
  undo: 'Mod+Z',
  redo: 'Mod+Shift+Z',
  copy: 'Mod+C',
  cut: 'Mod+X',
  paste: 'Mod+V',
  duplicate: 'Mod+D',
  selectAll: 'Mod+A',
  delete: 'Del',
  addVm: 'V',
  addNetwork: 'N',
  connect: 'C',
  open: 'Enter',
  move: '← ↑ → ↓',
  moveFar: 'Shift+← ↑ → ↓',
  fit: 'F',
  escape: 'Esc',
  help: '?',
};

const isMac = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** E.g. `Ctrl+Z`, on a Mac `⌘Z`. */
export function shortcutText(id: ShortcutId): string {
  const text = written[id];
  return isMac() ? text.replace('Mod+', '⌘').replace('Shift+', '⇧') : text.replace('Mod', 'Ctrl');
}

/** Typing in a field is typing, and a dialog has its own keys. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="listbox"], [role="menu"]',
    ) !== null
  );
}

export type PageShortcut =
  'save' | 'undo' | 'redo' | 'duplicate' | 'selectAll' | 'delete' | 'addVm' | 'addNetwork' | 'fit' | 'help';

/** Which of the page's shortcuts the event is. Those of a node (C, Enter, arrows) are the canvas's own. */
export function shortcutOf(event: KeyboardEvent): PageShortcut | null {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    // saving is meant from wherever one is
    if (key === 's' && !event.shiftKey) return 'save';
    if (isTyping(event.target)) return null;
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    if (key === 'y') return 'redo';
    if (key === 'd') return 'duplicate';
    if (key === 'a') return 'selectAll';
    return null;
  }
  if (isTyping(event.target)) return null;
  if (key === '?') return 'help';
  if (event.shiftKey) return null;
  if (key === 'v') return 'addVm';
  if (key === 'n') return 'addNetwork';
  if (key === 'f') return 'fit';
  if (key === 'delete' || key === 'backspace') return 'delete';
  return null;
}

/**
 * Whether copying is the field's or the dialog's own affair. A field in which nothing is marked has nothing to copy: what
 * is meant then is what is chosen in the drawing.
 */
function hasOwnCopy(target: EventTarget | null): boolean {
  if (!isTyping(target)) return false;
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return true;
  return target.closest('[role="dialog"]') !== null || target.selectionStart !== target.selectionEnd;
}

export interface ClipboardActions {
  /** Text to put on the clipboard, null to leave it alone. */
  copy: () => string | null;
  cut: () => string | null;
  /** Whether the text was something to paste here. */
  paste: (text: string) => boolean;
}

/**
 * Listens on the page. Copying goes by the browser's clipboard events, not by keys: so it works from the menu too, and
 * between two templates in two tabs.
 */
export function useShortcuts(run: (id: PageShortcut) => void, clipboard: ClipboardActions): void {
  const latest = useRef({ run, clipboard });
  useEffect(() => {
    latest.current = { run, clipboard };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const id = shortcutOf(event);
      if (id === null) return;
      event.preventDefault();
      latest.current.run(id);
    };
    const put = (take: (actions: ClipboardActions) => string | null) => (event: ClipboardEvent) => {
      if (hasOwnCopy(event.target)) return;
      // marked text is what the user means to copy
      if (!isTyping(event.target) && document.getSelection()?.isCollapsed === false) return;
      const text = take(latest.current.clipboard);
      if (text === null) return;
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
    };
    const onCopy = put((actions) => actions.copy());
    const onCut = put((actions) => actions.cut());
    const onPaste = (event: ClipboardEvent) => {
      // a piece of a drawing is never meant for a field, wherever the focus was left
      if (event.target instanceof Element && event.target.closest('[role="dialog"]') !== null) return;
      if (latest.current.clipboard.paste(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCut);
    document.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('keydown', onKey);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCut);
      document.removeEventListener('paste', onPaste);
    };
  }, []);
}
