import type { Terminal } from '@xterm/xterm';
import { endOfPaste, startOfPaste } from './paced-input';

/**
 * What a terminal gives out is of two kinds: what somebody typed or pasted, and what it answers by itself to a guest that
 * asks where the cursor is or what it can do. `onTyped` gets the one, `onAnswer` the other, which is for that guest alone.
 *
 * The terminal says which is which only inside itself. The path holds for the exact version in package.json; a test has
 * both kinds.
 */
export function splitInput(
  terminal: Terminal,
  onTyped: (text: string) => void,
  onAnswer: (text: string) => void,
): void {
  let typed = false;
  listenUserInput(terminal, () => {
    typed = true;
  });
  terminal.onData((data) => {
    const byHand = typed;
    typed = false;
    if (byHand) onTyped(data);
    else onAnswer(data);
  });
}

function listenUserInput(terminal: Terminal, listener: () => void): void {
  let found: unknown = terminal;
  for (const key of ['_core', 'coreService', 'onUserInput']) {
    if (typeof found !== 'object' || found === null) break;
    found = Reflect.get(found, key);
  }
  if (typeof found !== 'function') throw new Error('The terminal does not say what was typed.');
  found(listener);
}

/** What was given out by one terminal as another has to give it out: with the marks of a paste only where its guest wants them. */
export function markedFor(text: string, { bracketedPasteMode }: Terminal['modes']): string {
  if (!text.startsWith(startOfPaste) || bracketedPasteMode) return text;
  return text.slice(startOfPaste.length).replaceAll(endOfPaste, '');
}
