import path from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { slices } from '#drizzle/schema/slices';
import { loadZone } from '#server/domain/zones/zones';
import { markOf } from '#server/domain/zones/mark';
import { silentLogger } from '#server/lib/logger';
import { createProviderRegistry } from '#server/provider-registry';
import { tiny, vmSpec } from '#server/providers/contract-fixtures';
import { testCloud } from '#server/testing/cloud';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;

const opened: { close(): Promise<void> }[] = [];
/** As the server has it, so that settings go all the way to the cloud. Its zones need no folder. */
function useRegistry(): void {
  const made = createProviderRegistry({
    dataDir: path.join(tmpdir(), 'trama-no-such-folder'),
    launchLimit: 3,
    accelerator: 'tcg',
    vmUids: null,
    simulator: true,
    internetLimits: async () => ({ kbps: null, usedUp: false }),
    jwtSecret: ctx.settings.jwtSecret,
    log: silentLogger,
  });
  opened.push(made);
  ctx.providers = made;
}
afterEach(async () => {
  for (const made of opened.splice(0)) await made.close();
});

const rest = {
  enabled: true,
  limits: { vcpus: null, ramMb: null, diskGb: null },
  overcommit: { vcpus: 8, ram: 4, disk: 4 },
};
const credential = {
  provider: 'openstack',
  applicationCredential: 'credential-1',
  applicationSecret: 'hidden-in-the-cloud',
} as const;

