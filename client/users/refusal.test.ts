import { expect, test } from 'vitest';
import { userRefusal, type UserDeed } from './refusal';

const deeds: readonly UserDeed[] = [
  'role',
  'disable',
  'enable',
  'delete',
  'resetPassword',
  'removeSecondFactor',
  'signOut',
];
const person = { id: 2, kind: 'person', secondFactor: true } as const;
const by = { id: 1, isLastAdmin: false };
const refusals = (account: Parameters<typeof userRefusal>[0], onlooker = by) =>
  Object.fromEntries(deeds.map((deed) => [deed, userRefusal(account, deed, onlooker)]));

test('to another person everything can be done', () => {
  expect(Object.values(refusals(person)).every((reason) => reason === null)).toBe(true);
  expect(userRefusal({ ...person, secondFactor: false }, 'removeSecondFactor', by)).toBe('NO_FACTOR');
});

test('a service account has neither password nor second factor', () => {
  expect(refusals({ id: 3, kind: 'service', secondFactor: false })).toMatchObject({
    resetPassword: 'SERVICE',
    removeSecondFactor: 'SERVICE',
    role: null,
    disable: null,
    delete: null,
    signOut: null,
  });
});

test('nobody locks themselves out here, the last administrator with the better reason', () => {
  const self = { ...person, id: 1 };
  expect(refusals(self)).toMatchObject({ role: 'OWN_ACCOUNT', disable: 'OWN_ACCOUNT', signOut: 'OWN_PAGE' });
  expect(refusals(self, { id: 1, isLastAdmin: true })).toMatchObject({
    role: 'LAST_ADMIN',
    disable: 'LAST_ADMIN',
    delete: 'LAST_ADMIN',
    resetPassword: 'OWN_PAGE',
  });
});
