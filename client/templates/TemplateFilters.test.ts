import { expect, test } from 'vitest';
import type { Filters } from '../hooks/filters';
import { leavesOut, templateQueryOf } from './TemplateFilters';

const filtersOf = (search: string): Filters => {
  const params = new URLSearchParams(search);
  return { get: (name) => params.get(name) ?? '', set: () => undefined };
};
const asked = (search: string) => templateQueryOf(filtersOf(search));

test('an address says what is listed', () => {
  expect(asked('')).toEqual({
    ...{ of: 'mine', sort: 'updated', search: '', tag: null, visibility: null, ownerId: null },
  });
  expect(asked('of=all&sort=created&q=ospf&tag=week-1&visible=shared&owner=12')).toEqual({
    ...{ of: 'all', sort: 'created', search: 'ospf', tag: 'week-1', visibility: 'shared', ownerId: 12 },
  });
  // what nobody has written so is as if it were not there
  expect(asked('of=nobody&sort=size&visible=x&owner=-1')).toEqual(asked(''));
});

test('what leaves templates out can be taken off; whose, and in which order, leaves none out', () => {
  expect(leavesOut(asked('of=all&sort=name'))).toBe(false);
  for (const search of ['q=x', 'tag=x', 'visible=private', 'owner=1']) expect(leavesOut(asked(search))).toBe(true);
});
