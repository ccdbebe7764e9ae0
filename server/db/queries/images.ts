import { and, asc, count, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { availabilityZones, images, imageShares, imageStates } from '#drizzle/schema/catalogue';
import { sliceVms } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { imageKinds } from '#shared/image';
import { saidOf, say, type Said } from '#shared/sentence';
import type { Queryable } from '#server/db/client';
import { after, containing, decodeCursor, nameCursor } from '../keyset';
import {
  isoText,
  number,
  optional,
  optionalIsoText,
  preparedBy,
  preparedLists,
  type RowOf,
  type Value,
} from '../prepared';
import { chunked } from '../rows';
import { usesOf } from './uses';

const fields = {
  images: {
    id: images.id,
    name: images.name,
    sortKey: optional(images.sortKey),
    description: images.description,
    kind: images.kind,
    source: images.source,
    sha256: images.sha256,
    sizeMb: images.sizeMb,
    minRamMb: images.minRamMb,
    minDiskGb: images.minDiskGb,
    readyMarker: images.readyMarker,
    retiredAt: optionalIsoText(images.retiredAt),
    createdAt: isoText(images.createdAt),
    ownerId: optional(images.ownerId),
    ownerName: optional(users.name),
    visibility: images.visibility,
    inUse: number(usesOf('imageId', images.id)),
    place: number(sql`row_number() over (order by ${images.sortKey}, ${images.id})`),
  },
  states: {
    imageId: imageStates.imageId,
    zoneId: imageStates.zoneId,
    zoneName: availabilityZones.name,
    state: imageStates.state,
    reason: imageStates.reason,
    sentences: imageStates.sentences,
    doneMb: imageStates.doneMb,
    totalMb: imageStates.totalMb,
    at: isoText(imageStates.at),
    place: number(sql`row_number() over (order by ${availabilityZones.sortKey}, ${availabilityZones.id})`),
  },
};
type States = Omit<RowOf<typeof fields.states>, 'place' | 'imageId'>;
/** An image with what zones last said of it, by the zones' names; a zone that has nothing of it says nothing. */
export type ImageRow = Omit<RowOf<typeof fields.images>, 'place'> & { zones: States[] };

type Values = { limit: number } & Record<'name' | 'id' | 'pattern' | 'viewer', Value>;
/** The images that `picked` has the ids of, with their zones' states, in one statement. */
const withStates = (picked: SQL) =>
  preparedLists<typeof fields, Values>(fields, {
    images: (list) => sql`select ${list} from (${picked}) picked inner join ${images} on ${images.id} = picked.id
      left join ${users} on ${users.id} = ${images.ownerId}`,
    states: (list) => sql`select ${list} from (${picked}) picked
      inner join ${imageStates} on ${imageStates.imageId} = picked.id
      inner join ${availabilityZones} on ${availabilityZones.id} = ${imageStates.zoneId}`,
  });

function rowsOf({ images: found, states }: Awaited<ReturnType<ReturnType<typeof withStates>>>): ImageRow[] {
  const inOrder = (a: { place: number }, b: { place: number }) => a.place - b.place;
  const statesOf = new Map<number, States[]>();
  for (const { place: _, imageId, ...state } of states.toSorted(inOrder)) {
    const before = statesOf.get(imageId);
    if (before === undefined) statesOf.set(imageId, [state]);
    else before.push(state);
  }
  return found.toSorted(inOrder).map((image) => ({ ...image, zones: statesOf.get(image.id) ?? [] }));
}

/** A page's ids along the index that has those of `where` in the list's order. */
const pageIds = (from: SQL, where: SQL | undefined) =>
  sql`(select ${images.id} as id, ${images.sortKey} as sort_key from ${from} where ${where}
    order by ${images.sortKey}, ${images.id} limit ${sql.placeholder('limit')})`;

type Variant = `${'living' | 'all'} ${'first' | 'next'} ${'any' | 'search'} ${'everyones' | 'visible'}`;
const pageOf = preparedBy((variant: Variant) => {
  const [state, place, search, whose] = variant.split(' ');
  const asked = [
    ...(state === 'all' ? [] : [isNull(images.retiredAt)]),
    ...(search === 'search' ? [sql`${images.name} like ${sql.placeholder('pattern')} escape '!'`] : []),
    ...(place === 'next' ? [after(images.sortKey, images.id, [sql.placeholder('name'), sql.placeholder('id')])] : []),
  ];
  const table = sql`${images}`;
  if (whose === 'everyones') return withStates(pageIds(table, and(sql`true`, ...asked)));
  const viewer = sql.placeholder('viewer');
  // what each may see: everybody's, one's own, and what is shared with one
  const everybodys = pageIds(table, and(eq(images.visibility, sql`'all'`), ...asked));
  const own = pageIds(table, and(sql`${images.ownerId} = ${viewer}`, ...asked));
  const shared = pageIds(
    sql`${imageShares} inner join ${images} on ${images.id} = ${imageShares.imageId}`,
    and(sql`${imageShares.userId} = ${viewer} and ${images.visibility} = 'shared'`, ...asked),
  );
  return withStates(sql`select id from (${everybodys} union ${own} union ${shared}) seen
    order by sort_key, id limit ${sql.placeholder('limit')}`);
});
const oneImage = withStates(
  sql`select ${images.id} as id from ${images} where ${images.id} = ${sql.placeholder('id')}`,
);

/** Condition on `images`: the user may see and take it. */
export function visibleImage(viewerId: number): SQL {
  return sql`(${images.visibility} = 'all' or ${images.ownerId} = ${viewerId} or (${images.visibility} = 'shared' and exists (
    select 1 from ${imageShares} where ${imageShares.imageId} = ${images.id} and ${imageShares.userId} = ${viewerId})))`;
}

/** Condition on `images`: it can be taken and was not pruned, or is used again, or VMs lie over it. */
export const isKeptImage = sql`((${images.retiredAt} is null and (${images.prunedAt} is null or ${usesOf('imageId', images.id)} > 0)) or exists (
  select 1 from ${sliceVms} where ${sliceVms.imageId} = ${images.id} and ${sliceVms.status} <> 'absent'))`;

/** Of these images those that the user may not take. */
export async function imagesHiddenFrom(
  q: Queryable,
  viewerId: number,
  imageIds: readonly number[],
): Promise<Set<number>> {
  const hidden = new Set<number>();
  for (const ids of chunked(imageIds)) {
    const rows = await q
      .select({ id: images.id })
      .from(images)
      .where(and(inArray(images.id, ids), sql`not ${visibleImage(viewerId)}`));
    for (const { id } of rows) hidden.add(id);
  }
  return hidden;
}

/** A page by name, and one row more to say whether there is a next one. `viewerId`: what they may see; null: everybody's. */
export async function imageRows(
  q: Queryable,
  options: {
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    includeRetired: boolean;
    viewerId: number | null;
  },
): Promise<ImageRow[]> {
  const { search = '', includeRetired, viewerId } = options;
  const position = decodeCursor(nameCursor, options.cursor);
  const [name, id] = position ?? [null, null];
  const statement = pageOf(
    `${includeRetired ? 'all' : 'living'} ${position === null ? 'first' : 'next'} ${search === '' ? 'any' : 'search'} ${viewerId === null ? 'everyones' : 'visible'}`,
  );
  const values = { limit: options.limit + 1, name, id, pattern: containing(search), viewer: viewerId };
  return rowsOf(await statement(q, values));
}

export async function imageById(q: Queryable, id: number): Promise<ImageRow | null> {
  const [row] = rowsOf(await oneImage(q, { id, limit: 1, name: null, pattern: null, viewer: null }));
  return row ?? null;
}

/** By zone, how many of these images are ready there; zones that have none are not in it. */
export async function imagesInZones(q: Queryable, imageIds: readonly number[]): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const ids of chunked(imageIds)) {
    const rows = await q
      .select({ zoneId: imageStates.zoneId, many: count() })
      .from(imageStates)
      .where(and(inArray(imageStates.imageId, ids), eq(imageStates.state, 'verified')))
      .groupBy(imageStates.zoneId);
    for (const { zoneId, many } of rows) found.set(zoneId, (found.get(zoneId) ?? 0) + many);
  }
  return found;
}

