import { and, asc, eq, isNull } from 'drizzle-orm';
import { images } from '#drizzle/schema/catalogue';
import type { Queryable } from '#server/db/client';
import { after, contains, decodeCursor, nameCursor } from '../keyset';
import { usesOf } from './uses';

const columns = {
  id: images.id,
  name: images.name,
  sortKey: images.sortKey,
  description: images.description,
  kind: images.kind,
  source: images.source,
  sha256: images.sha256,
  sizeMb: images.sizeMb,
  minRamMb: images.minRamMb,
  minDiskGb: images.minDiskGb,
  readyMarker: images.readyMarker,
  retiredAt: images.retiredAt,
  createdAt: images.createdAt,
  inUse: usesOf('imageId', images.id),
};
export type ImageRow = Awaited<ReturnType<typeof imageRows>>[number];

/** A page by name, and one row more to say whether there is a next one. */
export function imageRows(
  q: Queryable,
  options: {
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    includeRetired: boolean;
  },
) {
  return q
    .select(columns)
    .from(images)
    .where(
      and(
        options.includeRetired ? undefined : isNull(images.retiredAt),
        contains(images.name, options.search),
        after(images.sortKey, images.id, decodeCursor(nameCursor, options.cursor)),
      ),
    )
    .orderBy(asc(images.sortKey), asc(images.id))
    .limit(options.limit + 1);
}

export async function imageById(q: Queryable, id: number): Promise<ImageRow | null> {
  const [row] = await q.select(columns).from(images).where(eq(images.id, id));
  return row ?? null;
}
