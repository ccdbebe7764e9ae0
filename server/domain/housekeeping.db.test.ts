import { eq } from 'drizzle-orm';
import { expect, it, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { consoleTokens } from '#drizzle/schema/slices';
import { apiTokens, passwordResets, rateLimits, users } from '#drizzle/schema/users';
import { deleteEnded } from '#server/db/queries/housekeeping';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { createPasswordLink } from './auth/password-links';
import { deleteExpired, startHousekeeping } from './housekeeping';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const hour = 3_600_000;
const day = 24 * hour;
const nothing = {
  tokens: 0,
  passwordLinks: 0,
  consoleTokens: 0,
  rateLimits: 0,
  accountChanges: 0,
  auditEntries: 0,
  notifications: 0,
  deliveries: 0,
  drafts: 0,
};

it('deletes sessions and tokens 30 days after their end, and no others', async () => {
  const ada = await world.person();
  const revoked = await world.tokenOf(ada, ['read'], 100);
  const expiring = await world.tokenOf(ada, ['read'], 2);
  const living = await world.tokenOf(ada, ['read'], 100);
  await world.callerOf(ada).tokens.revoke({ id: revoked.tokenId });
  const left = async () => (await ctx.db.select().from(apiTokens)).map((row) => row.id);
  world.pass(30 * day);
  expect((await deleteExpired(ctx)).tokens).toBe(0);
  world.pass(1);
  // revoked 30 days ago
  expect((await deleteExpired(ctx)).tokens).toBe(1);
  expect(await left()).toEqual([ada.tokenId, expiring.tokenId, living.tokenId]);
  // the session has lasted half a day
  world.pass(day);
  expect((await deleteExpired(ctx)).tokens).toBe(1);
  world.pass(day);
  expect((await deleteExpired(ctx)).tokens).toBe(1);
  expect(await left()).toEqual([living.tokenId]);
  expect(await ctx.db.$count(users, eq(users.id, ada.userId))).toBe(1);
});

it('deletes links, console tokens and rate limits that have run out, and keeps those that have not', async () => {
  const ada = await world.person('admin');
  const api = world.callerOf(ada);
  const zoneId = await world.zone();
  const template = await api.templates.create({ name: 'template', topology: line(1) });
  const slice = await api.slices.create({ name: 'slice', templateId: template.id, zoneId });
  const vmId = slice.vmList[0]?.id ?? 0;
  await world.observed(vmId, 'running');
  await api.slices.openConsole({ vmId });
  await createPasswordLink(ctx.db, ctx, ada.userId);
  await outcomeOf(world.callerOf(null).auth.login({ email: 'nobody@example.org', password: 'wrong password' }));
  const counts = async () => [
    await ctx.db.$count(passwordResets),
    await ctx.db.$count(consoleTokens),
    await ctx.db.$count(rateLimits),
  ];
  expect(await counts()).toEqual([1, 1, 2]);
  expect(await deleteExpired(ctx)).toEqual(nothing);
  world.pass(hour - 1);
  // the console's count runs out after minutes, its token is kept for an hour
  expect(await deleteExpired(ctx)).toEqual({ ...nothing, rateLimits: 1 });
  world.pass(30_002);
  expect(await deleteExpired(ctx)).toEqual({ ...nothing, rateLimits: 1, consoleTokens: 1 });
  expect(await counts()).toEqual([1, 0, 0]);
  world.pass(23 * hour);
  expect(await deleteExpired(ctx)).toEqual({ ...nothing, passwordLinks: 1 });
});

it('deletes audit entries after as many days as are set, in pieces, also when two servers do it', async () => {
  const now = ctx.clock.now().getTime();
  const age = (days: number) => ({ action: 'test', createdAt: new Date(now - days * day) });
  await ctx.db
    .insert(auditLog)
    .values([...Array.from({ length: 23 }, (_, n) => age(ctx.settings.auditDays + 1 + n)), age(364), age(0)]);
  const ended = {
    now: new Date(now),
    tokensBefore: new Date(0),
    notificationsBefore: new Date(0),
    deliveriesBefore: new Date(0),
    draftsBefore: new Date(0),
    consoleTokensBefore: new Date(0),
    accountChangesBefore: new Date(0),
    auditBefore: new Date(now - ctx.settings.auditDays * day),
  };
  expect((await deleteEnded(ctx.db, ended, AbortSignal.abort(), 5)).auditEntries).toBe(0);
  const { signal } = new AbortController();
  const both = await Promise.all([deleteEnded(ctx.db, ended, signal, 5), deleteEnded(ctx.db, ended, signal, 5)]);
  expect(both[0].auditEntries + both[1].auditEntries).toBe(23);
  expect(await ctx.db.$count(auditLog)).toBe(2);
  expect(await deleteExpired(ctx)).toEqual(nothing);
});

it('is done at the start and again and again, until it is stopped', async () => {
  const entry = () => ctx.db.insert(auditLog).values({ action: 'test', createdAt: new Date(0) });
  const entries = () => ctx.db.$count(auditLog);
  await entry();
  const stop = startHousekeeping(ctx, 20);
  try {
    await vi.waitFor(async () => expect(await entries()).toBe(0), { timeout: 40_000 });
    await entry();
    await vi.waitFor(async () => expect(await entries()).toBe(0), { timeout: 40_000 });
  } finally {
    await stop();
  }
});

it('outlives a database that is away', async () => {
  const warn = vi.fn();
  const failing = {
    clock: ctx.clock,
    settings: ctx.settings,
    log: { ...ctx.log, warn },
    get db(): never {
      throw new Error('away');
    },
  };
  await expect(deleteExpired(failing)).rejects.toThrow('away');
  const stop = startHousekeeping(failing, 20);
  try {
    // the second time shows that the first did not end it
    await vi.waitFor(() => expect(warn.mock.calls.length).toBeGreaterThan(1), { timeout: 40_000 });
  } finally {
    await stop();
  }
});
