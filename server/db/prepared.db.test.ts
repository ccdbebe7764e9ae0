import { sql } from 'drizzle-orm';
import type { RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { apiTokens, roles, users } from '#drizzle/schema/users';
import { openDatabase } from './client';
import { isDatabaseUnavailable } from './errors';
import { isoText, number, optional, optionalIsoText, prepared, preparedLists, truth } from './prepared';
import { inTransaction } from './transaction';

const database = useDatabase();

const named = prepared<{ id: typeof flavours.id; name: typeof flavours.name }, { name: string; limit: number }>(
  { id: flavours.id, name: flavours.name },
  (list) => sql`select ${list} from ${flavours} where ${flavours.name} = ${sql.placeholder('name')}
    limit ${sql.placeholder('limit')}`,
);

test('a connection prepares a statement once, however often it runs', async () => {
  const { db, pool, close } = openDatabase(database.url, { connectionLimit: 1 });
  const count = async (name: string) => {
    const [rows] = await pool.query<RowDataPacket[]>(`show session status like '${name}'`);
    return Number(rows[0]?.['Value']);
  };
  try {
    const before = { prepared: await count('Com_stmt_prepare'), run: await count('Com_stmt_execute') };
    for (const name of ['nano', 'mini', 'nano', 'none'])
      expect((await named(db, { name, limit: 5 })).map((row) => row.name)).toEqual(name === 'none' ? [] : [name]);
    await inTransaction(db, (tx) => named(tx, { name: 'nano', limit: 5 }));
    expect(await count('Com_stmt_prepare')).toBe(before.prepared + 1);
    expect(await count('Com_stmt_execute')).toBe(before.run + 5);
  } finally {
    await close();
  }
});

test('rows are read as Drizzle reads them: instants, booleans, JSON, null, whole seconds', async () => {
  const { db } = database;
  const role = (await db.select().from(roles))[0];
  if (role === undefined) throw new Error('no role');
  const [{ insertId: userId }] = await db.insert(users).values({ email: 'a@b.example', name: 'A', roleId: role.id });
  const whole = new Date('2026-01-02T03:04:05.000Z');
  const expiresAt = new Date('2026-01-02T03:04:05.060Z');
  await db.insert(apiTokens).values([
    { userId, kind: 'pat', tokenHash: 'a', scopes: ['read'], expiresAt, lastUsedAt: whole },
    { userId, kind: 'session', tokenHash: 'b', expiresAt },
  ]);
  const fields = {
    id: apiTokens.id,
    kind: apiTokens.kind,
    scopes: apiTokens.scopes,
    expiresAt: apiTokens.expiresAt,
    lastUsedAt: apiTokens.lastUsedAt,
    expiresText: isoText(apiTokens.expiresAt),
    usedText: optionalIsoText(apiTokens.lastUsedAt),
    isPat: truth(sql`${apiTokens.kind} = 'pat'`),
    ids: number(sql`(select sum(id) from ${users} where id = 0)`),
    owner: optional(users.name),
  };
  const all = prepared<typeof fields, { before: Date }>(
    fields,
    (list) => sql`select ${list} from ${apiTokens} left join ${users} on ${users.id} = ${apiTokens.userId} and
      ${apiTokens.kind} = 'pat' where ${apiTokens.expiresAt} <= ${sql.placeholder('before')} order by ${apiTokens.id}`,
  );
  const rows = await all(db, { before: expiresAt });
  const same = { expiresAt, expiresText: expiresAt.toISOString(), ids: 0 };
  expect(rows).toMatchObject([
    {
      kind: 'pat',
      scopes: ['read'],
      lastUsedAt: whole,
      usedText: whole.toISOString(),
      isPat: true,
      owner: 'A',
      ...same,
    },
    { kind: 'session', scopes: null, lastUsedAt: null, usedText: null, isPat: false, owner: null, ...same },
  ]);
  expect(await all(db, { before: whole })).toEqual([]);
  const byDrizzle = await db.select().from(apiTokens).orderBy(apiTokens.id);
  for (const [index, { id, kind, scopes, lastUsedAt }] of byDrizzle.entries())
    expect(rows[index]).toMatchObject({ id, kind, scopes, lastUsedAt });
});

test('a transaction sees its own writes by prepared statements, and others do not', async () => {
  await database.db
    .transaction(async (tx) => {
      await tx.insert(flavours).values({ name: 'mine', vcpus: 1, ramMb: 64, diskGb: 0 });
      expect(await named(tx, { name: 'mine', limit: 1 })).toHaveLength(1);
      expect(await named(database.db, { name: 'mine', limit: 1 })).toHaveLength(0);
      throw new Error('taken back');
    })
    .catch((error: unknown) => expect(error).toMatchObject({ message: 'taken back' }));
});

test('a database that is away is told of as by other statements, and a value in the text is refused', async () => {
  const { db, close } = openDatabase('mysql://nobody:nothing@127.0.0.1:1/none');
  const failure = await named(db, { name: 'nano', limit: 1 }).catch((error: unknown) => error);
  expect(isDatabaseUnavailable(failure)).toBe(true);
  await close();
  expect(() => prepared({ id: flavours.id }, (list) => sql`select ${list} from ${flavours} limit ${7}`)).toThrow(
    'holds a value',
  );
});

test('lists that come together are each read as they are alone, numbers, JSON and nothing included', async () => {
  const { db } = database;
  const lists = {
    people: { id: users.id, name: users.name, since: users.disabledAt, role: roles.name, tokens: number(sql`7`) },
    tokens: { id: apiTokens.id, userId: apiTokens.userId, scopes: apiTokens.scopes, expiresAt: apiTokens.expiresAt },
    sizes: { id: flavours.id, vcpus: flavours.vcpus, retired: optionalIsoText(flavours.retiredAt) },
  };
  const together = preparedLists<typeof lists, { email: string; flavour: string }>(lists, {
    people: (list) => sql`select ${list} from ${users} inner join ${roles} on ${roles.id} = ${users.roleId}
      where ${users.email} = ${sql.placeholder('email')}`,
    tokens: (list) => sql`select ${list} from ${apiTokens} inner join ${users} on ${users.id} = ${apiTokens.userId}
      where ${users.email} = ${sql.placeholder('email')} order by ${apiTokens.id} desc limit 1`,
    sizes: (list) => sql`select ${list} from ${flavours} where ${flavours.name} = ${sql.placeholder('flavour')}`,
  });
  const role = (await db.select().from(roles))[0];
  if (role === undefined) throw new Error('no role');
  const person = { email: 'together@b.example', name: 'B', roleId: role.id, disabledAt: null };
  const [{ insertId: userId }] = await db.insert(users).values(person);
  const expiresAt = new Date('2026-01-02T03:04:05.060Z');
  const scopes = ['read' as const];
  const [{ insertId: tokenId }] = await db
    .insert(apiTokens)
    .values({ userId, kind: 'pat', tokenHash: 'together', scopes, expiresAt });
  const nano = (await db.select().from(flavours)).find(({ name }) => name === 'nano');
  expect(await together(db, { email: 'together@b.example', flavour: 'nano' })).toEqual({
    people: [{ id: userId, name: 'B', since: null, role: role.name, tokens: 7 }],
    tokens: [{ id: tokenId, userId, scopes, expiresAt }],
    sizes: [{ id: nano?.id, vcpus: nano?.vcpus, retired: null }],
  });
  expect(await together(db, { email: 'nobody', flavour: 'none' })).toEqual({ people: [], tokens: [], sizes: [] });
});
