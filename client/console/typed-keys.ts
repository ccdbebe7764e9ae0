/** A key that is pressed and let go, by its symbol: of US-ASCII that is the character's number. */
export interface TypedKey {
  keysym: number;
  shift: boolean;
}

const returnKey = 0xff0d;
const tabKey = 0xff09;
/** What stands on the upper half of a key of a US keyboard. */
const shifted = /^[~!@#$%^&*()_+{}|:"<>?A-Z]$/;

/**
 * The keys of a US keyboard by which `text` is typed. Else the characters that it has no key for, each once: they are for the
 * reader to take out, since a guest would get something else.
 */
export function keysOf(text: string): { keys: TypedKey[] } | { unknown: string[] } {
  const keys: TypedKey[] = [];
  const unknown = new Set<string>();
  for (const character of text.replaceAll(/\r\n?/g, '\n')) {
    if (character === '\n') keys.push({ keysym: returnKey, shift: false });
    else if (character === '\t') keys.push({ keysym: tabKey, shift: false });
    else if (/^[ -~]$/.test(character)) keys.push({ keysym: character.charCodeAt(0), shift: shifted.test(character) });
    else unknown.add(character);
  }
  return unknown.size > 0 ? { unknown: [...unknown] } : { keys };
}

/** QEMU hands a guest an event of its keyboard each ten milliseconds, and drops what is more than a thousand ahead of that. */
const msPerEvent = 10;

export interface TypingOptions {
  press: (keysym: number, code: string | null, down: boolean) => void;
  setTimer: (callback: () => void, ms: number) => () => void;
  /** After each key; `total` of `total` is the last call. */
  onProgress: (sent: number, total: number) => void;
}

const shiftKey = 0xffe1;

/** Types the keys as fast as a guest takes them. Answers how to stop; no key stays pressed. */
export function typeKeys(keys: readonly TypedKey[], { press, setTimer, onProgress }: TypingOptions): () => void {
  let sent = 0;
  let stopTimer = () => {};
  const next = () => {
    const key = keys[sent];
    if (key === undefined) return;
    if (key.shift) press(shiftKey, 'ShiftLeft', true);
    press(key.keysym, null, true);
    press(key.keysym, null, false);
    if (key.shift) press(shiftKey, 'ShiftLeft', false);
    sent += 1;
    if (sent < keys.length) stopTimer = setTimer(next, msPerEvent * (key.shift ? 4 : 2));
    onProgress(sent, keys.length);
  };
  next();
  return () => stopTimer();
}
