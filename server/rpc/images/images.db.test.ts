import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { images } from '#drizzle/schema/catalogue';
import { checkRequested, surveyBuiltinImages, writeImageState } from '#server/domain/images/image-states';
import { ProviderError } from '#server/lib/provider-error';
import type { Provider } from '#server/providers/provider';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { registryOf } from '#server/testing/context';
import { simulatedZone } from '#server/testing/rows';
import { say } from '#shared/sentence';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const checksum = 'a'.repeat(64);
const image = { name: 'alma', kind: 'disk' as const, source: 'https://example.org/debian.qcow2', sha256: checksum };

describe('images', () => {
  it('are made, changed and retired by an admin', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const made = await admin.images.create(image);
    expect(made).toMatchObject({ ...image, inUse: 0, sizeMb: null, consoles: ['serial'] });
    expect(await refusalOf(admin.images.create(image))).toMatchObject({ code: 'NAME_TAKEN', field: 'name' });
    await ctx.db.update(images).set({ sizeMb: 300 }).where(eq(images.id, made.id));
    expect(await admin.images.update({ id: made.id, ...image, description: 'stable' })).toMatchObject({
      description: 'stable',
      sizeMb: 300,
    });
    // other files: their size is not known
    expect(await admin.images.update({ id: made.id, ...image, sha256: 'b'.repeat(64) })).toMatchObject({
      sizeMb: null,
    });
    expect((await admin.images.retire({ id: made.id })).retiredAt).not.toBeNull();
    expect(await outcomeOf(admin.images.update({ id: made.id, ...image }))).toBe('IMAGE_RETIRED');
    expect((await admin.images.list({})).items.map(({ name }) => name)).toEqual(['debian', 'router', 'tiny']);
    expect((await admin.images.list({ includeRetired: true })).items.map(({ name }) => name)).toEqual([
      'alma',
      'debian',
      'router',
      'tiny',
    ]);
  });

  it('tell only those who manage them where they lie', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const user = world.callerOf(await world.person());
    const url = 'https://me:secret@example.org/a/debian.qcow2?token=secret';
    await admin.images.create({ ...image, source: url });
    await admin.images.create({ ...image, name: 'local', source: '/srv/images/local.qcow2' });
    const sources = async (caller: typeof user) => (await caller.images.list({})).items.map(({ source }) => source);
    expect(await sources(admin)).toEqual([
      url,
      'builtin:debian',
      '/srv/images/local.qcow2',
      'builtin:router',
      'builtin:tiny',
    ]);
    expect(await sources(user)).toEqual([
      'debian.qcow2',
      'builtin:debian',
      'local.qcow2',
      'builtin:router',
      'builtin:tiny',
    ]);
  });

  it('cannot be retired while in use, nor get other files under a slice', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const user = world.callerOf(await world.person());
    const made = await admin.images.create(image);
    const topology = line(1);
    for (const vm of topology.vms) vm.imageId = made.id;
    const template = await user.templates.create({ name: 'one', topology });
    expect(await refusalOf(admin.images.retire({ id: made.id }))).toMatchObject({
      code: 'IMAGE_IN_USE',
      message: 'alma is used by 1 template.',
    });
    const other = { id: made.id, ...image, sha256: 'c'.repeat(64) };
    expect(await outcomeOf(admin.images.update(other))).toBe('OK');
    await user.slices.create({ name: 's', templateId: template.id, zoneId: await world.zone() });
    expect(await outcomeOf(admin.images.update({ ...other, sha256: checksum }))).toBe('IMAGE_IN_USE');
    expect(await outcomeOf(admin.images.update({ ...other, description: 'words only' }))).toBe('OK');
  });

  it.each([
    ['a URL without a checksum', { ...image, sha256: null }],
    ['a relative path', { ...image, source: 'images/x.qcow2' }],
    ['a path that climbs', { ...image, source: '/images/../../etc/passwd' }],
    ['another scheme', { ...image, source: 'file:///etc/passwd' }],
    ['a checksum that is none', { ...image, sha256: 'xyz' }],
    ['a name that is a path', { ...image, name: 'a/b' }],
  ])('refuse %s', async (_what, input) => {
    const admin = world.callerOf(await world.person('admin'));
    expect(await outcomeOf(admin.images.create(input))).toBe('INVALID_INPUT');
  });
});

