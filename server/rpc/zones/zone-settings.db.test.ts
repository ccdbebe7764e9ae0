import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { desc, eq } from 'drizzle-orm';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { dumpDatabase } from '#db/dump';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { zoneById } from '#server/db/queries/zones';
import { createHomeKeeper } from '#server/domain/homes/home';
import { createLogger } from '#server/lib/logger';
import { createProviderRegistry } from '#server/provider-registry';
import { qemuDefaults } from '#shared/zone-settings';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const logged: string[] = [];
ctx.log = createLogger((text) => void logged.push(text));

/** As the server has it, so that settings go all the way to the simulator. */
const root = await mkdtemp(path.join(tmpdir(), 'trama-settings-'));
afterAll(() => rm(root, { recursive: true }));
const registry = (jwtSecret = ctx.settings.jwtSecret) =>
  createProviderRegistry({
    dataDir: path.join(root, randomUUID()),
    launchLimit: 3,
    accelerator: 'tcg',
    vmUids: null,
    simulator: true,
    jwtSecret,
    internetLimits: async () => ({ kbps: null, usedUp: false }),
    log: ctx.log,
  });
const opened: { close(): Promise<void> }[] = [];
const useRegistry = (made = registry()) => {
  opened.push(made);
  ctx.providers = made;
  return made;
};
afterEach(async () => {
  for (const made of opened.splice(0)) await made.close();
});

const rest = {
  enabled: true,
  limits: { vcpus: null, ramMb: null, diskGb: null },
  overcommit: { vcpus: 2, ram: 1, disk: 1 },
};
const denied = 'The zone’s access key is wrong or missing. An administrator can set it in the zone’s settings.';

