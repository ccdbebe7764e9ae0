import { and, count, eq, isNull } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { templates } from '#drizzle/schema/templates';
import { setSliceStatus } from '#server/db/queries/slices';
import { inTransaction } from '#server/db/transaction';
import { line } from '#server/testing/drawings';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** As it was counted before the sums were kept: of all that there is. */
async function counted(userId: number) {
  const mine = async (table: typeof templates | typeof slices) => {
    const [row] = await ctx.db
      .select({ count: count() })
      .from(table)
      .where(and(eq(table.ownerId, userId), isNull(table.deletedAt)));
    return row?.count;
  };
  return { templates: await mine(templates), slices: await mine(slices) };
}

test('the list of users counted all that they own: it is kept, and right whatever is made, ended or given away, also at once', async () => {
  const zoneId = await world.zone();
  const [admin, owner, heir] = [await world.person('admin'), await world.person(), await world.person()];
  const [administration, caller] = [world.callerOf(admin), world.callerOf(owner)];
  const isRight = async (userId: number, expected: { templates: number; slices: number }) => {
    expect(await counted(userId)).toEqual(expected);
    expect(await administration.users.get({ id: userId })).toMatchObject(expected);
    expect((await administration.users.list({})).items.find(({ id }) => id === userId)).toMatchObject(expected);
  };
  await isRight(owner.userId, { templates: 0, slices: 0 });

  const made = await Promise.all(
    Array.from({ length: 4 }, (_, n) => caller.templates.create({ name: `t${n}`, topology: line(1) })),
  );
  const [first, second] = made;
  await caller.templates.duplicate({ id: first?.id ?? 0 });
  await expect(caller.templates.create({ name: 't0', topology: line(1) })).rejects.toMatchObject({ message: /t0/ });
  await Promise.allSettled([1, 2].map(() => caller.templates.delete({ id: second?.id ?? 0 })));
  await isRight(owner.userId, { templates: 4, slices: 0 });

  const slicesMade = await Promise.all(
    Array.from({ length: 3 }, (_, n) => caller.slices.create({ name: `s${n}`, templateId: first?.id ?? 0, zoneId })),
  );
  for (const status of ['failed', 'destroyed', 'destroyed'] as const)
    await inTransaction(ctx.db, (tx) => setSliceStatus(tx, slicesMade[0]?.id ?? 0, status));
  await isRight(owner.userId, { templates: 4, slices: 2 });

  await world.callerOf(heir).templates.create({ name: 't0', topology: line(1) });
  await administration.users.delete({
    id: owner.userId,
    templates: 'transfer',
    slices: 'transfer',
    transferTo: heir.userId,
  });
  await isRight(heir.userId, { templates: 5, slices: 2 });
  await administration.users.delete({
    id: heir.userId,
    templates: 'delete',
    slices: 'transfer',
    transferTo: admin.userId,
  });
  await isRight(admin.userId, { templates: 0, slices: 2 });
  expect(await counted(heir.userId)).toEqual({ templates: 0, slices: 0 });
});
