import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editsBetween } from './line-edits';

function applied(before: string, after: string): string {
  let at = 0;
  let text = '';
  for (const { from, to, insert } of editsBetween(before, after)) {
    expect(from).toBeGreaterThanOrEqual(at);
    text += before.slice(at, from) + insert;
    at = to;
  }
  return text + before.slice(at);
}

test('edits make the one text of the other, whatever they are', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'b', '\n', ' x: 1', '\n  - '), { maxLength: 40 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      expect(applied(before, after)).toBe(after);
    }),
  );
});

test('only what differs is exchanged, also at two places', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `  x: ${index}`);
  const before = `${lines.join('\n')}\n`;
  const after = before.replace('x: 3\n', 'x: 30\n').replace('  x: 90\n', '');
  expect(editsBetween(before, after)).toEqual([
    { from: before.indexOf('x: 3\n') + 4, to: before.indexOf('x: 3\n') + 4, insert: '0' },
    expect.objectContaining({ insert: '' }),
  ]);
});

test('a text that has nothing in common is exchanged as a whole', () => {
  const many = (word: string) => Array.from({ length: 5_000 }, (_, index) => `${word} ${index}\n`).join('');
  expect(editsBetween(many('a'), many('b'))).toHaveLength(1);
  expect(applied(many('a'), many('b'))).toBe(many('b'));
});
