import fc from 'fast-check';
import { expect, test } from 'vitest';
import { screenText } from './screen-text';

const shows = (text: string) => screenText(new TextEncoder().encode(text));

test('lines are those that a terminal shows', () => {
  expect(shows('Booting\r\nready web\r\nweb# ')).toEqual(['Booting', 'ready web', 'web#']);
  expect(shows('12345\rab\r\nx\ty\bz')).toEqual(['ab345', 'x       z']);
  expect(shows(`${'a'.repeat(80)}b`)).toEqual(['a'.repeat(80), 'b']);
  expect(shows(`${'a'.repeat(80)}\r\nb`)).toEqual(['a'.repeat(80), 'b']);
  expect(shows(Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\r\n'))).toEqual(
    Array.from({ length: 24 }, (_, line) => `line ${line + 16}`),
  );
});

test('what moves the cursor and clears is obeyed, all else left out', () => {
  expect(shows('old\u001b[2J\u001b[H\u001b[1;31mtop\u001b[0m\u001b[3;5Hmid')).toEqual(['top', '', '    mid']);
  expect(shows('abcdef\u001b[3D\u001b[K')).toEqual(['abc']);
  expect(shows('abc\u001b[1K')).toEqual([]);
  expect(shows('a\u001b]0;title\u0007b\u001b]8;;http://x\u001b\\c\u001bP1$q\u001b\\d\u001b(Be\u001b=f')).toEqual([
    'abcdef',
  ]);
  expect(shows('one\u001bctwo')).toEqual(['two']);
  // cut off in a sequence
  expect(shows('a\u001b[12;')).toEqual(['a']);
  expect(shows('a\u001b]0;no end')).toEqual(['a']);
  expect(shows('a\u001b')).toEqual(['a']);
});

test('nothing is in them that turns text round, is drawn over other text or is no character', () => {
  expect(shows('a\u202eb\u0301\u200fc\u0000\u0085\ufeffd')).toEqual(['abcd']);
  expect(shows('größe 漢 🙂')).toEqual(['größe 漢 🙂']);
});

test('whatever the bytes are, there are at most 24 lines of 80 characters to be seen', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .tuple(fc.constantFrom(...'ABCDGHJKdfmr@'), fc.array(fc.integer({ min: 0, max: 99_999 }), { maxLength: 3 }))
      .map(([final, numbers]) => Buffer.from(`\u001b[${numbers.join(';')}${final}`)),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const lines = screenText(Buffer.concat(pieces));
      expect(lines.length).toBeLessThanOrEqual(24);
      for (const line of lines) {
        expect([...line].length).toBeLessThanOrEqual(80);
        expect(line).toMatch(/^(?:[^\p{C}\p{M}\p{Z}]| )*$/u);
      }
    }),
  );
});
