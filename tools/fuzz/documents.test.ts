import { expect, test } from 'vitest';
import { faultOf, mutated, randomOf, seeds } from './documents';

test('every document to begin with is read', () => {
  for (const seed of seeds) expect(faultOf(seed)).toBeNull();
});

test('a document with accidents is refused with a sentence, or is a topology that can be saved', () => {
  const random = randomOf(1);
  for (let count = 0; count < 3000; count += 1) {
    const text = mutated(seeds[count % seeds.length] ?? '', random);
    const fault = faultOf(text);
    if (fault !== null) throw new Error(`${fault}\nof ${JSON.stringify(text)}`);
  }
});
