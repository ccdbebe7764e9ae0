import { execFile } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guestLimits } from '#shared/guest';
import { askedBytes, runScript, shownText } from './command';

const shown = (text: string | Uint8Array) => shownText(Buffer.from(text)).text;

test('what a command prints is shown without what a terminal would obey', () => {
  expect(shown('\u001b[31mred\u001b[0m\r\nnext\tline\u0007\u001b]0;title\u0007\n')).toBe('red\nnext\tline\n');
  expect(shown('\u202eabc\u009b31m')).toBe('abc31m');
  expect(shown(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb');
});

test('of whatever bytes nothing is left that does more than to be seen', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      expect(shown(bytes)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test('of what is printed without end as much is kept as may be, and it is said that there was more', () => {
  expect(shownText(Buffer.alloc(askedBytes, 'y'))).toMatchObject({ cut: true });
  expect(shownText(Buffer.alloc(guestLimits.outputBytes, 'y')).cut).toBe(false);
});

/** Runs the script as a guest's agent does, for as many bytes. */
const run = (line: string, { seconds = 30, bytes = 100 } = {}) =>
  new Promise<{ output: string; code: unknown }>((resolve) => {
    execFile('/bin/sh', ['-c', runScript, 'sh', String(seconds), String(bytes), line], (error, stdout) =>
      resolve({ output: stdout, code: error?.code ?? 0 }),
    );
  });

test('a line ends as its shell ends it, with all that it prints in order', async () => {
  expect(await run('echo one; echo two >&2; exit 3')).toEqual({ output: 'one\ntwo\n', code: 3 });
  expect(await run('cat; echo "it’s $0 \'quoted\'"')).toEqual({ output: "it’s sh 'quoted'\n", code: 0 });
});

test('a line that prints without end, or does not end, is ended with all that it began', async () => {
  expect(await run('sleep 600 & while :; do echo y; done', { seconds: 1 })).toEqual({
    output: 'y\n'.repeat(50),
    code: 137,
  });
  expect(await run('echo first; sleep 600; echo never', { seconds: 1 })).toEqual({ output: 'first\n', code: 137 });
});
