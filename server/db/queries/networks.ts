import { alias } from 'drizzle-orm/mysql-core';
import { and, asc, eq, getTableColumns, gt, inArray, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { networkJoins, networkPublications } from '#drizzle/schema/networks';
import { sliceEdges, sliceNetworks, slices } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { contains } from '../keyset';
import { servedBy } from './homes';

type JoinRow = typeof networkJoins.$inferSelect;

/** A published network, with what it is of. */
const published = {
  publication: getTableColumns(networkPublications),
  network: getTableColumns(sliceNetworks),
  slice: { id: slices.id, name: slices.name, ownerId: slices.ownerId, zoneId: slices.zoneId },
  owner: users.name,
};

/** `more`: fields besides. */
const publications = <More extends Record<string, SQL>>(q: Queryable, more: More) =>
  q
    .select({ ...published, ...more })
    .from(networkPublications)
    .innerJoin(sliceNetworks, eq(sliceNetworks.id, networkPublications.networkId))
    .innerJoin(slices, eq(slices.id, networkPublications.sliceId))
    .innerJoin(users, eq(users.id, slices.ownerId));

export async function publishedById(q: Queryable, id: number) {
  const [row] = await publications(q, {}).where(eq(networkPublications.id, id));
  return row ?? null;
}

export function publishedOf(q: Queryable, sliceId: number) {
  return publications(q, {}).where(eq(networkPublications.sliceId, sliceId)).orderBy(asc(networkPublications.id));
}

/** A page of published networks in the order in which they were published, one more than `limit`, and how many join each. `search`: in its name, or its slice's. */
export function listPublished(
  q: Queryable,
  {
    zoneId,
    search,
    ...page
  }: { zoneId?: number | undefined; search?: string | undefined; after: number; limit: number },
) {
  const joins = sql<number>`(select count(*) from ${networkJoins}
    where ${networkJoins.publicationId} = ${networkPublications.id} and ${networkJoins.acceptedAt} is not null)`;
  return publications(q, { joins: joins.mapWith(Number) })
    .where(
      and(
        gt(networkPublications.id, page.after),
        zoneId === undefined ? undefined : eq(networkPublications.zoneId, zoneId),
        or(contains(sliceNetworks.name, search), contains(slices.name, search)),
      ),
    )
    .orderBy(asc(networkPublications.id))
    .limit(page.limit + 1);
}

/** What of a network is published, and what it joins, if anything. The slices' rows are locked. */
export async function sharingOf(q: Queryable, networkId: number) {
  const [publication] = await q.select().from(networkPublications).where(eq(networkPublications.networkId, networkId));
  const [join] = await q.select().from(networkJoins).where(eq(networkJoins.networkId, networkId));
  return { publication: publication ?? null, join: join ?? null };
}

/** All joins of a published network, those that end too: what they have of its subnet is theirs until their rows go. */
export function joinsAt(q: Queryable, hostNetworkId: number): Promise<JoinRow[]> {
  return q
    .select()
    .from(networkJoins)
    .where(eq(networkJoins.hostNetworkId, hostNetworkId))
    .orderBy(asc(networkJoins.id));
}

export async function joinById(q: Queryable, id: number): Promise<JoinRow | null> {
  const [row] = await q.select().from(networkJoins).where(eq(networkJoins.id, id));
  return row ?? null;
}

export async function insertPublication(
  tx: Transaction,
  values: typeof networkPublications.$inferInsert,
): Promise<number> {
  const [{ insertId }] = await tx.insert(networkPublications).values(values);
  return insertId;
}

export async function insertJoin(tx: Transaction, values: typeof networkJoins.$inferInsert): Promise<number> {
  const [{ insertId }] = await tx.insert(networkJoins).values(values);
  return insertId;
}

export async function writeJoin(q: Queryable, id: number, values: Partial<JoinRow>): Promise<void> {
  await q.update(networkJoins).set(values).where(eq(networkJoins.id, id));
}

export async function deleteJoin(q: Queryable, id: number): Promise<boolean> {
  const [result] = await q.delete(networkJoins).where(eq(networkJoins.id, id));
  return result.affectedRows > 0;
}

export async function deletePublication(tx: Transaction, id: number): Promise<void> {
  await tx.delete(networkPublications).where(eq(networkPublications.id, id));
}

/** Joins end: what was only asked for is gone at once, of the rest who serves the zone parts the networks first. */
export async function endJoins(tx: Transaction, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const these = inArray(networkJoins.id, [...ids]);
  await tx.delete(networkJoins).where(and(these, isNull(networkJoins.acceptedAt)));
  await tx
    .update(networkJoins)
    .set({ endedAt: databaseNow })
    .where(and(these, isNull(networkJoins.endedAt)));
}

/** A slice that is destroyed publishes nothing and joins nothing. */
export async function endNetworksOf(tx: Transaction, sliceId: number): Promise<void> {
  const rows = await tx
    .select({ id: networkJoins.id })
    .from(networkJoins)
    .where(or(eq(networkJoins.sliceId, sliceId), eq(networkJoins.hostSliceId, sliceId)));
  await endJoins(
    tx,
    rows.map(({ id }) => id),
  );
  await tx.delete(networkPublications).where(eq(networkPublications.sliceId, sliceId));
}

const hostNetworks = alias(sliceNetworks, 'host_networks');
const hostSlices = alias(slices, 'host_slices');
const hostOwners = alias(users, 'host_owners');

const wholeFields = {
  join: getTableColumns(networkJoins),
  zoneId: slices.zoneId,
  hostNetwork: getTableColumns(hostNetworks),
  hostNames: { slice: hostSlices.name, owner: hostOwners.name, ownerId: hostSlices.ownerId },
  guestNetwork: getTableColumns(sliceNetworks),
  guestNames: { slice: slices.name, owner: users.name, ownerId: slices.ownerId },
};

const joinedRows = (q: Queryable) =>
  q
    .select(wholeFields)
    .from(networkJoins)
    .innerJoin(hostNetworks, eq(hostNetworks.id, networkJoins.hostNetworkId))
    .innerJoin(hostSlices, eq(hostSlices.id, networkJoins.hostSliceId))
    .innerJoin(hostOwners, eq(hostOwners.id, hostSlices.ownerId))
    .innerJoin(sliceNetworks, eq(sliceNetworks.id, networkJoins.networkId))
    .innerJoin(slices, eq(slices.id, networkJoins.sliceId))
    .innerJoin(users, eq(users.id, slices.ownerId));

/** One end of a join: its network, and the names of its slice and of whoever owns that. */
interface JoinEnd {
  network: typeof sliceNetworks.$inferSelect;
  slice: string;
  owner: string;
  ownerId: number;
}
/** A join with both of its ends. */
export interface WholeJoin {
  join: JoinRow;
  zoneId: number;
  host: JoinEnd;
  guest: JoinEnd;
}

const wholeOf = ({
  join,
  zoneId,
  hostNetwork,
  hostNames,
  guestNetwork,
  guestNames,
}: Awaited<ReturnType<typeof joinedRows>>[number]): WholeJoin => ({
  join,
  zoneId,
  host: { network: hostNetwork, ...hostNames },
  guest: { network: guestNetwork, ...guestNames },
});

/** Of a slice: who joins its networks, and what they join; not those that have ended. */
export async function joinsOfSlice(q: Queryable, sliceId: number): Promise<WholeJoin[]> {
  const rows = await joinedRows(q)
    .where(
      and(or(eq(networkJoins.sliceId, sliceId), eq(networkJoins.hostSliceId, sliceId)), isNull(networkJoins.endedAt)),
    )
    .orderBy(asc(networkJoins.id));
  return rows.map(wholeOf);
}

/** Joins that were agreed on, in zones that the home works on. `after`: those behind that one. */
export async function joinsToKeep(
  q: Queryable,
  { home, after, limit }: { home: { id: number | null; everything: boolean }; after: number; limit: number },
): Promise<WholeJoin[]> {
  const rows = await joinedRows(q)
    .innerJoin(availabilityZones, eq(availabilityZones.id, slices.zoneId))
    .where(
      and(
        gt(networkJoins.id, after),
        isNotNull(networkJoins.acceptedAt),
        home.everything ? undefined : servedBy(home.id),
      ),
    )
    .orderBy(asc(networkJoins.id))
    .limit(limit);
  return rows.map(wholeOf);
}

/** What is on networks: of each attachment its address, as it was applied, else as it is to be. */
export async function nicsOn(q: Queryable, networkIds: readonly number[]) {
  if (networkIds.length === 0) return [];
  const { targetNetworkId, sourceAddress, applied, status } = sliceEdges;
  return q
    .select({ targetNetworkId, sourceAddress, applied, status })
    .from(sliceEdges)
    .where(inArray(targetNetworkId, [...networkIds]));
}
