import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { templates } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { Scope } from '#shared/scopes';
import type { Actor } from '#server/domain/context';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld, type Caller } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

/** A template of an instructor, and everybody who may come to it. */
async function scene() {
  const people = {
    owner: await world.person('instructor'),
    reader: await world.person(),
    stranger: await world.person(),
    admin: await world.person('admin'),
  };
  const callers = {
    owner: world.callerOf(people.owner),
    reader: world.callerOf(people.reader),
    stranger: world.callerOf(people.stranger),
    admin: world.callerOf(people.admin),
  };
  const { id } = await callers.owner.templates.create({ name: 'Lab', description: 'For all', topology: line(2) });
  await callers.owner.templates.share({ id, email: people.reader.email });
  return { people, callers, id, zoneId: await world.zone() };
}

/** What each verb ends with. Those that change something come last, and change nothing when they are refused. */
async function outcomes(caller: Caller, id: number, zoneId: number, email: string) {
  return {
    get: await outcomeOf(caller.templates.get({ id })),
    export: await outcomeOf(caller.templates.export({ id })),
    shares: await outcomeOf(caller.templates.shares({ id })),
    duplicate: await outcomeOf(caller.templates.duplicate({ id })),
    preview: await outcomeOf(caller.slices.preview({ templateId: id, zoneId })),
    create: await outcomeOf(caller.slices.create({ name: 'Made of it', templateId: id, zoneId })),
    update: await outcomeOf(caller.templates.update({ id, name: 'Lab' })),
    share: await outcomeOf(caller.templates.share({ id, email })),
    unshare: await outcomeOf(caller.templates.unshare({ id, userId: 999_999 })),
    delete: await outcomeOf(caller.templates.delete({ id })),
  };
}
const all = (outcome: string) =>
  Object.fromEntries(
    ['get', 'export', 'shares', 'duplicate', 'preview', 'create', 'update', 'share', 'unshare', 'delete'].map(
      (verb) => [verb, outcome],
    ),
  );
const reads = { get: 'OK', export: 'OK', shares: 'OK', duplicate: 'OK', preview: 'OK', create: 'OK' };

