import type { GuestKeyboard } from './console-settings';

/** A key by its place, as `KeyboardEvent.code` names it, and what is held meanwhile. */
export interface Keystroke {
  code: string;
  shift: boolean;
  altGr: boolean;
}

/** The places of a row of keys, from the left. Those of US keyboards lack `IntlBackslash`. */
const rows = [
  ['Backquote', ...Array.from('1234567890', (digit) => `Digit${digit}`), 'Minus', 'Equal'],
  [...Array.from('QWERTYUIOP', (letter) => `Key${letter}`), 'BracketLeft', 'BracketRight'],
  [...Array.from('ASDFGHJKL', (letter) => `Key${letter}`), 'Semicolon', 'Quote', 'Backslash'],
  ['IntlBackslash', ...Array.from('ZXCVBNM', (letter) => `Key${letter}`), 'Comma', 'Period', 'Slash'],
] as const;

/*
 * What the keys of each row give: alone, with Shift, with AltGr. A space stands for what is not typed by that key; a combining mark is a dead key.
 * As X11's xkeyboard-config has them (symbols/us, es, de, latin), without what the keymaps of the Linux console (package kbd) have elsewhere.
 */
const levels: Record<GuestKeyboard, readonly (readonly [string, string, string])[]> = {
  us: [
    ['`1234567890-=', '~!@#$%^&*()_+', ''],
    ['qwertyuiop[]', 'QWERTYUIOP{}', ''],
    ["asdfghjkl;'\\", 'ASDFGHJKL:"|', ''],
    [' zxcvbnm,./', ' ZXCVBNM<>?', ''],
  ],
  es: [
    ["º1234567890'¡", 'ª!"·$%&/()=?¿', '\\|@#~ ¬'],
    ['qwertyuiop\u0300+', 'QWERTYUIOP\u0302*', '  €       []'],
    ['asdfghjklñ\u0301ç', 'ASDFGHJKLÑ\u0308Ç', '          {}'],
    ['<zxcvbnm,.-', '>ZXCVBNM;:_', ''],
  ],
  de: [
    ['\u03021234567890ß\u0301', '°!"§$%&/()=?\u0300', '  ²³   {[]}\\'],
    ['qwertzuiopü+', 'QWERTZUIOPÜ*', '@ €        ~'],
    ['asdfghjklöä#', "ASDFGHJKLÖÄ'", ''],
    ['<yxcvbnm,.-', '>YXCVBNM;:_', '|      µ'],
  ],
};

/** What every key of a layout gives, alone and with what is held; a combining mark is a dead key. */
export function* keystrokesOf(layout: GuestKeyboard): Generator<[character: string, key: Keystroke]> {
  yield [' ', { code: 'Space', shift: false, altGr: false }];
  for (const [row, texts] of levels[layout].entries())
    for (const [level, text] of texts.entries())
      for (const [place, character] of Array.from(text).entries()) {
        const code = rows[row]?.[place];
        if (code !== undefined && character !== ' ')
          yield [character, { code, shift: level === 1, altGr: level === 2 }];
      }
}
