import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  or,
  sql,
  type Placeholder,
  type SQL,
} from 'drizzle-orm';
import type { MySqlColumn, MySqlTable } from 'drizzle-orm/mysql-core';
import { availabilityZones, flavours, images } from '#drizzle/schema/catalogue';
import { deployments, events } from '#drizzle/schema/deployments';
import { sliceIdle } from '#drizzle/schema/idle';
import { sliceLeases } from '#drizzle/schema/leases';
import { sliceAnnotations, sliceEdges, sliceNetworks, slices, sliceShares, sliceVms } from '#drizzle/schema/slices';
import { sshKeys } from '#drizzle/schema/ssh-keys';
import { templates } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import { zoneWaits } from '#drizzle/schema/waits';
import type { EventData } from '#shared/deployment/events';
import type { DeploymentKind } from '#shared/deployment/operations';
import { liveDeploymentStatuses } from '#shared/deployment/schema';
import { sliceMarks, type SliceMark, type sliceSets } from '#shared/slice';
import { runningSliceStatuses, type SliceStatus, type VmDesired } from '#shared/slice-status';
import type { Annotation } from '#shared/topology/annotations';
import { topologyParts } from '#shared/topology/schema';
import type { Queryable, Transaction } from '#server/db/client';
import { databaseNow } from '../clock';
import { endNetworksOf } from './networks';
import { after, before, containing, decodeCursor, idCursor, instantCursor } from '../keyset';
import {
  isoText,
  number,
  optional,
  optionalIsoText,
  optionalOf,
  prepared,
  preparedBy,
  preparedLists,
  textsOf,
  truth,
  type RowOf,
  type Value,
} from '../prepared';
import { byId, chunked } from '../rows';
import { newestFields, newestOf, type NewestRow } from './deployments';
import { endIdsIn, rowOf, type EndIds } from './parts';
import { visibleTemplate } from './shares';
import { countSlice } from './zones';

const reader = sql.placeholder('reader');
const summaryFields = {
  id: slices.id,
  name: slices.name,
  status: slices.status,
  ownerId: slices.ownerId,
  ownerName: users.name,
  /** What it is shared with the reader for. */
  share: optional(sliceShares.level),
  zoneId: slices.zoneId,
  zoneName: availabilityZones.name,
  provider: availabilityZones.provider,
  /** What it was made of, if the reader sees that: whose it is may have renamed it since, for nobody to know. */
  templateId: optional(templates.id),
  templateName: optional(templates.name),
  leaseExpiresAt: optionalIsoText(sliceLeases.expiresAt),
  leaseAtEnd: optional(sliceLeases.atEnd),
  leaseWarned: truth(sql`${sliceLeases.warnedAt} is not null`),
  leaseEnded: truth(sql`${sliceLeases.endedAt} is not null`),
  waitingSince: optionalIsoText(zoneWaits.since),
  idleSince: optionalIsoText(sliceIdle.idleSince),
  createdAt: isoText(slices.createdAt),
  updatedAt: isoText(slices.updatedAt),
};
/** Of slices, with what a summary says of them. */
const joined = sql`inner join ${users} on ${users.id} = ${slices.ownerId}
  inner join ${availabilityZones} on ${availabilityZones.id} = ${slices.zoneId}
  left join ${templates} on ${templates.id} = ${slices.templateId} and ${visibleTemplate(reader)}
  left join ${sliceShares} on ${sliceShares.sliceId} = ${slices.id} and ${sliceShares.userId} = ${reader}
  left join ${sliceLeases} on ${sliceLeases.sliceId} = ${slices.id}
  left join ${zoneWaits} on ${zoneWaits.sliceId} = ${slices.id}
  left join ${sliceIdle} on ${sliceIdle.sliceId} = ${slices.id}`;

