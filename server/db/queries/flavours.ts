import { and, isNull, sql } from 'drizzle-orm';
import { flavours } from '#drizzle/schema/catalogue';
import type { Queryable } from '#server/db/client';
import { after, containing, decodeCursor, nameCursor } from '../keyset';
import { isoText, number, optional, optionalIsoText, prepared, preparedBy, type RowOf, type Value } from '../prepared';
import { usesOf } from './uses';

const fields = {
  id: flavours.id,
  name: flavours.name,
  sortKey: optional(flavours.sortKey),
  vcpus: flavours.vcpus,
  ramMb: flavours.ramMb,
  diskGb: flavours.diskGb,
  retiredAt: optionalIsoText(flavours.retiredAt),
  createdAt: isoText(flavours.createdAt),
  inUse: number(usesOf('flavourId', flavours.id)),
};
export type FlavourRow = RowOf<typeof fields>;

type Variant = `${'living' | 'all'} ${'first' | 'next'} ${'any' | 'search'}`;
const pageOf = preparedBy((variant: Variant) => {
  const [state, place, search] = variant.split(' ');
  const asked = and(
    sql`true`,
    state === 'all' ? undefined : isNull(flavours.retiredAt),
    search === 'search' ? sql`${flavours.name} like ${sql.placeholder('pattern')} escape '!'` : undefined,
    place === 'next'
      ? after(flavours.sortKey, flavours.id, [sql.placeholder('name'), sql.placeholder('id')])
      : undefined,
  );
  return prepared<typeof fields, { limit: number } & Record<'name' | 'id' | 'pattern', Value>>(
    fields,
    (list) => sql`select ${list} from ${flavours} where ${asked}
      order by ${flavours.sortKey}, ${flavours.id} limit ${sql.placeholder('limit')}`,
  );
});

/** A page by name, and one row more to say whether there is a next one. */
export function flavourRows(
  q: Queryable,
  options: {
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    includeRetired: boolean;
  },
): Promise<FlavourRow[]> {
  const { search = '', includeRetired } = options;
  const position = decodeCursor(nameCursor, options.cursor);
  const [name, id] = position ?? [null, null];
  const statement = pageOf(
    `${includeRetired ? 'all' : 'living'} ${position === null ? 'first' : 'next'} ${search === '' ? 'any' : 'search'}`,
  );
  return statement(q, { limit: options.limit + 1, name, id, pattern: containing(search) });
}

const byId = prepared<typeof fields, { id: number }>(
  fields,
  (list) => sql`select ${list} from ${flavours} where ${flavours.id} = ${sql.placeholder('id')}`,
);

export async function flavourById(q: Queryable, id: number): Promise<FlavourRow | null> {
  const [row] = await byId(q, { id });
  return row ?? null;
}
