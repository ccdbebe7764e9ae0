import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guestKeyboards, type GuestKeyboard } from './console-settings';
import { keystrokesOf } from './keyboard-layouts';
import { keysOf, typeKeys } from './typed-keys';

/** What a guest with this layout makes of the keys: by their places and by what is held, dead keys joined with what follows. */
function keyboardOf(layout: GuestKeyboard) {
  const level = (shift: boolean, altGr: boolean) => `${shift ? 'Shift ' : ''}${altGr ? 'AltGr ' : ''}`;
  const keys = new Map([
    ['Enter', '\n'],
    ['Tab', '\t'],
    ...Array.from(
      keystrokesOf(layout),
      ([character, { code, shift, altGr }]) => [level(shift, altGr) + code, character] as const,
    ),
  ]);
  let text = '';
  let dead = '';
  const down = new Set<string>();
  return {
    press(_keysym: number, code: string, isDown: boolean) {
      if (!isDown) {
        down.delete(code);
        return;
      }
      down.add(code);
      if (code === 'ShiftLeft' || code === 'AltRight') return;
      const character = keys.get(level(down.has('ShiftLeft'), down.has('AltRight')) + code) ?? '?';
      if (/\p{M}/u.test(character)) {
        dead = character;
        return;
      }
      const spacing: Record<string, string> = { '\u0300': '`', '\u0302': '^' };
      text += dead !== '' && character === ' ' ? (spacing[dead] ?? '?') : (character + dead).normalize('NFC');
      dead = '';
    },
    text: () => text,
    held: () => down.size,
  };
}

/** Types it to its end at once. */
function typed(text: string, layout: GuestKeyboard) {
  const keyboard = keyboardOf(layout);
  const found = keysOf(text, layout);
  if (!('keys' in found)) throw new Error(`${layout} has no ${found.unknown.join()}`);
  const timers: (() => void)[] = [];
  typeKeys(found.keys, {
    press: keyboard.press,
    setTimer: (callback) => {
      timers.push(callback);
      return () => undefined;
    },
    onProgress: () => undefined,
  });
  for (let callback = timers.shift(); callback !== undefined; callback = timers.shift()) callback();
  return { text: keyboard.text(), held: keyboard.held() };
}

const ascii = [...Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)), '\n', '\t'];
const besides: Record<GuestKeyboard, string> = {
  us: '',
  es: 'ñÑçÇáéíóúÁÉÍÓÚüÜàèêïâ¿¡ºª·¬€',
  de: 'äöüÄÖÜßáéàèêô°§²³µ€',
};

describe.each(guestKeyboards)('at a guest with the layout %s', (layout) => {
  test('every text of its characters arrives as it is, and no key stays pressed', () => {
    const unit = fc.constantFrom(...ascii, ...besides[layout]);
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(typed(text, layout)).toEqual({ text, held: 0 });
      }),
    );
  });

  test('every key has a place of its own', () => {
    const places = Array.from(keystrokesOf(layout), ([, key]) => JSON.stringify(key));
    expect(new Set(places).size).toBe(places.length);
  });
});

// as the keyboards that one buys have it, and X11 and the Linux console agree on
test.each([
  ['us', 'z', 'KeyZ', ''],
  ['us', '|', 'Backslash', 'Shift'],
  ['us', '@', 'Digit2', 'Shift'],
  ['es', 'ñ', 'Semicolon', ''],
  ['es', 'y', 'KeyY', ''],
  ['es', '@', 'Digit2', 'AltGr'],
  ['es', '|', 'Digit1', 'AltGr'],
  ['es', '/', 'Digit7', 'Shift'],
  ['es', '{', 'Quote', 'AltGr'],
  ['es', '}', 'Backslash', 'AltGr'],
  ['es', ']', 'BracketRight', 'AltGr'],
  ['es', '_', 'Slash', 'Shift'],
  ['de', 'y', 'KeyZ', ''],
  ['de', 'z', 'KeyY', ''],
  ['de', 'ß', 'Minus', ''],
  ['de', '@', 'KeyQ', 'AltGr'],
  ['de', '|', 'IntlBackslash', 'AltGr'],
  ['de', '\\', 'Minus', 'AltGr'],
  ['de', '}', 'Digit0', 'AltGr'],
  ['de', '~', 'BracketRight', 'AltGr'],
  ['de', "'", 'Backslash', 'Shift'],
  ['de', 'µ', 'KeyM', 'AltGr'],
] as const)('%s: %s is typed by %s %s', (layout, character, code, held) => {
  const keysym = character.charCodeAt(0);
  const keys = [{ code, keysym, shift: held === 'Shift', altGr: held === 'AltGr' }];
  expect(keysOf(character, layout)).toEqual({ keys });
});

test('what has no key is named, once', () => {
  expect(keysOf('añil ñ € 🙂', 'us')).toEqual({ unknown: ['ñ', '€', '🙂'] });
  expect(keysOf('añil ß', 'es')).toEqual({ unknown: ['ß'] });
  expect(keysOf('a\u0007b', 'de')).toEqual({ unknown: ['\u0007'] });
});

test('line ends are Enter, whoever wrote them, and a letter is one however its mark is written', () => {
  expect(keysOf('a\r\nb\rc', 'us')).toEqual(keysOf('a\nb\nc', 'us'));
  expect(keysOf('n\u0303', 'es')).toEqual(keysOf('ñ', 'es'));
});

test('typing that is stopped stops, and waits for the guest meanwhile', () => {
  const keyboard = keyboardOf('us');
  const waits: number[] = [];
  let stopped = 0;
  const found = keysOf('aB', 'us');
  const stop = typeKeys('keys' in found ? found.keys : [], {
    press: keyboard.press,
    setTimer: (_callback, ms) => {
      waits.push(ms);
      return () => (stopped += 1);
    },
    onProgress: () => undefined,
  });
  expect([keyboard.text(), waits]).toEqual(['a', [20]]);
  stop();
  expect(stopped).toBe(1);
});