describe('the state of an image in a zone', () => {
  const keeper = (provider: Provider) => ({ ...ctx, providers: registryOf(provider) });

  it('is asked for, fetched and verified, or broken with the reason', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const user = world.callerOf(await world.person());
    const zoneId = await simulatedZone(ctx.db);
    const { id } = await admin.images.create(image);
    expect((await admin.images.check({ id })).zones).toMatchObject([{ zoneId, state: 'requested', reason: null }]);
    const provider = createSimulatorProvider();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    provider.imageState = () => Promise.resolve({ state: 'fetching', doneMb: 12, totalMb: 300 });
    provider.ensureImage = async (_spec, options) => {
      expect(options).toEqual({ reread: true });
      await held;
      return { sizeMb: 300 };
    };
    const round = checkRequested(keeper(provider));
    const seen = async () => (await user.images.list({ search: image.name })).items[0];
    await expect
      .poll(async () => (await seen())?.zones)
      .toMatchObject([{ state: 'fetching', doneMb: 12, totalMb: 300 }]);
    // taken: nobody else does it too
    await checkRequested(keeper(createSimulatorProvider()));
    expect((await seen())?.zones).toMatchObject([{ state: 'fetching' }]);
    release();
    await round;
    expect(await seen()).toMatchObject({ sizeMb: 300, zones: [{ state: 'verified', doneMb: null }] });

    await admin.images.check({ id });
    const said = say('FETCH_NOTHING_THERE', { image: 'debian', status: 404 });
    const reason = 'The image “debian” could not be fetched: there is nothing at its URL (HTTP 404).';
    provider.ensureImage = () => Promise.reject(new ProviderError('UNAVAILABLE', said, false));
    await checkRequested(keeper(provider));
    expect((await seen())?.zones).toMatchObject([{ state: 'broken', reason, sentences: said.sentences }]);
    // other files: what was said of the former is not true of them
    await admin.images.update({ id, ...image, sha256: 'b'.repeat(64) });
    expect((await seen())?.zones).toEqual([]);
    await admin.images.retire({ id });
    expect(await outcomeOf(admin.images.check({ id }))).toBe('IMAGE_RETIRED');
  });

  it('says of a built-in one how one signs in, and whether it can be built there, before a VM needs it', async () => {
    const user = world.callerOf(await world.person());
    const zoneId = await simulatedZone(ctx.db);
    const router = async () => (await user.images.list({ search: 'router' })).items[0];
    expect(await router()).toMatchObject({
      source: 'builtin:router',
      login: { user: 'root', password: null },
      zones: [],
    });
    const provider = createSimulatorProvider();
    const reason = say('BUILD_NO_TOOLS', { image: 'router' });
    provider.imageState = async ({ name }) =>
      name === 'router' ? { state: 'unbuildable', reason } : { state: 'verified', sizeMb: 20 };
    const survey = () => surveyBuiltinImages(keeper(provider));
    await survey();
    expect((await router())?.zones).toMatchObject([
      { zoneId, state: 'unbuildable', reason: expect.stringMatching(/cannot be built here because/) },
    ]);
    // what it lacked was installed
    provider.imageState = () => Promise.resolve({ state: 'absent' });
    await survey();
    expect((await router())?.zones).toEqual([]);
    // what was said of an attempt says more
    const imageId = (await router())?.id ?? 0;
    const broken = { state: 'broken', reason: say('BUILD_NO_DOWNLOAD', { image: 'router' }) } as const;
    await writeImageState(ctx.db, { imageId, zoneId, state: broken, now: ctx.clock.now() });
    await survey();
    expect((await router())?.zones).toMatchObject([{ state: 'broken' }]);
  });

  it('that a dead server was finding out is found out by another', async () => {
    const admin = world.callerOf(await world.person('admin'));
    const zoneId = await simulatedZone(ctx.db);
    const { id } = await admin.images.create(image);
    await writeImageState(ctx.db, {
      imageId: id,
      zoneId,
      state: { state: 'fetching', doneMb: 1, totalMb: null },
      now: new Date(ctx.clock.now().getTime() - 61_000),
    });
    const provider = createSimulatorProvider();
    await checkRequested(keeper(provider));
    expect((await admin.images.list({ search: image.name })).items[0]?.zones).toMatchObject([{ state: 'verified' }]);
  });
});
