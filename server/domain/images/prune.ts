import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { images, imageStates } from '#drizzle/schema/catalogue';
import { AppError, notFound } from '#shared/errors';
import type { unusedImagesSchema } from '#shared/image';
import { lastUses, unusedImages, zonesThatHave } from '#server/db/queries/unused-images';
import { usersOf } from '#server/db/queries/uses';
import { iso } from '#server/db/rows';
import { inSnapshot, inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { usersInWords } from '../names';

/** As many are told; the rest is counted. */
const unusedTold = 200;

/** What takes room and is used by no VM and no template, the largest first: since when, and how much room pruning it gives. */
export function listUnusedImages(ctx: Pick<DomainContext, 'db'>): Promise<z.infer<typeof unusedImagesSchema>> {
  return inSnapshot(ctx.db, async (tx) => {
    const found = await unusedImages(tx, unusedTold + 1);
    const told = found.slice(0, unusedTold);
    const ids = told.map(({ id }) => id);
    if (ids.length === 0) return { items: [], more: false };
    const having = await zonesThatHave(tx, ids);
    const last = await lastUses(tx, ids);
    return {
      items: told.map(({ id, name, kind, owner, sizeMb, createdAt }) => {
        const zones = having.filter(({ imageId }) => imageId === id).map(({ zone }) => zone);
        // zones of one data folder share what is prepared there; one's own lies there once, whoever has prepared it
        const places =
          owner === null ? new Set(zones.map(({ id: zoneId, homeId }) => homeId ?? `zone ${zoneId}`)).size : 1;
        const unusedSince = last.get(id);
        return {
          ...{ id, name, kind, owner },
          roomMb: (sizeMb ?? 0) * places,
          zones: zones.map((zone) => zone.name),
          unusedSince: iso(unusedSince ?? createdAt),
          wasUsed: unusedSince !== undefined,
        };
      }),
      more: found.length > told.length,
    };
  });
}

/**
 * What zones have prepared of the image goes, within the hour, and is made or fetched again when a VM needs it; one of somebody's own is deleted, as
 * its owner could. IMAGE_IN_USE while a template or a slice has it: whoever takes it waits for this. Twice is once.
 */
export async function pruneImage(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const [row] = await tx.select().from(images).where(eq(images.id, id)).for('update');
    if (row === undefined) throw notFound('image');
    if (row.retiredAt !== null) return;
    const users = await usersOf(tx, 'imageId', id);
    if (users.templates + users.slices > 0)
      throw new AppError('IMAGE_IN_USE', `${row.name} is used by ${usersInWords(users)}.`, {
        params: { name: row.name, ...users },
      });
    const now = ctx.clock.now();
    const gone = row.ownerId === null ? { prunedAt: now } : { retiredAt: now };
    await tx.update(images).set(gone).where(eq(images.id, id));
    await tx.delete(imageStates).where(and(eq(imageStates.imageId, id), eq(imageStates.state, 'verified')));
    await recordAudit(tx, actor, {
      action: 'images.prune',
      objectType: 'image',
      objectId: id,
      details: { name: row.name },
    });
  });
}
