import type { EventData } from '#shared/deployment/events';
import { removesSlice, type DeploymentKind } from '#shared/deployment/operations';
import type { FailurePolicy } from '#shared/deployment/schema';
import { AppError } from '#shared/errors';
import type { Resources } from '#shared/primitives';
import { say } from '#shared/sentence';
import type { Transaction } from '#server/db/client';
import { touchSlice } from '#server/db/queries/slices';
import { countPassed, deleteWait, insertWait, waitOf, type WaitRow } from '#server/db/queries/waits';
import { zoneById } from '#server/db/queries/zones';
import { insertEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import { accountOf, type Actor, type SystemActor } from '../context';
import { holdsNothing } from '../deployments/plan-input';
import type { Telling } from '../notifications/tell';
import type { SliceRow } from '../slices/access';

/** Only what holds nothing of its zone waits for room in it. */
const mayStand = ({ status }: Pick<SliceRow, 'status'>) => (holdsNothing as readonly string[]).includes(status);

/** What the history says of a slice in line. */
export function lineEvent(
  what: Extract<EventData, { type: 'slice.line' }>['what'],
  kind: DeploymentKind,
): Extract<EventData, { type: 'slice.line' }> {
  return { type: 'slice.line', what, kind, error: null, sentences: null };
}

/**
 * The wait of a slice, whose row is locked; null where it does not wait. INVALID_TRANSITION if it is to be the one that is
 * given, and that is over.
 */
export async function waitFor(tx: Transaction, slice: SliceRow, id?: number): Promise<WaitRow | null> {
  const wait = mayStand(slice) ? await waitOf(tx, slice.id) : null;
  if (id !== undefined && wait?.id !== id)
    throw new AppError('INVALID_TRANSITION', say('LINE_NONE', { slice: slice.name }), {
      params: { status: slice.status },
    });
  return wait;
}

/** Puts a slice at the end of its zone's line, in the transaction in which there was found to be no room; slice and zone are locked. */
export async function standInLine(
  tx: Transaction,
  wait: {
    actor: Actor | SystemActor;
    slice: SliceRow;
    kind: DeploymentKind;
    needs: Resources;
    onFailure?: FailurePolicy | undefined;
    idempotencyKey?: string | undefined;
  },
): Promise<void> {
  const { actor, slice, kind, needs, onFailure = 'keep', idempotencyKey = null } = wait;
  const { id: sliceId, zoneId } = slice;
  await insertWait(tx, { sliceId, zoneId, requestedBy: accountOf(actor), kind, onFailure, idempotencyKey, ...needs });
  await touchSlice(tx, sliceId);
  await recordAudit(tx, actor, {
    action: 'line.join',
    objectType: 'slice',
    objectId: sliceId,
    details: { name: slice.name, kind, ...needs },
  });
  await insertEvents(tx, sliceId, [lineEvent('joined', kind)]);
}

/**
 * Ends a slice's wait when an operation on it is accepted, and counts that it has passed those who came before: so that who is
 * passed too often comes next. Answers what happened. The slice is locked, and the zone if room is taken.
 */
export async function leaveLine(
  tx: Transaction,
  {
    slice,
    kind,
    wait,
    needs,
    say: tell,
  }: {
    slice: SliceRow;
    kind: DeploymentKind;
    wait: WaitRow | null;
    needs: Resources;
    say: (what: Telling) => Promise<void>;
  },
): Promise<EventData[]> {
  if (Object.values(needs).some((amount) => amount > 0)) await countPassed(tx, slice.zoneId, wait?.id ?? null);
  if (wait === null) return [];
  await deleteWait(tx, slice.id);
  if (removesSlice(kind)) return [lineEvent('left', wait.kind)];
  const zone = await zoneById(tx, slice.zoneId);
  const { id, name, ownerId } = slice;
  const place = { slice: { id, name }, zone: { id: slice.zoneId, name: zone?.name ?? '' } };
  await tell({ kind: 'line.admitted', ...place, to: [ownerId, wait.requestedBy] });
  return [lineEvent('admitted', wait.kind)];
}
