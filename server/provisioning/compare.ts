import type { sliceEdges, sliceNetworks, sliceVms } from '#drizzle/schema/slices';
import type { Applied } from '#shared/deployment/applied';
import type { EventData } from '#shared/deployment/events';
import { isBroken, linkStatus, observedStatus } from '#shared/deployment/observed-status';
import { limits } from '#shared/limits';
import type { EdgeStatus, ForwardState, SliceStatus, VmDesired, VmStatus } from '#shared/slice-status';
import { asError, within, type Said } from '#shared/sentence';
import { isTakenDown } from '#server/db/queries/parts';
import { edgeNames } from '#server/db/queries/slice-model';
import type { SliceObservation } from '#server/providers/provider';

/** What a slice is after an observation, as far as its status depends on it. */
export interface ObservedSlice {
  vms: { name: string; desired: VmDesired; status: VmStatus; error: string | null }[];
  /** `broken`: see {@link isBroken}. With VMs that are there and of no row. */
  edges: { label: string; broken: boolean }[];
  events: EventData[];
}

/** A slice's rows, as far as observations change them. */
export interface ObservedRows {
  vms: VmRow[];
  networks: (typeof sliceNetworks.$inferSelect)[];
  edges: (typeof sliceEdges.$inferSelect)[];
}

/** What was observed, beside what the rows say. */
interface Comparison {
  observed: ObservedSlice;
  vms: Groups<Pick<VmRow, 'status' | 'error' | 'sentences' | 'forwards'>>;
  networks: Groups<{ status: EdgeStatus }>;
  edges: Groups<{ status: EdgeStatus }>;
}

const bounded = (said: Said | null) => (said === null ? null : within(limits.messageLength, said));

/** What an observation changes in a slice's rows, and the events that say so. Null: the provider could not be asked. Pure. */
export function compare({ vms, networks, edges }: ObservedRows, observation: SliceObservation | null): Comparison {
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
    return { name: row.name, desired: row.desired, status, error };
  });

  const networkChanges = new Groups<{ status: EdgeStatus }>();
  for (const row of networks) {
    const status = plain(row.status, seen.networks.get(row.id)?.status);
    if (status === row.status) continue;
    networkChanges.add({ status }, row.id);
    events.push({ type: 'network.status', networkId: row.id, name: row.name, status });
  }

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
    return { label, broken: isBroken({ status, down: isTakenDown(row) }, joined) };
  });
  // what is there and no row knows, as a removal that failed has left it, is not as it is wanted either
  const known = new Set(vms.map(({ id }) => id));
  const strangers = (observation?.vms ?? []).filter(({ id }) => !known.has(id));
  edgeStates.push(...strangers.map(({ id }) => ({ label: `#${id}`, broken: true })));
  return {
    observed: { vms: vmStates, edges: edgeStates, events },
    vms: vmChanges,
    networks: networkChanges,
    edges: edgeChanges,
  };
}

/** Those of `rows` of which something else is applied than they say, with what is. */
export function appliedAnew(
  rows: readonly { id: number; applied: Applied | null }[],
  seen: readonly { id: number; applied: Applied | null }[],
): { id: number; applied: Applied | null }[] {
  const byId = new Map(seen.map(({ id, applied }) => [id, applied]));
  return rows.flatMap(({ id, applied: known }) => {
    const applied = byId.get(id) ?? null;
    return applied?.digest === known?.digest ? [] : [{ id, applied }];
  });
}

const followedByObservation: readonly SliceStatus[] = ['active', 'degraded', 'stopped', 'suspended'];

/** What a slice is called by its rows while no operation is under way; as it is called now, where that does not follow from them. */
export function statusAfter(status: SliceStatus, { vms, edges }: Pick<ObservedSlice, 'vms' | 'edges'>): SliceStatus {
  return followedByObservation.includes(status) ? observedStatus(vms, edges) : status;
}

/** Whether an observation leaves a slice's rows and its status as they are. */
export function isAsRowsSay(status: SliceStatus, rows: ObservedRows, observation: SliceObservation): boolean {
  const { observed } = compare(rows, observation);
  const anew = (['vms', 'networks', 'edges'] as const).some(
    (part) => appliedAnew(rows[part], observation[part]).length > 0,
  );
  return observed.events.length === 0 && !anew && statusAfter(status, observed) === status;
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
