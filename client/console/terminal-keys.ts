/** What a key asks of the page, not of the guest. */
export type TerminalAct = 'leave' | 'copy' | 'paste' | 'search' | 'larger' | 'smaller';

/** By physical key, with Ctrl and Shift: what a terminal on a desk keeps for itself, and no guest can tell from Ctrl alone. */
const acts: Partial<Record<string, TerminalAct>> = {
  Backquote: 'leave',
  KeyC: 'copy',
  KeyV: 'paste',
  KeyF: 'search',
  ArrowUp: 'larger',
  ArrowDown: 'smaller',
};

/** The act of a key that is pressed or let go; null for the guest's keys. */
export function actOfKey(
  event: Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>,
): TerminalAct | null {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null;
  return acts[event.code] ?? null;
}
