import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { apiTokens, users } from '#drizzle/schema/users';
import { login } from '#server/domain/auth/login';
import { changeEmail, changePassword } from '#server/domain/auth/account';
import { createPasswordLink } from '#server/domain/auth/password-links';
import { createToken } from '#server/domain/auth/tokens';
import type { DomainContext } from '#server/domain/context';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const client = { ip: null, userAgent: null };
const other = 'another good password';

/** The context of a call that is overtaken between what it reads and the transaction in which it writes. */
function overtakenBy(deed: () => Promise<unknown>): DomainContext {
  const { db } = ctx;
  const transaction: typeof db.transaction = async (work, config) => {
    await deed();
    return db.transaction(work, config);
  };
  return {
    ...ctx,
    db: new Proxy(db, {
      get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name, target)),
    }),
  };
}

/** As the router would wrap it. */
function wrapped(cause: unknown): never {
  throw new Error('refused', { cause });
}

async function reset(userId: number): Promise<void> {
  const { path } = await createPasswordLink(ctx.db, ctx, userId);
  await world.callerOf(null).auth.resetPassword({ token: path.split('#')[1] ?? '', password: other });
}

describe('a sign-in', () => {
  const signIn = (email: string, deed: () => Promise<unknown>) =>
    outcomeOf(login(overtakenBy(deed), { email, password, client, replaced: null }).catch(wrapped));
  const living = async (userId: number) =>
    (await ctx.db.select().from(apiTokens).where(eq(apiTokens.userId, userId))).filter((row) => row.revokedAt === null);

  it('does not outlive the password that it knew', async () => {
    const ada = await world.person();
    expect(await signIn(ada.email, () => reset(ada.userId))).toBe('INVALID_CREDENTIALS');
    expect(await living(ada.userId)).toEqual([]);
  });

  it.each([
    ['disabled', { disabledAt: new Date() }],
    ['deleted', { deletedAt: new Date() }],
    // its second factor would not have been asked for
    ['protected by a second factor', { totpSecret: 'v1.x', totpEnabledAt: new Date() }],
  ])('does not succeed where the account was %s meanwhile', async (_what, change) => {
    const ada = await world.person();
    const deed = () => ctx.db.update(users).set(change).where(eq(users.id, ada.userId));
    expect(await signIn(ada.email, deed)).toBe('INVALID_CREDENTIALS');
    expect(await living(ada.userId)).toHaveLength(1);
  });

  it('succeeds where nothing happened that matters', async () => {
    const ada = await world.person();
    expect(await signIn(ada.email, () => world.callerOf(ada).auth.updateProfile({ name: 'Ada' }))).toBe('OK');
  });
});

describe('an e-mail address', () => {
  it('is not changed by who knew the password of before', async () => {
    const ada = await world.person();
    const change = (deed: () => Promise<unknown>) =>
      outcomeOf(
        changeEmail(overtakenBy(deed), { actor: ada, currentPassword: password, email: 'mine@example.net' }).catch(
          wrapped,
        ),
      );
    expect(await change(() => reset(ada.userId))).toBe('INVALID_CREDENTIALS');
    const [row] = await ctx.db.select().from(users).where(eq(users.id, ada.userId));
    expect(row?.email).toBe(ada.email);
    expect(await outcomeOf(world.callerOf(ada).auth.changeEmail({ currentPassword: other, email: ada.email }))).toBe(
      'OK',
    );
  });
});

describe('a token', () => {
  it('is not made by a session that was ended meanwhile, with all tokens', async () => {
    const ada = await world.person();
    const make = (deed: () => Promise<unknown>) =>
      outcomeOf(
        createToken(overtakenBy(deed), { actor: ada, name: 'late', scopes: ['manage'], days: 1 }).catch(wrapped),
      );
    expect(await make(() => world.callerOf(ada).auth.signOutEverywhere({ tokensToo: true }))).toBe('UNAUTHENTICATED');
    expect(await ctx.db.$count(apiTokens, eq(apiTokens.kind, 'pat'))).toBe(0);
  });
});

describe('a change of the password', () => {
  it('does not undo a reset, and keeps no session that was ended meanwhile', async () => {
    const ada = await world.person();
    const bob = await world.person();
    const change = (actor: typeof ada, deed: () => Promise<unknown>) =>
      outcomeOf(
        changePassword(overtakenBy(deed), {
          actor,
          currentPassword: password,
          password: 'a third good password',
          client,
        }).catch(wrapped),
      );
    expect(await change(ada, () => reset(ada.userId))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(world.callerOf(null).auth.login({ email: ada.email, password: other }))).toBe('OK');
    expect(await change(bob, () => world.callerOf(bob).auth.logout())).toBe('UNAUTHENTICATED');
    expect(await outcomeOf(world.callerOf(null).auth.login({ email: bob.email, password }))).toBe('OK');
  });
});