const live = textsOf(liveDeploymentStatuses);
const listFields = {
  ...summaryFields,
  vms: number(sql`sizes.vms`),
  vmsRunning: number(sql`sizes.running`),
  vcpus: number(sql`sizes.vcpus`),
  ramMb: number(sql`sizes.ram_mb`),
  diskGb: number(sql`sizes.disk_gb`),
  /** The operation under way: the newest, since a destroy overtakes what runs. */
  busy: optionalOf<DeploymentKind>(
    sql`(select ${deployments.kind} from ${deployments} where ${deployments.sliceId} = ${slices.id}
      and ${deployments.status} in (${live}) order by ${deployments.id} desc limit 1)`,
  ),
};
export type SliceSummaryRow = RowOf<typeof listFields>;

/** Which are asked for: those that were not destroyed, those in a status, all, or those with a mark, of any status or of one. */
type Kept = 'living' | 'status' | 'all' | SliceMark | `${SliceMark}+status`;
/** From the rows by which slices have a mark: these are few at any time. */
const marked: Record<SliceMark, { table: MySqlTable; sliceId: MySqlColumn; where: SQL | undefined }> = {
  expiring: {
    ...{ table: sliceLeases, sliceId: sliceLeases.sliceId },
    where: and(isNull(sliceLeases.endedAt), isNotNull(sliceLeases.warnedAt)),
  },
  waiting: { table: zoneWaits, sliceId: zoneWaits.sliceId, where: undefined },
  idle: {
    ...{ table: sliceIdle, sliceId: sliceIdle.sliceId },
    where: and(isNotNull(sliceIdle.idleSince), sql`${slices.status} in (${textsOf(runningSliceStatuses)})`),
  },
};
const marks: readonly string[] = sliceMarks;
const isMark = (word: string): word is SliceMark => marks.includes(word);
/** Whose: one of the sets as seen from the reader, or, of everybody’s, those of one owner. */
type Whose = (typeof sliceSets)[number] | 'owner';
/** `narrowed`: by owner, template or zone, each where it is not null, and searched. */
type Variant = `${Whose} ${Kept} ${'first' | 'next'} ${'any' | 'search' | 'narrowed'}`;
const ofOwner = sql.placeholder('owner');
const ofTemplate = sql.placeholder('template');
const ofZone = sql.placeholder('zone');
/** Along the index that has them in their order, as a search is. Of a template that the reader does not see there are none. */
const narrowedTo = and(
  sql`(${ofOwner} is null or ${slices.ownerId} = ${ofOwner})`,
  sql`(${ofZone} is null or ${slices.zoneId} = ${ofZone})`,
  sql`(${ofTemplate} is null or ${slices.templateId} = ${ofTemplate} and exists (select 1 from ${templates}
    where ${templates.id} = ${ofTemplate} and ${visibleTemplate(reader)}))`,
);
/**
 * First which, each part by an index of its own that has it in this order, then the rest of these: joined at once, or asked for
 * with an `or`, all would be read and sorted.
 */
