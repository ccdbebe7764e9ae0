import type { GuestKeyboard } from './console-settings';
import { keystrokesOf, type Keystroke } from './keyboard-layouts';

/** A key that is pressed and let go, with its symbol (X11 keysym). */
export interface TypedKey extends Keystroke {
  keysym: number;
}

const enter: TypedKey = { code: 'Enter', keysym: 0xff0d, shift: false, altGr: false };
const tab: TypedKey = { code: 'Tab', keysym: 0xff09, shift: false, altGr: false };

/** X11's rule: symbols of Latin 1 have its numbers, all others their code point above 2²⁴. That of a dead key is left open. */
function keysymOf(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (/^\p{M}/u.test(character)) return 0;
  return codePoint < 0x100 ? codePoint : 0x0100_0000 + codePoint;
}

/** What a dead key and then the space bar give, where both the Linux console and X11 say the same. */
const alone: Record<string, string> = { '`': '\u0300', '^': '\u0302' };

const layouts = new Map<GuestKeyboard, ReadonlyMap<string, readonly TypedKey[]>>();

/** The keys that give each character. */
function charactersOf(layout: GuestKeyboard): ReadonlyMap<string, readonly TypedKey[]> {
  const known = layouts.get(layout);
  if (known !== undefined) return known;
  const single = new Map(
    Array.from(keystrokesOf(layout), ([character, key]) => [character, { ...key, keysym: keysymOf(character) }]),
  );
  const characters = new Map<string, readonly TypedKey[]>([
    ['\n', [enter]],
    ['\t', [tab]],
  ]);
  for (const [character, key] of single) if (!/\p{M}/u.test(character)) characters.set(character, [key]);
  const withDead = (character: string, mark: string, base: string) => {
    const [dead, key] = [single.get(mark), single.get(base)];
    if (dead !== undefined && key !== undefined && !characters.has(character)) characters.set(character, [dead, key]);
  };
  for (const [character, mark] of Object.entries(alone)) withDead(character, mark, ' ');
  // the letters of Latin 1 that have a mark
  for (let codePoint = 0xc0; codePoint < 0x100; codePoint++) {
    const character = String.fromCodePoint(codePoint);
    const [base = '', mark = ''] = character.normalize('NFD');
    withDead(character, mark, base);
  }
  layouts.set(layout, characters);
  return characters;
}

/**
 * The keys by which `text` is typed at a guest with this layout. Else the characters that it has no key for, each once: they are for the
 * reader to take out, since a guest would get something else.
 */
export function keysOf(text: string, layout: GuestKeyboard): { keys: TypedKey[] } | { unknown: string[] } {
  const characters = charactersOf(layout);
  const keys: TypedKey[] = [];
  const unknown = new Set<string>();
  for (const character of text.normalize('NFC').replaceAll(/\r\n?/g, '\n')) {
    const found = characters.get(character);
    if (found === undefined) unknown.add(character);
    else keys.push(...found);
  }
  return unknown.size > 0 ? { unknown: [...unknown] } : { keys };
}

/** QEMU hands a guest an event of its keyboard each ten milliseconds, and drops what is more than a thousand ahead of that. */
const msPerEvent = 10;

export interface TypingOptions {
  press: (keysym: number, code: string, down: boolean) => void;
  setTimer: (callback: () => void, ms: number) => () => void;
  /** After each key; `total` of `total` is the last call. */
  onProgress: (sent: number, total: number) => void;
}

const shiftKey = { keysym: 0xffe1, code: 'ShiftLeft' };
const altGrKey = { keysym: 0xfe03, code: 'AltRight' };

/** Types the keys as fast as a guest takes them. Answers how to stop; no key stays pressed. */
export function typeKeys(keys: readonly TypedKey[], { press, setTimer, onProgress }: TypingOptions): () => void {
  let sent = 0;
  let stopTimer = () => {};
  const next = () => {
    const key = keys[sent];
    if (key === undefined) return;
    const pressed = [...(key.shift ? [shiftKey] : []), ...(key.altGr ? [altGrKey] : []), key];
    for (const { keysym, code } of pressed) press(keysym, code, true);
    for (const { keysym, code } of pressed.toReversed()) press(keysym, code, false);
    sent += 1;
    if (sent < keys.length) stopTimer = setTimer(next, msPerEvent * 2 * pressed.length);
    onProgress(sent, keys.length);
  };
  next();
  return () => stopTimer();
}
