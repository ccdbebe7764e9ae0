import path from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { silentLogger } from '#server/lib/logger';
import { createProviderRegistry } from '#server/provider-registry';
import { testCloud } from '#server/testing/cloud';
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
});
