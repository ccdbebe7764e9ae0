import { expect, test } from 'vitest';
import { roles } from '#shared/permissions';
import { areas, levels, scopesAllow } from '#shared/scopes';
import { areasFor, chooseEverywhere, levelsFor, nothingChosen, scopesOf } from './scope-choice';

test('what is chosen is what the scopes allow, and nothing else', () => {
  const choice = { ...nothingChosen, slices: 'operate', templates: 'read' } as const;
  const scopes = scopesOf(choice);
  expect(scopes).toEqual(['templates:read', 'slices:operate']);
  for (const area of areas)
    for (const level of levels) {
      const chosen = choice[area];
      const wanted = chosen !== 'none' && levels.indexOf(chosen) >= levels.indexOf(level);
      expect(scopesAllow(scopes, area, level)).toBe(wanted);
    }
});

test('nothing chosen is no scope', () => expect(scopesOf(nothingChosen)).toEqual([]));

test('a level alone says all areas only when the role has all of them', () => {
  expect(scopesOf(chooseEverywhere('manage', 'admin'))).toEqual(['manage']);
  expect(scopesOf(chooseEverywhere('read', 'admin'))).toEqual(['read']);
  expect(scopesOf(chooseEverywhere('read', 'user'))).toEqual([
    'account:read',
    'templates:read',
    'slices:read',
    'catalogue:read',
  ]);
});

test('a role is offered what it may do', () => {
  for (const role of roles) expect(areasFor(role).includes('admin')).toBe(role === 'admin');
  expect(levelsFor('catalogue', 'instructor')).toEqual(['read']);
  expect(chooseEverywhere('manage', 'user')).toMatchObject({ catalogue: 'read', slices: 'manage', admin: 'none' });
});