const pageOf = preparedBy((variant: Variant) => {
  const [of, kept = '', place, search] = variant.split(' ');
  const [mark = '', markedOf] = kept.split('+');
  const limit = sql.placeholder('limit');
  const order = sql`${slices.updatedAt} desc, ${slices.id} desc`;
  const asked = [
    ...(search === 'narrowed' ? [narrowedTo] : []),
    ...(search !== 'any' ? [sql`${slices.name} like ${sql.placeholder('pattern')} escape '!'`] : []),
    ...(place === 'next' ? [before(slices.updatedAt, slices.id, [sql.placeholder('at'), sql.placeholder('id')])] : []),
  ];
  const part = (from: SQL, where: SQL | undefined) =>
    sql`(select ${slices.id} as id from ${from} where ${and(where, ...asked)} order by ${order} limit ${limit})`;
  // destroyed is what has an end, and nothing else
  const living = { where: isNull(slices.deletedAt), index: 'updated_index' };
  const status = { where: sql`${slices.status} = ${sql.placeholder('status')}`, index: 'status_updated_index' };
  const destroyed = { where: sql`${slices.status} = 'destroyed'`, index: 'status_updated_index' };
  const those = kept === 'status' ? [status] : kept === 'all' ? [living, destroyed] : [living];
  // from their marks to them, and never from all slices
  const withMark = (name: SliceMark) => (whose: SQL | undefined) => {
    const { table, sliceId, where } = marked[name];
    return part(
      sql`${table} straight_join ${slices} on ${slices.id} = ${sliceId}`,
      and(where, living.where, markedOf === 'status' ? status.where : undefined, whose),
    );
  };
  // forced: what is searched for may be guessed to be so little that reading and sorting everything looks cheaper
  const everyones = () =>
    those.map(({ where, index }) => part(sql`${slices} force index (${sql.identifier(`slices_${index}`)})`, where));
  const ownedBy = (whose: Placeholder) =>
    those.map(({ where, index }) =>
      part(
        sql`${slices} force index (${sql.identifier(`slices_owner_${index}`)})`,
        sql`${slices.ownerId} = ${whose} and ${where}`,
      ),
    );
  const mine = () => ownedBy(reader);
  const shared = () =>
    part(
      sql`${sliceShares} inner join ${slices} on ${slices.id} = ${sliceShares.sliceId}`,
      and(
        sql`${sliceShares.userId} = ${reader} and ${slices.ownerId} <> ${reader}`,
        kept === 'all' ? undefined : those[0]?.where,
      ),
    );
  const isMine = sql`${slices.ownerId} = ${reader}`;
  const isShared = sql`${slices.ownerId} <> ${reader} and exists (select 1 from ${sliceShares}
    where ${sliceShares.sliceId} = ${slices.id} and ${sliceShares.userId} = ${reader})`;
  const byMark = isMark(mark) ? withMark(mark) : null;
  const sets =
    byMark === null
      ? {
          ...{ mine, shared: () => [shared()], all: () => [...mine(), shared()], everyone: everyones },
          owner: () => ownedBy(ofOwner),
        }
      : {
          mine: () => [byMark(isMine)],
          shared: () => [byMark(isShared)],
          all: () => [byMark(isMine), byMark(isShared)],
          everyone: () => [byMark(undefined)],
          owner: () => [byMark(undefined)],
        };
  const parts = sets[of as Whose]();
  const picked = sql.join(parts, sql` union all `);
  return prepared<
    typeof listFields,
    { reader: number; limit: number } & Record<
      'at' | 'id' | 'status' | 'pattern' | 'owner' | 'template' | 'zone',
      Value
    >
  >(
    listFields,
    (list) => sql`with page as (
        select ${slices.id} as id from (${picked}) picked inner join ${slices} on ${slices.id} = picked.id
        order by ${order} limit ${limit}
      )
      select ${list} from page inner join ${slices} on ${slices.id} = page.id ${joined}
      left join (
        select page.id, count(*) as vms, sum(${sliceVms.status} = 'running') as running, sum(${sliceVms.vcpus}) as vcpus,
          sum(${sliceVms.ramMb}) as ram_mb, sum(${sliceVms.diskGb} + ${sliceVms.extraDiskGb}) as disk_gb
        from page inner join ${sliceVms} on ${sliceVms.sliceId} = page.id group by page.id
      ) sizes on sizes.id = ${slices.id}
      order by ${order}`,
  );
});

/**
 * A page of slices, the last changed first, and one row more, each with numbers and sums of its VMs. `of`: whose, as seen from
 * the reader. Of what they are narrowed to by template, none where the reader does not see that.
 */
