import { describe, expect, it, onTestFinished } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { templatePresence } from '#drizzle/schema/templates';
import { presenceLimits, type Presence } from '#shared/presence';
import { presenceExchange } from '#server/domain/presence/across-servers';
import { point, watchPresence } from '#server/domain/presence/presence';
import type { Actor, DomainContext } from '#server/domain/context';
import { createEventBus } from '#server/events/bus';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

async function scene() {
  const people = { ana: await world.person(), ben: await world.person(), carl: await world.person() };
  const ana = world.callerOf(people.ana);
  const { id } = await ana.templates.create({ name: 'Lab', topology: line(2) });
  await ana.templates.share({ id, email: people.ben.email, level: 'edit' });
  return { ...people, callers: { ana, ben: world.callerOf(people.ben), carl: world.callerOf(people.carl) }, id };
}

/** A page that somebody has the template open in, at a server, and what it was told last. */
async function page(at: DomainContext, actor: Actor, templateId: number) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const stream = (await watchPresence(at, { actor, templateId }))(leaving.signal);
  const told: Presence[] = [];
  const ended = (async () => {
    for await (const presence of stream) told.push(presence);
  })();
  await expect.poll(() => told.length).toBeGreaterThan(0);
  return {
    told,
    id: () => told[0]?.page ?? '',
    others: () => told.at(-1)?.others.map(({ user, pointed }) => [user.id, pointed.cursor?.x ?? null]),
    leave: () => {
      leaving.abort();
      return ended;
    },
  };
}

const at = (x: number) => ({ cursor: { x, y: 0 }, chosen: [] });

describe('who has a template open', () => {
  it('is told to who else has, with where they point, and no more once they have left', async () => {
    const { ana, ben, id } = await scene();
    const first = await page(ctx, ana, id);
    expect(first.others()).toEqual([]);
    const second = await page(ctx, ben, id);
    await expect.poll(first.others).toEqual([[ben.userId, null]]);
    expect(second.others()).toEqual([[ana.userId, null]]);
    await point(ctx, { actor: ben, page: second.id(), pointed: { cursor: { x: 7, y: 0 }, chosen: ['a'] } });
    await expect.poll(first.others).toEqual([[ben.userId, 7]]);
    // one's own pointing is no news
    expect(second.told).toHaveLength(1);
    await second.leave();
    await expect.poll(first.others).toEqual([]);
    await first.leave();
  });

  it('nobody learns who does not see it by name, and nobody points for somebody else', async () => {
    const { ana, ben, carl, callers, id } = await scene();
    expect(await outcomeOf(callers.carl.presence.watch({ templateId: id }))).toBe('NOT_FOUND');
    const admin = world.callerOf(await world.person('admin'));
    const instructor = await world.person('instructor');
    const published = await world.callerOf(instructor).templates.create({ name: 'For all', topology: line(1) });
    await world.callerOf(instructor).templates.publish({ id: published.id, published: true });
    expect(await outcomeOf(callers.carl.presence.watch({ templateId: published.id }))).toBe('FORBIDDEN');
    expect(await outcomeOf(admin.presence.watch({ templateId: id }))).toBe('NOT_FOUND');
    const first = await page(ctx, ana, id);
    expect(await outcomeOf(point(ctx, { actor: ben, page: first.id(), pointed: at(1) }))).toBe('NOT_FOUND');
    expect(await outcomeOf(callers.carl.presence.point({ page: first.id(), pointed: at(1) }))).toBe('NOT_FOUND');
    expect(await outcomeOf(point(ctx, { actor: carl, page: first.id(), pointed: at(1) }))).toBe('NOT_FOUND');
  });

  it('is bounded: ten answers a second however much is pointed, and so much pointing of each user', async () => {
    const { ana, ben, id } = await scene();
    const first = await page(ctx, ana, id);
    const second = await page(ctx, ben, id);
    await expect.poll(first.others).toHaveLength(1);
    const before = first.told.length;
    const begun = performance.now();
    const sent = [];
    for (let x = 1; x <= 100; x++)
      sent.push(await outcomeOf(point(ctx, { actor: ben, page: second.id(), pointed: at(x) })));
    const through = sent.filter((outcome) => outcome === 'OK').length;
    await expect.poll(first.others).toEqual([[ben.userId, through]]);
    const seconds = (performance.now() - begun) / 1_000;
    expect(through).toBeGreaterThanOrEqual(60);
    expect(through).toBeLessThan(100);
    expect(first.told.length - before).toBeLessThanOrEqual(2 + (seconds * 1_000) / presenceLimits.pointEveryMs);
  });

  it('one server alone writes nothing of it', async () => {
    const { ana, ben, id } = await scene();
    await page(ctx, ana, id);
    const second = await page(ctx, ben, id);
    await point(ctx, { actor: ben, page: second.id(), pointed: at(1) });
    expect(await ctx.db.$count(templatePresence)).toBe(0);
  });
});

describe('servers on one database', () => {
  const server = (): DomainContext => ({
    ...ctx,
    bus: createEventBus(),
    home: { id: null, everything: false, accompanied: true },
  });

  it('tell each other who has what open, where they point, whichever of them is told, and who left', async () => {
    const { ana, ben, id } = await scene();
    const [one, other] = [server(), server()];
    const [lookOne, lookOther] = [presenceExchange(one), presenceExchange(other)];
    const look = async () => {
      await lookOther();
      await lookOne();
      await lookOther();
    };
    const first = await page(one, ana, id);
    const second = await page(other, ben, id);
    await look();
    await expect.poll(first.others).toEqual([[ben.userId, null]]);
    await expect.poll(second.others).toEqual([[ana.userId, null]]);
    await point(other, { actor: ben, page: second.id(), pointed: at(5) });
    await look();
    await expect.poll(first.others).toEqual([[ben.userId, 5]]);
    // by a balancer the call may come to the server that has not the stream
    await point(one, { actor: ben, page: second.id(), pointed: at(9) });
    await look();
    await look();
    await expect.poll(first.others).toEqual([[ben.userId, 9]]);
    await second.leave();
    await look();
    await expect.poll(first.others).toEqual([]);
    await first.leave();
    await look();
    expect(await ctx.db.$count(templatePresence)).toBe(0);
  });

  it('forget within seconds whom a server had that was killed', async () => {
    world.freeze();
    const { ana, ben, id } = await scene();
    const [one, other] = [server(), server()];
    const [lookOne, lookOther] = [presenceExchange(one), presenceExchange(other)];
    const first = await page(one, ana, id);
    await page(other, ben, id);
    await lookOther();
    await lookOne();
    await expect.poll(first.others).toHaveLength(1);
    world.pass(5_000);
    await lookOne();
    expect(first.others()).toHaveLength(1);
    world.pass(2_000);
    await lookOne();
    await expect.poll(first.others).toEqual([]);
  });
});
