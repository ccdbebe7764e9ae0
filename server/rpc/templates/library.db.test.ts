import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { templates, templateTags, templateWords } from '#drizzle/schema/templates';
import { images } from '#drizzle/schema/catalogue';
import { galleryLabs } from '#shared/gallery/labs';
import { limits } from '#shared/limits';
import { annotationsOf, type Annotation } from '#shared/topology/annotations';
import { sketchOfTopology } from '#shared/topology/sketch';
import { indexOldTemplates } from '#server/domain/templates/words';
import { drawing, line, small } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld, type Caller } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

type Query = Parameters<Caller['templates']['list']>[0];
const namesIn = async (caller: Caller, query: Query) =>
  (await caller.templates.list({ sort: 'name', ...query })).items.map(({ name }) => name);
const note = (text: string): Annotation => ({
  ...{ kind: 'note', key: 'note', text, colour: 'yellow' },
  ...{ x: 0, y: 0, width: 200, height: 100 },
});

describe('tags', () => {
  it('are the owner’s, once each, by the alphabet, and go along with copies', async () => {
    const owner = world.callerOf(await world.person());
    const made = await owner.templates.create({ name: 'T', topology: line(1), tags: ['OSPF', 'bgp', 'ospf'] });
    expect(made.tags).toEqual(['bgp', 'ospf']);
    expect((await owner.templates.list({})).items[0]?.tags).toEqual(['bgp', 'ospf']);
    expect((await owner.templates.duplicate({ id: made.id })).tags).toEqual(['bgp', 'ospf']);
    const changed = await owner.templates.update({ id: made.id, tags: ['año', 'ano'] });
    // letters with an accent are other letters
    expect(changed).toMatchObject({ tags: ['ano', 'año'], revision: 1 });
    // what is not said stays
    expect((await owner.templates.update({ id: made.id, name: 'U' })).tags).toEqual(['ano', 'año']);
    expect((await owner.templates.update({ id: made.id, tags: [] })).tags).toEqual([]);
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.templates.update({ id: made.id, tags: ['mine'] }))).toBe('NOT_FOUND');
  });

  it('are short words, and few', async () => {
    const owner = world.callerOf(await world.person());
    const create = (tags: string[]) => owner.templates.create({ name: `T ${tags.length}`, topology: line(1), tags });
    for (const tag of ['', 'two words', '-first', '<b>', 'x'.repeat(limits.tagLength + 1)])
      expect(await outcomeOf(create([tag])), tag).toBe('INVALID_INPUT');
    // the longest there can be, in four bytes each, come back whole
    const longest = Array.from(
      { length: limits.tagsPerTemplate },
      (_, index) => `${index}${'𐐨'.repeat(limits.tagLength / 2 - 1)}`,
    );
    expect((await create(longest)).tags).toEqual(longest.toSorted());
    expect(await outcomeOf(create([...longest, 'more']))).toBe('INVALID_INPUT');
  });

  it('are listed with how many templates have them, of what one sees', async () => {
    const [teacher, student] = [await world.person('instructor'), await world.person()];
    const [as, reader] = [world.callerOf(teacher), world.callerOf(student)];
    const published = await as.templates.create({ name: 'A', topology: line(1), tags: ['ospf', 'week1'] });
    await as.templates.publish({ id: published.id, published: true });
    await as.templates.create({ name: 'B', topology: line(1), tags: ['ospf', 'secret'] });
    await reader.templates.create({ name: 'C', topology: line(1), tags: ['ospf'] });
    const counts = async (caller: Caller, of: 'mine' | 'shared' | 'all') =>
      Object.fromEntries((await caller.templates.tags({ of })).items.map(({ tag, templates: count }) => [tag, count]));
    expect(await counts(as, 'mine')).toEqual({ ospf: 2, secret: 1, week1: 1 });
    expect(await counts(reader, 'mine')).toEqual({ ospf: 1 });
    expect(await counts(reader, 'shared')).toMatchObject({ week1: 1 });
    expect(await counts(reader, 'all')).not.toHaveProperty('secret');
    expect(await namesIn(reader, { of: 'all', tag: 'Week1' })).toEqual(['A']);
    expect(await namesIn(reader, { of: 'all', tag: 'secret' })).toEqual([]);
    await as.templates.delete({ id: published.id });
    expect(await counts(reader, 'shared')).not.toHaveProperty('week1');
  });
});

