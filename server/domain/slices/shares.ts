import type { z } from 'zod';
import type { shareListSchema, shareSliceInput, unshareInput } from '#shared/sharing';
import type { Queryable } from '#server/db/client';
import {
  countSliceShares,
  deleteSliceShare,
  putSliceShare,
  shareLevelOf,
  sliceShareRows,
} from '#server/db/queries/shares';
import { objectName } from '#server/db/queries/audit';
import { iso } from '#server/db/rows';
import { appendEvents } from '#server/events/append';
import { recordAudit } from '../audit';
import { changingRights } from '../auth/rights';
import type { Actor, DomainContext } from '../context';
import { announce, tell, type Told } from '../notifications/tell';
import { accountTold, accountToShareWith, assertRoomForShare, assertSharable } from '../share-with';
import { assertNotDestroyed, allows, loadSlice, type SliceAccess } from './access';

type ShareList = z.infer<typeof shareListSchema>;

/** With whom a slice is shared: all of it for who may manage it, for others only that it is shared with them. */
export async function listSliceShares(
  ctx: DomainContext,
  { actor, id }: { actor: Actor; id: number },
): Promise<ShareList> {
  const { access } = await loadSlice(ctx.db, { actor, id });
  return shownShares(ctx.db, actor, id, access);
}

async function shownShares(q: Queryable, actor: Actor, id: number, access: SliceAccess): Promise<ShareList> {
  const rows = await sliceShareRows(q, id, allows(access, 'manage') ? undefined : actor.userId);
  return { items: rows.map((row) => ({ ...row, createdAt: iso(row.createdAt) })) };
}

/**
 * Lets the account with this address view or operate the slice; again with another level changes it. For its owner and
 * administrators. NOT_FOUND and INVALID_INPUT on `email`; INVALID_TRANSITION for a slice that was destroyed.
 */
export async function shareSlice(
  ctx: DomainContext,
  { actor, share: { id, email, level } }: { actor: Actor; share: z.infer<typeof shareSliceInput> },
): Promise<ShareList> {
  // who may not share it learns nothing about addresses
  await loadSlice(ctx.db, { actor, id, need: 'manage' });
  const user = await accountToShareWith(ctx, { actor, email });
  let told: Told[] = [];
  const list = await changingRights(ctx, async (tx, changed) => {
    told = [];
    const slice = await loadSlice(tx, { actor, id, lock: true, need: 'manage' });
    assertNotDestroyed(slice, 'SLICE_NOT_SHARABLE');
    assertSharable({ actor, ownerId: slice.ownerId, user });
    const earlier = await shareLevelOf(tx, id, user.id, true);
    if (earlier !== level) {
      if (earlier === null) assertRoomForShare(await countSliceShares(tx, id));
      await putSliceShare(tx, id, user.id, level);
      await changed(user.id);
      await appendEvents(tx, id, [{ type: 'slice.changed', what: 'sharing' }]);
      await recordAudit(tx, actor, {
        action: 'slices.share',
        objectType: 'slice',
        objectId: id,
        details: { name: slice.name, userId: user.id, with: user.name, level },
      });
      const by = await accountTold(tx, actor);
      told.push(await tell(tx, { kind: 'slice.shared', slice: { id, name: slice.name }, by, level, to: [user.id] }));
    }
    return shownShares(tx, actor, id, slice.access);
  });
  ctx.bus.notify(id);
  announce(ctx, told);
  return list;
}

/**
 * Takes a share back. For its owner and administrators, and for the user themselves, who so leaves it. What is not shared
 * with them stays so.
 */
export async function unshareSlice(
  ctx: DomainContext,
  { actor, share: { id, userId } }: { actor: Actor; share: z.infer<typeof unshareInput> },
): Promise<ShareList> {
  const list = await changingRights(ctx, async (tx, changed) => {
    const need = userId === actor.userId ? 'read' : 'manage';
    const slice = await loadSlice(tx, { actor, id, lock: true, need });
    if (await deleteSliceShare(tx, id, userId)) {
      await changed(userId);
      await appendEvents(tx, id, [{ type: 'slice.changed', what: 'sharing' }]);
      await recordAudit(tx, actor, {
        action: 'slices.unshare',
        objectType: 'slice',
        objectId: id,
        details: { name: slice.name, userId, with: await objectName(tx, 'user', userId) },
      });
    }
    return shownShares(tx, actor, id, slice.access);
  });
  ctx.bus.notify(id);
  return list;
}
