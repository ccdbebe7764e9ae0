import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { sliceShares } from '#drizzle/schema/slices';
import { roles, users } from '#drizzle/schema/users';
import { askAgainMs } from '#server/domain/auth/sessions';
import { actorOf, type CallerKind } from '#server/testing/access-callers';
import { endings, makeScene, type Scene } from '#server/testing/scene';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

// what a subscription asks now and then, it asks by an interval: the tests say when it is over
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

type Taking = (scene: Scene, caller: { tokenId: number; userId: number }) => Promise<unknown>;
const viewerSession: CallerKind = { name: 'viewer', person: 'viewer', scopes: 'session' };
const viewerToken: CallerKind = { name: 'token of viewer', person: 'viewer', scopes: ['slices:read'] };
const admin: CallerKind = { name: 'admin', person: 'admin', scopes: 'session' };

const unshare: Taking = (scene, { userId }) =>
  ctx.db.delete(sliceShares).where(and(eq(sliceShares.sliceId, scene.slice.idle), eq(sliceShares.userId, userId)));
const demote: Taking = async (_scene, { userId }) => {
  const [role] = await ctx.db.select().from(roles).where(eq(roles.name, 'user'));
  await ctx.db
    .update(users)
    .set({ roleId: role?.id ?? 0 })
    .where(eq(users.id, userId));
};
const by =
  (ending: keyof typeof endings): Taking =>
  (_scene, { tokenId, userId }) =>
    endings[ending](ctx, { token: '', tokenId }, userId);

describe('a subscription ends', () => {
  it.each<[string, CallerKind, Taking, string, ('watch' | 'changes')[]]>([
    ['its session is revoked', viewerSession, by('revoked'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['its session expires', viewerSession, by('expired'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['its user is disabled', viewerSession, by('disabledUser'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['its user is deleted', viewerSession, by('deletedUser'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['its token is revoked', viewerToken, by('revoked'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['its token expires', viewerToken, by('expired'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['the user of its token is disabled', viewerToken, by('disabledUser'), 'UNAUTHENTICATED', ['watch', 'changes']],
    ['an administrator is one no more', admin, demote, 'UNAUTHENTICATED', ['watch', 'changes']],
    ['the share is taken back', viewerSession, unshare, 'NOT_FOUND', ['watch']],
    ['the share is taken back from a token’s owner', viewerToken, unshare, 'NOT_FOUND', ['watch']],
  ])('when %s', async (_when, caller, take, outcome, kinds) => {
    for (const kind of kinds) {
      const scene = await makeScene(ctx);
      const actor = await actorOf(ctx, scene, caller);
      if (actor === null) throw new Error('nobody');
      const { slices, deployments } = world.callerOf(actor);
      const stream: AsyncIterable<unknown> =
        kind === 'watch'
          ? await deployments.watch({ sliceId: scene.slice.idle })
          : await slices.changes({ lastEventId: null });
      let ended = false;
      const end = outcomeOf(drain(stream)).finally(() => {
        ended = true;
      });
      // it goes on while all is well
      await tick(() => ended);
      expect(ended).toBe(false);
      await take(scene, actor);
      // the first look may have been slow enough to see it already
      await tick(() => ended);
      expect(await end).toBe(outcome);
    }
  });
});

/** Reads what there is until it ends. */
async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of stream);
}

/** Lets the next look at the session come, if the subscription has not ended. */
async function tick(ended: () => boolean): Promise<void> {
  // the subscription has to have begun to have its interval
  await expect.poll(() => ended() || vi.getTimerCount() > 0).toBe(true);
  vi.advanceTimersByTime(askAgainMs);
}