describe('a search', () => {
  it('finds by name and by what is drawn, described and written beside, by all its words', async () => {
    const owner = world.callerOf(await world.person());
    const fabric = drawing({ vms: ['leaf-1', 'leaf-2'], networks: ['lan'], edges: [['leaf-1', 'leaf-2']] });
    const networks = fabric.networks.map((lan) => ({ ...lan, name: 'Büro LAN' }));
    await owner.templates.create({
      name: 'Fabric',
      topology: { ...fabric, networks, annotations: [note('Measure the Jitter')] },
    });
    await owner.templates.create({ name: 'Other', description: 'Two leaves and a router', topology: line(2) });
    const found = (search: string) => namesIn(owner, { search });
    expect(await found('leaf')).toEqual(['Fabric']);
    expect(await found('leav')).toEqual(['Other']);
    expect(await found('LEA')).toEqual(['Fabric', 'Other']);
    expect(await found('buro')).toEqual(['Fabric']);
    expect(await found('jitter measure')).toEqual(['Fabric']);
    expect(await found('jitter router')).toEqual([]);
    // the image that all are made of, and a part of the name
    expect(await found('tiny')).toEqual(['Fabric', 'Other']);
    expect(await found('bri')).toEqual(['Fabric']);
    // of a name and of what is in it
    expect(await found('fab jitt')).toEqual(['Fabric']);
    // not of the middle of a word within
    expect(await found('itter')).toEqual([]);
    for (const search of ['%', '_', '!', '-', "'", '" or 1=1']) expect(await found(search)).toEqual([]);
  });

  it('follows what is saved, and forgets what is not there any more', async () => {
    const owner = world.callerOf(await world.person());
    const { id } = await owner.templates.create({ name: 'T', topology: line(1, 'alpha') });
    await owner.templates.update({ id, topology: line(1, 'beta'), baseRevision: 1 });
    expect(await namesIn(owner, { search: 'alpha' })).toEqual([]);
    expect(await namesIn(owner, { search: 'beta' })).toEqual(['T']);
    await owner.templates.update({ id, description: 'gamma' });
    expect(await namesIn(owner, { search: 'beta gamma' })).toEqual(['T']);
    expect(await namesIn(owner, { search: 'beta gamma', of: 'all' })).toEqual(['T']);
    const stranger = world.callerOf(await world.person());
    expect(await namesIn(stranger, { search: 'beta', of: 'all' })).toEqual([]);
  });

  it('never looks into files and commands, which may hold secrets', async () => {
    const owner = world.callerOf(await world.person());
    const topology = line(1);
    const [vm] = topology.vms;
    if (vm === undefined) throw new Error('There is no VM.');
    vm.files = [{ path: '/etc/key', content: 'swordfish', mode: '0600' }];
    vm.exec = ['echo swordfish'];
    await owner.templates.create({ name: 'T', topology });
    expect(await namesIn(owner, { search: 'swordfish' })).toEqual([]);
  });

  it('finds templates of older versions once they are indexed, each once', async () => {
    const person = await world.person();
    const owner = world.callerOf(person);
    const made = await Promise.all(
      ['A', 'B', 'C'].map((name) => owner.templates.create({ name, topology: line(1, 'older') })),
    );
    await ctx.db.update(templates).set({ wordsVersion: 0 }).where(eq(templates.ownerId, person.userId));
    for (const { id } of made) await ctx.db.delete(templateWords).where(eq(templateWords.templateId, id));
    await owner.templates.delete({ id: made[2]?.id ?? 0 });
    expect(await namesIn(owner, { search: 'older' })).toEqual([]);
    // two servers at once
    const done = await Promise.all([indexOldTemplates(ctx), indexOldTemplates(ctx)]);
    expect(Math.max(...done)).toBeGreaterThan(0);
    expect(await namesIn(owner, { search: 'older' })).toEqual(['A', 'B']);
    expect(await indexOldTemplates(ctx)).toBe(0);
  });
});

