import type { Account } from '#shared/user';

export type UserDeed = 'role' | 'disable' | 'enable' | 'delete' | 'resetPassword' | 'removeSecondFactor' | 'signOut';
export type UserRefusal = 'OWN_ACCOUNT' | 'OWN_PAGE' | 'LAST_ADMIN' | 'SERVICE' | 'NO_FACTOR';

/** What one does to one's own account by other ways, and why not by this one. */
const onOneself: Record<UserDeed, 'OWN_ACCOUNT' | 'OWN_PAGE'> = {
  role: 'OWN_ACCOUNT',
  disable: 'OWN_ACCOUNT',
  enable: 'OWN_ACCOUNT',
  delete: 'OWN_ACCOUNT',
  resetPassword: 'OWN_PAGE',
  removeSecondFactor: 'OWN_PAGE',
  signOut: 'OWN_PAGE',
};

/** Deeds after which there could be no administrator left. */
const leavesNone: ReadonlySet<UserDeed> = new Set(['role', 'disable', 'delete']);

export interface Onlooker {
  /** The administrator who is looking. */
  id: number;
  /** Nobody else is an enabled administrator. */
  isLastAdmin: boolean;
}

/**
 * Why an administrator cannot do it to an account, or null. Whoever looks is an enabled administrator, so that the last
 * one can only be they themselves. Pure.
 */
export function userRefusal(
  account: Pick<Account, 'id' | 'kind' | 'secondFactor'>,
  deed: UserDeed,
  by: Onlooker,
): UserRefusal | null {
  if (account.id === by.id) return by.isLastAdmin && leavesNone.has(deed) ? 'LAST_ADMIN' : onOneself[deed];
  if (account.kind === 'service' && (deed === 'resetPassword' || deed === 'removeSecondFactor')) return 'SERVICE';
  return deed === 'removeSecondFactor' && !account.secondFactor ? 'NO_FACTOR' : null;
}
