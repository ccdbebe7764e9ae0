import { and, eq } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { recoveryCodes, users } from '#drizzle/schema/users';
import { removeSecondFactor } from '#server/db/queries/second-factor';
import type { Actor } from '#server/domain/context';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld, password } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const step = 30_000;

/** What the authenticator shows, so many steps from now. */
function shown(secret: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({
    timestamp: ctx.clock.now().getTime() + steps * step,
  });
}

/** A code that is none of now. */
function wrongCode(secret: string): string {
  const good = [-2, -1, 0, 1, 2].map((steps) => shown(secret, steps));
  const wrong = ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !good.includes(code));
  if (wrong === undefined) throw new Error('five codes cannot be six');
  return wrong;
}

async function protectedPerson() {
  const ada = await world.person();
  const api = world.callerOf(ada);
  const { secret, uri } = await api.auth.beginSecondFactor({ currentPassword: password });
  const { codes } = await api.auth.enableSecondFactor({ code: shown(secret) });
  // the code that enabled it is spent: the next one is two steps on at the latest
  world.pass(2 * step);
  return { ...ada, api, secret, uri, codes };
}

const login = (email: string, code?: string) =>
  world.callerOf(null, { ip: null }).auth.login({ email, password, ...(code === undefined ? {} : { code }) });

