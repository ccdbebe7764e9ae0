import type { IdleAction, IdleRule } from '#shared/idle';
import { deploymentsUnderWay } from '#server/db/queries/deployments';
import { idleRows, idleRulesFor, isAnyIdleRule, slicesToWatch, writeIdle, type IdleRow } from '#server/db/queries/idle';
import { databaseTime } from '#server/db/queries/leases';
import { zonesByName } from '#server/db/queries/zones';
import { appendEvents, lockSlice } from '#server/events/append';
import { startBackgroundLoop } from '#server/lib/background-loop';
import type { VmUsage } from '#server/providers/provider';
import type { DomainContext, SystemActor } from '../context';
import { queueDeployment } from '../deployments/start';
import { toAppError } from '../errors';
import { serves } from '../homes/places';
import { telling } from '../notifications/tell';
import { dueRule, idleAfter, type Look } from './judge';

const batch = 200;
const because = 'idle.set';

/**
 * Looks once at what runs here and has a rule for when nothing happens in it, and does what has come due. `now` is the database's. A zone that
 * cannot be asked is not watched meanwhile; what fails for one slice holds up no other.
 */
export async function idleRound(
  ctx: DomainContext,
  now: Date,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (!(await isAnyIdleRule(ctx.db))) return;
  for (const zone of await zonesByName(ctx.db)) {
    if (!serves(ctx.home, zone)) continue;
    for (let after = 0; !signal.aborted;) {
      const slices = await slicesToWatch(ctx.db, zone.id, after, batch);
      const last = slices.at(-1);
      if (last === undefined) break;
      after = last.id;
      const usage = await ctx.providers
        .forZone(zone)
        .then((provider) => provider.usage(slices))
        .catch((error: unknown) => {
          ctx.log.warn('What VMs of a zone use cannot be asked for.', { zoneId: zone.id, error });
          return new Map<number, VmUsage[]>();
        });
      const before = await idleRows(
        ctx.db,
        slices.map(({ id }) => id),
      );
      for (const slice of slices) {
        const vms = usage.get(slice.id);
        if (vms === undefined) continue;
        await look(ctx, slice, { before: before.get(slice.id) ?? null, seen: { at: now, vms } }).catch(
          (error: unknown) => ctx.log.warn('A slice could not be watched.', { sliceId: slice.id, error }),
        );
      }
    }
  }
}

interface Watching {
  before: IdleRow | null;
  seen: Look;
}

async function look(
  ctx: DomainContext,
  slice: { id: number; zoneId: number; ownerId: number },
  { before, seen }: Watching,
): Promise<void> {
  const { at, vms } = seen;
  const idleMs = idleAfter(before, seen);
  const used = vms.map(({ vmId, cpuSeconds, trafficBytes }) => ({ vmId, cpuSeconds, trafficBytes }));
  const known = { sliceId: slice.id, seenAt: at, used, idleMs };
  if (idleMs === 0) {
    // something happens in it, or nobody has watched
    await mark(ctx, { ...known, doneMinutes: 0, idleSince: null }, before?.idleSince ?? null);
    return;
  }
  const { own, zone, role } = await idleRulesFor(ctx.db, slice);
  const rules = [own, zone, role].filter((rule) => rule !== null);
  const rule = dueRule(rules, idleMs, before?.doneMinutes ?? 0);
  if (rule === null) return writeIdle(ctx.db, known);
  const idleSince = new Date(at.getTime() - idleMs);
  const end = await act(ctx, slice, { rule, idleSince });
  // it is tried again at the next look
  if (end === 'later') return writeIdle(ctx.db, known);
  const row = { ...known, doneMinutes: rule.minutes, idleSince };
  await mark(ctx, row, before?.idleSince ?? null, { end, minutes: rule.minutes });
}

/** Does what a rule says; what cannot be done is only suggested. */
async function act(
  ctx: DomainContext,
  { id: sliceId, ownerId }: { id: number; ownerId: number },
  { rule: { minutes, action }, idleSince }: { rule: IdleRule; idleSince: Date },
): Promise<IdleAction | 'later'> {
  if (action === 'suggest') return action;
  const { live } = await deploymentsUnderWay(ctx.db, sliceId);
  if (live.length > 0) return 'later';
  const actor: SystemActor = { kind: 'system', onBehalfOf: ownerId, because };
  const idempotencyKey = `idle:${idleSince.getTime()}:${minutes}`;
  try {
    await queueDeployment(ctx, { actor, sliceId, kind: action, idempotencyKey });
    return action;
  } catch (error) {
    const app = toAppError(error);
    if (app === null || app.code === 'SLICE_BUSY') return 'later';
    ctx.log.warn('What is idle could not be ended.', { sliceId, action, error });
    return 'suggest';
  }
}

/** Writes what is known of a slice; that it is idle now, or is no more, its page hears, and its owner of the first. */
async function mark(
  ctx: DomainContext,
  row: Parameters<typeof writeIdle>[1] & { idleSince: Date | null },
  wasSince: Date | null,
  told: { end: IdleAction; minutes: number } | null = null,
): Promise<void> {
  const { sliceId, idleSince } = row;
  if (told === null && wasSince === null) return writeIdle(ctx.db, row);
  await telling(ctx, async (tx, say) => {
    const slice = await lockSlice(tx, sliceId);
    await writeIdle(tx, row);
    if (slice === undefined || slice.deletedAt !== null) return;
    await appendEvents(tx, sliceId, [{ type: 'slice.changed', what: 'idle' }]);
    if (told !== null && idleSince !== null)
      await say({ kind: 'slice.idle', slice: { id: sliceId, name: slice.name }, ...told, to: [slice.ownerId] });
  });
  ctx.bus.notify(sliceId);
}

/** Looks each minute. Answers what stops it, and waits for what is under way. */
export function startIdleWatch(ctx: DomainContext, everyMs = 60_000): () => Promise<void> {
  return startBackgroundLoop({
    everyMs,
    round: async (signal) => idleRound(ctx, await databaseTime(ctx.db), signal),
    onError: (error) => ctx.log.warn('What is idle could not be looked for.', { error }),
  });
}