describe('a template', () => {
  it('that is shared is read, copied and deployed, and changed by its owner alone', async () => {
    const { people, callers, id, zoneId } = await scene();
    const { email } = people.reader;
    expect(await outcomes(callers.stranger, id, zoneId, email)).toEqual(all('NOT_FOUND'));
    expect(await outcomes(callers.admin, id, zoneId, email)).toEqual(all('NOT_FOUND'));
    expect(await outcomes(callers.reader, id, zoneId, email)).toEqual({ ...all('FORBIDDEN'), ...reads });
    expect(await refusalOf(callers.reader.templates.update({ id, name: 'Theirs' }))).toMatchObject({
      message: 'Only the owner of Lab may do this. You can make a copy of it.',
    });
    expect(await callers.reader.templates.get({ id })).toMatchObject({
      owner: { id: people.owner.userId },
      visibility: 'shared',
      access: 'view',
    });
    expect(await outcomes(callers.owner, id, zoneId, email)).toEqual(all('OK'));
    expect(await outcomeOf(callers.reader.templates.get({ id }))).toBe('NOT_FOUND');
  });

  it('that is published is read by everyone, until it is not any more', async () => {
    const { people, callers, id, zoneId } = await scene();
    const { email } = people.reader;
    expect(await callers.owner.templates.publish({ id, published: true })).toMatchObject({
      visibility: 'published',
      access: 'own',
    });
    expect(await outcomes(callers.stranger, id, zoneId, email)).toEqual({ ...all('FORBIDDEN'), ...reads });
    expect(await callers.stranger.templates.get({ id })).toMatchObject({
      visibility: 'published',
      access: 'published',
    });
    expect(await callers.reader.templates.get({ id })).toMatchObject({ visibility: 'published', access: 'view' });
    expect(await callers.owner.templates.publish({ id, published: false })).toMatchObject({ visibility: 'shared' });
    expect(await outcomeOf(callers.stranger.templates.get({ id }))).toBe('NOT_FOUND');
    expect(await outcomeOf(callers.reader.templates.get({ id }))).toBe('OK');
    const deeds = await ctx.db.select().from(auditLog).where(eq(auditLog.objectId, id)).orderBy(auditLog.id);
    expect(deeds.map((row) => row.action).filter((action) => action.endsWith('publish'))).toEqual([
      'templates.publish',
      'templates.unpublish',
    ]);
  });

  it('is published by its owner, if their role allows it', async () => {
    const { callers, id } = await scene();
    const mine = await callers.reader.templates.create({ name: 'Mine', topology: line(1) });
    expect(await outcomeOf(callers.reader.templates.publish({ id: mine.id, published: true }))).toBe('FORBIDDEN');
    expect(await outcomeOf(callers.admin.templates.publish({ id, published: true }))).toBe('NOT_FOUND');
    await callers.owner.templates.publish({ id, published: true });
    expect(await outcomeOf(callers.admin.templates.publish({ id, published: false }))).toBe('FORBIDDEN');
    await callers.owner.templates.publish({ id, published: true });
    const published = and(eq(auditLog.action, 'templates.publish'), eq(auditLog.result, 'OK'));
    expect(await ctx.db.$count(auditLog, published)).toBe(1);
  });

  it('copied by a reader is theirs alone, and so is the slice that they make of it', async () => {
    const { people, callers, id, zoneId } = await scene();
    const copy = await callers.reader.templates.duplicate({ id });
    expect(copy).toMatchObject({
      name: 'Lab (copy)',
      description: 'For all',
      owner: { id: people.reader.userId },
      visibility: 'private',
      access: 'own',
      revision: 1,
      vms: 2,
    });
    expect(await outcomeOf(callers.owner.templates.get({ id: copy.id }))).toBe('NOT_FOUND');
    const slice = await callers.reader.slices.create({ name: 'Mine', templateId: id, zoneId });
    expect(slice).toMatchObject({ owner: { id: people.reader.userId }, template: { id, name: 'Lab' } });
    await callers.owner.templates.unshare({ id, userId: people.reader.userId });
    await callers.owner.templates.update({ id, name: 'Renamed in private' });
    // what they made of it, they keep; what it was made of is not theirs to see any more
    expect(await callers.reader.slices.get({ id: slice.id })).toMatchObject({ template: null, templateRevision: 1 });
    expect((await callers.reader.slices.list({})).items).toMatchObject([{ id: slice.id, template: null }]);
    // nor is it to those who only see a slice of the owner's
    const own = await callers.owner.slices.create({ name: 'Own', templateId: id, zoneId });
    await callers.owner.slices.share({ id: own.id, email: people.reader.email });
    expect(await callers.reader.slices.get({ id: own.id })).toMatchObject({ access: 'view', template: null });
    expect(await callers.owner.slices.get({ id: own.id })).toMatchObject({ template: { name: 'Renamed in private' } });
    await callers.owner.templates.delete({ id });
    expect(await callers.owner.slices.get({ id: own.id })).toMatchObject({ template: null });
    expect(await outcomeOf(callers.reader.slices.create({ name: 'More', templateId: id, zoneId }))).toBe('NOT_FOUND');
    expect(await outcomeOf(callers.owner.slices.get({ id: slice.id }))).toBe('NOT_FOUND');
  });

  it('is not seen through another area’s scope, but a slice is made of it without one for templates', async () => {
    const { people, id, zoneId } = await scene();
    const token = (...scopes: Scope[]): Caller => {
      const actor: Actor = { ...people.reader, kind: 'pat', scopes };
      return world.callerOf(actor);
    };
    const slices = token('slices:manage');
    expect(await outcomeOf(slices.templates.get({ id }))).toBe('FORBIDDEN');
    expect(await outcomeOf(slices.templates.shares({ id }))).toBe('FORBIDDEN');
    expect(await outcomeOf(slices.slices.preview({ templateId: id, zoneId }))).toBe('OK');
    expect(await outcomeOf(slices.slices.create({ name: 'One', templateId: id, zoneId }))).toBe('OK');
    const reading = token('templates:read');
    expect(await outcomeOf(reading.templates.get({ id }))).toBe('OK');
    expect(await outcomeOf(reading.templates.duplicate({ id }))).toBe('FORBIDDEN');
    expect(await outcomeOf(reading.slices.preview({ templateId: id, zoneId }))).toBe('FORBIDDEN');
    expect(await outcomeOf(reading.slices.list({}))).toBe('FORBIDDEN');
  });
});

