import { and, asc, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { slices } from '#drizzle/schema/slices';
import { AppError } from '#shared/errors';
import type { deletedUserSchema, deleteUserInput } from '#shared/user';
import { say } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import {
  accountById,
  markAccountDeleted,
  lockAccounts,
  writeDisabled,
  type AccountRow,
} from '#server/db/queries/accounts';
import { objectName } from '#server/db/queries/audit';
import { deleteNotificationsOf } from '#server/db/queries/notifications';
import { revokeAll } from '#server/db/queries/tokens';
import { deleteSshKeysOf } from '#server/db/queries/ssh-keys';
import { deleteWebhooksOf } from '#server/db/queries/webhooks';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import { voidPasswordLinks } from '../auth/password-links';
import { changingRights } from '../auth/rights';
import { assertScope } from '../auth/token-limits';
import type { Actor, DomainContext, SystemActor } from '../context';
import { queueDeployment } from '../deployments/start';
import { deleteTemplatesOf, handOverSlices, handOverTemplates } from './hand-over';
import { assertNotLastAdministrator, lockAccount, userRecord } from './write-accounts';

type Choice = z.infer<typeof deleteUserInput>;

/**
 * Deletes an account, in three parts that can each be repeated: a call that broke off is finished by the next one.
 * First, together, nobody can sign in any more and templates and slices go where they are to go; then the system
 * queues the destruction of each slice that stays, whatever the actor's token is for; then the account is gone and its address free. Its destroyed slices stay as history. Slices are given away whatever the quota of who
 * gets them. NOT_FOUND, also on `transferTo`; LAST_ADMIN; FORBIDDEN for one's own account, and for a token that would give
 * away what it may not manage.
 */
export async function deleteUser(
  ctx: DomainContext,
  { actor, choice }: { actor: Actor; choice: Choice },
): Promise<z.infer<typeof deletedUserSchema>> {
  const { id } = choice;
  if (choice.templates === 'transfer') assertScope(actor, 'templates:manage');
  if (choice.slices === 'transfer') assertScope(actor, 'slices:manage');
  const { row, templates, given } = await changingRights(ctx, async (tx, changed) => {
    await changed(id);
    return begin(ctx, tx, actor, choice);
  });
  for (const sliceId of given) ctx.bus.notify(sliceId);
  const doomed = await livingSlices(ctx, id);
  const system: SystemActor = { kind: 'system', onBehalfOf: actor.userId, because: 'users.delete' };
  for (const sliceId of doomed) await queueDeployment(ctx, { actor: system, sliceId, kind: 'destroy' });
  await inTransaction(ctx.db, async (tx) => {
    await lockAccounts(tx, [id]);
    if (!(await markAccountDeleted(tx, id, ctx.clock.now()))) return;
    await deleteNotificationsOf(tx, id);
    await deleteWebhooksOf(tx, id);
    await deleteSshKeysOf(tx, id);
    await recordAudit(tx, actor, userRecord('delete', row, { ...(await detailsOf(tx, choice)), email: row.email }));
  });
  return { templates, slices: given.length + doomed.length };
}

async function begin(
  ctx: DomainContext,
  tx: Transaction,
  actor: Actor,
  choice: Choice,
): Promise<{ row: AccountRow; templates: number; given: number[] }> {
  const { id } = choice;
  const transfers = choice.templates === 'transfer' || choice.slices === 'transfer';
  const heir = transfers ? choice.transferTo : undefined;
  const row = await lockAccount(tx, id, { power: true, alongside: heir });
  await assertNotLastAdministrator(tx, row);
  if (id === actor.userId)
    throw new AppError('FORBIDDEN', 'You cannot delete your own account. Another administrator can.');
  const to = heir === undefined ? null : await heirOf(tx, heir);
  const now = ctx.clock.now();
  if (row.disabledAt === null) await writeDisabled(tx, id, now);
  const sessions = await revokeAll(tx, { userId: id, kinds: ['session'] }, now);
  const tokens = await revokeAll(tx, { userId: id, kinds: ['pat', 'service'] }, now);
  await voidPasswordLinks(tx, id);
  if (row.disabledAt === null || sessions + tokens > 0)
    await recordAudit(tx, actor, userRecord('disable', row, { ...(await detailsOf(tx, choice)), sessions, tokens }));
  const templates =
    choice.templates === 'transfer' && to !== null
      ? await handOverTemplates(ctx, tx, { actor, from: id, to })
      : await deleteTemplatesOf(ctx, tx, { actor, ownerId: id });
  const given =
    choice.slices === 'transfer' && to !== null ? await handOverSlices(ctx, tx, { actor, from: id, to }) : [];
  return { row, templates, given };
}

/** The id of who gets the things: an account in force. */
async function heirOf(tx: Transaction, id: number): Promise<number> {
  const row = await accountById(tx, id);
  if (row === null)
    throw new AppError('NOT_FOUND', 'There is no such user.', { field: 'transferTo', params: { what: 'user' } });
  if (row.disabledAt !== null)
    throw new AppError('INVALID_INPUT', say('HEIR_DISABLED', { name: row.name }), {
      field: 'transferTo',
    });
  return id;
}

async function detailsOf(tx: Transaction, { templates, slices, transferTo }: Choice): Promise<Record<string, unknown>> {
  if (transferTo === undefined) return { templates, slices };
  return { templates, slices, transferTo, transferToName: await objectName(tx, 'user', transferTo) };
}

async function livingSlices(ctx: Pick<DomainContext, 'db'>, ownerId: number): Promise<number[]> {
  const rows = await ctx.db
    .select({ id: slices.id })
    .from(slices)
    .where(and(eq(slices.ownerId, ownerId), isNull(slices.deletedAt)))
    .orderBy(asc(slices.id));
  return rows.map((row) => row.id);
}
