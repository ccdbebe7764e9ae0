import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { openDatabase } from './client';
import { isDatabaseUnavailable } from './errors';

const database = useDatabase();

test('a transaction that cannot begin, or fails, gives its connection back', async () => {
  const { db, close } = openDatabase(database.url, { connectionLimit: 1 });
  try {
    const work = () => Promise.resolve();
    // Drizzle writes these two without a comma: the server refuses to begin
    const refused = db.transaction(work, {
      isolationLevel: 'repeatable read',
      accessMode: 'read only',
      withConsistentSnapshot: true,
    });
    await expect(refused).rejects.toThrow('start transaction');
    const failing = db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect(await db.transaction(async (tx) => (await tx.execute(sql`select 2 as two`))[0])).toEqual([{ two: 2 }]);
  } finally {
    await close();
  }
});

test('whoever comes after a full queue is told so at once', async () => {
  const { db, close } = openDatabase(database.url, { connectionLimit: 1, queueLimit: 1 });
  try {
    await db.transaction(async () => {
      const waiting = db.execute(sql`select 1`);
      const refused = await db.execute(sql`select 1`).catch((error: unknown) => error);
      expect(isDatabaseUnavailable(refused)).toBe(true);
      // this one gets its turn when the transaction has ended
      waiting.catch(() => undefined);
    });
  } finally {
    await close();
  }
});
