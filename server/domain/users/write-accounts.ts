import type { z } from 'zod';
import { can, type Role } from '#shared/auth';
import { AppError, notFound } from '#shared/errors';
import type {
  Account,
  createdUserSchema,
  createServiceInput,
  createUserInput,
  passwordLinkSchema,
  updateUserInput,
} from '#shared/user';
import { say } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { duplicateIndex } from '#server/db/errors';
import {
  accountById,
  insertAccount,
  lockAccounts,
  lockAdministrators,
  otherAdministrators,
  writeAccount,
  writeDisabled,
  type AccountRow,
} from '#server/db/queries/accounts';
import { removeSecondFactor as forgetSecondFactor } from '#server/db/queries/second-factor';
import { revokeAll } from '#server/db/queries/tokens';
import { inTransaction } from '#server/db/transaction';
import { randomToken } from '#server/lib/secrets';
import { recordAudit, type AuditRecord } from '../audit';
import { createPasswordLink, voidPasswordLinks } from '../auth/password-links';
import { changingRights } from '../auth/rights';
import { assertSession } from '../auth/token-limits';
import type { Actor, DomainContext } from '../context';
import { wholeAccount } from './read-accounts';

interface OfUser {
  actor: Actor;
  id: number;
}

/** What is done to one account, as the audit log has it. */
export function userRecord(
  verb: string,
  { id, name }: { id: number; name: string },
  details: Record<string, unknown> = {},
): AuditRecord {
  return { action: `users.${verb}`, objectType: 'user', objectId: id, details: { name, ...details } };
}

/**
 * A living account, locked until the end of the transaction. `power`: what is to be done might take an administrator
 * away, so that whoever else might waits. First of all in a transaction. NOT_FOUND.
 */
export async function lockAccount(
  tx: Transaction,
  id: number,
  options: { power?: boolean; alongside?: number | undefined } = {},
): Promise<AccountRow> {
  if (options.power === true) await lockAdministrators(tx);
  await lockAccounts(tx, options.alongside === undefined ? [id] : [id, options.alongside]);
  const row = await accountById(tx, id);
  if (row === null) throw notFound('user');
  return row;
}

/**
 * LAST_ADMIN if nobody could administer the system without this account, which was locked with `power`. Service accounts
 * do not count, nor does who has not chosen a password yet: nobody can sign in to them.
 */
export async function assertNotLastAdministrator(tx: Transaction, account: AccountRow): Promise<void> {
  if (account.role !== 'admin' || account.kind !== 'person' || account.disabledAt !== null) return;
  if ((await otherAdministrators(tx, account.id)) === 0)
    throw new AppError(
      'LAST_ADMIN',
      `${account.name} is the only administrator left who can sign in. Make somebody else an administrator first.`,
      { params: { name: account.name } },
    );
}

/**
 * FORBIDDEN for a token that would make an administrator: as that one, whoever has it could do what the token may not.
 */
function assertMayGive(actor: Actor, role: Role): void {
  if (can(role, 'users:manage')) assertSession(actor);
}

/**
 * Makes an account for a person, and the link by which they choose a password: to be shown once. EMAIL_TAKEN; FORBIDDEN
 * for an administrator's by a token.
 */
export async function createUser(
  ctx: DomainContext,
  { actor, user }: { actor: Actor; user: z.infer<typeof createUserInput> },
): Promise<z.infer<typeof createdUserSchema>> {
  assertMayGive(actor, user.role);
  try {
    return await inTransaction(ctx.db, async (tx) => {
      const id = await insertAccount(tx, { kind: 'person', ...user });
      const link = await createPasswordLink(tx, ctx, id);
      await recordAudit(tx, actor, userRecord('create', { id, name: user.name }, user));
      return { user: await wholeAccount(ctx, tx, id), link };
    });
  } catch (error) {
    if (duplicateIndex(error) !== 'users_live_email_unique') throw error;
    throw new AppError('EMAIL_TAKEN', 'There is an account with this e-mail address.', {
      field: 'email',
      cause: error,
    });
  }
}

/**
 * Makes a machine account. It has no password, only tokens, and an address that no mail reaches, to be shared with.
 * FORBIDDEN for an administrator's by a token.
 */
export async function createService(
  ctx: DomainContext,
  { actor, service }: { actor: Actor; service: z.infer<typeof createServiceInput> },
): Promise<Account> {
  assertMayGive(actor, service.role);
  const email = `service-${randomToken(9).toLowerCase()}@services.invalid`;
  return inTransaction(ctx.db, async (tx) => {
    const id = await insertAccount(tx, { kind: 'service', email, ...service });
    await recordAudit(tx, actor, userRecord('create-service', { id, name: service.name }, service));
    return wholeAccount(ctx, tx, id);
  });
}

