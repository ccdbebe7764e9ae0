import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  lt,
  ne,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/mysql-core';
import { availabilityZones, flavours, images } from '#drizzle/schema/catalogue';
import { deployments, events } from '#drizzle/schema/deployments';
import { sliceEdges, sliceNetworks, slices, sliceShares, sliceVms } from '#drizzle/schema/slices';
import { templates } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { EventData } from '#shared/deployment/events';
import type { DeploymentKind } from '#shared/deployment/operations';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import type { sliceSets } from '#shared/slice';
import type { SliceStatus, VmDesired } from '#shared/slice-status';
import { topologyParts } from '#shared/topology/schema';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { before, contains, decodeCursor, idCursor, instantCursor } from '../keyset';
import { number, optional, prepared, type RowOf } from '../prepared';
import { chunked } from '../rows';
import { endIdsIn, rowOf, type EndIds } from './parts';
import { visibleTemplate } from './shares';
import { countInZone } from './zones';

const summaryColumns = {
  id: slices.id,
  name: slices.name,
  status: slices.status,
  ownerId: slices.ownerId,
  ownerName: users.name,
  /** What it is shared with the reader for. */
  share: sliceShares.level,
  zoneId: slices.zoneId,
  zoneName: availabilityZones.name,
  provider: availabilityZones.provider,
  /** What it was made of, if the reader sees that: whose it is may have renamed it since, for nobody to know. */
  templateId: templates.id,
  templateName: templates.name,
  templateRevision: slices.templateRevision,
  restartAfterReboot: slices.restartAfterReboot,
  createdAt: slices.createdAt,
  updatedAt: slices.updatedAt,
};
export type SliceSummaryRow = Awaited<ReturnType<typeof sliceRows>>[number];

/** A page of slices, the last changed first, and one row more. `of`: whose, as seen from the reader. */
export async function sliceRows(
  q: Queryable,
  options: {
    readerId: number;
    of: (typeof sliceSets)[number];
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    status?: SliceStatus | undefined;
    includeDestroyed: boolean;
  },
) {
  const { readerId, of } = options;
  const limit = options.limit + 1;
  const asked = and(
    options.includeDestroyed ? undefined : and(isNull(slices.deletedAt), ne(slices.status, 'destroyed')),
    options.status === undefined ? undefined : eq(slices.status, options.status),
    contains(slices.name, options.search),
    before(slices.updatedAt, slices.id, decodeCursor(instantCursor, options.cursor)),
  );
  const newest = [desc(slices.updatedAt), desc(slices.id)];
  const those = (where: SQL | undefined) =>
    q
      .select({ id: slices.id })
      .from(slices)
      .where(and(where, asked))
      .orderBy(...newest)
      .limit(limit);
  const mine = eq(slices.ownerId, readerId);
  const shared = q
    .select({ id: slices.id })
    .from(sliceShares)
    .innerJoin(slices, eq(slices.id, sliceShares.sliceId))
    .where(and(eq(sliceShares.userId, readerId), ne(slices.ownerId, readerId), asked))
    .orderBy(...newest)
    .limit(limit);
  // first which, each part by an index of its own, then the rest of these: joined at once, all would be read and sorted
  const picked = {
    mine: () => those(mine),
    shared: () => shared,
    all: () => unionAll(those(mine), shared),
    everyone: () => those(undefined),
  };
  const ids = (await picked[of]()).map((row) => row.id);
  return ids.length === 0 ? [] : summaryRows(q, readerId, inArray(slices.id, ids), limit);
}

const headFields = {
  ...summaryColumns,
  share: optional(sliceShares.level),
  templateId: optional(templates.id),
  templateName: optional(templates.name),
  lastEventId: number(sql`(select max(${events.id}) from ${events} where ${events.sliceId} = ${slices.id})`),
};
export type SliceHeadRow = RowOf<typeof headFields>;
const reader = sql.placeholder('reader');
const headById = prepared<typeof headFields, Record<'reader' | 'id', number>>(
  headFields,
  (list) => sql`select ${list} from ${slices}
    inner join ${users} on ${users.id} = ${slices.ownerId}
    inner join ${availabilityZones} on ${availabilityZones.id} = ${slices.zoneId}
    left join ${templates} on ${templates.id} = ${slices.templateId} and ${visibleTemplate(reader)}
    left join ${sliceShares} on ${sliceShares.sliceId} = ${slices.id} and ${sliceShares.userId} = ${reader}
    where ${slices.id} = ${sql.placeholder('id')}`,
);

/** The summary of one slice, as the reader gets it, and the id of its newest event; null if there is none. */
export async function sliceHead(q: Queryable, readerId: number, id: number): Promise<SliceHeadRow | null> {
  const [row] = await headById(q, { reader: readerId, id });
  return row ?? null;
}

