import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm';
import { slices } from '#drizzle/schema/slices';
import type { EventData } from '#shared/deployment/events';
import { isSound } from '#shared/deployment/observed-status';
import { say } from '#shared/sentence';
import type { SliceStatus } from '#shared/slice-status';
import { newestDeployment, newestDeployments } from '#server/db/queries/deployments';
import { deleteDeparture, departuresOf, lockDeparture } from '#server/db/queries/homes';
import { deleteSnapshot, snapshotsToRemove } from '#server/db/queries/snapshots';
import { zonesByName, type ZoneRow } from '#server/db/queries/zones';
import { isDatabaseUnavailable } from '#server/db/errors';
import type { Transaction } from '#server/db/client';
import type { DomainContext } from '#server/domain/context';
import { setSliceStatus } from '#server/db/queries/slices';
import { createHealer } from '#server/domain/heal/heal';
import { bringBackAfterReboot } from '#server/domain/homes/after-reboot';
import { serves } from '#server/domain/homes/places';
import { telling } from '#server/domain/notifications/tell';
import { isLive } from '#server/domain/deployments/live';
import { appendEvents, lockSlice } from '#server/events/append';
import { ProviderError } from '#server/lib/provider-error';
import { withTimeout } from '#server/lib/timeout';
import type { Provider, SliceObservation } from '#server/providers/provider';
import { statusAfter, type ObservedSlice } from './compare';
import { touchUnchanged, writeObservation } from './observe';
import type { ProvisioningOptions } from './options';

/** Statuses whose rows follow what is observed: those of slices of which something runs, or should, and the others. */
const inMotion = ['active', 'degraded'] as const satisfies readonly SliceStatus[];
const atRest = ['stopped', 'suspended', 'failed'] as const satisfies readonly SliceStatus[];
const followed: readonly SliceStatus[] = [...inMotion, ...atRest];
const page = 200;
/** Of each status and zone. */
const restingPerRound = 5;
/** Of those that a zone has, known or not: so many are compared with the rows in one round. */
const listedPerRound = 500;

/** Compares what is with what should be. Takes no input: runs on a signal and on a timer, and tries nothing twice. */
export interface Reconciler {
  start(): void;
  wake(): void;
  /** One whole round, after the one that is under way. Never rejects. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export function createReconciler(context: DomainContext, options: ProvisioningOptions): Reconciler {
  const { db, bus, log, clock, providers } = context;
  const healer = createHealer(context, options.heal);
  const listening = new Map<Provider, () => void>();
  const strangers = new Set<string>();
  const changed = new Set<number>();
  /** Behind which slice those at rest go on, by zone and status. */
  const turns = new Map<string, number>();
  /** Ids that zones have listed and that were not compared yet, by zone. */
  const listed = new Map<number, number[]>();
  let timer: NodeJS.Timeout | null = null;
  let chain: Promise<void> = Promise.resolve();
  let queued = false;
  let stopped = false;
  let broughtBack: string | null | undefined = null;

  async function everything(): Promise<void> {
    for (const zone of await zonesByName(db)) {
      if (stopped) return;
      // what another server's data folder holds cannot be seen from here
      if (!serves(context.home, zone)) continue;
      // a zone that cannot be opened is told of where it is asked for; the others go on
      const provider = await providers.forZone(zone).catch(() => null);
      if (provider && !listening.has(provider))
        listening.set(
          provider,
          provider.onChange(({ sliceId }) => {
            changed.add(sliceId);
            wake();
          }),
        );
      await follow(await slicesToVisit(zone), zone, provider);
      await healer.heal(zone.id);
      if (provider) {
        await removeSnapshots(zone, provider);
        await removeOrphans(zone, provider);
      }
    }
    // only now: what the restart of the machine has ended is degraded
    if (context.home.rebooted !== broughtBack) {
      await bringBackAfterReboot(context);
      broughtBack = context.home.rebooted;
    }
    await leaveZones();
  }

  /**
   * Zones that were taken from this home: their slices may have been made anew elsewhere, so what is left of them here is
   * there twice.
   */
  async function leaveZones(): Promise<void> {
    const homeId = context.home.id;
    if (homeId === null) return;
    for (const zone of await departuresOf(db, homeId)) {
      try {
        const provider = await providers.forZone(zone);
        for (const id of await provider.listSlices()) {
          // once: it touches more than the database. Locked, so that the zone is not given back meanwhile
          await db.transaction(async (tx) => {
            if (!(await lockDeparture(tx, zone.id, homeId))) return;
            log.warn('What is left here of a slice of another home is removed.', { zoneId: zone.id, sliceId: id });
            await inTime(provider.removeSlice({ id }));
          });
        }
        await deleteDeparture(db, zone.id, homeId);
      } catch (error) {
        log.warn('What is left here of a zone could not be removed.', { zoneId: zone.id, error });
      }
    }
  }

