import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { sliceEdges, sliceNetworks, slices, sliceVms } from '#drizzle/schema/slices';
import type { Applied } from '#shared/deployment/applied';
import type { EventData } from '#shared/deployment/events';
import type { Database, Queryable, Transaction } from '#server/db/client';
import { chunked } from '#server/db/rows';
import type { SliceObservation } from '#server/providers/provider';
import { appliedAnew, compare, isAsRowsSay, type ObservedRows, type ObservedSlice } from './compare';

/** So many slices' rows are read at once. */
const together = 50;

/**
 * Writes what was observed of a slice into its rows: the only writer of observed state. Rows change only where
 * something differs, with an event for each; `touch` moves the time of observation of all rows and keeps what was applied, which
 * nobody reads while a deployment is under way. A null observation means
 * that the provider could not be asked: what may exist is `unknown` then, never `stopped`. The slice's row is locked by
 * the caller, who appends the events.
 */
export async function writeObservation(
  tx: Transaction,
  sliceId: number,
  observation: SliceObservation | null,
  options: { at: Date; touch?: boolean },
): Promise<ObservedSlice> {
  const { at } = options;
  const rows = (await rowsOf(tx, [sliceId]))(sliceId);
  const changes = compare(rows, observation);
  for (const [values, ids] of changes.vms.entries())
    for (const chunk of chunked(ids))
      await tx
        .update(sliceVms)
        .set({ ...values, observedAt: at })
        .where(inArray(sliceVms.id, chunk));
  for (const [values, ids] of changes.networks.entries())
    await tx.update(sliceNetworks).set(values).where(inArray(sliceNetworks.id, ids));
  for (const [values, ids] of changes.edges.entries())
    for (const chunk of chunked(ids))
      await tx
        .update(sliceEdges)
        .set({ ...values, observedAt: at })
        .where(inArray(sliceEdges.id, chunk));

  if (options.touch === true && observation !== null) {
    await writeApplied(tx, sliceVms, appliedAnew(rows.vms, observation.vms));
    await writeApplied(tx, sliceNetworks, appliedAnew(rows.networks, observation.networks));
    await writeApplied(tx, sliceEdges, appliedAnew(rows.edges, observation.edges));
    await tx.update(sliceVms).set({ observedAt: at }).where(eq(sliceVms.sliceId, sliceId));
    await tx.update(sliceEdges).set({ observedAt: at }).where(eq(sliceEdges.sliceId, sliceId));
  }
  return changes.observed;
}

/**
 * Ids of the slices whose rows, and statuses, say what was observed already: of these only the time is written. A few
 * statements for many slices, without locks, where {@link writeObservation} takes a dozen for each.
 */
export async function touchUnchanged(
  db: Database,
  observations: ReadonlyMap<number, SliceObservation>,
): Promise<Set<number>> {
  const unchanged = new Set<number>();
  for (const ids of chunked([...observations.keys()], together)) {
    const states = await db
      .select({ id: slices.id, status: slices.status })
      .from(slices)
      .where(inArray(slices.id, ids));
    const rows = await rowsOf(db, ids);
    const same = states.flatMap(({ id, status }) => {
      const observation = observations.get(id);
      return observation !== undefined && isAsRowsSay(status, rows(id), observation) ? [id] : [];
    });
    const at = observations.get(same[0] ?? 0)?.observedAt;
    if (at === undefined) continue;
    // who has looked since then knows better
    for (const table of [sliceVms, sliceEdges])
      await db
        .update(table)
        .set({ observedAt: at })
        .where(and(inArray(table.sliceId, same), or(isNull(table.observedAt), lt(table.observedAt, at))));
    for (const id of same) unchanged.add(id);
  }
  return unchanged;
}

/** What observations are compared with, by the slice's id. */
async function rowsOf(q: Queryable, sliceIds: readonly number[]): Promise<(sliceId: number) => ObservedRows> {
  const ids = [...sliceIds];
  const vms = await q.select().from(sliceVms).where(inArray(sliceVms.sliceId, ids));
  const networks = await q.select().from(sliceNetworks).where(inArray(sliceNetworks.sliceId, ids));
  const edges = await q.select().from(sliceEdges).where(inArray(sliceEdges.sliceId, ids));
  const byId = { vms: grouped(vms), networks: grouped(networks), edges: grouped(edges) };
  return (id) => ({
    vms: byId.vms.get(id) ?? [],
    networks: byId.networks.get(id) ?? [],
    edges: byId.edges.get(id) ?? [],
  });
}

function grouped<Row extends { sliceId: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const bySlice = new Map<number, Row[]>();
  for (const row of rows) {
    const those = bySlice.get(row.sliceId);
    if (those === undefined) bySlice.set(row.sliceId, [row]);
    else those.push(row);
  }
  return bySlice;
}

/**
 * Writes what was observed to be applied, where it is not what the rows say already. No two VMs have the same, so that it is
 * one statement for many rows: there are a thousand of them when a large slice is deployed.
 */
async function writeApplied(
  tx: Transaction,
  table: typeof sliceVms | typeof sliceNetworks | typeof sliceEdges,
  changed: readonly { id: number; applied: Applied | null }[],
): Promise<void> {
  const gone = changed.filter(({ applied }) => applied === null).map(({ id }) => id);
  for (const ids of chunked(gone)) await tx.update(table).set({ applied: null }).where(inArray(table.id, ids));
  for (const some of chunked(changed.filter(({ applied }) => applied !== null))) {
    const cases = some.map(({ id, applied }) => sql`when ${id} then ${JSON.stringify(applied)}`);
    await tx
      .update(table)
      .set({ applied: sql`case ${table.id} ${sql.join(cases, sql` `)} end` })
      .where(
        inArray(
          table.id,
          some.map(({ id }) => id),
        ),
      );
  }
}

/** After a destroy: nothing is there, nothing is wanted. Answers the events of what changed. */
export async function writeAbsent(tx: Transaction, sliceId: number, at: Date): Promise<EventData[]> {
  const empty: SliceObservation = { observedAt: at, vms: [], networks: [], edges: [] };
  const { events } = await writeObservation(tx, sliceId, empty, { at, touch: true });
  await tx.update(sliceVms).set({ desired: 'absent' }).where(eq(sliceVms.sliceId, sliceId));
  return events;
}
