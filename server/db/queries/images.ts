import { and, count, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { availabilityZones, images, imageStates } from '#drizzle/schema/catalogue';
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

type Values = { limit: number } & Record<'name' | 'id' | 'pattern', Value>;
/** The images that are asked for with their zones' states, in one statement. */
const withStates = (asked: SQL) => {
  const limited = sql`order by ${images.sortKey}, ${images.id} limit ${sql.placeholder('limit')}`;
  const picked = sql`select ${images.id} as id from ${images} where ${asked} ${limited}`;
  return preparedLists<typeof fields, Values>(fields, {
    images: (list) => sql`select ${list} from ${images} where ${asked} ${limited}`,
    states: (list) => sql`select ${list} from (${picked}) picked
      inner join ${imageStates} on ${imageStates.imageId} = picked.id
      inner join ${availabilityZones} on ${availabilityZones.id} = ${imageStates.zoneId}`,
  });
};

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

type Variant = `${'living' | 'all'} ${'first' | 'next'} ${'any' | 'search'}`;
const pageOf = preparedBy((variant: Variant) => {
  const [state, place, search] = variant.split(' ');
  const asked = [
    ...(state === 'all' ? [] : [isNull(images.retiredAt)]),
    ...(search === 'search' ? [sql`${images.name} like ${sql.placeholder('pattern')} escape '!'`] : []),
    ...(place === 'next' ? [after(images.sortKey, images.id, [sql.placeholder('name'), sql.placeholder('id')])] : []),
  ];
  return withStates(and(sql`true`, ...asked) ?? sql`true`);
});
const oneImage = withStates(sql`${images.id} = ${sql.placeholder('id')}`);

/** A page by name, and one row more to say whether there is a next one. */
export async function imageRows(
  q: Queryable,
  options: {
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    includeRetired: boolean;
  },
): Promise<ImageRow[]> {
  const { search = '', includeRetired } = options;
  const position = decodeCursor(nameCursor, options.cursor);
  const [name, id] = position ?? [null, null];
  const statement = pageOf(
    `${includeRetired ? 'all' : 'living'} ${position === null ? 'first' : 'next'} ${search === '' ? 'any' : 'search'}`,
  );
  return rowsOf(await statement(q, { limit: options.limit + 1, name, id, pattern: containing(search) }));
}

export async function imageById(q: Queryable, id: number): Promise<ImageRow | null> {
  const [row] = rowsOf(await oneImage(q, { id, limit: 1, name: null, pattern: null }));
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
