import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { images } from '#drizzle/schema/catalogue';
import { can } from '#shared/auth';
import { AppError, notFound } from '#shared/errors';
import type { Image, imageUsesSchema, updateOwnImageInput } from '#shared/image';
import type { shareTemplateInput, shareListSchema, unshareInput } from '#shared/sharing';
import { say } from '#shared/sentence';
import type { Queryable } from '#server/db/client';
import { objectName } from '#server/db/queries/audit';
import {
  countImageShares,
  deleteImageShare,
  imageShareRows,
  imagesHiddenFrom,
  insertImageShare,
} from '#server/db/queries/images';
import { usersOf, usesListed } from '#server/db/queries/uses';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { nameTakenBy, usersInWords } from '../names';
import { accountToShareWith, assertRoomForShare, assertSharable } from '../share-with';
import { imageNameIndex, imageNow } from './images';

type ImageRow = typeof images.$inferSelect;
type ShareList = z.infer<typeof shareListSchema>;
/** Of either kind, as many are named; the rest is counted. */
const usesNamed = 20;

/**
 * An image of somebody's own: to see for whom it is for, to manage for its owner and for who manages images. NOT_FOUND; FORBIDDEN for who only
 * sees it. The catalogue's are none.
 */
async function loadOwnImage(
  q: Queryable,
  { actor, id, need, lock = false }: { actor: Actor; id: number; need: 'see' | 'manage'; lock?: boolean },
): Promise<ImageRow & { ownerId: number }> {
  const query = q.select().from(images).where(eq(images.id, id));
  const [row] = await (lock ? query.for('update') : query);
  if (row === undefined || row.ownerId === null) throw notFound('image');
  const { ownerId } = row;
  if (ownerId === actor.userId || can(actor.role, 'images:manage')) return { ...row, ownerId };
  if ((await imagesHiddenFrom(q, actor.userId, [id])).has(id)) throw notFound('image');
  if (need === 'manage') throw new AppError('FORBIDDEN', say('IMAGE_NOT_YOURS', { name: row.name }));
  return { ...row, ownerId };
}

/** Its name, what is said of it and who may take it. NAME_TAKEN, IMAGE_RETIRED. Who has a VM of it keeps it. */
export async function updateOwnImage(
  ctx: DomainContext,
  { actor, image: { id, ...values } }: { actor: Actor; image: z.infer<typeof updateOwnImageInput> },
): Promise<Image> {
  return inTransaction(ctx.db, async (tx) => {
    const old = await loadOwnImage(tx, { actor, id, need: 'manage', lock: true });
    if (old.retiredAt !== null) throw new AppError('IMAGE_RETIRED', say('RETIRED_UNCHANGEABLE', { name: old.name }));
    await tx
      .update(images)
      .set(values)
      .where(eq(images.id, id))
      .catch(nameTakenBy(imageNameIndex, 'image', values.name));
    await recordAudit(tx, actor, {
      action: 'images.update-own',
      objectType: 'image',
      objectId: id,
      details: values,
    });
    return imageNow(tx, id);
  });
}

/**
 * No VM can take it any more, what it took of the quota is free, and its disk is removed unless another image is the same. IMAGE_IN_USE while VMs
 * have it: {@link listImageUses}. Twice is once.
 */
export async function deleteOwnImage(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const old = await loadOwnImage(tx, { actor, id, need: 'manage', lock: true });
    if (old.retiredAt !== null) return;
    const users = await usersOf(tx, 'imageId', id);
    if (users.templates + users.slices > 0)
      throw new AppError('IMAGE_IN_USE', `${old.name} is used by ${usersInWords(users)}.`, {
        params: { name: old.name, ...users },
      });
    await tx.update(images).set({ retiredAt: ctx.clock.now() }).where(eq(images.id, id));
    await recordAudit(tx, actor, {
      action: 'images.delete-own',
      objectType: 'image',
      objectId: id,
      details: { name: old.name },
    });
  });
}

/** Templates and slices whose VMs have the image: by their names those that the actor may see, others as a number. */
export async function listImageUses(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<z.infer<typeof imageUsesSchema>> {
  await loadOwnImage(ctx.db, { actor, id, need: 'manage' });
  const all = await usersOf(ctx.db, 'imageId', id);
  const everyones = can(actor.role, 'slices:see-all');
  const items = await usesListed(ctx.db, { imageId: id, ownerId: everyones ? null : actor.userId, limit: usesNamed });
  return { items, others: Math.max(0, all.templates + all.slices - items.length) };
}

/** With whom an image is shared: all of it for its owner, for others only that it is shared with them. */
export async function listImageShares(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<ShareList> {
  const image = await loadOwnImage(ctx.db, { actor, id, need: 'see' });
  return shownShares(ctx.db, { actor, image });
}

async function shownShares(q: Queryable, { actor, image }: { actor: Actor; image: ImageRow }): Promise<ShareList> {
  const all = image.ownerId === actor.userId || can(actor.role, 'images:manage');
  const rows = await imageShareRows(q, image.id, all ? undefined : actor.userId);
  return { items: rows.map(({ user, createdAt }) => ({ user, level: 'view', createdAt: iso(createdAt) })) };
}

/** Lets the account with this address take the image; one that was private is shared from now on. NOT_FOUND, INVALID_INPUT on `email`. Twice is once. */
export async function shareImage(
  ctx: DomainContext,
  { actor, share: { id, email } }: { actor: Actor; share: z.infer<typeof shareTemplateInput> },
): Promise<ShareList> {
  // who may not share it learns nothing about addresses
  await loadOwnImage(ctx.db, { actor, id, need: 'manage' });
  const user = await accountToShareWith(ctx, { actor, email });
  return inTransaction(ctx.db, async (tx) => {
    const image = await loadOwnImage(tx, { actor, id, need: 'manage', lock: true });
    assertSharable({ actor, ownerId: image.ownerId, user });
    assertRoomForShare(await countImageShares(tx, id));
    await insertImageShare(tx, id, user.id);
    if (image.visibility === 'private') await tx.update(images).set({ visibility: 'shared' }).where(eq(images.id, id));
    await recordAudit(tx, actor, {
      action: 'images.share',
      objectType: 'image',
      objectId: id,
      details: { name: image.name, userId: user.id, with: user.name },
    });
    return shownShares(tx, { actor, image });
  });
}

/** Takes a share back: its owner, or the user themselves. What they have made with the image stays theirs. */
export async function unshareImage(
  ctx: DomainContext,
  { actor, share: { id, userId } }: { actor: Actor; share: z.infer<typeof unshareInput> },
): Promise<ShareList> {
  return inTransaction(ctx.db, async (tx) => {
    const need = userId === actor.userId ? 'see' : 'manage';
    const image = await loadOwnImage(tx, { actor, id, need, lock: true });
    if (await deleteImageShare(tx, id, userId))
      await recordAudit(tx, actor, {
        action: 'images.unshare',
        objectType: 'image',
        objectId: id,
        details: { name: image.name, userId, with: await objectName(tx, 'user', userId) },
      });
    return shownShares(tx, { actor, image });
  });
}
