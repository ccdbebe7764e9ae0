import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { deployments, events } from '#drizzle/schema/deployments';
import { sliceLinkRuns } from '#drizzle/schema/link-runs';
import { notifications } from '#drizzle/schema/notifications';
import { slices } from '#drizzle/schema/slices';
import type { LinkStep } from '#shared/links/run';
import type { DomainContext } from '#server/domain/context';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { testProvisioning, until } from '#server/testing/provisioning';
import { createWorld } from '#server/testing/world';
import { linkRunRound } from './round';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

beforeEach(async () => {
  await ctx.db.delete(sliceLinkRuns);
});

/** Two links, the first of which is slow, between VMs that run. */
async function scene() {
  const owner = await world.person();
  const user = world.callerOf(owner);
  const drawn = line(3);
  const topology = {
    ...drawn,
    edges: drawn.edges.map((edge, n) => (n === 0 ? { ...edge, link: { delayMs: 5 } } : edge)),
  };
  const template = await user.templates.create({ name: 'Line', topology });
  const zoneId = await world.zone({ name: `zone ${owner.userId}` });
  const { id } = await user.slices.create({ name: 'One', templateId: template.id, zoneId });
  /** Has what is under way done. */
  const settle = async () => {
    const running = testProvisioning(ctx);
    running.run();
    await until(ctx, id, async () => (await user.slices.get({ id })).busy === null);
    await running.stop();
  };
  await user.deployments.start({ sliceId: id, kind: 'deploy' });
  await settle();
  const begun = async () => {
    const [run] = await ctx.db.select().from(sliceLinkRuns).where(eq(sliceLinkRuns.sliceId, id));
    return run?.startedAt.getTime() ?? 0;
  };
  /** One look, so many seconds after the run began. */
  const look = async (seconds: number, context: DomainContext = ctx) =>
    linkRunRound(context, new Date((await begun()) + seconds * 1_000));
  /** All that is due then: it is asked for, done, and seen to have been done. */
  const pass = async (seconds: number) => {
    await look(seconds);
    await settle();
    for (let n = 0; n < 3; n++) await look(seconds + 1);
  };
  /** What of the links is not as in any drawing: cut, or its delay. */
  const links = async () =>
    (await user.slices.topology({ id })).topology.edges.map(({ down, link }) =>
      down === true ? 'down' : (link?.delayMs ?? 0),
    );
  const news = async () => {
    const rows = await ctx.db.select().from(events).where(eq(events.sliceId, id)).orderBy(events.id);
    return rows.flatMap(({ data }) =>
      data.type === 'slice.links'
        ? [[data.what, ...(data.label === null ? [] : [data.label, data.deed]), data.sentences?.[0]?.code ?? null]]
        : [],
    );
  };
  const operations = async () =>
    (await ctx.db.select().from(deployments).where(eq(deployments.sliceId, id)).orderBy(deployments.id)).slice(1);
  const run = async () => (await user.links.get({ id })).run;
  return { id, owner, user, settle, look, pass, links, news, operations, run };
}

const cut: LinkStep = { at: 10, edge: 'e2', deed: 'down' };
const slow: LinkStep = { at: 20, edge: 'e1', deed: 'bend', link: { delayMs: 90 } };
const joined: LinkStep = { at: 30, edge: 'e2', deed: 'up' };