export function sliceRows(
  q: Queryable,
  options: {
    readerId: number;
    of: (typeof sliceSets)[number];
    limit: number;
    cursor?: string | null | undefined;
    search?: string | undefined;
    status?: SliceStatus | undefined;
    includeDestroyed: boolean;
    mark?: SliceMark | undefined;
    ownerId?: number | undefined;
    templateId?: number | undefined;
    zoneId?: number | undefined;
  },
): Promise<SliceSummaryRow[]> {
  const { readerId, of, search = '', status = null, mark } = options;
  const { ownerId = null, templateId = null, zoneId = null } = options;
  const position = decodeCursor(instantCursor, options.cursor);
  const [at, id] = position ?? [null, null];
  const unmarked = status !== null ? 'status' : options.includeDestroyed ? 'all' : 'living';
  const kept = mark === undefined ? unmarked : status === null ? mark : (`${mark}+status` as const);
  const whose = of === 'everyone' && ownerId !== null ? 'owner' : of;
  const isNarrowed = ownerId !== null || templateId !== null || zoneId !== null;
  const among = isNarrowed ? 'narrowed' : search === '' ? 'any' : 'search';
  const statement = pageOf(`${whose} ${kept} ${position === null ? 'first' : 'next'} ${among}`);
  return statement(q, {
    ...{ reader: readerId, limit: options.limit + 1, at, id, status, pattern: containing(search) },
    ...{ owner: ownerId, template: templateId, zone: zoneId },
  });
}

const ofSlice = sql.placeholder('slice');
const headFields = {
  ...summaryFields,
  templateRevision: slices.templateRevision,
  ownerSshKeys: number(sql`(select count(*) from ${sshKeys} where ${sshKeys.userId} = ${slices.ownerId})`),
  topologyVersion: slices.topologyVersion,
  restartAfterReboot: slices.restartAfterReboot,
  driftPolicy: slices.driftPolicy,
  healGaveUpAt: optionalIsoText(slices.healGaveUpAt),
  lastEventId: number(sql`(select max(${events.id}) from ${events} where ${events.sliceId} = ${slices.id})`),
};
export type SliceHeadRow = RowOf<typeof headFields>;
// of what was applied the planner is told, and nobody who looks
const { sliceId: _ofVm, applied: _toVm, ...vmColumns } = getTableColumns(sliceVms);
const { sliceId: _ofNetwork, applied: _toNetwork, ...networkFields } = getTableColumns(sliceNetworks);
const { sliceId: _ofEdge, applied: _toEdge, ...edgeColumns } = getTableColumns(sliceEdges);
/** Whether it was started with a screen, whatever it is wanted to have at its next start. */
const hasScreen = number(sql`coalesce(json_contains(${sliceVms.applied}, 'true', '$.properties.graphics'), 0)`);
const wholeFields = {
  head: headFields,
  vms: {
    ...vmColumns,
    observedAt: optionalIsoText(sliceVms.observedAt),
    flavourName: flavours.name,
    imageName: images.name,
    imageKind: images.kind,
    hasScreen,
  },
  networks: networkFields,
  edges: { ...edgeColumns, observedAt: optionalIsoText(sliceEdges.observedAt) },
  drawn: { annotations: sliceAnnotations.annotations },
  deployment: newestFields,
};
const wholeById = preparedLists<typeof wholeFields, Record<'reader' | 'slice', number>>(wholeFields, {
  head: (list) => sql`select ${list} from ${slices} ${joined} where ${slices.id} = ${ofSlice}`,
  vms: (list) => sql`select ${list} from ${sliceVms}
    inner join ${flavours} on ${flavours.id} = ${sliceVms.flavourId}
    inner join ${images} on ${images.id} = ${sliceVms.imageId}
    where ${sliceVms.sliceId} = ${ofSlice}`,
  networks: (list) => sql`select ${list} from ${sliceNetworks} where ${sliceNetworks.sliceId} = ${ofSlice}`,
  edges: (list) => sql`select ${list} from ${sliceEdges} where ${sliceEdges.sliceId} = ${ofSlice}`,
  drawn: (list) => sql`select ${list} from ${sliceAnnotations} where ${sliceAnnotations.sliceId} = ${ofSlice}`,
  deployment: (list) => newestOf(list, ofSlice),
});
type Whole = Awaited<ReturnType<typeof wholeById>>;