describe('a second factor', () => {
  it('is asked for only once a code has shown that it works', async () => {
    const ada = await world.person();
    const api = world.callerOf(ada);
    expect(await refusalOf(api.auth.beginSecondFactor({ currentPassword: 'wrong password' }))).toMatchObject({
      code: 'INVALID_CREDENTIALS',
      field: 'currentPassword',
    });
    expect(await outcomeOf(api.auth.enableSecondFactor({ code: '123456' }))).toBe('INVALID_INPUT');
    const first = await api.auth.beginSecondFactor({ currentPassword: password });
    const { secret, uri } = await api.auth.beginSecondFactor({ currentPassword: password });
    expect(secret).not.toBe(first.secret);
    expect(uri).toContain(`secret=${secret}`);
    expect(await outcomeOf(login(ada.email))).toBe('OK');
    expect(await refusalOf(api.auth.enableSecondFactor({ code: wrongCode(secret) }))).toMatchObject({
      code: 'SECOND_FACTOR_WRONG',
      field: 'code',
    });
    expect(await outcomeOf(login(ada.email))).toBe('OK');
    const { codes } = await api.auth.enableSecondFactor({ code: shown(secret) });
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect((await api.auth.me()).user).toMatchObject({ secondFactor: true });
    expect(await outcomeOf(login(ada.email))).toBe('SECOND_FACTOR_NEEDED');
    // what is in force is not replaced by who merely knows the password
    expect(await outcomeOf(api.auth.beginSecondFactor({ currentPassword: password }))).toBe('INVALID_INPUT');
    expect(await outcomeOf(api.auth.enableSecondFactor({ code: shown(secret, 1) }))).toBe('INVALID_INPUT');
  });

  it('is kept encrypted, its recovery codes as hashes', async () => {
    const { userId, secret, codes } = await protectedPerson();
    const [row] = await ctx.db.select().from(users).where(eq(users.id, userId));
    expect(row?.totpSecret).toMatch(/^v1\./);
    const kept = JSON.stringify([row, await ctx.db.select().from(recoveryCodes), await ctx.db.select().from(auditLog)]);
    expect(kept).not.toContain(secret);
    for (const code of codes) {
      expect(kept).not.toContain(code);
      expect(kept).not.toContain(code.replaceAll('-', ''));
    }
  });

  it('is needed with the right password, and not spoken of with a wrong one', async () => {
    const ada = await protectedPerson();
    expect(await refusalOf(login(ada.email))).toMatchObject({ code: 'SECOND_FACTOR_NEEDED', field: 'code' });
    const wrong = world
      .callerOf(null)
      .auth.login({ email: ada.email, password: 'wrong password', code: shown(ada.secret) });
    expect(await outcomeOf(wrong)).toBe('INVALID_CREDENTIALS');
    expect(await refusalOf(login(ada.email, wrongCode(ada.secret)))).toMatchObject({
      code: 'SECOND_FACTOR_WRONG',
      field: 'code',
    });
    expect(await login(ada.email, shown(ada.secret))).toMatchObject({ id: ada.userId, secondFactor: true });
    const deeds = await ctx.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.userId, ada.userId), eq(auditLog.action, 'auth.second-factor-failed')));
    expect(deeds).toHaveLength(1);
    // without a second factor a code is no obstacle
    expect(await outcomeOf(login((await world.person()).email, '123456'))).toBe('OK');
  });

  it('takes codes of the steps before and after, each once, and none that is earlier than one that was used', async () => {
    const ada = await protectedPerson();
    const early = shown(ada.secret, -1);
    const now = shown(ada.secret);
    expect(await outcomeOf(login(ada.email, shown(ada.secret, -2)))).toBe('SECOND_FACTOR_WRONG');
    expect(await outcomeOf(login(ada.email, early))).toBe('OK');
    expect(await outcomeOf(login(ada.email, early))).toBe('SECOND_FACTOR_WRONG');
    expect(await outcomeOf(login(ada.email, shown(ada.secret, 1)))).toBe('OK');
    expect(await outcomeOf(login(ada.email, now))).toBe('SECOND_FACTOR_WRONG');
    world.pass(2 * step);
    expect(await outcomeOf(login(ada.email, ` ${shown(ada.secret).replace(/(...)/, '$1 ')} `))).toBe('OK');
  });

  it('takes the same code of two at the same time once, in whatever it is used', async () => {
    const ada = await protectedPerson();
    const code = shown(ada.secret);
    const outcomes = await Promise.all([
      outcomeOf(login(ada.email, code)),
      outcomeOf(login(ada.email, code)),
      outcomeOf(ada.api.auth.renewRecoveryCodes({ currentPassword: password, code })),
    ]);
    expect(outcomes.toSorted()).toEqual(['OK', 'SECOND_FACTOR_WRONG', 'SECOND_FACTOR_WRONG']);
  });

  it('is replaced by each recovery code once, of two at the same time too', async () => {
    const ada = await protectedPerson();
    const [first = '', second = ''] = ada.codes;
    const outcomes = await Promise.all([outcomeOf(login(ada.email, first)), outcomeOf(login(ada.email, first))]);
    expect(outcomes.toSorted()).toEqual(['OK', 'SECOND_FACTOR_WRONG']);
    expect(await outcomeOf(login(ada.email, second.replaceAll('-', ' ').toUpperCase()))).toBe('OK');
    expect(await outcomeOf(login(ada.email, second))).toBe('SECOND_FACTOR_WRONG');
    // another's are nobody else's
    const bob = await protectedPerson();
    expect(await outcomeOf(login(bob.email, ada.codes[2] ?? ''))).toBe('SECOND_FACTOR_WRONG');
    expect(await outcomeOf(login(ada.email, ada.codes[2] ?? ''))).toBe('OK');
    // each time it is written down, since whoever did not use one wants to know
    const used = (userId: number) =>
      ctx.db.$count(auditLog, and(eq(auditLog.action, 'auth.recovery-code-used'), eq(auditLog.userId, userId)));
    expect([await used(ada.userId), await used(bob.userId)]).toEqual([3, 0]);
  });

  it('has its recovery codes renewed with password and code: the earlier ones are void', async () => {
    const ada = await protectedPerson();
    const renew = (currentPassword: string, code: string) => ada.api.auth.renewRecoveryCodes({ currentPassword, code });
    expect(await outcomeOf(renew('wrong password', shown(ada.secret)))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(renew(password, wrongCode(ada.secret)))).toBe('SECOND_FACTOR_WRONG');
    const { codes } = await renew(password, shown(ada.secret));
    expect(codes).toHaveLength(10);
    expect(await outcomeOf(login(ada.email, ada.codes[0]))).toBe('SECOND_FACTOR_WRONG');
    expect(await outcomeOf(login(ada.email, codes[0]))).toBe('OK');
  });

  it('is turned off with password and code, or by an administrator, and is off then', async () => {
    const ada = await protectedPerson();
    const disable = (currentPassword: string, code: string) =>
      ada.api.auth.disableSecondFactor({ currentPassword, code });
    expect(await outcomeOf(disable('wrong password', shown(ada.secret)))).toBe('INVALID_CREDENTIALS');
    expect(await outcomeOf(disable(password, wrongCode(ada.secret)))).toBe('SECOND_FACTOR_WRONG');
    expect(await outcomeOf(login(ada.email))).toBe('SECOND_FACTOR_NEEDED');
    expect(await outcomeOf(disable(password, ada.codes[0] ?? ''))).toBe('OK');
    expect(await outcomeOf(login(ada.email))).toBe('OK');
    expect(await outcomeOf(disable(password, ada.codes[1] ?? ''))).toBe('INVALID_INPUT');
    expect(
      await outcomeOf(ada.api.auth.renewRecoveryCodes({ currentPassword: password, code: ada.codes[1] ?? '' })),
    ).toBe('INVALID_INPUT');
    const [row] = await ctx.db.select().from(users).where(eq(users.id, ada.userId));
    expect(row).toMatchObject({ totpSecret: null, totpEnabledAt: null, totpLastStep: null });
    expect(await ctx.db.$count(recoveryCodes, eq(recoveryCodes.userId, ada.userId))).toBe(0);

    const bob = await protectedPerson();
    const eve = await protectedPerson();
    expect(await removeSecondFactor(ctx.db, bob.userId)).toBe(true);
    expect(await removeSecondFactor(ctx.db, bob.userId)).toBe(false);
    expect(await outcomeOf(login(bob.email))).toBe('OK');
    expect(await outcomeOf(login(eve.email))).toBe('SECOND_FACTOR_NEEDED');
    expect(await outcomeOf(login(eve.email, eve.codes[0]))).toBe('OK');
  });

  it('is guessed with growing pauses only, wherever; the right password resets nothing of it, the right code all', async () => {
    const ada = await protectedPerson();
    const guess = () => outcomeOf(login(ada.email, wrongCode(ada.secret)));
    const disable = () =>
      outcomeOf(ada.api.auth.disableSecondFactor({ currentPassword: password, code: wrongCode(ada.secret) }));
    for (let n = 0; n < 5; n += 1) expect(await guess()).toBe('SECOND_FACTOR_WRONG');
    expect(await guess()).toBe('RATE_LIMITED');
    expect(await disable()).toBe('RATE_LIMITED');
    // the password may be given as often as one likes; it is right
    for (let n = 0; n < 6; n += 1) expect(await outcomeOf(login(ada.email))).toBe('SECOND_FACTOR_NEEDED');
    world.pass(1_000);
    expect(await disable()).toBe('SECOND_FACTOR_WRONG');
    world.pass(1_000);
    expect(await guess()).toBe('RATE_LIMITED');
    world.pass(1_000);
    expect(await guess()).toBe('SECOND_FACTOR_WRONG');
    world.pass(60_000);
    expect(await outcomeOf(login(ada.email, shown(ada.secret)))).toBe('OK');
    for (let n = 0; n < 5; n += 1) expect(await guess()).toBe('SECOND_FACTOR_WRONG');
  });

  it('that the server cannot read any more says so, and recovery codes still sign in', async () => {
    const ada = await protectedPerson();
    const { jwtSecret } = ctx.settings;
    ctx.settings.jwtSecret = new TextEncoder().encode('another secret of enough characters');
    try {
      const refusal = await refusalOf(login(ada.email, shown(ada.secret)));
      expect(refusal.code).toBe('INTERNAL');
      expect(refusal.message).toContain('recovery code');
      expect(await outcomeOf(login(ada.email, ada.codes[0]))).toBe('OK');
    } finally {
      ctx.settings.jwtSecret = jwtSecret;
    }
  });

  it('is nothing that a token may change', async () => {
    const ada = await protectedPerson();
    const api = world.callerOf(await world.tokenOf(ada as Actor, ['manage']));
    const input = { currentPassword: password, code: ada.codes[0] ?? '' };
    for (const call of [
      () => api.auth.beginSecondFactor({ currentPassword: password }),
      () => api.auth.enableSecondFactor({ code: '123456' }),
      () => api.auth.disableSecondFactor(input),
      () => api.auth.renewRecoveryCodes(input),
    ])
      expect(await outcomeOf(call())).toBe('FORBIDDEN');
  });
});
