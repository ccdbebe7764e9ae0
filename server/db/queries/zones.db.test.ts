import { and, eq, isNull, notInArray, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { line } from '#server/testing/drawings';
import { createWorld } from '#server/testing/world';
import { sliceStatuses } from '#shared/slice-status';
import { inTransaction } from '../transaction';
import { setSliceStatus } from './slices';
import { zoneOverview } from './zone-overview';
import { allocatedOf } from './zones';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** As it was added up before the sums were kept: from all slices. */
async function addedUp(zoneId: number) {
  const [held] = await ctx.db
    .select({
      vcpus: sql`coalesce(sum(${sliceVms.vcpus}), 0)`.mapWith(Number),
      ramMb: sql`coalesce(sum(${sliceVms.ramMb}), 0)`.mapWith(Number),
      diskGb: sql`coalesce(sum(${sliceVms.diskGb} + ${sliceVms.extraDiskGb}), 0)`.mapWith(Number),
    })
    .from(slices)
    .innerJoin(sliceVms, eq(sliceVms.sliceId, slices.id))
    .where(and(eq(slices.zoneId, zoneId), isNull(slices.deletedAt), notInArray(slices.status, ['draft', 'destroyed'])));
  const live = await ctx.db.$count(slices, and(eq(slices.zoneId, zoneId), isNull(slices.deletedAt)));
  return { allocated: held, slices: live };
}

test("a zone's sums are what its slices add up to, whatever becomes of these, also several at once", async () => {
  const zoneId = await world.zone();
  const user = world.callerOf(await world.person());
  const templates = [
    await user.templates.create({ name: 'one', topology: line(1) }),
    await user.templates.create({ name: 'four', topology: line(4) }),
  ];
  let serial = 0;
  const change = fc.record({ slice: fc.nat(5), status: fc.constantFrom(...sliceStatuses), taken: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const made = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          user.slices.create({ name: `s${++serial}`, templateId: templates[index % 2]?.id ?? 0, zoneId }),
        ),
      );
      await Promise.all(
        changes.map(({ slice, status, taken }) =>
          inTransaction(ctx.db, async (tx) => {
            const id = made[slice]?.id ?? 0;
            const [row] = await tx.select().from(slices).where(eq(slices.id, id)).for('update');
            // nothing comes after that
            if (row?.status === 'destroyed') return;
            await setSliceStatus(tx, id, status);
            if (taken) throw new Error('taken back');
          }).catch((error: unknown) => expect(error).toMatchObject({ message: 'taken back' })),
        ),
      );
      const { allocated, slices: live } = await addedUp(zoneId);
      expect((await zoneOverview(ctx.db)).find(({ zone }) => zone.id === zoneId)?.use).toMatchObject({
        allocated,
        slices: live,
      });
      expect(await allocatedOf(ctx.db, zoneId)).toEqual(allocated);
    }),
    { numRuns: 15 },
  );
});