/**
 * Changes name or role; the role counts at once for all sessions and tokens. NOT_FOUND; LAST_ADMIN; FORBIDDEN to make an
 * administrator by a token.
 */
export function updateUser(
  ctx: DomainContext,
  { actor, change: { id, name, role } }: { actor: Actor; change: z.infer<typeof updateUserInput> },
): Promise<Account> {
  return changingRights(ctx, async (tx, changed) => {
    const before = await lockAccount(tx, id, { power: role !== undefined });
    const after = { name: name ?? before.name, role: role ?? before.role };
    if (after.role !== before.role) {
      assertMayGive(actor, after.role);
      await assertNotLastAdministrator(tx, before);
    }
    if (after.role !== before.role || after.name !== before.name) {
      await writeAccount(tx, id, after);
      if (after.role !== before.role) await changed(id);
      await recordAudit(
        tx,
        actor,
        userRecord('update', { id, name: after.name }, { from: { name: before.name, role: before.role }, to: after }),
      );
    }
    return wholeAccount(ctx, tx, id);
  });
}

/**
 * Ends all sessions, takes password links back and has tokens refused, until the account is enabled again. What runs goes
 * on running. NOT_FOUND; LAST_ADMIN; FORBIDDEN for one's own account.
 */
export function disableUser(ctx: DomainContext, { actor, id }: OfUser): Promise<Account> {
  return changingRights(ctx, async (tx, changed) => {
    const row = await lockAccount(tx, id, { power: true });
    await assertNotLastAdministrator(tx, row);
    if (id === actor.userId)
      throw new AppError('FORBIDDEN', 'You cannot disable your own account. Another administrator can.');
    if (row.disabledAt === null) {
      const now = ctx.clock.now();
      await writeDisabled(tx, id, now);
      await changed(id);
      const sessions = await revokeAll(tx, { userId: id, kinds: ['session'] }, now);
      await voidPasswordLinks(tx, id);
      await recordAudit(tx, actor, userRecord('disable', row, { sessions }));
    }
    return wholeAccount(ctx, tx, id);
  });
}

/** Lets the account in again; its tokens are good again, its sessions are not. NOT_FOUND. */
export function enableUser(ctx: DomainContext, { actor, id }: OfUser): Promise<Account> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await lockAccount(tx, id);
    if (row.disabledAt !== null) {
      await writeDisabled(tx, id, null);
      await recordAudit(tx, actor, userRecord('enable', row));
    }
    return wholeAccount(ctx, tx, id);
  });
}

/**
 * A link to choose a new password by, to be shown once; earlier ones are void. The password of before goes on being good
 * until the link is used. NOT_FOUND; INVALID_INPUT for accounts that could not use it.
 */
export function makePasswordLink(
  ctx: DomainContext,
  { actor, id }: OfUser,
): Promise<z.infer<typeof passwordLinkSchema>> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await lockAccount(tx, id);
    if (row.kind === 'service') throw new AppError('INVALID_INPUT', say('SERVICE_ACCOUNT', { name: row.name }));
    if (row.disabledAt !== null) throw new AppError('INVALID_INPUT', say('ACCOUNT_DISABLED', { name: row.name }));
    const link = await createPasswordLink(tx, ctx, id);
    await recordAudit(tx, actor, userRecord('reset-password', row, { expiresAt: link.expiresAt }));
    return link;
  });
}

/** For who has lost both the authenticator and the recovery codes. Removing what is not there is no deed. NOT_FOUND. */
export function removeSecondFactor(ctx: DomainContext, { actor, id }: OfUser): Promise<Account> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await lockAccount(tx, id);
    if (await forgetSecondFactor(tx, id)) await recordAudit(tx, actor, userRecord('remove-second-factor', row));
    return wholeAccount(ctx, tx, id);
  });
}

/** Ends all sessions and revokes all tokens of the account. NOT_FOUND. */
export function signOutUser(ctx: DomainContext, { actor, id }: OfUser): Promise<Account> {
  return changingRights(ctx, async (tx, changed) => {
    const row = await lockAccount(tx, id);
    const now = ctx.clock.now();
    const sessions = await revokeAll(tx, { userId: id, kinds: ['session'] }, now);
    const tokens = await revokeAll(tx, { userId: id, kinds: ['pat', 'service'] }, now);
    if (sessions + tokens > 0) {
      await changed(id);
      await recordAudit(tx, actor, userRecord('sign-out', row, { sessions, tokens }));
    }
    return wholeAccount(ctx, tx, id);
  });
}
