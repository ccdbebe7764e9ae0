import { eq, sql } from 'drizzle-orm';
import type { RowDataPacket } from 'mysql2/promise';
import { expect, onTestFinished, test } from 'vitest';
import { useDatabase, useServer } from '#db/testing/database';
import { rateLimits } from '#drizzle/schema/users';
import { attemptOf, countAttempts } from '#server/domain/auth/rate-limits';
import { toAppError } from '#server/domain/errors';
import { openDatabase, type DatabaseHandle } from './client';
import type { SqlDetails } from './errors';
import { inTransaction } from './transaction';

const server = useServer();
const database = useDatabase();
const windowEndsAt = new Date('2100-01-01T00:00:00Z');

function opened(): { handle: DatabaseHandle; conflicts: SqlDetails[] } {
  const conflicts: SqlDetails[] = [];
  const handle = openDatabase(database.url, { connectionLimit: 1, onContention: (met) => conflicts.push(met) });
  onTestFinished(() => handle.close());
  return { handle, conflicts };
}

const rows = (...keys: string[]) => database.db.insert(rateLimits).values(keys.map((key) => row(key)));
const row = (key: string) => ({ key, attempts: 0, windowEndsAt });

/** Resolves when the connection waits for a lock. */
async function untilWaiting(id: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const [waiting] = await server.control.query<RowDataPacket[]>(
          `select 1 from information_schema.innodb_trx where trx_mysql_thread_id = ? and trx_state = 'LOCK WAIT'`,
          [id],
        );
        return waiting.length;
      },
      // the server answers from a copy until nobody has asked for a tenth of a second
      { interval: 250 },
    )
    .toBe(1);
}

async function connectionId(handle: DatabaseHandle): Promise<number> {
  const [found] = await handle.pool.query<RowDataPacket[]>('select connection_id() as id');
  return Number(found[0]?.['id']);
}

test.each(['as text', 'prepared'] as const)(
  'a statement outside a transaction, %s, that loses a deadlock is done again, not INTERNAL',
  async (how) => {
    const { handle, conflicts } = opened();
    const id = await connectionId(handle);
    await rows('a', 'b', ...Array.from({ length: 50 }, (_, index) => `weight-${index}`));
    let single: Promise<unknown> | undefined;
    await database.db.transaction(async (tx) => {
      // whoever has changed less is the one that the database gives up
      await tx.execute(sql`update rate_limits set attempts = attempts + 1 where \`key\` like 'weight-%'`);
      await tx.update(rateLimits).set({ attempts: 1 }).where(eq(rateLimits.key, 'a'));
      const both = "update rate_limits set attempts = attempts + 10 where `key` in ('a', 'b') order by `key` desc";
      single = how === 'prepared' ? handle.pool.execute(both) : handle.db.execute(sql.raw(both));
      // it is awaited below
      single.catch(() => undefined);
      await untilWaiting(id);
      await tx.update(rateLimits).set({ attempts: 2 }).where(eq(rateLimits.key, 'b'));
    });
    await single;
    const [after] = await database.handle.pool.query<RowDataPacket[]>(
      "select attempts from rate_limits where `key` in ('a', 'b') order by `key`",
    );
    expect(after).toEqual([{ attempts: 11 }, { attempts: 12 }]);
    expect(conflicts).toEqual([{ errno: 1213, sqlState: '40001', attempt: 1 }]);
  },
);

test('an attempt that is counted while its row is locked for too long is counted when the lock goes', async () => {
  const { handle, conflicts } = opened();
  await handle.pool.query('set session innodb_lock_wait_timeout = 1');
  const attempt = attemptOf('second-factor:user', 7);
  await rows(attempt.key);
  let counting: Promise<void> | undefined;
  await database.db.transaction(async (tx) => {
    await tx.update(rateLimits).set({ attempts: 1 }).where(eq(rateLimits.key, attempt.key));
    counting = countAttempts(handle.db, [attempt], new Date());
    counting.catch(() => undefined);
    await expect.poll(() => conflicts.length).toBeGreaterThan(0);
  });
  await counting;
  expect(conflicts[0]).toMatchObject({ errno: 1205, sqlState: 'HY000' });
  expect(await database.db.select().from(rateLimits)).toMatchObject([{ attempts: 2 }]);
});

test('a conflict that does not end is told as one, and nothing was changed', async () => {
  const { handle, conflicts } = opened();
  await handle.pool.query('set session innodb_lock_wait_timeout = 1');
  await rows('a');
  await database.db.transaction(async (tx) => {
    await tx.update(rateLimits).set({ attempts: 1 }).where(eq(rateLimits.key, 'a'));
    const work = inTransaction(handle.db, (other) =>
      other.update(rateLimits).set({ attempts: 9 }).where(eq(rateLimits.key, 'a')),
    );
    const error: unknown = await work.catch((caught: unknown) => caught);
    expect(toAppError(error)?.code).toBe('DATABASE_BUSY');
  });
  expect(conflicts.length).toBeGreaterThan(1);
  expect(await database.db.select().from(rateLimits)).toMatchObject([{ attempts: 1 }]);
});