describe('a zone on OpenStack', () => {
  it('has the room of the project’s quotas, whatever is promised of a machine', async () => {
    useRegistry();
    const cloud = await testCloud();
    const admin = world.callerOf(await world.person('admin'));
    const zone = await admin.zones.create({
      name: 'cloud',
      provider: 'openstack',
      settings: { ...credential, authUrl: cloud.url },
    });
    expect(zone).toMatchObject({
      capabilities: { run: { ok: true } },
      capacity: { vcpus: 20, ramMb: 51_200 },
      home: null,
    });
    expect(zone.settings).toMatchObject({ authUrl: cloud.url, applicationSecret: { set: true }, interface: 'public' });
    expect(JSON.stringify(zone)).not.toContain('hidden-in-the-cloud');
  });

  it('says what its settings lack', async () => {
    useRegistry();
    const admin = world.callerOf(await world.person('admin'));
    const zone = await admin.zones.create({ name: 'cloud', provider: 'openstack' });
    expect(zone.capabilities?.run).toMatchObject({ ok: false, reason: expect.stringContaining('authUrl') });
  });

  it('is tried out by what is typed, before and after it is saved, with the secret that is kept', async () => {
    useRegistry();
    const cloud = await testCloud();
    const admin = world.callerOf(await world.person('admin'));
    const typed = { ...credential, authUrl: cloud.url };
    const unsaved = await admin.zones.testConnection({ id: null, settings: typed });
    expect(unsaved.steps[0]).toMatchObject({ name: 'signIn', state: 'ok' });
    const { id } = await admin.zones.create({ name: 'cloud', provider: 'openstack', settings: typed });
    const saved = await admin.zones.testConnection({ id, settings: { provider: 'openstack', region: 'moon' } });
    expect(saved.steps).toMatchObject([{ name: 'signIn', sentences: [{ code: 'OPENSTACK_NO_REGION' }] }]);
    // nothing was kept
    expect((await admin.zones.get({ id })).settings).toMatchObject({ region: '' });
    const local = await world.zone();
    expect(await outcomeOf(admin.zones.testConnection({ id: local, settings: typed }))).toBe('INVALID_INPUT');
  });

  it('gives its secret to no other address than that which it was given for', async () => {
    useRegistry();
    const [cloud, other] = [await testCloud(), await testCloud()];
    const admin = world.callerOf(await world.person('admin'));
    const settings = { ...credential, authUrl: cloud.url };
    const { id } = await admin.zones.create({ name: 'cloud', provider: 'openstack', settings });
    const elsewhere = { provider: 'openstack', authUrl: other.url } as const;
    const tried = await admin.zones.testConnection({ id, settings: elsewhere });
    expect(tried.steps).toMatchObject([{ sentences: [{ code: 'OPENSTACK_CREDENTIAL_LACKS' }] }]);
    const moved = await admin.zones.update({ id, name: 'cloud', ...rest, settings: elsewhere });
    expect(moved.settings).toMatchObject({ authUrl: other.url, applicationSecret: { set: false } });
    expect(other.asked).toEqual([]);
  });

  it('names in the plan the VMs that it has no flavour for, and takes settings that say otherwise', async () => {
    useRegistry();
    const cloud = await testCloud();
    const admin = world.callerOf(await world.person('admin'));
    const given = { ...credential, authUrl: cloud.url };
    cloud.flavours.push({ id: 'f2', name: 'roomy', vcpus: 4, ram: 8_192, disk: 40 });
    const none = { ...given, otherFlavours: 'none' } as const;
    const zone = await admin.zones.create({ name: 'cloud', provider: 'openstack', settings: none });
    const template = await admin.templates.create({ name: 't', topology: line(1) });
    const slice = await admin.slices.create({ name: 's', templateId: template.id, zoneId: zone.id });
    const flavours = async () => {
      const preview = await admin.slices.preview({ templateId: template.id, zoneId: zone.id });
      const plan = await admin.deployments.plan({ sliceId: slice.id, kind: 'deploy' });
      expect(preview.problems).toEqual(plan.problems);
      return plan.problems.map(({ code, node, sentences }) => [code, node, sentences?.[0]?.code]);
    };
    expect(await flavours()).toEqual([['VM_NO_FLAVOUR', 'vm1', 'CLOUD_FLAVOUR_NOT_LISTED']]);
    const change = (settings: object) =>
      admin.zones.update({ id: zone.id, name: 'cloud', ...rest, settings: { provider: 'openstack', ...settings } });
    await change({ flavours: '1=gone' });
    expect(await flavours()).toEqual([['VM_NO_FLAVOUR', 'vm1', 'CLOUD_FLAVOUR_GONE']]);
    const changed = await change({ flavours: '1=roomy' });
    expect(changed.settings).toMatchObject({ flavours: '1=roomy', otherFlavours: 'none' });
    expect(await flavours()).toEqual([]);
    expect(await outcomeOf(change({ flavours: '1=nano, 1=f1' }))).toBe('INVALID_INPUT');
  });

  it('tells what belongs to no slice, and removes it when that is named, but nothing of others', async () => {
    useRegistry();
    const cloud = await testCloud();
    const person = await world.person('admin');
    const admin = world.callerOf(person);
    const settings = { ...credential, authUrl: cloud.url };
    const made = await admin.zones.create({ name: 'cloud', provider: 'openstack', settings });
    const beside = await admin.zones.create({ name: 'beside', provider: 'openstack', settings });
    const zone = await loadZone(ctx, ctx.db, made.id);
    const neighbour = await loadZone(ctx, ctx.db, beside.id);
    const lan = { id: 1, name: 'lan' };
    const provider = await ctx.providers.forZone(zone);
    const row = { ownerId: person.userId, zoneId: zone.id, name: 'lives', status: 'active' as const };
    const [{ insertId: known }] = await ctx.db.insert(slices).values(row);
    await provider.ensureNetwork({ id: known }, lan);
    await provider.ensureNetwork({ id: 700_000 }, lan);
    await provider.ensureVm({ id: 700_000 }, vmSpec(1, tiny));
    await (await ctx.providers.forZone(neighbour)).ensureNetwork({ id: 700_000 }, lan);
    const [thing] = [...cloud.things.networks.values()];
    cloud.things.networks.set('foreign', { ...thing, id: 'foreign', name: 'trama-1-elsewhere.s5.n1' });

    const own = `${markOf(zone)}.s700000`;
    const besides = `${markOf(neighbour)}.s700000`;
    const { items } = await admin.zones.leftovers({ id: zone.id });
    expect(items.find(({ name }) => name === own)).toMatchObject({
      ...{ why: 'unknown', removable: true, zone: null },
      // the slice's own network besides, on which its VM is defined
      ...{ servers: 0, networks: 2, ports: 1 },
    });
    expect(items.find(({ name }) => name === besides)).toMatchObject({ why: 'otherZone', zone: 'beside' });
    expect(items.find(({ name }) => name === 'trama-1-elsewhere.s5')).toMatchObject({
      why: 'foreign',
      removable: false,
    });
    expect(items).toHaveLength(3);

    for (const others of [besides, 'trama-1-elsewhere.s5'])
      expect(await outcomeOf(admin.zones.removeLeftovers({ id: zone.id, names: [own, others] }))).toBe('FORBIDDEN');
    expect(await admin.zones.leftovers({ id: zone.id })).toEqual({ items });
    // a slice that lives is none, whatever it is called
    const all = { id: zone.id, names: [own, `${markOf(zone)}.s${known}`] };
    const left = await admin.zones.removeLeftovers(all);
    expect(left.items.map(({ name }) => name).toSorted()).toEqual([besides, 'trama-1-elsewhere.s5'].toSorted());
    expect(await provider.listSlices()).toEqual([known]);
    expect(await admin.zones.removeLeftovers(all)).toEqual(left);
  });
});