describe('a run of link changes', () => {
  it('does its steps when they are due, and puts back at its end what it has changed', async () => {
    const { id, user, owner, pass, links, news, operations, run } = await scene();
    const told = () => ctx.db.$count(notifications, eq(notifications.userId, owner.userId));
    const before = await told();
    const { run: first } = await user.links.schedule({ id, steps: [joined, cut, slow], durationSeconds: 60 });
    expect(first).toMatchObject({
      kind: 'sequence',
      status: 'running',
      restore: true,
      durationSeconds: 60,
      chaos: null,
    });
    expect(first?.steps).toEqual([cut, slow, joined]);
    await pass(5);
    expect(await links()).toEqual([5, 0]);
    await pass(10);
    expect(await links()).toEqual([5, 'down']);
    expect((await user.slices.get({ id })).edges.map(({ status }) => status)).toEqual(['up', 'down']);
    await pass(20);
    await pass(30);
    expect(await links()).toEqual([90, 0]);
    expect((await run())?.outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    await pass(50);
    expect(await run()).toMatchObject({ status: 'running' });
    await pass(61);
    expect(await links()).toEqual([5, 0]);
    expect(await run()).toMatchObject({ status: 'ended' });
    expect(await news()).toEqual([
      ['begun', null],
      ['done', 'vm-2–vm-3', 'down', null],
      ['done', 'vm-1–vm-2', 'bend', null],
      ['done', 'vm-2–vm-3', 'up', null],
      ['ended', null],
    ]);
    const done = await operations();
    expect(done.map(({ kind, because, status }) => [kind, because, status])).toEqual(
      Array.from({ length: 4 }, () => ['update', 'links.schedule', 'succeeded']),
    );
    // the run goes back itself: of its steps no drawing is kept
    const change = { from: 'before' as const, deploymentId: done[0]?.id ?? 0 };
    expect(await outcomeOf(user.deployments.start({ sliceId: id, kind: 'update', change }))).toBe('NOT_FOUND');
    // what a run does its own page says
    expect(await told()).toBe(before);
    expect((await user.slices.get({ id })).status).toBe('active');
  });

  it('leaves what it has made where it shall not be put back', async () => {
    const { id, user, pass, links, run } = await scene();
    await user.links.schedule({ id, steps: [cut], restore: false });
    await pass(10);
    expect(await links()).toEqual([5, 'down']);
    expect(await run()).toMatchObject({ status: 'ended', durationSeconds: 10 });
  });

  it('does of what came due while nobody was there the last of each link, and says what was left', async () => {
    const { id, user, pass, links, news, operations } = await scene();
    await user.links.schedule({ id, steps: [cut, slow, joined], durationSeconds: 60 });
    await pass(50);
    expect(await links()).toEqual([90, 0]);
    expect(await operations()).toHaveLength(1);
    expect((await news()).map(([what]) => what)).toEqual(['begun', 'left', 'done', 'done']);
  });

  it('waits for what else is under way', async () => {
    const { id, user, look, settle, pass, links } = await scene();
    await user.links.schedule({ id, steps: [cut], durationSeconds: 60 });
    await user.deployments.start({ sliceId: id, kind: 'reboot' });
    await look(10);
    expect(await links()).toEqual([5, 0]);
    await settle();
    await pass(12);
    expect(await links()).toEqual([5, 'down']);
  });

  it('says which step failed and why, and goes on with the others', async () => {
    const { id, user, look, pass, news, run, operations } = await scene();
    await user.links.schedule({ id, steps: [cut, slow, joined], durationSeconds: 60 });
    await look(10);
    const [first] = await operations();
    await user.deployments.cancel({ id: first?.id ?? 0 });
    await pass(11);
    await pass(20);
    expect((await news()).slice(1)).toEqual([
      ['failed', 'vm-2–vm-3', 'down', 'LINKS_CANCELLED'],
      ['done', 'vm-1–vm-2', 'bend', null],
    ]);
    // a link that is not there any more
    const { version, topology } = await user.slices.topology({ id });
    const [kept] = topology.edges;
    const without = { ...topology, edges: kept === undefined ? [] : [kept] };
    const change = { from: 'drawing' as const, topology: without };
    await user.deployments.start({ sliceId: id, kind: 'update', change, baseVersion: version });
    await pass(30);
    await pass(33);
    expect((await run())?.outcomes[2]?.sentences?.[0]?.code).toBe('LINKS_GONE');
    await pass(61);
    expect(await run()).toMatchObject({ status: 'ended' });
  });

  it('is stopped at once, and everything comes back, or stays', async () => {
    const { id, user, pass, links, run, news } = await scene();
    await user.links.schedule({ id, steps: [cut, joined], durationSeconds: 60 });
    await pass(10);
    expect((await user.links.stop({ id })).run?.status).toBe('ending');
    await pass(14);
    expect(await links()).toEqual([5, 0]);
    expect(await run()).toMatchObject({ status: 'ended', outcomes: [{ outcome: 'done' }] });
    expect((await news()).map(([what]) => what)).toEqual(['begun', 'done', 'stopped', 'ended']);
    // once more is nothing
    expect((await user.links.stop({ id })).run?.status).toBe('ended');
    await user.links.schedule({ id, steps: [cut, joined], durationSeconds: 60 });
    await pass(10);
    await user.links.stop({ id, restore: false });
    await pass(14);
    expect(await links()).toEqual([5, 'down']);
    expect(await run()).toMatchObject({ status: 'ended' });
  });

  it('keeps what somebody else has made of a link meanwhile', async () => {
    const { id, user, settle, pass, links } = await scene();
    await user.links.schedule({ id, steps: [cut, slow], durationSeconds: 60 });
    await pass(10);
    await pass(20);
    const { version, topology } = await user.slices.topology({ id });
    const edges = topology.edges.map((edge) => (edge.key === 'e1' ? { ...edge, link: { delayMs: 7 } } : edge));
    const change = { from: 'drawing' as const, topology: { ...topology, edges } };
    await user.deployments.start({ sliceId: id, kind: 'update', change, baseVersion: version });
    await settle();
    await pass(61);
    expect(await links()).toEqual([7, 0]);
  });

  it('puts back once it can, of a slice that is suspended', async () => {
    const { id, user, settle, pass, look, links, run } = await scene();
    await user.links.schedule({ id, steps: [cut], durationSeconds: 60 });
    await pass(10);
    await user.deployments.start({ sliceId: id, kind: 'suspend' });
    await settle();
    await pass(61);
    expect(await run()).toMatchObject({ status: 'ending' });
    await user.deployments.start({ sliceId: id, kind: 'resume' });
    await settle();
    await look(62);
    expect(await links()).toEqual([5, 'down']);
    await pass(80);
    expect(await links()).toEqual([5, 0]);
  });

  it('ends with its slice', async () => {
    const { id, user, look, run } = await scene();
    await user.links.schedule({ id, steps: [cut] });
    await ctx.db.update(slices).set({ deletedAt: new Date(), status: 'destroyed' }).where(eq(slices.id, id));
    await look(10);
    expect(await run()).toMatchObject({ status: 'ended' });
  });
});

describe('several servers', () => {
  it('do a step once between them, and only where they are the zone’s home', async () => {
    const { id, user, look, operations } = await scene();
    await user.links.schedule({ id, steps: [cut], durationSeconds: 60 });
    await look(10, { ...ctx, home: { id: null, everything: false, accompanied: true } });
    expect(await operations()).toHaveLength(0);
    await Promise.all(Array.from({ length: 4 }, () => look(10)));
    expect(await operations()).toHaveLength(1);
  });

  it('follow one that died after it had the operation begun: there is no second one', async () => {
    const { id, user, look, pass, operations, links, run } = await scene();
    await user.links.schedule({ id, steps: [cut], durationSeconds: 60 });
    const notify = () => {
      throw new Error('lost');
    };
    await look(10, { ...ctx, bus: { ...ctx.bus, notify } });
    expect(await operations()).toHaveLength(1);
    expect((await run())?.outcomes).toEqual([]);
    await look(12);
    await pass(26);
    expect(await operations()).toHaveLength(1);
    expect((await run())?.outcomes).toMatchObject([{ outcome: 'done' }]);
    // it knows how the link was before
    await pass(61);
    expect(await links()).toEqual([5, 0]);
  });
});

describe('chaos', () => {
  const limits = { atOnce: 1, failureSeconds: 5, repairSeconds: 3, durationSeconds: 60, seed: 7 };

  it('fails links by chance, the same ones of the same seed, and has all up at its end', async () => {
    const { id, user, pass, links, run } = await scene();
    const { run: first } = await user.links.chaos({ id, ...limits });
    expect(first).toMatchObject({ kind: 'chaos', chaos: limits, restore: true });
    const [failure] = first?.steps ?? [];
    await pass(failure?.at ?? 0);
    expect(await links()).toContain('down');
    await pass(61);
    expect(await links()).toEqual([5, 0]);
    await pass(65);
    expect(await run()).toMatchObject({ status: 'ended' });
    expect((await user.links.chaos({ id, ...limits, edges: ['e2', 'e1'] })).run?.steps).toHaveLength(
      first?.steps.length ?? 0,
    );
  });

  it('is refused where nothing could fail', async () => {
    const { id, user } = await scene();
    expect(await refusalOf(user.links.chaos({ id, ...limits, edges: ['e9'] }))).toMatchObject({ field: 'edges.0' });
    const quiet = { ...limits, failureSeconds: 86_400, durationSeconds: 1 };
    expect((await refusalOf(user.links.chaos({ id, ...quiet }))).sentences?.[0]?.code).toBe('LINKS_QUIET');
    expect(await outcomeOf(user.links.chaos({ id, ...limits, failureSeconds: 1, durationSeconds: 3_600 }))).toBe(
      'INVALID_INPUT',
    );
  });
});

describe('what is refused', () => {
  it('is said at its field', async () => {
    const { id, user } = await scene();
    const given = (step: Partial<LinkStep>, more: object = {}) =>
      outcomeOf(user.links.schedule({ id, steps: [{ ...cut, ...step }], ...more }));
    expect(await given({ at: 0 })).toBe('INVALID_INPUT');
    expect(await given({ at: -5 })).toBe('INVALID_INPUT');
    expect(await given({ at: 1.5 })).toBe('INVALID_INPUT');
    expect(await given({ at: 86_401 })).toBe('INVALID_INPUT');
    expect(await given({ deed: 'bend' })).toBe('INVALID_INPUT');
    expect(await given({ link: { delayMs: 1 } })).toBe('INVALID_INPUT');
    expect(await given({ deed: 'bend', link: { delayMs: 1e9 } })).toBe('INVALID_INPUT');
    expect(await given({}, { durationSeconds: 9 })).toBe('INVALID_INPUT');
    expect(await outcomeOf(user.links.schedule({ id, steps: [] }))).toBe('INVALID_INPUT');
    const steps: LinkStep[] = [cut, { at: 11, edge: 'constructor', deed: 'down' }];
    expect(await refusalOf(user.links.schedule({ id, steps }))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'steps.1.edge',
    });
  });

  it('is a second run beside one, and one of a slice that does not run', async () => {
    const { id, user, settle } = await scene();
    await user.links.schedule({ id, steps: [cut] });
    expect((await refusalOf(user.links.schedule({ id, steps: [cut] }))).sentences?.[0]?.code).toBe('LINKS_CHANGING');
    await ctx.db.delete(sliceLinkRuns);
    await user.deployments.start({ sliceId: id, kind: 'stop' });
    await settle();
    expect(await outcomeOf(user.links.schedule({ id, steps: [cut] }))).toBe('INVALID_TRANSITION');
  });
});