describe('a list', () => {
  it('goes on behind each page, in every order, with any filter', async () => {
    const person = await world.person('instructor');
    const owner = world.callerOf(person);
    for (const name of ['delta', 'Alpha', 'charlie', 'Bravo', 'echo'])
      await owner.templates.create({ name, topology: line(1), tags: name === 'echo' ? [] : ['some'] });
    // all at one instant: the id has to decide
    await ctx.db.update(templates).set({ updatedAt: new Date() }).where(eq(templates.ownerId, person.userId));
    const walk = async (query: Query) => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof owner.templates.list>> = await owner.templates.list({
          ...query,
          limit: 2,
          cursor,
        });
        seen.push(...page.items.map(({ name }) => name));
        cursor = page.nextCursor;
      } while (cursor !== null);
      return seen;
    };
    expect(await walk({ sort: 'created' })).toEqual(['echo', 'Bravo', 'charlie', 'Alpha', 'delta']);
    for (const of of ['mine', 'all'] as const) {
      const filter = { of, tag: 'some', ownerId: person.userId, visibility: 'private', search: 'vm' } as const;
      expect(await walk({ ...filter, sort: 'name' })).toEqual(['Alpha', 'Bravo', 'charlie', 'delta']);
      expect(await walk({ ...filter, sort: 'created' })).toEqual(['Bravo', 'charlie', 'Alpha', 'delta']);
      expect(await walk({ ...filter, sort: 'updated' })).toEqual(['Bravo', 'charlie', 'Alpha', 'delta']);
    }
    const { nextCursor } = await owner.templates.list({ sort: 'created', limit: 2 });
    for (const sort of ['updated', 'name'] as const)
      expect(await outcomeOf(owner.templates.list({ sort, cursor: nextCursor }))).toBe('INVALID_INPUT');
  });

  it('is narrowed to an owner and to who sees it', async () => {
    const [one, two, reader] = [await world.person('instructor'), await world.person(), await world.person()];
    const make = async (as: Caller, name: string) => (await as.templates.create({ name, topology: line(1) })).id;
    const as = world.callerOf(one);
    const published = await make(as, 'published');
    const shared = await make(as, 'shared');
    await make(as, 'private');
    await as.templates.publish({ id: published, published: true });
    await as.templates.share({ id: shared, email: reader.email });
    await world.callerOf(two).templates.share({ id: await make(world.callerOf(two), 'theirs'), email: reader.email });
    for (const visibility of ['published', 'shared', 'private'] as const)
      expect(await namesIn(as, { visibility })).toEqual([visibility]);
    const seen = (query: Query) => namesIn(world.callerOf(reader), { of: 'all', ...query });
    expect(await seen({ ownerId: one.userId })).toEqual(['published', 'shared']);
    expect(await seen({ ownerId: two.userId })).toEqual(['theirs']);
    expect(await seen({ ownerId: reader.userId })).toEqual([]);
    expect(await seen({ visibility: 'shared' })).toEqual(['shared', 'theirs']);
    // a filter shows nobody what they do not see
    expect(await seen({ ownerId: one.userId, visibility: 'private' })).toEqual([]);
  });
});

describe('a sketch', () => {
  it('is of the current drawing, for who sees the template', async () => {
    const owner = world.callerOf(await world.person());
    const { id, topology } = await owner.templates.create({ name: 'T', topology: small });
    expect(await owner.templates.sketch({ id, revision: 1 })).toEqual(sketchOfTopology(topology));
    await owner.templates.update({ id, topology: line(2), baseRevision: 1 });
    expect((await owner.templates.sketch({ id, revision: 2 })).links).toHaveLength(1);
    // what was drawn before is nobody's to see who comes now
    expect(await outcomeOf(owner.templates.sketch({ id, revision: 1 }))).toBe('REVISION_CONFLICT');
    const stranger = world.callerOf(await world.person());
    expect(await outcomeOf(stranger.templates.sketch({ id, revision: 2 }))).toBe('NOT_FOUND');
  });
});

