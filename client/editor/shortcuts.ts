import { useEffect, useRef } from 'react';
import type { ActId } from './acts';

/** How each is written; `Mod` is Ctrl, or ⌘ on a Mac. What is not in here is done from the menus or the palette. */
const written = {
  save: 'Mod+S',
  saveWithMessage: 'Mod+Shift+S',
  undo: 'Mod+Z',
  redo: 'Mod+Shift+Z',
  copy: 'Mod+C',
  cut: 'Mod+X',
  paste: 'Mod+V',
  duplicate: 'Mod+D',
  selectAll: 'Mod+A',
  delete: 'Del',
  palette: 'Mod+K',
  find: 'Mod+F',
  addVm: 'V',
  addNetwork: 'N',
  'annotate.note': 'T',
  'annotate.label': 'Shift+T',
  'annotate.rectangle': 'R',
  'annotate.group': 'G',
  connect: 'C',
  connectMany: 'B',
  rename: 'F2',
  lock: 'L',
  unlock: 'Shift+L',
  'align.left': 'Alt+A',
  'align.center': 'Alt+H',
  'align.right': 'Alt+D',
  'align.top': 'Alt+W',
  'align.middle': 'Alt+V',
  'align.bottom': 'Alt+S',
  'distribute.horizontally': 'Alt+Shift+H',
  'distribute.vertically': 'Alt+Shift+V',
  fit: 'F',
  zoomSelection: 'Shift+F',
  minimap: 'M',
  text: 'Y',
  history: 'H',
  help: '?',
} as const satisfies Partial<Record<ActId, string>>;
export type ActWithKey = keyof typeof written;

/** Those of a node on the canvas, and of the canvas itself. */
const writtenOnCanvas = {
  open: 'Enter',
  menu: 'Shift+F10',
  move: '← ↑ → ↓',
  moveFar: 'Shift+← ↑ → ↓',
  escape: 'Esc',
} as const;
export type CanvasKey = keyof typeof writtenOnCanvas;

export const shortcutIds = Object.keys({ ...written, ...writtenOnCanvas }) as readonly (ActWithKey | CanvasKey)[];

export function hasKey(id: ActId): id is ActWithKey {
  return id in written;
}

const isMac = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

/** E.g. `Ctrl+Z`, on a Mac `⌘Z`. */
export function shortcutText(id: ActWithKey | CanvasKey): string {
  const text: string = { ...written, ...writtenOnCanvas }[id];
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

/** With Alt, by the key's place: with it a Mac types other letters. */
const byCode: Readonly<Partial<Record<string, ActWithKey>>> = {
  KeyA: 'align.left',
  KeyH: 'align.center',
  KeyD: 'align.right',
  KeyW: 'align.top',
  KeyV: 'align.middle',
  KeyS: 'align.bottom',
};
const byLetter: Readonly<Partial<Record<string, ActWithKey>>> = {
  v: 'addVm',
  n: 'addNetwork',
  t: 'annotate.note',
  r: 'annotate.rectangle',
  g: 'annotate.group',
  b: 'connectMany',
  l: 'lock',
  f: 'fit',
  m: 'minimap',
  y: 'text',
  h: 'history',
  f2: 'rename',
  delete: 'delete',
  backspace: 'delete',
};

const withShift: Readonly<Partial<Record<string, ActWithKey>>> = {
  f: 'zoomSelection',
  l: 'unlock',
  t: 'annotate.label',
};

/** Which of the page's shortcuts the event is. Those of a node (C, Enter, arrows) and of the clipboard are not heard as keys here. */
export function shortcutOf(event: KeyboardEvent): ActWithKey | null {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey) return null;
    // saving is meant from wherever one is
    if (key === 's') return event.shiftKey ? 'saveWithMessage' : 'save';
    if (isTyping(event.target)) return null;
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    if (key === 'y') return 'redo';
    if (key === 'd') return 'duplicate';
    if (key === 'a') return 'selectAll';
    if (key === 'k') return 'palette';
    if (key === 'f') return 'find';
    return null;
  }
  if (isTyping(event.target)) return null;
  if (event.altKey) {
    if (!event.shiftKey) return byCode[event.code] ?? null;
    if (event.code === 'KeyH') return 'distribute.horizontally';
    return event.code === 'KeyV' ? 'distribute.vertically' : null;
  }
  if (key === '?') return 'help';
  if (event.shiftKey) return withShift[key] ?? null;
  return byLetter[key] ?? null;
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
export function useShortcuts(run: (id: ActWithKey) => void, clipboard: ClipboardActions): void {
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
      // the text beside the drawing has taken it
      if (event.defaultPrevented) return;
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
