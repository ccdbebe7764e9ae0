import { and, eq, or, type SQL } from 'drizzle-orm';
import { sliceShares, slices, sliceVms } from '#drizzle/schema/slices';
import { can } from '#shared/auth';
import { AppError, notFound } from '#shared/errors';
import { reaches, type Level } from '#shared/scopes';
import { say } from '#shared/sentence';
import type { AccessKind, ShareLevel } from '#shared/sharing';
import type { Queryable } from '#server/db/client';
import { shareLevelOf, sliceSharedWith } from '#server/db/queries/shares';
import { sliceById } from '#server/db/queries/slices';
import { assertScope } from '../auth/token-limits';
import type { Actor, SystemActor } from '../context';

export type SliceRow = typeof slices.$inferSelect;
export type SliceVmRow = typeof sliceVms.$inferSelect;
/** How somebody comes to see a slice. */
export type SliceAccess = Exclude<AccessKind, 'published' | 'edit'>;

/** How far each kind of access goes. */
const reach = { own: 'manage', admin: 'manage', operate: 'operate', view: 'read' } as const satisfies Record<
  SliceAccess,
  Level
>;

/**
 * How the actor comes to see a slice of `ownerId` that is shared with them for `share`; null when they may not. The role
 * comes before the share, since it allows more.
 */
export function accessTo(
  actor: Pick<Actor, 'userId' | 'role'>,
  ownerId: number,
  share: ShareLevel | null,
): SliceAccess | null {
  if (ownerId === actor.userId) return 'own';
  return can(actor.role, 'slices:see-all') ? 'admin' : share;
}

/** Whether who has `access` may do what needs `level`. */
export function allows(access: SliceAccess, level: Level): boolean {
  return reaches(reach[access], level);
}

/** Restricts a query on `slices` to what the actor may see: their own and what is shared with them, or all. */
export function visibleSlices(actor: Actor): SQL | undefined {
  if (can(actor.role, 'slices:see-all')) return undefined;
  return or(eq(slices.ownerId, actor.userId), sliceSharedWith(actor.userId));
}

interface Wanted {
  actor: Actor;
  /** What is to be done with it: look (the default), act on what is there, or change it. */
  need?: Level;
}

/**
 * The slice, if the actor may see it, destroyed ones too, and how they come to see it; NOT_FOUND otherwise. FORBIDDEN when
 * what they are given, or their token's scopes, are not enough for `need`; the system is asked nothing. `lock` takes the
 * row's lock until the end of the transaction: for whoever changes the slice, its VMs, its deployments or its shares.
 */
export async function loadSlice(
  q: Queryable,
  {
    actor,
    id,
    need = 'read',
    lock = false,
  }: Omit<Wanted, 'actor'> & { actor: Actor | SystemActor; id: number; lock?: boolean },
): Promise<SliceRow & { access: SliceAccess }> {
  const row = await sliceById(q, id, { lock });
  if (row === null) throw notFound('slice');
  if (actor.kind === 'system') return { ...row, access: 'admin' };
  const access =
    accessTo(actor, row.ownerId, null) ?? accessTo(actor, row.ownerId, await shareLevelOf(q, id, actor.userId, lock));
  if (access === null) throw notFound('slice');
  assertMay(actor, row, access, need);
  return { ...row, access };
}

/** INVALID_TRANSITION for a slice that was destroyed: it is history, which nobody changes. `refused` says what cannot be done to it. */
export function assertNotDestroyed(
  slice: Pick<SliceRow, 'name' | 'status' | 'deletedAt'>,
  refused: 'SLICE_NOT_CHANGEABLE' | 'SLICE_NOT_RENAMABLE' | 'SLICE_NOT_SHARABLE' = 'SLICE_NOT_CHANGEABLE',
): void {
  if (slice.deletedAt !== null)
    throw new AppError('INVALID_TRANSITION', say(refused, { name: slice.name }), { params: { status: slice.status } });
}

/** A VM and its slice, if the actor may see the slice (and it is the one that is told), and how they come to; NOT_FOUND and FORBIDDEN as of {@link loadSlice}. */
export async function loadSliceVm(
  q: Queryable,
  { actor, vmId, of, need = 'read' }: Wanted & { vmId: number; of?: number },
): Promise<{ slice: SliceRow; vm: SliceVmRow; access: SliceAccess }> {
  const [row] = await q
    .select({ slice: slices, vm: sliceVms, share: sliceShares.level })
    .from(sliceVms)
    .innerJoin(slices, eq(slices.id, sliceVms.sliceId))
    .leftJoin(sliceShares, and(eq(sliceShares.sliceId, slices.id), eq(sliceShares.userId, actor.userId)))
    .where(and(eq(sliceVms.id, vmId), of === undefined ? undefined : eq(slices.id, of)));
  const access = row === undefined ? null : accessTo(actor, row.slice.ownerId, row.share);
  if (row === undefined || access === null) throw notFound('VM');
  assertMay(actor, row.slice, access, need);
  return { slice: row.slice, vm: row.vm, access };
}

/** Whether the actor may still do to a slice what they `need`: for what outlives its request. */
export async function maySlice(q: Queryable, { actor, id, need }: Required<Wanted> & { id: number }): Promise<boolean> {
  try {
    await loadSlice(q, { actor, id, need });
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN')) return false;
    throw error;
  }
}

/** What {@link loadSlice} asks before a slice is shown, of a row that says for what it is shared with the actor. */
export function assertSees(
  actor: Actor,
  slice: Pick<SliceRow, 'name' | 'ownerId'> & { share: ShareLevel | null },
): void {
  const access = accessTo(actor, slice.ownerId, slice.share);
  if (access === null) throw notFound('slice');
  assertMay(actor, slice, access, 'read');
}

function assertMay(actor: Actor, slice: Pick<SliceRow, 'name'>, access: SliceAccess, need: Level): void {
  if (!allows(access, need))
    throw new AppError(
      'FORBIDDEN',
      need === 'operate'
        ? `${slice.name} is shared with you to view only. Its owner can let you operate it.`
        : `Only the owner of ${slice.name} and administrators may do this.`,
      { params: { access, need } },
    );
  assertScope(actor, `slices:${need}`);
}