function summaryRows(q: Queryable, readerId: number, where: SQL | undefined, limit: number) {
  return q
    .select(summaryColumns)
    .from(slices)
    .innerJoin(users, eq(users.id, slices.ownerId))
    .innerJoin(availabilityZones, eq(availabilityZones.id, slices.zoneId))
    .leftJoin(templates, and(eq(templates.id, slices.templateId), visibleTemplate(readerId)))
    .leftJoin(sliceShares, and(eq(sliceShares.sliceId, slices.id), eq(sliceShares.userId, readerId)))
    .where(where)
    .orderBy(desc(slices.updatedAt), desc(slices.id))
    .limit(limit);
}

export interface SliceTotals {
  vms: number;
  vmsRunning: number;
  vcpus: number;
  ramMb: number;
  diskGb: number;
}

/** Numbers and sums of the slices' VMs, counted by the database. */
export async function sliceTotals(q: Queryable, ids: readonly number[]): Promise<(id: number) => SliceTotals> {
  const none: SliceTotals = { vms: 0, vmsRunning: 0, vcpus: 0, ramMb: 0, diskGb: 0 };
  if (ids.length === 0) return () => none;
  const rows = await q
    .select({
      id: sliceVms.sliceId,
      vms: count(),
      vmsRunning: sql<string>`sum(${sliceVms.status} = 'running')`,
      vcpus: sql<string>`sum(${sliceVms.vcpus})`,
      ramMb: sql<string>`sum(${sliceVms.ramMb})`,
      diskGb: sql<string>`sum(${sliceVms.diskGb})`,
    })
    .from(sliceVms)
    .where(inArray(sliceVms.sliceId, [...ids]))
    .groupBy(sliceVms.sliceId);
  const totals = new Map(
    rows.map((row) => [
      row.id,
      {
        vms: row.vms,
        vmsRunning: Number(row.vmsRunning),
        vcpus: Number(row.vcpus),
        ramMb: Number(row.ramMb),
        diskGb: Number(row.diskGb),
      },
    ]),
  );
  return (id) => totals.get(id) ?? none;
}

/** The operation under way of each slice that has one: the newest, since a destroy overtakes what runs. */
export async function busyKinds(q: Queryable, ids: readonly number[]): Promise<Map<number, DeploymentKind>> {
  if (ids.length === 0) return new Map();
  const rows = await q
    .select({ id: deployments.sliceId, kind: deployments.kind })
    .from(deployments)
    .where(and(inArray(deployments.sliceId, [...ids]), inArray(deployments.status, [...liveDeploymentStatuses])))
    .orderBy(asc(deployments.id));
  return new Map(rows.map((row) => [row.id, row.kind]));
}

const ofSlice = sql.placeholder('slice');
const vmFields = {
  ...getTableColumns(sliceVms),
  flavourName: flavours.name,
  imageName: images.name,
  imageKind: images.kind,
};
const vmsOf = prepared<typeof vmFields, { slice: number }>(
  vmFields,
  (list) => sql`select ${list} from ${sliceVms}
    inner join ${flavours} on ${flavours.id} = ${sliceVms.flavourId}
    inner join ${images} on ${images.id} = ${sliceVms.imageId}
    where ${sliceVms.sliceId} = ${ofSlice} order by ${sliceVms.id}`,
);
const networkFields = getTableColumns(sliceNetworks);
const networksOf = prepared<typeof networkFields, { slice: number }>(
  networkFields,
  (list) =>
    sql`select ${list} from ${sliceNetworks} where ${sliceNetworks.sliceId} = ${ofSlice} order by ${sliceNetworks.id}`,
);
const edgeFields = getTableColumns(sliceEdges);
const edgesOf = prepared<typeof edgeFields, { slice: number }>(
  edgeFields,
  (list) => sql`select ${list} from ${sliceEdges} where ${sliceEdges.sliceId} = ${ofSlice} order by ${sliceEdges.id}`,
);

/** VMs with the names of their flavours and images, networks and edges, each in the order in which they were drawn. */
export async function sliceParts(q: Queryable, id: number) {
  const [vms, networks, edges] = await Promise.all([
    vmsOf(q, { slice: id }),
    networksOf(q, { slice: id }),
    edgesOf(q, { slice: id }),
  ]);
  return {
    vms: vms.map(({ flavourName, imageName, imageKind, ...vm }) => ({ vm, flavourName, imageName, imageKind })),
    networks,
    edges,
  };
}

type NewRow<Table extends typeof sliceVms | typeof sliceNetworks | typeof sliceEdges> = Omit<
  Table['$inferInsert'],
  'id' | 'sliceId'
>;
export type NewSliceEdge = Omit<NewRow<typeof sliceEdges>, keyof EndIds> & {
  /** Keys of its ends. */
  source: string;
  target: string;
};

