import { and, asc, eq, isNull } from 'drizzle-orm';
import { deployments } from '#drizzle/schema/deployments';
import { sliceShares, slices } from '#drizzle/schema/slices';
import { templates, templateShares } from '#drizzle/schema/templates';
import type { Transaction } from '#server/db/client';
import { duplicateIndex } from '#server/db/errors';
import { objectName } from '#server/db/queries/audit';
import { appendEvents } from '#server/events/append';
import { countOwned, type Owned } from '#server/db/queries/account-sums';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { numberedName } from '../names';

interface HandOver {
  actor: Actor;
  /** Owners of before and after, both locked. */
  from: number;
  to: number;
}

/** Gives a thing the first of its numbered names that its new owner has not. Answers the name. */
async function underFreeName(
  name: string,
  index: string,
  give: (candidate: string) => Promise<unknown>,
): Promise<string> {
  for (let n = 1; ; n += 1) {
    const candidate = numberedName(name, n);
    try {
      await give(candidate);
      return candidate;
    } catch (error) {
      // only the statement was undone
      if (duplicateIndex(error) !== index) throw error;
    }
  }
}

/** Both accounts, as the audit log has them. */
async function partiesOf(tx: Transaction, from: number, to: number): Promise<Record<string, unknown>> {
  return { from, fromName: await objectName(tx, 'user', from), to, toName: await objectName(tx, 'user', to) };
}

function livingTemplates(tx: Transaction, ownerId: number) {
  return tx
    .select({ id: templates.id, name: templates.name })
    .from(templates)
    .where(and(eq(templates.ownerId, ownerId), isNull(templates.deletedAt)))
    .orderBy(asc(templates.id))
    .for('update');
}

/** Gives all templates of an account to another one, with their shares; what is published stays so. Answers how many. */
export async function handOverTemplates(
  ctx: Pick<DomainContext, 'clock'>,
  tx: Transaction,
  { actor, from, to }: HandOver,
): Promise<number> {
  const rows = await livingTemplates(tx, from);
  const parties = await partiesOf(tx, from, to);
  for (const row of rows) {
    const name = await underFreeName(row.name, 'templates_owner_live_name_unique', (candidate) =>
      tx
        .update(templates)
        .set({ ownerId: to, name: candidate, updatedAt: ctx.clock.now() })
        .where(eq(templates.id, row.id)),
    );
    await tx.delete(templateShares).where(and(eq(templateShares.templateId, row.id), eq(templateShares.userId, to)));
    await recordAudit(tx, actor, {
      action: 'templates.transfer',
      objectType: 'template',
      objectId: row.id,
      details: { ...parties, name, ...(name === row.name ? {} : { was: row.name }) },
    });
  }
  await moveOwned(tx, { from, to }, { templates: rows.length });
  return rows.length;
}

/** Deletes all templates of an account. Slices that were made of them stay. Answers how many. */
export async function deleteTemplatesOf(
  ctx: Pick<DomainContext, 'clock'>,
  tx: Transaction,
  { actor, ownerId }: { actor: Actor; ownerId: number },
): Promise<number> {
  const rows = await livingTemplates(tx, ownerId);
  for (const row of rows) {
    await tx.update(templates).set({ deletedAt: ctx.clock.now() }).where(eq(templates.id, row.id));
    await recordAudit(tx, actor, {
      action: 'templates.delete',
      objectType: 'template',
      objectId: row.id,
      details: { name: row.name },
    });
  }
  await countOwned(tx, ownerId, { templates: -rows.length });
  return rows.length;
}

/**
 * Gives all slices of an account that are not destroyed to another one, as they are: what runs goes on running, and
 * shares stay. This may take the new owner over their quota, since an administrator has decided it; they start nothing
 * more then. Answers their ids: after the commit, tell the bus.
 */
export async function handOverSlices(
  ctx: Pick<DomainContext, 'clock'>,
  tx: Transaction,
  { actor, from, to }: HandOver,
): Promise<number[]> {
  const rows = await tx
    .select({ id: slices.id, name: slices.name })
    .from(slices)
    .where(and(eq(slices.ownerId, from), isNull(slices.deletedAt)))
    .orderBy(asc(slices.id))
    .for('update');
  const parties = await partiesOf(tx, from, to);
  for (const row of rows) {
    const name = await underFreeName(row.name, 'slices_owner_live_name_unique', (candidate) =>
      tx
        .update(slices)
        // the key was to recognise a repeat by the owner of before; it could be one that the new owner has used, too
        .set({ ownerId: to, name: candidate, idempotencyKey: null, updatedAt: ctx.clock.now() })
        .where(eq(slices.id, row.id)),
    );
    await tx.update(deployments).set({ ownerId: to }).where(eq(deployments.sliceId, row.id));
    await tx.delete(sliceShares).where(and(eq(sliceShares.sliceId, row.id), eq(sliceShares.userId, to)));
    await appendEvents(tx, row.id, [{ type: 'slice.changed', what: 'owner' }]);
    await recordAudit(tx, actor, {
      action: 'slices.transfer',
      objectType: 'slice',
      objectId: row.id,
      details: { ...parties, name, ...(name === row.name ? {} : { was: row.name }) },
    });
  }
  await moveOwned(tx, { from, to }, { slices: rows.length });
  return rows.map((row) => row.id);
}

/** The sums of both accounts, by their ids. */
async function moveOwned(
  tx: Transaction,
  { from, to }: Pick<HandOver, 'from' | 'to'>,
  many: Partial<Owned>,
): Promise<void> {
  const { templates = 0, slices = 0 } = many;
  const changes = [
    { userId: from, added: { templates: -templates, slices: -slices } },
    { userId: to, added: { templates, slices } },
  ];
  for (const { userId, added } of changes.toSorted((a, b) => a.userId - b.userId)) await countOwned(tx, userId, added);
}
