import { expect, test } from 'vitest';
import { EdgeDropSums } from './edge-drops';

const counts = (lost: number, dropped: number) => ({ forth: { lost, dropped }, back: { lost: 0, dropped: lost } });
const of = (lost: number, dropped: number) => new Map([[7, counts(lost, dropped)]]);

test('drops are counted from the first reading on, over relays that begin anew and edges that are wires for a while', () => {
  const sums = new EdgeDropSums();
  expect(sums.of(7)).toBeNull();
  sums.take(of(100, 50));
  expect(sums.of(7)).toEqual(counts(0, 0));
  sums.take(of(103, 50));
  sums.take(of(104, 52));
  expect(sums.of(7)).toEqual(counts(4, 2));
  // a wire drops nothing that anybody knows of
  sums.take(new Map());
  expect(sums.of(7)).toEqual(counts(4, 2));
  // another process of the relay
  sums.take(of(5, 1));
  expect(sums.of(7)).toEqual(counts(9, 3));
  sums.take(of(6, 1));
  expect(sums.of(7)).toEqual(counts(10, 3));
  expect(sums.of(8)).toBeNull();
});