/** A slice with all that is shown of it. */
export interface WholeSliceRows extends Pick<Whole, 'vms' | 'networks' | 'edges'> {
  head: SliceHeadRow;
  annotations: readonly Annotation[];
  /** The newest, if there was any. */
  deployment: NewestRow | null;
}

/**
 * One slice as the reader gets it, with the id of its newest event, its VMs with the names of their flavours and images, networks
 * and edges, each in the order in which they were drawn, and its newest deployment: all as one moment saw it. Null if there is
 * no such slice; the caller checks who may see it.
 */
export async function wholeSliceRows(q: Queryable, readerId: number, id: number): Promise<WholeSliceRows | null> {
  const { head, deployment, vms, networks, edges, drawn } = await wholeById(q, { reader: readerId, slice: id });
  const [slice] = head;
  if (slice === undefined) return null;
  return {
    head: slice,
    deployment: deployment[0] ?? null,
    vms: vms.toSorted(byId),
    networks: networks.toSorted(byId),
    edges: edges.toSorted(byId),
    annotations: drawn[0]?.annotations ?? [],
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
  vms: (NewRow<typeof sliceVms> & { extraDiskGb: number })[];
  networks: NewRow<typeof sliceNetworks>[];
  edges: NewSliceEdge[];
  annotations: readonly Annotation[];
}

/** Adds a slice's VMs, networks, edges and annotations. */
export async function insertSliceParts(
  q: Queryable,
  sliceId: number,
  { vms, networks, edges, annotations }: SliceParts,
  parts = topologyParts,
): Promise<void> {
  if (annotations.length > 0) await writeAnnotations(q, sliceId, annotations);
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

/** These in place of those that the slice has. */
export async function writeAnnotations(q: Queryable, sliceId: number, written: readonly Annotation[]): Promise<void> {
  const annotations = [...written];
  if (annotations.length === 0) await q.delete(sliceAnnotations).where(eq(sliceAnnotations.sliceId, sliceId));
  else await q.insert(sliceAnnotations).values({ sliceId, annotations }).onDuplicateKeyUpdate({ set: { annotations } });
}

const sliceColumns = getTableColumns(slices);
const oneSlice = (lock: SQL) =>
  prepared<typeof sliceColumns, { slice: number }>(
    sliceColumns,
    (list) => sql`select ${list} from ${slices} where ${slices.id} = ${ofSlice}${lock}`,
  );
const sliceOf = oneSlice(sql``);
const lockedSliceOf = oneSlice(sql` for update`);

/** The slice's row, whoever asks; null if there is none. `lock` takes its lock until the transaction ends. */
export async function sliceById(
  q: Queryable,
  id: number,
  { lock }: { lock: boolean },
): Promise<typeof slices.$inferSelect | null> {
  const [row] = await (lock ? lockedSliceOf : sliceOf)(q, { slice: id });
  return row ?? null;
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

/**
 * A page of a slice's events since `from`, oldest first, and one row more; `until`, where it is known, leaves out what came long
 * after.
 */
export function sliceEventRowsSince(
  q: Queryable,
  options: { sliceId: number; from: Date; until: Date | null; limit: number; cursor?: string | null | undefined },
) {
  const { sliceId, from, until, limit } = options;
  return q
    .select()
    .from(events)
    .where(
      and(
        eq(events.sliceId, sliceId),
        gte(events.createdAt, from),
        until === null ? undefined : lte(events.createdAt, until),
        after(events.createdAt, events.id, decodeCursor(instantCursor, options.cursor)),
      ),
    )
    .orderBy(asc(events.createdAt), asc(events.id))
    .limit(limit + 1);
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
  await countSlice(tx, sliceId, status);
  if (status === 'destroyed') await endNetworksOf(tx, sliceId);
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
