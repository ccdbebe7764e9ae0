import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from './limits';
import { wordsIn } from './words';

test('a text is cut into words that are written in one way', () => {
  expect(wordsIn('OSPF-Triangle: r1, r2 & r1; Añó ‘10.0.1.0/30’')).toEqual([
    ...['ospf', 'triangle', 'r1', 'r2', 'ano', '10', '0', '1', '30'],
  ]);
  expect(wordsIn(' -_. ')).toEqual([]);
  expect(wordsIn('one two three', 2)).toEqual(['one', 'two']);
});

test('whatever the text is, its words are short and found again by themselves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      for (const word of wordsIn(text)) {
        expect(Array.from(word).length).toBeLessThanOrEqual(limits.wordLength);
        expect(word).toBe(word.toLowerCase());
        expect(wordsIn(word)).toEqual([word]);
      }
    }),
    { numRuns: 50 },
  );
});
