import { and, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices, sliceShares } from '#drizzle/schema/slices';
import { encodeCursor } from '#server/db/keyset';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { drawing } from '#server/testing/drawings';
import { sliceSets } from '#shared/slice';
import { sliceStatuses } from '#shared/slice-status';
import { sliceRows } from './slices';

const database = useDatabase();

test('every list of slices is the same in pages as when it is picked out of all of them', async () => {
  const { db } = database;
  const [reader, other] = [await insertActor(db), await insertActor(db)];
  const zoneId = await simulatedZone(db);
  for (let n = 0; n < 36; n += 1) {
    const actor = n % 3 === 0 ? other : reader;
    const id = await insertSlice(db, actor, zoneId, drawing({ vms: ['web'], edges: [] }));
    const status = sliceStatuses[n % sliceStatuses.length] ?? 'draft';
    // some were changed at the same instant
    const updatedAt = new Date(Date.UTC(2026, 0, 1) + Math.floor(n / 5) * 1000);
    await db
      .update(slices)
      .set({ status, updatedAt, deletedAt: status === 'destroyed' ? updatedAt : null, name: `s${n}-${n % 4}` })
      .where(eq(slices.id, id));
    if (actor === other && n % 2 === 0)
      await db.insert(sliceShares).values({ sliceId: id, userId: reader.userId, level: 'view' });
    // somebody else's share of it is not the reader's
    if (actor === reader) await db.insert(sliceShares).values({ sliceId: id, userId: other.userId, level: 'view' });
  }
  const all = (
    await db
      .select({ slice: slices, share: sliceShares.id })
      .from(slices)
      .leftJoin(sliceShares, and(eq(sliceShares.sliceId, slices.id), eq(sliceShares.userId, reader.userId)))
  ).toSorted((a, b) => b.slice.updatedAt.getTime() - a.slice.updatedAt.getTime() || b.slice.id - a.slice.id);
  let found = 0;
  for (const of of sliceSets)
    for (const status of [undefined, ...sliceStatuses])
      for (const includeDestroyed of [false, true])
        for (const search of [undefined, '-1']) {
          const expected = all
            .filter(({ slice, share }) => {
              const mine = slice.ownerId === reader.userId;
              if (!{ mine, shared: !mine && share !== null, all: mine || share !== null, everyone: true }[of])
                return false;
              if (search !== undefined && !slice.name.includes(search)) return false;
              if (status !== undefined) return slice.status === status;
              return includeDestroyed || slice.status !== 'destroyed';
            })
            .map(({ slice }) => slice.id);
          const seen: number[] = [];
          for (let cursor: string | null = null; ;) {
            const options = { readerId: reader.userId, of, limit: 4, cursor, search, status, includeDestroyed };
            const rows = await sliceRows(db, options);
            const page = rows.slice(0, 4);
            seen.push(...page.map((row) => row.id));
            const last = page.at(-1);
            if (rows.length <= 4 || last === undefined) break;
            cursor = encodeCursor([last.updatedAt, last.id]);
          }
          expect(seen, JSON.stringify({ of, status, includeDestroyed, search })).toEqual(expected);
          found += seen.length;
        }
  expect(found).toBeGreaterThan(400);
});
