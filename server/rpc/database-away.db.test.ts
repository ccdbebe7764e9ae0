import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { openDatabase } from '#server/db/client';
import { duplicateIndex, isDatabaseUnavailable } from '#server/db/errors';
import { users } from '#drizzle/schema/users';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();

/** Where nobody listens: a port of the kernel's choice could be somebody else's a moment later. */
const nowhere = 'mysql://u:p@127.0.0.1:1/nothing';

describe('a database that is away', () => {
  it('is said to be away, by queries and mutations alike', async () => {
    const handle = openDatabase(nowhere);
    try {
      const world = createWorld({ db: handle.db });
      const actor = { userId: 1, role: 'admin' as const, tokenId: 1, kind: 'session' as const, scopes: null, ip: null };
      const api = world.callerOf(actor);
      expect(await outcomeOf(api.templates.list({}))).toBe('DATABASE_UNAVAILABLE');
      expect(await outcomeOf(api.slices.get({ id: 1 }))).toBe('DATABASE_UNAVAILABLE');
      expect(await outcomeOf(api.templates.delete({ id: 1 }))).toBe('DATABASE_UNAVAILABLE');
      expect(await outcomeOf(api.auth.login({ email: 'a@example.org', password }))).toBe('DATABASE_UNAVAILABLE');
    } finally {
      await handle.close();
    }
  });

  it('was said to be unreachable when its disk was full', async () => {
    const handle = openDatabase(nowhere, { lacksRoom: () => true });
    try {
      const world = createWorld({ db: handle.db });
      const actor = { userId: 1, role: 'admin' as const, tokenId: 1, kind: 'session' as const, scopes: null, ip: null };
      const api = world.callerOf(actor);
      expect(await outcomeOf(api.templates.list({}))).toBe('DATABASE_FULL');
      expect(await outcomeOf(api.flavours.list({}))).toBe('DATABASE_FULL');
      expect(await outcomeOf(api.templates.delete({ id: 1 }))).toBe('DATABASE_FULL');
      expect(await outcomeOf(api.auth.login({ email: 'a@example.org', password }))).toBe('DATABASE_FULL');
    } finally {
      await handle.close();
    }
  });

  it('is said to be away when it drops the connection in mid-query', async () => {
    const handle = openDatabase(database.url, { connectionLimit: 1 });
    try {
      const [rows] = await handle.pool.query('select connection_id() as id');
      const id = Array.isArray(rows) && rows[0] !== undefined && 'id' in rows[0] ? Number(rows[0].id) : 0;
      const asleep = handle.pool.query('select sleep(30)').then(
        () => null,
        (error: unknown) => error,
      );
      await database.handle.pool.query(`kill ${id}`);
      const error = await asleep;
      expect(isDatabaseUnavailable(error)).toBe(true);
    } finally {
      await handle.close();
    }
  });

  it('is not what a refused row is', async () => {
    const world = createWorld(database);
    const { email } = await world.person();
    const [row] = await database.db.select().from(users);
    if (row === undefined) throw new Error('no user');
    const { id: _id, liveEmail: _live, ...values } = row;
    const error: unknown = await database.db
      .insert(users)
      .values({ ...values, name: "x' for key 'trap", email })
      .catch((caught: unknown) => caught);
    expect(duplicateIndex(error)).toBe('users_live_email_unique');
    expect(isDatabaseUnavailable(error)).toBe(false);
    expect(isDatabaseUnavailable(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe(false);
  });
});
