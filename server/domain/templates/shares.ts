import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { templates } from '#drizzle/schema/templates';
import type { shareListSchema, shareTemplateInput, unshareInput } from '#shared/sharing';
import type { publishTemplateInput, Template } from '#shared/template';
import type { Queryable } from '#server/db/client';
import {
  countTemplateShares,
  deleteTemplateShare,
  putTemplateShare,
  templateShareLevelOf,
  templateShareRows,
} from '#server/db/queries/shares';
import { objectName } from '#server/db/queries/audit';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { changingRights } from '../auth/rights';
import { telling } from '../notifications/tell';
import { accountTold, accountToShareWith, assertRoomForShare, assertSharable } from '../share-with';
import { loadTemplate, type TemplateAccess } from './access';
import { wholeTemplate } from './read-templates';

type ShareList = z.infer<typeof shareListSchema>;

/** With whom a template is shared: all of it for its owner, for others only that it is shared with them. */
export async function listTemplateShares(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<ShareList> {
  const { access } = await loadTemplate(ctx.db, { actor, id });
  return shownShares(ctx.db, actor, id, access);
}

async function shownShares(q: Queryable, actor: Actor, id: number, access: TemplateAccess): Promise<ShareList> {
  const rows = await templateShareRows(q, id, access === 'own' ? undefined : actor.userId);
  return { items: rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: iso(createdAt) })) };
}

/** Lets the account with this address see the owner's template, or draw it, too. NOT_FOUND and INVALID_INPUT on `email`. Twice is once; again with another level changes it. */
export async function shareTemplate(
  ctx: DomainContext,
  { actor, share: { id, email, level } }: { actor: Actor; share: z.infer<typeof shareTemplateInput> },
): Promise<ShareList> {
  // who may not share it learns nothing about addresses
  await loadTemplate(ctx.db, { actor, id, need: 'manage' });
  const user = await accountToShareWith(ctx, { actor, email });
  return telling(ctx, async (tx, say) => {
    const template = await loadTemplate(tx, { actor, id, lock: true, need: 'manage' });
    assertSharable({ actor, ownerId: template.ownerId, user });
    const before = await templateShareLevelOf(tx, id, user.id, true);
    if (before === level) return shownShares(tx, actor, id, template.access);
    if (before === null) assertRoomForShare(await countTemplateShares(tx, id));
    await putTemplateShare(tx, id, user.id, level);
    await recordAudit(tx, actor, {
      action: 'templates.share',
      objectType: 'template',
      objectId: id,
      details: { name: template.name, userId: user.id, with: user.name, level },
    });
    const by = await accountTold(tx, actor);
    if (before === null)
      await say({ kind: 'template.shared', template: { id, name: template.name }, by, to: [user.id] });
    return shownShares(tx, actor, id, template.access);
  });
}

/**
 * Takes a share back: its owner, or the user themselves, who so leaves it. What is not shared with them stays so. What they
 * have made of the template stays theirs.
 */
export async function unshareTemplate(
  ctx: DomainContext,
  { actor, share: { id, userId } }: { actor: Actor; share: z.infer<typeof unshareInput> },
): Promise<ShareList> {
  return changingRights(ctx, async (tx, changed) => {
    const need = userId === actor.userId ? 'read' : 'manage';
    const template = await loadTemplate(tx, { actor, id, lock: true, need });
    if (await deleteTemplateShare(tx, id, userId)) {
      await changed(userId);
      await recordAudit(tx, actor, {
        action: 'templates.unshare',
        objectType: 'template',
        objectId: id,
        details: { name: template.name, userId, with: await objectName(tx, 'user', userId) },
      });
    }
    return shownShares(tx, actor, id, template.access);
  });
}

/** Shows the owner's template to all users, or to them no more. Twice is once. */
export async function publishTemplate(
  ctx: DomainContext,
  { actor, template: { id, published } }: { actor: Actor; template: z.infer<typeof publishTemplateInput> },
): Promise<Template> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadTemplate(tx, { actor, id, lock: true, need: 'manage' });
    if ((row.publishedAt !== null) !== published) {
      await tx
        .update(templates)
        .set({ publishedAt: published ? ctx.clock.now() : null })
        .where(and(eq(templates.id, id), isNull(templates.deletedAt)));
      await recordAudit(tx, actor, {
        action: published ? 'templates.publish' : 'templates.unpublish',
        objectType: 'template',
        objectId: id,
        details: { name: row.name },
      });
    }
    return wholeTemplate(tx, { actor, id });
  });
}
