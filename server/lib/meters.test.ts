import { expect, test } from 'vitest';
import { Meters } from './meters';

const read = (meter: string, bytes: number) => ({ meter, bytes });

test('those that have ended stay in their order, as far as they were read', () => {
  const meters = new Meters();
  expect(meters.read(null)).toEqual([]);
  expect(meters.read(read('a', 10))).toEqual([read('a', 10)]);
  meters.end(read('a', 12));
  expect(meters.read(read('b', 5))).toEqual([read('a', 12), read('b', 5)]);
  // killed: nothing more was read of it, and it keeps its place
  expect(meters.read(null)).toEqual([read('a', 12), read('b', 5)]);
  meters.end(null);
  expect(meters.read(read('c', 1))).toEqual([read('a', 12), read('b', 5), read('c', 1)]);
  // a look that was under way while it ended
  meters.end(read('c', 3));
  expect(meters.read(read('c', 2)).map(({ meter }) => meter)).toEqual(['a', 'b', 'c']);
});

test('one that was never read leaves nothing, and of many the last ones are told', () => {
  const meters = new Meters();
  meters.end(null);
  expect(meters.read(null)).toEqual([]);
  for (let number = 0; number < 12; number++) meters.end(read(String(number), 1));
  expect(meters.read(null).map(({ meter }) => meter)).toEqual(['4', '5', '6', '7', '8', '9', '10', '11']);
});