describe('shares of a template', () => {
  it('are shown whole to the owner, to others their own', async () => {
    const { people, callers, id } = await scene();
    await callers.owner.templates.share({ id, email: people.stranger.email });
    const seen = async (caller: Caller) => (await caller.templates.shares({ id })).items.map(({ user }) => user.id);
    expect(await seen(callers.owner)).toEqual([people.reader.userId, people.stranger.userId]);
    expect(await seen(callers.reader)).toEqual([people.reader.userId]);
    expect(await outcomeOf(callers.admin.templates.shares({ id }))).toBe('NOT_FOUND');
    await callers.owner.templates.publish({ id, published: true });
    expect(await seen(callers.admin)).toEqual([]);
    await ctx.db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, people.stranger.userId));
    expect(await seen(callers.owner)).toEqual([people.reader.userId]);
  });

  it('with nobody who can sign in are none', async () => {
    const { people, callers, id } = await scene();
    await ctx.db.update(users).set({ deletedAt: new Date() }).where(eq(users.id, people.reader.userId));
    expect(await callers.owner.templates.shares({ id })).toEqual({ items: [] });
    expect(await callers.owner.templates.get({ id })).toMatchObject({ visibility: 'private' });
  });

  it('are for accounts that there are, services too, and not for the owner', async () => {
    const { people, callers, id } = await scene();
    const share = (email: string) => refusalOf(callers.owner.templates.share({ id, email }));
    const nobody = { code: 'NOT_FOUND', field: 'email', message: 'There is no account with this address.' };
    expect(await share('nobody@example.org')).toMatchObject(nobody);
    expect(await share(people.owner.email)).toMatchObject({ code: 'INVALID_INPUT', field: 'email' });
    await ctx.db.update(users).set({ deletedAt: new Date() }).where(eq(users.id, people.stranger.userId));
    expect(await share(people.stranger.email)).toMatchObject(nobody);
    await ctx.db.update(users).set({ kind: 'service', passwordHash: null }).where(eq(users.id, people.admin.userId));
    expect(await outcomeOf(callers.owner.templates.share({ id, email: people.admin.email }))).toBe('OK');
    expect(await outcomeOf(callers.reader.templates.share({ id, email: 'nobody@example.org' }))).toBe('FORBIDDEN');
  });

  it('are made once, and left by the user or taken back by the owner', async () => {
    const { people, callers, id } = await scene();
    await callers.owner.templates.share({ id, email: people.reader.email });
    await callers.owner.templates.share({ id, email: people.stranger.email });
    const other = { id, userId: people.stranger.userId };
    expect(await outcomeOf(callers.reader.templates.unshare(other))).toBe('FORBIDDEN');
    expect(await callers.reader.templates.unshare({ id, userId: people.reader.userId })).toEqual({ items: [] });
    expect(await outcomeOf(callers.reader.templates.get({ id }))).toBe('NOT_FOUND');
    expect(await callers.owner.templates.unshare(other)).toEqual({ items: [] });
    expect(await callers.owner.templates.unshare(other)).toEqual({ items: [] });
    const rows = await ctx.db.select().from(auditLog).where(eq(auditLog.objectId, id)).orderBy(auditLog.id);
    expect(
      rows
        .filter((row) => row.objectType === 'template' && row.result === 'OK')
        .map(({ action, userId }) => [action, userId]),
    ).toEqual([
      ['templates.create', people.owner.userId],
      ['templates.share', people.owner.userId],
      ['templates.share', people.owner.userId],
      ['templates.unshare', people.reader.userId],
      ['templates.unshare', people.owner.userId],
    ]);
  });
});

describe('a list of templates', () => {
  it('is of one’s own, of what others show, or of both', async () => {
    const { people, callers, id } = await scene();
    world.pass(10);
    const own = await callers.reader.templates.create({ name: 'Own', topology: line(1) });
    world.pass(10);
    const published = await callers.admin.templates.create({ name: 'Public', topology: line(1) });
    await callers.admin.templates.publish({ id: published.id, published: true });
    const seen = async (caller: Caller, of?: 'mine' | 'shared' | 'all') =>
      (await caller.templates.list({ of })).items.map((template) => [template.id, template.access]);
    expect(await seen(callers.reader)).toEqual([[own.id, 'own']]);
    expect(await seen(callers.reader, 'shared')).toEqual([
      [published.id, 'published'],
      [id, 'view'],
    ]);
    expect(await seen(callers.reader, 'all')).toEqual([
      [published.id, 'published'],
      [own.id, 'own'],
      [id, 'view'],
    ]);
    expect(await seen(callers.stranger, 'shared')).toEqual([[published.id, 'published']]);
    expect(await seen(callers.admin, 'shared')).toEqual([]);
    // shared and published at once is one
    await callers.owner.templates.publish({ id, published: true });
    expect(await seen(callers.reader, 'shared')).toHaveLength(2);
    const [first] = (await callers.reader.templates.list({ of: 'shared', search: 'Lab' })).items;
    const { topology: _drawing, ...summary } = await callers.reader.templates.get({ id });
    expect(first).toEqual(summary);
    expect(summary.owner.id).toBe(people.owner.userId);
    expect(summary.owner.name).toMatch(/^Person \d+$/);
  });

  it.each(['updated', 'name'] as const)('of all comes in pages by %s', async (sort) => {
    const { people, callers } = await scene();
    const names = ['Lab'];
    for (const [n, name] of ['delta', 'Äpfel', 'alpha', 'Zulu', 'beta', 'echo'].entries()) {
      world.pass(10);
      const maker = n % 2 === 0 ? callers.owner : callers.reader;
      const made = await maker.templates.create({ name, topology: line(1) });
      if (n === 0) await callers.owner.templates.share({ id: made.id, email: people.reader.email });
      else if (n % 2 === 0) await callers.owner.templates.publish({ id: made.id, published: true });
      names.unshift(name);
    }
    if (sort === 'name') {
      const rows = await ctx.db.select({ name: templates.name }).from(templates).orderBy(templates.name);
      names.splice(0, names.length, ...rows.map((row) => row.name));
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof callers.reader.templates.list>> = await callers.reader.templates.list({
        of: 'all',
        sort,
        limit: 2,
        cursor,
      });
      seen.push(...page.items.map((template) => template.name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(names);
  });
});
