import { gzipSync } from 'node:zlib';
import type { CDPSession } from 'playwright-core';
import { keystrokesOf } from '../client/console/keyboard-layouts';
import type { GuestKeyboard } from '../client/console/console-settings';

/** The kernel's numbers of keys, by their places: rows of keys from the left (linux/input-event-codes.h). */
const keycodes = new Map(
  [
    [41, 'Backquote'],
    [2, ...Array.from('1234567890', (digit) => `Digit${digit}`), 'Minus', 'Equal'],
    [16, ...Array.from('QWERTYUIOP', (letter) => `Key${letter}`), 'BracketLeft', 'BracketRight'],
    [30, ...Array.from('ASDFGHJKL', (letter) => `Key${letter}`), 'Semicolon', 'Quote'],
    [43, 'Backslash', ...Array.from('ZXCVBNM', (letter) => `Key${letter}`), 'Comma', 'Period', 'Slash'],
    [57, 'Space'],
    [86, 'IntlBackslash'],
  ].flatMap(([first, ...codes]) => codes.map((code, place) => [String(code), Number(first) + place] as const)),
);
/** Tables by what is held (linux/keyboard.h: KG_SHIFT, KG_ALTGR, KG_CTRL). */
const tables = { plain: 0, shift: 1, altGr: 2, control: 4 };
/** What keys of every layout do: Enter, Backspace, and those that are held. */
const everywhere = Object.entries({ 28: 0x0201, 14: 0x7f, 42: 0x0700, 29: 0x0702, 56: 0x0703, 100: 0x0701 });
/** Dead keys (K_DGRAVE, K_DACUTE, K_DCIRCM, K_DDIERE). */
const dead: Record<string, number> = { '\u0300': 0x0400, '\u0301': 0x0401, '\u0302': 0x0402, '\u0308': 0x0404 };

/** The kernel's number of what a key gives: Latin 1 as it is, other characters by their code points. */
function keysym(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  return dead[character] ?? (codePoint < 0x100 ? codePoint : codePoint ^ 0xf000);
}

/** The command by which a guest's console gets a layout: the keymap that busybox's loadkmap reads. */
export function loadKeymap(layout: GuestKeyboard): string {
  const used = Object.values(tables);
  const map = new Map(used.map((table) => [table, new Uint16Array(128)]));
  for (const table of map.values()) for (const [keycode, symbol] of everywhere) table[Number(keycode)] = symbol;
  for (const [character, { code, shift, altGr }] of keystrokesOf(layout)) {
    const table = shift ? tables.shift : altGr ? tables.altGr : tables.plain;
    const keycode = keycodes.get(code);
    const rows = map.get(table);
    if (keycode === undefined || rows === undefined) throw new Error(`${code} has no number`);
    rows[keycode] = keysym(character);
    const letter = character.toLowerCase();
    const control = map.get(tables.control);
    if (table === tables.plain && /[a-z]/.test(letter) && control !== undefined)
      control[keycode] = letter.charCodeAt(0) & 0x1f;
  }
  const flags = new Uint8Array(256);
  for (const table of used) flags[table] = 1;
  const bytes = Buffer.concat([
    Buffer.from('bkeymap'),
    flags,
    ...used.map((table) => new Uint8Array(map.get(table)?.buffer ?? new ArrayBuffer(0))),
  ]);
  return `echo ${gzipSync(bytes).toString('base64')} | base64 -d | gunzip | loadkmap`;
}

/** What a browser reports of a key: what is on it, where it is, and what is held for it. */
export type PressedKey = readonly [key: string, code: string, held?: 'Shift' | 'AltGraph'];

/** Presses keys as the keyboard of a layout other than that of this machine would. */
export async function pressKeys(browser: CDPSession, keys: readonly PressedKey[]): Promise<void> {
  const send = (type: 'rawKeyDown' | 'keyUp', key: string, code: string) =>
    browser.send('Input.dispatchKeyEvent', { type, key, code });
  for (const [key, code, held] of keys) {
    const modifier = held === undefined ? null : held === 'Shift' ? 'ShiftLeft' : 'AltRight';
    if (held !== undefined && modifier !== null) await send('rawKeyDown', held, modifier);
    await send('rawKeyDown', key, code);
    await send('keyUp', key, code);
    if (held !== undefined && modifier !== null) await send('keyUp', held, modifier);
  }
}
