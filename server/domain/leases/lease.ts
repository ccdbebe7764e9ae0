import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { sliceLeases } from '#drizzle/schema/leases';
import type { EventData } from '#shared/deployment/events';
import { operationOf, type DeploymentKind } from '#shared/deployment/operations';
import { AppError } from '#shared/errors';
import type { extendLeaseInput, LeaseLimit, LeaseOfSlice, NewLease, setLeaseInput } from '#shared/lease';
import { minutesText } from '#shared/schedule/terms';
import { saidOf, say, together, type Said } from '#shared/sentence';
import type { Queryable, Transaction } from '#server/db/client';
import { leaseOf, openActs, writeAct, type LeaseRow } from '#server/db/queries/leases';
import { zoneById } from '#server/db/queries/zones';
import { touchSlice } from '#server/db/queries/slices';
import { iso } from '#server/db/rows';
import { insertEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { askZone } from '../deployments/situation';
import { telling } from '../notifications/tell';
import { assertNotDestroyed, loadSlice, type SliceRow } from '../slices/access';
import { leaseLimitFor } from './limits';
import { leaseNews, type Say } from './news';

const minute = 60_000;
const later = (at: Date, minutes: number) => new Date(at.getTime() + minutes * minute);
const latest = (a: Date, b: Date) => (a > b ? a : b);
/** By so much a caller's clock may be ahead of ours. */
const toleranceMinutes = 1;

/** The slice's lease and what may be chosen for it. NOT_FOUND. */
export async function getLease(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<LeaseOfSlice> {
  return leaseOfSlice(ctx, ctx.db, await loadSlice(ctx.db, { actor, id }));
}

async function leaseOfSlice(ctx: DomainContext, q: Queryable, slice: SliceRow): Promise<LeaseOfSlice> {
  const row = await leaseOf(q, slice.id);
  const limit = await leaseLimitFor(q, slice);
  const renewed = row === null ? null : renewedEnd(row, limit, ctx.clock.now());
  return { lease: row === null ? null : publicLease(row), limit, extendsTo: iso(renewed) };
}

function publicLease(row: LeaseRow) {
  return {
    expiresAt: iso(row.expiresAt),
    atEnd: row.atEnd,
    warned: row.warnedAt !== null,
    ended: row.endedAt !== null,
  };
}

/** Until when it lasts if it begins anew now; never less than it has. */
function renewedEnd(row: LeaseRow, { maxMinutes }: LeaseLimit, now: Date): Date {
  const minutes = Math.min(row.minutes, maxMinutes ?? row.minutes);
  return latest(row.expiresAt, later(now, minutes));
}

/**
 * Gives the slice a lease, changes it, or takes it away. What somebody else than its owner cuts lasts as long as a warning takes.
 * INVALID_INPUT for one that ends in the past, later than is allowed, or by what is not, or what the zone cannot do; INVALID_TRANSITION for a slice that was destroyed.
 */
export async function setLease(
  ctx: DomainContext,
  { actor, lease }: { actor: Actor; lease: z.infer<typeof setLeaseInput> },
): Promise<LeaseOfSlice> {
  const impossible = lease.atEnd === undefined ? null : await whyImpossible(ctx, { actor, id: lease.id }, lease.atEnd);
  return change(ctx, { actor, id: lease.id }, async (tx, slice, limit, tellOwner) => {
    const before = await leaseOf(tx, slice.id, { lock: true });
    const atEnd = lease.atEnd ?? before?.atEnd ?? limit.atEnd[0] ?? 'stop';
    if (lease.expiresAt === null) {
      if (limit.maxMinutes !== null)
        throw refused('expiresAt', say('LEASE_NEEDED', { max: minutesText(limit.maxMinutes) }));
      if (before === null) return;
      await tx.delete(sliceLeases).where(eq(sliceLeases.sliceId, slice.id));
      await closeActs(tx, slice.id);
      await told(tx, actor, slice, { action: 'leases.set', what: 'removed', expiresAt: null, atEnd: null });
      return;
    }
    if (!limit.atEnd.includes(atEnd))
      throw refused('atEnd', say('LEASE_END_NOT_ALLOWED', { allowed: limit.atEnd.join(', ') }));
    if (impossible !== null) throw refused('atEnd', impossible);
    const now = ctx.clock.now();
    const asked = withinLimit(new Date(lease.expiresAt), limit, now);
    const isCut = slice.access !== 'own' && (before === null || asked < before.expiresAt);
    const expiresAt = isCut ? latest(asked, later(now, limit.warnMinutes)) : asked;
    const isSoon = await writeLease(tx, slice.id, { expiresAt, atEnd, limit, now, minutes: null });
    await told(tx, actor, slice, { action: 'leases.set', what: isCut ? 'cut' : 'set', expiresAt, atEnd });
    if (isCut && isSoon) await leaseNews(tellOwner, 'lease.expiring', slice, { expiresAt, atEnd });
  });
}

/**
 * Has the slice's lease end later: by so many minutes, or, without them, as long from now as it was given for. INVALID_INPUT for more than
 * is allowed and for a slice without a lease.
 */
export async function extendLease(
  ctx: DomainContext,
  { actor, lease: { id, minutes } }: { actor: Actor; lease: z.infer<typeof extendLeaseInput> },
): Promise<LeaseOfSlice> {
  return change(ctx, { actor, id }, async (tx, slice, limit) => {
    const before = await leaseOf(tx, id, { lock: true });
    if (before === null) throw refused('id', say('LEASE_NONE', { slice: slice.name }));
    const now = ctx.clock.now();
    const expiresAt =
      minutes === undefined
        ? renewedEnd(before, limit, now)
        : withinLimit(later(latest(before.expiresAt, now), minutes), limit, now, 'minutes');
    const { atEnd } = before;
    await writeLease(tx, id, { expiresAt, atEnd, limit, now, minutes: before.minutes });
    await told(tx, actor, slice, { action: 'leases.extend', what: 'extended', expiresAt, atEnd });
  });
}

/** Why the slice's zone cannot do what is to be done at the end; null if it can, or nobody knows. Asked before any transaction. */
async function whyImpossible(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
  atEnd: DeploymentKind,
): Promise<Said | null> {
  if (operationOf(atEnd).whole !== 'suspend') return null;
  return whyImpossibleIn(ctx, { zoneId: (await loadSlice(ctx.db, { actor, id, need: 'manage' })).zoneId, atEnd });
}

/** The same of slices that are made in a zone. */
export async function whyImpossibleIn(
  ctx: DomainContext,
  { zoneId, atEnd }: { zoneId: number; atEnd: DeploymentKind },
): Promise<Said | null> {
  if (operationOf(atEnd).whole !== 'suspend') return null;
  const zone = await zoneById(ctx.db, zoneId);
  const able = zone === null ? null : (await askZone(ctx, zone)).description?.capabilities.suspend;
  if (zone === null || able?.ok !== false) return null;
  const why = able.reason === null ? say('REASON_UNKNOWN') : saidOf(able.reason, able.sentences);
  return together(say('LEASE_END_IMPOSSIBLE', { zone: zone.name }), why);
}

function refused(field: string, said: ConstructorParameters<typeof AppError>[1]): AppError {
  return new AppError('INVALID_INPUT', said, { field });
}

function withinLimit(expiresAt: Date, { maxMinutes }: LeaseLimit, now: Date, field = 'expiresAt'): Date {
  if (expiresAt <= now) throw refused(field, say('LEASE_PAST'));
  if (maxMinutes === null) return expiresAt;
  if (expiresAt > later(now, maxMinutes + toleranceMinutes))
    throw refused(field, say('LEASE_TOO_LONG', { max: minutesText(maxMinutes) }));
  const most = later(now, maxMinutes);
  return expiresAt < most ? expiresAt : most;
}

async function change(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
  work: (
    tx: Transaction,
    slice: Awaited<ReturnType<typeof loadSlice>>,
    limit: LeaseLimit,
    tellOwner: Say,
  ) => Promise<void>,
): Promise<LeaseOfSlice> {
  const changed = await telling(ctx, async (tx, tellOwner) => {
    const slice = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(slice);
    await work(tx, slice, await leaseLimitFor(tx, slice), tellOwner);
    return leaseOfSlice(ctx, tx, slice);
  });
  ctx.bus.notify(id);
  return changed;
}

/**
 * Writes a lease, on the slice's locked row. One that ends within the time of a warning has been warned of by that: whoever sets it sees
 * it. What its end before had begun, and was not done, is left.
 */
export async function writeLease(
  tx: Transaction,
  sliceId: number,
  lease: { expiresAt: Date; atEnd: DeploymentKind; limit: LeaseLimit; now: Date; minutes: number | null },
): Promise<boolean> {
  const { expiresAt, atEnd, limit, now } = lease;
  const warnAt = later(expiresAt, -limit.warnMinutes);
  const minutes = lease.minutes ?? Math.max(1, Math.round((expiresAt.getTime() - now.getTime()) / minute));
  const isSoon = warnAt <= now;
  const values = {
    expiresAt,
    minutes,
    atEnd,
    warnedAt: isSoon ? now : null,
    endedAt: null,
    dueAt: isSoon ? expiresAt : warnAt,
  };
  await tx
    .insert(sliceLeases)
    .values({ sliceId, ...values })
    .onDuplicateKeyUpdate({ set: values });
  await closeActs(tx, sliceId);
  return isSoon;
}

/** What an earlier end of the lease had come to is not done any more. */
async function closeActs(tx: Transaction, sliceId: number): Promise<void> {
  for (const act of await openActs(tx, sliceId, 'lease')) {
    const { message, sentences } = say('ACT_LEASE_CHANGED');
    await writeAct(tx, act, { claimableAt: null, error: message, sentences: [...sentences] });
  }
}

type Told = Pick<Extract<EventData, { type: 'slice.lease' }>, 'what' | 'atEnd'> & {
  action: 'leases.set' | 'leases.extend';
  expiresAt: Date | null;
};

async function told(
  tx: Transaction,
  actor: Actor,
  slice: SliceRow,
  { action, what, expiresAt, atEnd }: Told,
): Promise<void> {
  await touchSlice(tx, slice.id);
  await insertEvents(tx, slice.id, [{ type: 'slice.lease', what, expiresAt: iso(expiresAt), atEnd }]);
  await recordAudit(tx, actor, {
    action,
    objectType: 'slice',
    objectId: slice.id,
    details: { name: slice.name, what, expiresAt: iso(expiresAt), atEnd },
  });
}

/**
 * A new slice's lease: as it was `asked` for; without that, where it needs one, as long as it may be; null: none. INVALID_INPUT as of
 * {@link setLease}, on fields of `lease`. `impossible`: why the zone cannot do what is asked for at its end.
 */
export async function firstLease(
  tx: Transaction,
  slice: { id: number; zoneId: number; ownerId: number; now: Date },
  asked?: NewLease | null,
  impossible: Said | null = null,
): Promise<void> {
  const limit = await leaseLimitFor(tx, slice);
  const { maxMinutes } = limit;
  const { id, now } = slice;
  if (asked === null && maxMinutes !== null)
    throw refused('lease.expiresAt', say('LEASE_NEEDED', { max: minutesText(maxMinutes) }));
  const atEnd = asked?.atEnd ?? limit.atEnd[0] ?? 'stop';
  if (asked != null) {
    const expiresAt = withinLimit(new Date(asked.expiresAt), limit, now, 'lease.expiresAt');
    if (!limit.atEnd.includes(atEnd))
      throw refused('lease.atEnd', say('LEASE_END_NOT_ALLOWED', { allowed: limit.atEnd.join(', ') }));
    if (impossible !== null) throw refused('lease.atEnd', impossible);
    await writeLease(tx, id, { expiresAt, atEnd, limit, now, minutes: null });
  } else if (maxMinutes !== null)
    await writeLease(tx, id, { expiresAt: later(now, maxMinutes), atEnd, limit, now, minutes: maxMinutes });
}

/** Holds a slice to its limit: it gets a lease, or a shorter one, but with the time of a warning. Answers whether that changed it. */
export async function holdToLimit(tx: Transaction, slice: SliceRow, now: Date, tellOwner: Say): Promise<boolean> {
  const limit = await leaseLimitFor(tx, slice);
  const { maxMinutes } = limit;
  const before = await leaseOf(tx, slice.id, { lock: true });
  // what has ended, ended
  if (before !== null && before.endedAt !== null) return false;
  const endAllowed = before === null || limit.atEnd.includes(before.atEnd);
  const isWithin = maxMinutes === null || (before !== null && before.expiresAt <= later(now, maxMinutes));
  if (isWithin && endAllowed) return false;
  const most = maxMinutes === null ? null : latest(later(now, maxMinutes), later(now, limit.warnMinutes));
  const expiresAt = isWithin ? before?.expiresAt : most;
  if (expiresAt === null || expiresAt === undefined) return false;
  const atEnd = before !== null && endAllowed ? before.atEnd : (limit.atEnd[0] ?? 'stop');
  const isSoon = await writeLease(tx, slice.id, { expiresAt, atEnd, limit, now, minutes: null });
  await touchSlice(tx, slice.id);
  await insertEvents(tx, slice.id, [{ type: 'slice.lease', what: 'cut', expiresAt: iso(expiresAt), atEnd }]);
  if (isSoon) await leaseNews(tellOwner, 'lease.expiring', slice, { expiresAt, atEnd });
  return true;
}