/** The images that a zone has said it cannot make, with its reasons. */
export async function unbuildableImages(q: Queryable, zoneId: number): Promise<Map<number, Said>> {
  const rows = await q
    .select({ imageId: imageStates.imageId, reason: imageStates.reason, sentences: imageStates.sentences })
    .from(imageStates)
    .where(and(eq(imageStates.zoneId, zoneId), eq(imageStates.state, 'unbuildable')));
  return new Map(
    rows.map(({ imageId, reason, sentences }) => [
      imageId,
      reason === null ? say('REASON_UNKNOWN') : saidOf(reason, sentences),
    ]),
  );
}

/** With whom an image is shared, by name; `userId` restricts it to one. The caller has checked the access. */
export function imageShareRows(q: Queryable, imageId: number, userId?: number) {
  return q
    .select({ user: { id: users.id, name: users.name, email: users.email }, createdAt: imageShares.createdAt })
    .from(imageShares)
    .innerJoin(users, eq(users.id, imageShares.userId))
    .where(
      and(
        eq(imageShares.imageId, imageId),
        isNull(users.disabledAt),
        isNull(users.deletedAt),
        userId === undefined ? undefined : eq(imageShares.userId, userId),
      ),
    )
    .orderBy(asc(users.sortKey), asc(users.id));
}

/** With how many living users an image is shared, disabled ones too. */
export async function countImageShares(q: Queryable, imageId: number): Promise<number> {
  const [row] = await q
    .select({ shares: count() })
    .from(imageShares)
    .innerJoin(users, eq(users.id, imageShares.userId))
    .where(and(eq(imageShares.imageId, imageId), isNull(users.deletedAt)));
  return row?.shares ?? 0;
}

/** Shares an image. Twice is once. */
export async function insertImageShare(q: Queryable, imageId: number, userId: number): Promise<void> {
  await q.insert(imageShares).values({ imageId, userId }).onDuplicateKeyUpdate({ set: { userId } });
}

/** Whether there was one. */
export async function deleteImageShare(q: Queryable, imageId: number, userId: number): Promise<boolean> {
  const [result] = await q
    .delete(imageShares)
    .where(and(eq(imageShares.imageId, imageId), eq(imageShares.userId, userId)));
  return result.affectedRows > 0;
}

export async function imageKindOf(q: Queryable, id: number): Promise<(typeof imageKinds)[number] | null> {
  const [row] = await q.select({ kind: images.kind }).from(images).where(eq(images.id, id));
  return row?.kind ?? null;
}