describe('uses', () => {
  it('are named to who sees the slice, and counted to the template’s owner', async () => {
    const [teacher, ana, ben] = [await world.person('instructor'), await world.person(), await world.person()];
    const [as, asAna, asBen] = [world.callerOf(teacher), world.callerOf(ana), world.callerOf(ben)];
    const { id } = await as.templates.create({ name: 'Lab', topology: line(1) });
    await as.templates.publish({ id, published: true });
    expect(await as.templates.uses({ id })).toEqual({ items: [], others: 0 });
    const zoneId = await world.zone();
    const make = (caller: Caller, name: string) => caller.slices.create({ name, templateId: id, zoneId });
    const mine = await make(asAna, 'of Ana');
    await make(asBen, 'of Ben');
    const own = await make(as, 'own');
    const named = async (caller: Caller) => {
      const { items, others } = await caller.templates.uses({ id });
      return [...items.map(({ name }) => name), others];
    };
    expect(await named(asAna)).toEqual(['of Ana', 0]);
    expect(await named(as)).toEqual(['own', 2]);
    expect((await as.templates.uses({ id })).items[0]).toMatchObject({
      ...{ id: own.id, status: 'draft', revision: 1, owner: { id: teacher.userId } },
    });
    await asAna.slices.share({ id: mine.id, email: teacher.email, level: 'view' });
    expect(await named(as)).toEqual(['own', 'of Ana', 1]);
    expect(await named(world.callerOf(await world.person('admin')))).toEqual(['own', 'of Ben', 'of Ana', 0]);
    await ctx.db.update(slices).set({ deletedAt: new Date() }).where(eq(slices.id, own.id));
    expect(await named(as)).toEqual(['of Ana', 1]);
    // a token that may not read slices hears of none, and of its owner's template how many there are
    const narrow = world.callerOf(await world.tokenOf(teacher, ['templates:read']));
    expect(await named(narrow)).toEqual([2]);
  });
});

describe('the gallery', () => {
  it('has every lab in either language', async () => {
    const user = world.callerOf(await world.person());
    const [en, es] = [await user.templates.gallery({}), await user.templates.gallery({ language: 'es' })];
    expect(en.items.map(({ lab }) => lab)).toEqual([...galleryLabs]);
    expect(en.items.map(({ title }) => title)).not.toEqual(es.items.map(({ title }) => title));
    for (const { sketch, vms, networks } of en.items) expect(sketch.nodes).toHaveLength(vms + networks);
  });

  it.each(galleryLabs)('makes a template of %s that can be deployed as it is', async (lab) => {
    const user = world.callerOf(await world.person());
    const made = await user.templates.createFromLab({ lab, language: 'es' });
    const listed = (await user.templates.gallery({ language: 'es' })).items.find((item) => item.lab === lab);
    expect(made).toMatchObject({ name: listed?.title, description: listed?.description, tags: listed?.tags });
    expect(made.vms).toBe(listed?.vms);
    const [task] = annotationsOf(made.topology);
    expect(task?.kind === 'note' && task.text).toContain(listed?.task[0]);
    const zoneId = await world.zone();
    const slice = await user.slices.create({ name: 'S', templateId: made.id, zoneId });
    const plan = await user.deployments.plan({ sliceId: slice.id, kind: 'deploy' });
    expect(plan.problems).toEqual([]);
  });

  it('names a second one of the same lab otherwise, and says which image is lacking', async () => {
    const user = world.callerOf(await world.person());
    const made = async () => (await user.templates.createFromLab({ lab: 'dhcp' })).name;
    expect([await made(), await made()]).toEqual(['DHCP server', 'DHCP server (2)']);
    await ctx.db.update(images).set({ retiredAt: new Date() }).where(eq(images.name, 'router'));
    try {
      expect(await refusalOf(user.templates.createFromLab({ lab: 'ospf-triangle' }))).toMatchObject({
        code: 'IMAGE_RETIRED',
        message: expect.stringContaining('router'),
      });
      expect(await outcomeOf(user.templates.createFromLab({ lab: 'capture' }))).toBe('OK');
    } finally {
      await ctx.db.update(images).set({ retiredAt: null }).where(eq(images.name, 'router'));
    }
  });
});

it('tags and words go with the template’s row', async () => {
  const owner = world.callerOf(await world.person());
  const { id } = await owner.templates.create({ name: 'T', topology: line(1), tags: ['one'] });
  await ctx.db.delete(templates).where(eq(templates.id, id));
  expect(await ctx.db.$count(templateTags, eq(templateTags.templateId, id))).toBe(0);
  expect(await ctx.db.$count(templateWords, eq(templateWords.templateId, id))).toBe(0);
});