describe('settings of a zone', () => {
  it('have defaults, are changed one by one, and are shown to administrators only', async () => {
    useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const zone = await admin.zones.create({
      name: 'lab',
      provider: 'simulator',
      settings: { provider: 'simulator', bootDelayMs: 5 },
    });
    const plain = {
      provider: 'simulator',
      launchLimit: null,
      subnetsDenied: '',
      callDelayMs: 0,
      bootDelayMs: 5,
      accessKey: { set: false },
    };
    expect(zone.settings).toEqual(plain);
    const given = { id: zone.id, name: 'lab', ...rest };
    const changed = await admin.zones.update({
      ...given,
      settings: { provider: 'simulator', launchLimit: 2, accessKey: 'k1' },
    });
    expect(changed.settings).toEqual({ ...plain, launchLimit: 2, accessKey: { set: true } });
    // what is not given stays, the secret too; null takes it away
    expect((await admin.zones.update(given)).settings).toEqual(changed.settings);
    const cleared = await admin.zones.update({ ...given, settings: { provider: 'simulator', accessKey: null } });
    expect(cleared.settings).toEqual({ ...plain, launchLimit: 2 });
    const local = (await admin.zones.list()).items.find(({ provider }) => provider === 'qemu');
    expect(local?.settings).toEqual(qemuDefaults);
    const user = world.callerOf(await world.person());
    for (const seen of [...(await user.zones.list()).items, await user.zones.get({ id: zone.id })])
      expect(seen.settings).toBeNull();
  });

  it('of another provider, or that are none, are refused', async () => {
    useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const { id } = await admin.zones.create({ name: 'lab', provider: 'simulator' });
    const given = { id, name: 'lab', ...rest };
    expect(
      await refusalOf(admin.zones.update({ ...given, settings: { provider: 'qemu', forwardAddress: '0.0.0.0' } })),
    ).toMatchObject({ code: 'INVALID_INPUT', field: 'settings.provider' });
    const wrong = { name: 'x', provider: 'simulator', settings: { provider: 'qemu' } } as const;
    expect(await outcomeOf(admin.zones.create(wrong))).toBe('INVALID_INPUT');
    expect((await admin.zones.list()).items.map(({ name }) => name)).not.toContain('x');
  });

  it('reach the provider that is kept: pacing, delays and the key count from the next call on', async () => {
    const providers = useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const zone = await admin.zones.create({
      name: 'lab',
      provider: 'simulator',
      settings: { provider: 'simulator', accessKey: 'right' },
    });
    expect(zone.capabilities?.run).toEqual({ ok: true, reason: null });
    const given = { id: zone.id, name: 'lab', ...rest };
    const wrong = await admin.zones.update({ ...given, settings: { provider: 'simulator', accessKey: 'wrong' } });
    expect(wrong).toMatchObject({
      physical: null,
      vmLimits: null,
      capabilities: { run: { ok: false, reason: denied } },
    });
    const row = await zoneById(ctx.db, zone.id);
    const held = await providers.forZone(row ?? expect.fail('no zone'));
    await expect(held.observe({ id: 1 })).rejects.toMatchObject({ code: 'ACCESS_DENIED', retryable: false });
    const user = world.callerOf(await world.person());
    const template = await user.templates.create({ name: 't', topology: line(1) });
    const slice = await user.slices.create({ name: 's', templateId: template.id, zoneId: zone.id });
    expect((await user.deployments.plan({ sliceId: slice.id, kind: 'deploy' })).problems).toMatchObject([
      { code: 'ZONE_UNAVAILABLE', params: { zone: 'lab' }, message: expect.stringContaining(denied) },
    ]);
    await admin.zones.update({ ...given, settings: { provider: 'simulator', accessKey: 'right' } });
    // who held the provider all the time goes on with it
    expect((await held.observe({ id: 1 })).vms).toEqual([]);
  });

  it('that another server changed are taken by the heartbeat of the zone’s home', async () => {
    const here = useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const keeper = createHomeKeeper(
      { db: ctx.db, log: ctx.log, providers: here, clock: ctx.clock },
      {
        signs: { identity: crypto.randomUUID(), host: 'a', relayUrl: 'http://127.0.0.1:1', version: '0', server: 'a' },
        exclusive: false,
        isDead: () => false,
      },
    );
    const { id } = await admin.zones.create({
      name: 'lab',
      provider: 'simulator',
      settings: { provider: 'simulator', accessKey: 'a' },
    });
    await keeper.beat();
    const provider = await here.forZone((await zoneById(ctx.db, id)) ?? expect.fail('no zone'));
    await expect(provider.listSlices()).resolves.toEqual([]);
    // the other server has a registry of its own
    useRegistry();
    await admin.zones.update({ id, name: 'lab', ...rest, settings: { provider: 'simulator', accessKey: 'b' } });
    await expect(provider.listSlices()).resolves.toEqual([]);
    await keeper.beat();
    await expect(provider.listSlices()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await keeper.stop();
  });
});

describe('secrets of a zone', () => {
  const first = 'm4rk-of-the-first-secret-7f3a';
  const second = 'm4rk-of-the-second-secret-91bd';

  it('stood in the audit log: they are in no answer, log line, event, audit record, export or dump', async () => {
    useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const answers: unknown[] = [];
    const settings = { provider: 'simulator', accessKey: first } as const;
    const zone = await admin.zones.create({ name: 'lab', provider: 'simulator', settings });
    const given = { id: zone.id, name: 'lab', ...rest };
    answers.push(zone, await admin.zones.get({ id: zone.id }), await admin.zones.refresh({ id: zone.id }));
    const user = world.callerOf(await world.person());
    const template = await user.templates.create({ name: 't', topology: line(1) });
    const slice = await user.slices.create({ name: 's', templateId: template.id, zoneId: zone.id });
    answers.push(await user.deployments.start({ sliceId: slice.id, kind: 'deploy' }));
    answers.push(await admin.zones.update({ ...given, settings: { provider: 'simulator', accessKey: second } }));
    answers.push(await user.deployments.plan({ sliceId: slice.id, kind: 'destroy' }));
    // what is refused tells nothing of what it was given
    for (const refused of [
      () => admin.zones.create({ name: 'lab', provider: 'simulator', settings }),
      () => admin.zones.create({ name: 'x', provider: 'qemu', settings }),
      () => user.zones.create({ name: 'x', provider: 'simulator', settings }),
      () => admin.zones.update({ ...given, id: 999_999, settings }),
      () => admin.zones.update({ ...given, settings: { ...settings, accessKey: first.repeat(100) } }),
    ])
      await refused().then(
        () => expect.fail('not refused'),
        (error: unknown) => answers.push(String(error), JSON.stringify(error), inspect(error, { depth: 9 })),
      );
    answers.push(await admin.zones.list(), await admin.audit.list({}));
    for (const format of ['csv', 'jsonl'] as const) answers.push(await admin.audit.export({ format }));
    const [record] = await ctx.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.action, 'zones.update'))
      .orderBy(desc(auditLog.id));
    expect(record?.details).toMatchObject({ name: 'lab', settings: ['accessKey'] });
    let dump = '';
    for await (const piece of dumpDatabase(database.url)) dump += piece;
    // it is there, sealed
    expect(dump).toMatch(/"accessKey": ?"v1\./);
    for (const text of [JSON.stringify(answers), logged.join(''), dump])
      for (const secret of [first, second]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('base64url').slice(0, -2));
      }
  });

  it('that this server cannot open are named, with their zone, and not overwritten', async () => {
    useRegistry(registry(new TextEncoder().encode('another secret of enough characters')));
    const admin = world.callerOf(await world.person('admin'));
    const settings = { provider: 'simulator', accessKey: first } as const;
    const zone = await admin.zones.create({ name: 'lab', provider: 'simulator', settings });
    const reason =
      'The setting accessKey of zone lab cannot be opened: it was sealed with another TRAMA_SECRET than this server’s. Set it anew.';
    expect(zone.capabilities?.run).toMatchObject({ ok: false, reason });
    const row = (await zoneById(ctx.db, zone.id)) ?? expect.fail('no zone');
    await expect(ctx.providers.forZone(row)).rejects.toMatchObject({
      code: 'ZONE_UNAVAILABLE',
      params: { zone: 'lab', field: 'accessKey' },
    });
    // a change of something else does not touch it, and setting it anew is no trouble
    await admin.zones.update({
      id: zone.id,
      name: 'lab',
      ...rest,
      settings: { provider: 'simulator', launchLimit: 1 },
    });
    expect((await zoneById(ctx.db, zone.id))?.secrets).toEqual(row.secrets);
    await admin.zones.update({
      id: zone.id,
      name: 'lab',
      ...rest,
      settings: { provider: 'simulator', accessKey: null },
    });
    expect((await admin.zones.get({ id: zone.id })).capabilities?.run).toEqual({ ok: true, reason: null });
  });

  it('copied into another zone’s row do not open there', async () => {
    useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const settings = { provider: 'simulator', accessKey: first } as const;
    const one = await admin.zones.create({ name: 'one', provider: 'simulator', settings });
    const two = await admin.zones.create({ name: 'two', provider: 'simulator' });
    const { secrets } = (await zoneById(ctx.db, one.id)) ?? expect.fail('no zone');
    await ctx.db.update(availabilityZones).set({ secrets, settingsVersion: 1 }).where(eq(availabilityZones.id, two.id));
    const stolen = (await zoneById(ctx.db, two.id)) ?? expect.fail('no zone');
    await expect(ctx.providers.forZone(stolen)).rejects.toMatchObject({ params: { zone: 'two', field: 'accessKey' } });
  });
});