export interface SliceParts {
  vms: NewRow<typeof sliceVms>[];
  networks: NewRow<typeof sliceNetworks>[];
  edges: NewSliceEdge[];
}

/** Adds a slice's VMs, networks and edges. */
export async function insertSliceParts(
  q: Queryable,
  sliceId: number,
  { vms, networks, edges }: SliceParts,
  parts = topologyParts,
): Promise<void> {
  for (const some of chunked(vms))
    await q.insert(sliceVms).values(some.map((vm) => ({ ...rowOf(parts.vm, sliceVms, vm), sliceId })));
  for (const some of chunked(networks))
    await q
      .insert(sliceNetworks)
      .values(some.map((network) => ({ ...rowOf(parts.network, sliceNetworks, network), sliceId })));
  if (edges.length === 0) return;
  const idsOf = endIdsIn({
    vms: await q.select({ id: sliceVms.id, key: sliceVms.key }).from(sliceVms).where(eq(sliceVms.sliceId, sliceId)),
    networks: await q
      .select({ id: sliceNetworks.id, key: sliceNetworks.key })
      .from(sliceNetworks)
      .where(eq(sliceNetworks.sliceId, sliceId)),
  });
  for (const some of chunked(edges))
    await q
      .insert(sliceEdges)
      .values(some.map((edge) => ({ ...rowOf(parts.edge, sliceEdges, edge), ...idsOf(edge), sliceId })));
}

/** A page of a slice's events, newest first, and one row more. */
export function sliceEventRows(
  q: Queryable,
  options: { sliceId: number; limit: number; cursor?: string | null | undefined },
) {
  const position = decodeCursor(idCursor, options.cursor);
  return q
    .select()
    .from(events)
    .where(and(eq(events.sliceId, options.sliceId), position === null ? undefined : lt(events.id, position[0])))
    .orderBy(desc(events.id))
    .limit(options.limit + 1);
}

/** Id of the newest event of all slices, 0 if there is none. */
export async function newestEventId(q: Queryable): Promise<number> {
  const [row] = await q.select({ id: sql<string | number | null>`max(${events.id})` }).from(events);
  return Number(row?.id ?? 0);
}

/**
 * Events of visible slices after `afterId` in the order of their ids, and besides those that are after `overlapId` and
 * not older than `seconds`: ids of different slices may be committed out of order.
 */
export function visibleEvents(
  q: Queryable,
  options: { visible: SQL | undefined; afterId: number; overlapId: number; seconds: number; limit: number },
) {
  return q
    .select({ id: events.id, sliceId: events.sliceId, data: events.data })
    .from(events)
    .innerJoin(slices, eq(slices.id, events.sliceId))
    .where(
      and(
        gt(events.id, Math.min(options.afterId, options.overlapId)),
        or(
          gt(events.id, options.afterId),
          sql`${events.createdAt} >= date_sub(utc_timestamp(3), interval ${options.seconds} second)`,
        ),
        options.visible,
      ),
    )
    .orderBy(asc(events.id))
    .limit(options.limit);
}

/** Writes a slice's status, on the row that the caller has locked, and answers the event if that is a change. */
export async function setSliceStatus(tx: Transaction, sliceId: number, status: SliceStatus): Promise<EventData[]> {
  const deletedAt = status === 'destroyed' ? { deletedAt: databaseNow } : {};
  await countInZone(tx, sliceId, status);
  const [result] = await tx
    .update(slices)
    .set({ status, updatedAt: databaseNow, ...deletedAt })
    .where(and(eq(slices.id, sliceId), ne(slices.status, status)));
  return result.affectedRows > 0 ? [{ type: 'slice.status', status }] : [];
}

/** Something of the slice has changed, so that it comes first in lists. */
export async function touchSlice(tx: Transaction, sliceId: number): Promise<void> {
  await tx.update(slices).set({ updatedAt: databaseNow }).where(eq(slices.id, sliceId));
}

/** Writes what is wanted of VMs from now on: their ids, by what it is. */
export async function writeDesired(tx: Transaction, changes: ReadonlyMap<VmDesired, readonly number[]>): Promise<void> {
  for (const [desired, ids] of changes)
    for (const chunk of chunked(ids)) await tx.update(sliceVms).set({ desired }).where(inArray(sliceVms.id, chunk));
}

/** Whether the owner has a slice of this name that was not destroyed. */
export async function hasLiveSlice(
  q: Queryable,
  { ownerId, name }: { ownerId: number; name: string },
): Promise<boolean> {
  const rows = await q
    .select({ id: slices.id })
    .from(slices)
    .where(and(eq(slices.ownerId, ownerId), eq(slices.liveKey, sql`lower(${name})`)))
    .limit(1);
  return rows.length > 0;
}