  /** What a provider has called out: only those, at once. */
  async function theChanged(): Promise<void> {
    const ids = [...changed];
    changed.clear();
    if (ids.length === 0) return;
    const zones = new Map((await zonesByName(db)).map((zone) => [zone.id, zone]));
    const rows = await db
      .select({ id: slices.id, zoneId: slices.zoneId })
      .from(slices)
      .where(and(inArray(slices.id, ids), inArray(slices.status, [...followed]), isNull(slices.deletedAt)));
    for (const zone of zones.values()) {
      const here = rows.filter((row) => row.zoneId === zone.id).map((row) => row.id);
      if (here.length === 0 || !serves(context.home, zone)) continue;
      await follow(here, zone, await providers.forZone(zone).catch(() => null));
      await healer.heal(zone.id);
    }
  }

  /**
   * Slices that a round visits: what runs, or should, in each. Of those at rest, in which nothing happens but by a deployment or what the provider
   * calls out, a few in turn: there may be a million of them.
   */
  async function slicesToVisit(zone: ZoneRow): Promise<number[]> {
    const visited: number[] = [];
    for (const status of inMotion)
      for (let after = 0; !stopped;) {
        const ids = await slicesIn(zone, status, after, page);
        visited.push(...ids);
        const last = ids.at(-1);
        if (last === undefined || ids.length < page) break;
        after = last;
      }
    for (const status of atRest) {
      if (stopped) break;
      const turn = `${zone.id} ${status}`;
      const ids = await slicesIn(zone, status, turns.get(turn) ?? 0, restingPerRound);
      visited.push(...ids);
      turns.set(turn, ids.length < restingPerRound ? 0 : (ids.at(-1) ?? 0));
    }
    return visited;
  }

  async function slicesIn(zone: ZoneRow, status: SliceStatus, after: number, limit: number): Promise<number[]> {
    const rows = await db
      .select({ id: slices.id })
      .from(slices)
      .where(and(eq(slices.zoneId, zone.id), eq(slices.status, status), gt(slices.id, after)))
      .orderBy(asc(slices.id))
      .limit(limit);
    return rows.map((row) => row.id);
  }

  /** Slices of one zone, which is asked once for all of them: their rows follow what is there. */
  async function follow(sliceIds: readonly number[], zone: ZoneRow, provider: Provider | null): Promise<void> {
    const before = await newestDeployments(db, sliceIds);
    const resting = sliceIds.filter((id) => !isLive(before.get(id)));
    if (resting.length === 0) return;
    const observations = await provider?.observeMany(resting.map((id) => ({ id }))).catch((error: unknown) => {
      log.warn('The slices of a zone cannot be observed.', { zoneId: zone.id, error });
      return undefined;
    });
    const unchanged = await touchUnchanged(db, observations ?? new Map());
    for (const sliceId of resting) {
      if (stopped) return;
      if (unchanged.has(sliceId)) continue;
      const observation = observations?.get(sliceId) ?? null;
      if (observations && observation === null) log.warn('A slice cannot be observed.', { sliceId });
      await followOne(sliceId, before.get(sliceId)?.id, observation);
    }
  }

  /** A slice's status follows its rows, and these what was seen while `newest` was its last deployment. */
  async function followOne(
    sliceId: number,
    newest: number | undefined,
    observation: SliceObservation | null,
  ): Promise<void> {
    const at = observation?.observedAt ?? clock.now();
    const news = await telling(context, async (tx, say) => {
      const slice = await lockSlice(tx, sliceId);
      const now = await newestDeployment(tx, sliceId);
      // a deployment that ran meanwhile knows better
      if (slice === undefined || isLive(now) || now?.id !== newest) return false;
      const observed = await writeObservation(tx, sliceId, observation, { at, touch: true });
      const events = [...observed.events, ...(await drift(tx, sliceId, slice.status, observed))];
      await appendEvents(tx, sliceId, events);
      for (const event of events)
        if (event.type === 'slice.drift')
          await say({
            kind: 'slice.degraded',
            slice: { id: sliceId, name: slice.name },
            drifted: event.drifted,
            to: [slice.ownerId],
          });
      return events.length > 0;
    });
    if (news) bus.notify(sliceId);
  }

