import { eq, inArray, sql } from 'drizzle-orm';
import { sliceEdges, sliceNetworks, sliceVms } from '#drizzle/schema/slices';
import type { Applied } from '#shared/deployment/applied';
import type { EventData } from '#shared/deployment/events';
import { isBroken, linkStatus } from '#shared/deployment/observed-status';
import { limits } from '#shared/limits';
import type { EdgeStatus, ForwardState, VmDesired, VmStatus } from '#shared/slice-status';
import { asError, within, type Said } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { edgeNames } from '#server/db/queries/slice-model';
import { chunked } from '#server/db/rows';
import type { SliceObservation } from '#server/providers/provider';

/** What a slice is after an observation, as far as its status depends on it. */
export interface ObservedSlice {
  vms: { name: string; desired: VmDesired; status: VmStatus }[];
  /** `broken`: see {@link isBroken}. */
  edges: { label: string; broken: boolean }[];
  events: EventData[];
}

const bounded = (said: Said | null) => (said === null ? null : within(limits.messageLength, said));

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
  const vms = await tx.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
  const networks = await tx.select().from(sliceNetworks).where(eq(sliceNetworks.sliceId, sliceId));
  const edges = await tx.select().from(sliceEdges).where(eq(sliceEdges.sliceId, sliceId));
  const seen = {
    vms: new Map(observation?.vms.map((vm) => [vm.id, vm])),
    networks: new Map(observation?.networks.map((network) => [network.id, network])),
    edges: new Map(observation?.edges.map((edge) => [edge.id, edge])),
  };
  const plain = (known: EdgeStatus, now: EdgeStatus | undefined): EdgeStatus =>
    observation === null && known !== 'absent' ? 'unknown' : (now ?? 'absent');
  const events: EventData[] = [];

  const vmChanges = new Groups<Pick<VmRow, 'status' | 'error' | 'sentences' | 'forwards'>>();
  const vmStates = vms.map((row) => {
    const now = seen.vms.get(row.id);
    const status: VmStatus = observation === null && row.status !== 'absent' ? 'unknown' : (now?.status ?? 'absent');
    const { error, sentences } = observation === null ? row : asError(bounded(now?.error ?? null));
    const forwards = observation === null ? row.forwards : forwardsNow(row.forwards, now?.forwards ?? []);
    const moved = !sameForwards(row.forwards, forwards);
    if (status !== row.status || error !== row.error || moved) {
      vmChanges.add({ status, error, sentences, forwards }, row.id);
      const event: EventData = { type: 'vm.status', vmId: row.id, name: row.name, status, error, sentences };
      events.push(moved ? { ...event, forwards } : event);
    }
    return { name: row.name, desired: row.desired, status };
  });
  for (const [values, ids] of vmChanges.entries())
    for (const chunk of chunked(ids))
      await tx
        .update(sliceVms)
        .set({ ...values, observedAt: at })
        .where(inArray(sliceVms.id, chunk));

  const networkChanges = new Groups<{ status: EdgeStatus }>();
  for (const row of networks) {
    const status = plain(row.status, seen.networks.get(row.id)?.status);
    if (status === row.status) continue;
    networkChanges.add({ status }, row.id);
    events.push({ type: 'network.status', networkId: row.id, name: row.name, status });
  }
  for (const [values, ids] of networkChanges.entries())
    await tx.update(sliceNetworks).set(values).where(inArray(sliceNetworks.id, ids));

  const labels = edgeNames({ vms, networks, edges });
  const statusOf = new Map(vms.map((row, at) => [row.id, vmStates[at]?.status]));
  const edgeChanges = new Groups<{ status: EdgeStatus }>();
  const edgeStates = edges.map((row) => {
    const joined = [row.sourceVmId, row.targetVmId].filter((id) => id !== null).map((id) => statusOf.get(id));
    const status = linkStatus(plain(row.status, seen.edges.get(row.id)?.status), joined);
    const label = labels.get(row.id) ?? row.key;
    if (status !== row.status) {
      edgeChanges.add({ status }, row.id);
      events.push({ type: 'edge.status', edgeId: row.id, label, status });
    }
    return { label, broken: isBroken(status, joined) };
  });
  for (const [values, ids] of edgeChanges.entries())
    for (const chunk of chunked(ids))
      await tx
        .update(sliceEdges)
        .set({ ...values, observedAt: at })
        .where(inArray(sliceEdges.id, chunk));

  if (options.touch === true && observation !== null) {
    await writeApplied(tx, sliceVms, vms, seen.vms);
    await writeApplied(tx, sliceNetworks, networks, seen.networks);
    await writeApplied(tx, sliceEdges, edges, seen.edges);
    await tx.update(sliceVms).set({ observedAt: at }).where(eq(sliceVms.sliceId, sliceId));
    await tx.update(sliceEdges).set({ observedAt: at }).where(eq(sliceEdges.sliceId, sliceId));
  }
  return { vms: vmStates, edges: edgeStates, events };
}

/**
 * Writes what was observed to be applied, where it is not what the rows say already. No two VMs have the same, so that it is
 * one statement for many rows: there are a thousand of them when a large slice is deployed.
 */
async function writeApplied(
  tx: Transaction,
  table: typeof sliceVms | typeof sliceNetworks | typeof sliceEdges,
  rows: readonly { id: number; applied: Applied | null }[],
  seen: ReadonlyMap<number, { applied: Applied | null }>,
): Promise<void> {
  const changed = rows.flatMap(({ id, applied: known }) => {
    const applied = seen.get(id)?.applied ?? null;
    return applied?.digest === known?.digest ? [] : [{ id, applied }];
  });
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

type VmRow = typeof sliceVms.$inferSelect;

/** The ports that were asked for, each with where it is now. */
function forwardsNow(asked: readonly ForwardState[], observed: readonly ForwardState[]): ForwardState[] {
  return asked.map(({ protocol, guestPort }) => {
    const now = observed.find((forward) => forward.protocol === protocol && forward.guestPort === guestPort);
    return { protocol, guestPort, hostAddress: now?.hostAddress ?? null, hostPort: now?.hostPort ?? null };
  });
}

function sameForwards(a: readonly ForwardState[], b: readonly ForwardState[]): boolean {
  return a.every((forward, index) => {
    const other = b[index];
    return other?.hostAddress === forward.hostAddress && other.hostPort === forward.hostPort;
  });
}

/** Ids by the values that they all get, so that a hundred equal changes are one statement. */
class Groups<Values> {
  private readonly groups = new Map<string, [Values, number[]]>();
  add(values: Values, id: number): void {
    const key = JSON.stringify(values);
    const group = this.groups.get(key);
    if (group) group[1].push(id);
    else this.groups.set(key, [values, [id]]);
  }
  entries(): Iterable<[Values, number[]]> {
    return this.groups.values();
  }
}
