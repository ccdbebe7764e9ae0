import { aliasedTable, and, asc, desc, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { availabilityZones, images, imageStates } from '#drizzle/schema/catalogue';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { templateRevisions, templates, templateVms } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';
import { usesOf } from './uses';

/**
 * Images that take room and that no VM of a living slice or of a living template's current revision has, the largest first: somebody's own, and
 * those of the catalogue that a zone has prepared.
 */
export function unusedImages(q: Queryable, limit: number) {
  const isPrepared = sql`exists (select 1 from ${imageStates}
    where ${imageStates.imageId} = ${images.id} and ${imageStates.state} = 'verified')`;
  return q
    .select({
      id: images.id,
      name: images.name,
      kind: images.kind,
      sizeMb: images.sizeMb,
      createdAt: images.createdAt,
      owner: { id: users.id, name: users.name },
    })
    .from(images)
    .leftJoin(users, eq(users.id, images.ownerId))
    .where(
      and(isNull(images.retiredAt), or(isNotNull(images.ownerId), isPrepared), eq(usesOf('imageId', images.id), 0)),
    )
    .orderBy(desc(images.sizeMb), asc(images.id))
    .limit(limit);
}

/** The zones that have prepared images, by the images' ids. */
export function zonesThatHave(q: Queryable, imageIds: readonly number[]) {
  return q
    .select({
      imageId: imageStates.imageId,
      zone: { id: availabilityZones.id, name: availabilityZones.name, homeId: availabilityZones.homeId },
    })
    .from(imageStates)
    .innerJoin(availabilityZones, eq(availabilityZones.id, imageStates.zoneId))
    .where(and(inArray(imageStates.imageId, [...imageIds]), eq(imageStates.state, 'verified')))
    .orderBy(asc(availabilityZones.sortKey), asc(availabilityZones.id));
}

/** When the last VM of images that have none any more went: with its slice, its template, or the revision that was the last to have it. */
export async function lastUses(q: Queryable, imageIds: readonly number[]): Promise<Map<number, Date>> {
  const ids = [...imageIds];
  const ofSlices = await q
    .select({ imageId: sliceVms.imageId, at: sql`max(${slices.deletedAt})`.mapWith(slices.deletedAt) })
    .from(sliceVms)
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .where(inArray(sliceVms.imageId, ids))
    .groupBy(sliceVms.imageId);
  const next = aliasedTable(templateRevisions, 'next_revision');
  const ofTemplates = await q
    .select({
      imageId: templateVms.imageId,
      at: sql`max(coalesce(${next.createdAt}, ${templates.deletedAt}))`.mapWith(templates.deletedAt),
    })
    .from(templateVms)
    .innerJoin(templateRevisions, eq(templateRevisions.id, templateVms.revisionId))
    .innerJoin(templates, eq(templates.id, templateRevisions.templateId))
    .leftJoin(next, and(eq(next.templateId, templates.id), eq(next.number, sql`${templateRevisions.number} + 1`)))
    .where(inArray(templateVms.imageId, ids))
    .groupBy(templateVms.imageId);
  const last = new Map<number, Date>();
  for (const { imageId, at } of [...ofSlices, ...ofTemplates]) {
    const known = last.get(imageId);
    if (at !== null && (known === undefined || known < at)) last.set(imageId, at);
  }
  return last;
}