  /** Whoever locks a slice's row for what a zone removes does not wait for ever. */
  function inTime(removed: Promise<void>): Promise<void> {
    return withTimeout(removed, options.removeTimeoutMs, () => new ProviderError('TIMEOUT', say('ZONE_LATE'), true));
  }

  /** What was removed of snapshots, or was never finished, goes here too, and then its row. Its slice's row stays locked meanwhile. */
  async function removeSnapshots(zone: ZoneRow, provider: Provider): Promise<void> {
    for (const { id, sliceId } of await snapshotsToRemove(db, { zoneId: zone.id, limit: listedPerRound })) {
      if (stopped) return;
      // once: it touches more than the database
      const removed = db.transaction(async (tx) => {
        await lockSlice(tx, sliceId);
        // an operation may be at work on it
        if (isLive(await newestDeployment(tx, sliceId))) return;
        await inTime(provider.removeSnapshot({ id: sliceId }, id));
        await deleteSnapshot(tx, id);
      });
      await removed.catch((error: unknown) => log.warn('A snapshot could not be removed.', { sliceId, id, error }));
    }
  }

  /**
   * Whatever exists here of slices that our database says are gone. Ids that it does not know may be another database's:
   * they are left alone. A draft's row stays locked meanwhile, so that no deploy begins on what is being removed. A zone may have
   * a million: it lists them when those that it has listed before have all been compared.
   */
  async function removeOrphans(zone: ZoneRow, provider: Provider): Promise<void> {
    let left = listed.get(zone.id) ?? [];
    if (left.length === 0)
      left = await provider.listSlices().catch((error: unknown) => {
        log.warn('A zone cannot list its slices.', { zoneId: zone.id, error });
        return [];
      });
    const ids = left.splice(-listedPerRound);
    listed.set(zone.id, left);
    if (ids.length === 0) return;
    const rows = await db
      .select({ id: slices.id, status: slices.status, zoneId: slices.zoneId })
      .from(slices)
      .where(inArray(slices.id, ids));
    const known = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = known.get(id);
      if (row === undefined || row.zoneId !== zone.id) {
        const key = `${zone.id}:${id}`;
        if (!strangers.has(key)) log.warn('A zone has VMs of a slice that is not known here.', { zoneId: zone.id, id });
        strangers.add(key);
      } else if (row.status === 'destroyed' || row.status === 'draft') {
        // once: it touches more than the database
        const removed = db.transaction(async (tx) => {
          const slice = await lockSlice(tx, id);
          const live = isLive(await newestDeployment(tx, id));
          if (live || (slice?.status !== 'destroyed' && slice?.status !== 'draft')) return;
          log.warn('Leftovers of a slice are removed.', { sliceId: id, status: slice.status });
          await inTime(provider.removeSlice({ id }));
        });
        await removed.catch((error: unknown) => log.warn('Leftovers could not be removed.', { sliceId: id, error }));
      }
    }
  }

  let away = false;
  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      away = false;
    } catch (error) {
      if (!away) log.warn('A round of the reconciler ended early.', { error });
      away = isDatabaseUnavailable(error);
    }
  }

  function enqueue(work: () => Promise<void>): Promise<void> {
    chain = chain.then(() => (stopped ? undefined : guarded(work)));
    return chain;
  }

  function wake(): void {
    if (queued || stopped) return;
    queued = true;
    void enqueue(() => {
      queued = false;
      return theChanged();
    });
  }

  let rounding = false;
  function round(): Promise<void> {
    rounding = true;
    return enqueue(everything).finally(() => {
      rounding = false;
    });
  }

  return {
    start() {
      timer ??= setInterval(() => {
        if (!rounding) void round();
      }, options.reconcileMs);
      void round();
    },
    wake,
    round,
    async stop() {
      stopped = true;
      if (timer) clearInterval(timer);
      for (const stopListening of listening.values()) stopListening();
      listening.clear();
      await chain;
    },
  };
}

/** The status that follows from the rows, and what has drifted when that begins. */
async function drift(
  tx: Transaction,
  sliceId: number,
  status: SliceStatus,
  observed: ObservedSlice,
): Promise<EventData[]> {
  const next = statusAfter(status, observed);
  if (next === status) return [];
  const events = await setSliceStatus(tx, sliceId, next);
  if (next === 'degraded') {
    const drifted = observed.vms.filter((vm) => !isSound(vm)).map((vm) => vm.name);
    drifted.push(...observed.edges.filter((edge) => edge.broken).map((edge) => edge.label));
    events.push({ type: 'slice.drift', drifted });
  }
  return events;
}
