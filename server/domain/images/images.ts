import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { images, imageStates } from '#drizzle/schema/catalogue';
import { can } from '#shared/auth';
import { loginOf } from '#shared/builtin-images';
import { AppError, notFound } from '#shared/errors';
import type { createImageInput, Image, imagePage, listImagesInput, updateImageInput } from '#shared/image';
import { say } from '#shared/sentence';
import type { Queryable } from '#server/db/client';
import { page } from '#server/db/keyset';
import { imageById, imageRows, type ImageRow } from '#server/db/queries/images';
import { usersOf } from '#server/db/queries/uses';
import { inTransaction } from '#server/db/transaction';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { nameTakenBy, usersInWords } from '../names';
import { requestImageCheck } from './image-states';

/** By which a name is taken: by the catalogue, or by an owner. */
export const imageNameIndex = 'images_owner_live_name_unique';

function publicImage(row: ImageRow): Image {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    kind: row.kind,
    source: row.source,
    sha256: row.sha256,
    sizeMb: row.sizeMb,
    minRamMb: row.minRamMb,
    minDiskGb: row.minDiskGb,
    readyMarker: row.readyMarker,
    // every machine has a serial port; a screen is the VM's to ask for
    consoles: ['serial'],
    login: loginOf(row),
    retiredAt: row.retiredAt,
    createdAt: row.createdAt,
    owner: row.ownerId === null ? null : { id: row.ownerId, name: row.ownerName ?? '' },
    visibility: row.visibility,
    inUse: row.inUse,
    zones: row.zones,
  };
}

/** As it is now, with what zones say of it. */
export async function imageNow(q: Queryable, id: number): Promise<Image> {
  return publicImage(await loadImage(q, id));
}

async function loadImage(q: Queryable, id: number): Promise<ImageRow> {
  const row = await imageById(q, id);
  if (row === null) throw notFound('image');
  return row;
}

/** Locks the row until the transaction ends: whoever takes this image for a VM meanwhile waits. */
async function lockImage(q: Queryable, id: number): Promise<typeof images.$inferSelect> {
  const [row] = await q.select().from(images).where(eq(images.id, id)).for('update');
  if (row === undefined) throw notFound('image');
  return row;
}

/**
 * By name: the catalogue's, one's own, those for all and those that are shared with one; for those who manage images everybody's. Where one
 * lies only they see, others its file's name.
 */
export async function listImages(
  ctx: DomainContext,
  { actor, query }: { actor: Actor; query: z.infer<typeof listImagesInput> },
): Promise<z.infer<typeof imagePage>> {
  const manages = can(actor.role, 'images:manage');
  const rows = await imageRows(ctx.db, { ...query, viewerId: manages ? null : actor.userId });
  const shown = (row: ImageRow): Image => {
    const image = publicImage(row);
    return manages ? image : { ...image, source: fileName(row.source) };
  };
  return page(rows, query.limit, shown, (row) => [row.sortKey ?? row.name, row.id]);
}

/** The last part of a path or a URL: what stands before it, and a query, may be a secret. */
function fileName(source: string): string {
  return (
    source
      .replace(/[?#].*$/u, '')
      .split('/')
      .at(-1) ?? ''
  );
}

/** What may be written down of an image. */
function withoutSecrets<Values extends { source: string }>(values: Values): Values {
  return { ...values, source: fileName(values.source) };
}

/** NAME_TAKEN. The source is looked at when a zone first prepares the image. */
export async function createImage(
  ctx: DomainContext,
  { actor, image }: { actor: Actor; image: z.infer<typeof createImageInput> },
): Promise<Image> {
  return inTransaction(ctx.db, async (tx) => {
    const [{ insertId }] = await tx
      .insert(images)
      .values(image)
      .catch(nameTakenBy(imageNameIndex, 'image', image.name));
    await recordAudit(tx, actor, {
      action: 'images.create',
      objectType: 'image',
      objectId: insertId,
      details: withoutSecrets(image),
    });
    return imageNow(tx, insertId);
  });
}

/**
 * NAME_TAKEN, IMAGE_RETIRED; IMAGE_IN_USE for another kind, source or checksum while slices boot from it, since their
 * disks are laid over its.
 */
export async function updateImage(
  ctx: DomainContext,
  { actor, image: { id, ...values } }: { actor: Actor; image: z.infer<typeof updateImageInput> },
): Promise<Image> {
  return inTransaction(ctx.db, async (tx) => {
    const old = await lockImage(tx, id);
    // what is of an upload has no source to be given anew
    if (old.ownerId !== null) throw new AppError('FORBIDDEN', say('IMAGE_NOT_YOURS', { name: old.name }));
    if (old.retiredAt !== null) throw new AppError('IMAGE_RETIRED', say('RETIRED_UNCHANGEABLE', { name: old.name }));
    const otherFiles = old.kind !== values.kind || old.source !== values.source || old.sha256 !== values.sha256;
    if (otherFiles) {
      const users = await usersOf(tx, 'imageId', id);
      if (users.slices > 0)
        throw new AppError('IMAGE_IN_USE', say('IMAGE_BOOTED_FROM', { name: old.name, slices: users.slices }), {
          field: 'source',
          params: { name: old.name, ...users },
        });
    }
    await tx
      .update(images)
      .set({ ...values, ...(otherFiles ? { sizeMb: null } : {}) })
      .where(eq(images.id, id))
      .catch(nameTakenBy(imageNameIndex, 'image', values.name));
    // what zones said was of the files of before
    if (otherFiles) await tx.delete(imageStates).where(eq(imageStates.imageId, id));
    await recordAudit(tx, actor, {
      action: 'images.update',
      objectType: 'image',
      objectId: id,
      details: withoutSecrets(values),
    });
    return imageNow(tx, id);
  });
}

/** No new VM can take it from now on; its name becomes free. IMAGE_IN_USE while VMs have it. Twice is once. */
export async function retireImage(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Image> {
  return inTransaction(ctx.db, async (tx) => {
    const old = await lockImage(tx, id);
    if (old.retiredAt === null) {
      const users = await usersOf(tx, 'imageId', id);
      if (users.templates + users.slices > 0)
        throw new AppError('IMAGE_IN_USE', `${old.name} is used by ${usersInWords(users)}.`, {
          params: { name: old.name, ...users },
        });
      await tx
        .update(images)
        .set({ retiredAt: ctx.clock.now() })
        .where(and(eq(images.id, id), isNull(images.retiredAt)));
      await recordAudit(tx, actor, {
        action: 'images.retire',
        objectType: 'image',
        objectId: id,
        details: { name: old.name },
      });
    }
    return imageNow(tx, id);
  });
}

/** Every zone reads its files of the image anew, or fetches it; how that goes is in `zones` of the image. IMAGE_RETIRED. */
export async function checkImage(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<Image> {
  return inTransaction(ctx.db, async (tx) => {
    const image = await lockImage(tx, id);
    if (image.retiredAt !== null) throw new AppError('IMAGE_RETIRED', say('RETIRED_UNCHECKABLE', { name: image.name }));
    await requestImageCheck(tx, { imageId: id, now: ctx.clock.now(), askedBy: actor.userId });
    await recordAudit(tx, actor, {
      action: 'images.check',
      objectType: 'image',
      objectId: id,
      details: { name: image.name },
    });
    return imageNow(tx, id);
  });
}
