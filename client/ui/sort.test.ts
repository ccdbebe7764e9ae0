import { expect, test } from 'vitest';
import { byName, sorted } from './sort';

test('R10 stood before R2', () => {
  const routers = ['R10', 'r1', 'R2', 'R1b'].map((name) => ({ name }));
  expect(routers.toSorted(byName('en')).map(({ name }) => name)).toEqual(['r1', 'R1b', 'R2', 'R10']);
  const rows = sorted(routers, ({ name }) => name, 'descending', 'es');
  expect(rows.map(({ name }) => name)).toEqual(['R10', 'R2', 'R1b', 'r1']);
});
