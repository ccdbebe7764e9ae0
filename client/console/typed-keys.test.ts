import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keysOf, typeKeys } from './typed-keys';

/** What a US keyboard types with these events. */
function usKeyboard() {
  const lower = "`1234567890-=[]\\;',./abcdefghijklmnopqrstuvwxyz ";
  const upper = '~!@#$%^&*()_+{}|:"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ ';
  const special = new Map([
    [0xff0d, '\n'],
    [0xff09, '\t'],
  ]);
  let text = '';
  let shift = false;
  const down = new Set<number>();
  return {
    press(keysym: number, _code: string | null, isDown: boolean) {
      if (isDown) down.add(keysym);
      else down.delete(keysym);
      if (keysym === 0xffe1) shift = isDown;
      else if (isDown) {
        // QEMU looks for the key of a symbol, and adds no Shift by itself
        const symbol = String.fromCharCode(keysym);
        const place = lower.includes(symbol) ? lower.indexOf(symbol) : upper.indexOf(symbol);
        text += special.get(keysym) ?? (shift ? upper : lower)[place] ?? '?';
      }
    },
    text: () => text,
    held: () => down.size,
  };
}

test('every text of US-ASCII arrives as it is, and no key stays pressed', () => {
  const ascii = fc.string({
    unit: fc.constantFrom(...Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)), '\n', '\t'),
  });
  fc.assert(
    fc.property(ascii, (text) => {
      const keyboard = usKeyboard();
      const found = keysOf(text);
      if (!('keys' in found)) throw new Error(`refused ${text}`);
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
      expect(keyboard.text()).toBe(text);
      expect(keyboard.held()).toBe(0);
    }),
  );
});

test('what has no key on a US keyboard is named, once', () => {
  expect(keysOf('añil ñ € 🙂')).toEqual({ unknown: ['ñ', '€', '🙂'] });
  expect(keysOf('a\u0007b')).toEqual({ unknown: ['\u0007'] });
});

test('line ends are Enter, whoever wrote them', () => {
  expect(keysOf('a\r\nb\rc')).toEqual(keysOf('a\nb\nc'));
});

test('typing that is stopped stops, and waits for the guest meanwhile', () => {
  const keyboard = usKeyboard();
  const waits: number[] = [];
  let stopped = 0;
  const found = keysOf('aB');
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
