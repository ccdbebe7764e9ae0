import { and, asc, eq, isNull } from 'drizzle-orm';
import { flavours } from '#drizzle/schema/catalogue';
import type { Queryable } from '#server/db/client';
import { after, contains, decodeCursor, nameCursor } from '../keyset';
import { usesOf } from './uses';

const columns = {
  id: flavours.id,
  name: flavours.name,
  vcpus: flavours.vcpus,
  ramMb: flavours.ramMb,
  diskGb: flavours.diskGb,
  retiredAt: flavours.retiredAt,
  createdAt: flavours.createdAt,
  inUse: usesOf('flavourId', flavours.id),
};
export type FlavourRow = Awaited<ReturnType<typeof flavourRows>>[number];

/** A page by name, and one row more to say whether there is a next one. */
export function flavourRows(
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
    .from(flavours)
    .where(
      and(
        options.includeRetired ? undefined : isNull(flavours.retiredAt),
        contains(flavours.name, options.search),
        after(flavours.name, flavours.id, decodeCursor(nameCursor, options.cursor)),
      ),
    )
    .orderBy(asc(flavours.name), asc(flavours.id))
    .limit(options.limit + 1);
}

export async function flavourById(q: Queryable, id: number): Promise<FlavourRow | null> {
  const [row] = await q.select(columns).from(flavours).where(eq(flavours.id, id));
  return row ?? null;
}
