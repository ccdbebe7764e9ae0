import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { silentLogger } from '#server/lib/logger';
import { listening } from '#server/testing/listening';
import { settingsOf, testCloud, type Mishap, type TestCloud } from '#server/testing/cloud';
import { appliedSchema } from '#shared/deployment/applied';
import { readConsole } from '../contract-console';
import { attachment, link, tiny, vmSpec, withNic } from '../contract-fixtures';
import type { Provider, VmSpec } from '../provider';
import { accessRuleSchema, isAllowed } from './client/access-rules';
import { newOutput } from './log-console';
import { namesOf, type Ours } from './names';
import { createOpenStackProvider } from './openstack-provider';
import { asDescription, asMetadata, fromDescription, fromMetadata } from './packed';
import { neededCalls } from './rights';
import { testConnection } from './test-connection';
import { networkOf } from './wiring';

afterEach(() => vi.useRealTimers());

const providerOf = (cloud: TestCloud, mark = 'trama-1-abc') =>
  createOpenStackProvider({
    mark,
    settings: settingsOf(cloud),
    log: silentLogger.info,
    pause: () => Promise.resolve(),
  });

const slice = { id: 12 };
const a = vmSpec(1, tiny);
const b = vmSpec(2, tiny);
const lan = { id: 5, name: 'lan' };
const edge = link(3, a, b);
const linked = withNic(a, edge.source.nic);
const plug = attachment(4, linked, lan.id, 1);
const vms: VmSpec[] = [withNic(linked, plug.source.nic), withNic(b, edge.target.nic)];

/** What a deploy of two VMs, a link and an attachment calls, in the planner's order. */
const deploySteps: ((provider: Provider) => Promise<unknown>)[] = [
  (provider) => provider.ensureNetwork(slice, lan),
  ...vms.map((vm) => (provider: Provider) => provider.ensureVm(slice, vm)),
  (provider) => provider.ensureEdge(slice, edge),
  (provider) => provider.ensureEdge(slice, plug),
  ...vms.map((vm) => (provider: Provider) => provider.startVm(slice, vm)),
];
const destroySteps: typeof deploySteps = [
  (provider) => provider.removeEdge(slice, edge.id),
  (provider) => provider.removeVm(slice, a.id),
  (provider) => provider.removeSlice(slice),
];

/** Each step as the runner does it: what a repeat can help is repeated. */
async function run(provider: Provider, steps: typeof deploySteps): Promise<void> {
  for (const step of steps)
    for (let tries = 1; ; tries += 1)
      try {
        await step(provider);
        break;
      } catch (error) {
        if (tries >= 3) throw error;
      }
}
const namesIn = (cloud: TestCloud, kind: keyof TestCloud['things']) =>
  [...cloud.things[kind].values()].map(({ name }) => String(name).replace(/^trama-1-abc\./, '')).sort();
const expectDeployed = async (cloud: TestCloud, provider: Provider) => {
  expect(namesIn(cloud, 'servers')).toEqual(['s12.v1', 's12.v2']);
  expect(namesIn(cloud, 'networks')).toEqual(['s12', 's12.e3', 's12.n5']);
  expect(namesIn(cloud, 'ports')).toEqual(['s12.e3.v1', 's12.e3.v2', 's12.e4.v1', 's12.v1', 's12.v2']);
  const seen = await provider.observe(slice);
  expect(seen.vms.map(({ id, status }) => [id, status])).toEqual([
    [1, 'running'],
    [2, 'running'],
  ]);
  expect(seen.edges.map(({ id, status }) => [id, status])).toEqual([
    [3, 'up'],
    [4, 'up'],
  ]);
};
const expectNothing = (cloud: TestCloud) => {
  for (const kind of ['servers', 'networks', 'ports', 'subnets'] as const) expect(namesIn(cloud, kind)).toEqual([]);
};

test('deploys, is found by another server, and leaves nothing', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await run(provider, deploySteps);
  await run(provider, deploySteps);
  await expectDeployed(cloud, provider);
  const other = providerOf(cloud);
  expect(await other.listSlices()).toEqual([slice.id]);
  expect((await other.observeMany([slice, { id: 13 }])).get(13)?.vms).toEqual([]);
  // what another installation has made in the project is not ours
  expect(await providerOf(cloud, 'trama-1-abd').listSlices()).toEqual([]);
  await other.stopVm(slice, a.id);
  const seen = await other.observe(slice);
  expect(seen.vms[0]).toMatchObject({ status: 'stopped', applied: { properties: { name: a.name } } });
  expect(seen.edges.map(({ status }) => status)).toEqual(['down', 'down']);
  await other.startVm(slice, vms[0] ?? a);
  await run(other, destroySteps);
  await run(other, destroySteps);
  expectNothing(cloud);
  await other.close();
});

test('one round of the reconciler is three lists, however many slices there are', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await run(provider, deploySteps);
  cloud.asked.length = 0;
  await provider.observeMany(Array.from({ length: 50 }, (_, id) => ({ id })));
  expect(await provider.listSlices()).toEqual([slice.id]);
  expect(cloud.asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  await provider.removeSlice(slice);
  expect(await provider.listSlices()).toEqual([]);
});

const mishaps: Record<string, Mishap> = {
  'its request is lost': 'lost-request',
  'its answer is lost': 'lost-answer',
  'it is done twice': 'twice',
  'it is done after it was taken for lost': 'late',
  'it is answered 503': { status: 503 },
};

test.each(Object.entries(mishaps))(
  'at every call of deploy and destroy, when %s: nothing twice, nothing left',
  async (_name, mishap) => {
    const calls = await callsOf();
    for (let at = 0; at < calls.length; at += 1) {
      const { method = '' } = calls[at] ?? {};
      // what is only looked at is asked anew
      if (method === 'GET') continue;
      const cloud = await testCloud();
      let seen = -1;
      cloud.mishap = () => ((seen += 1) === at ? mishap : null);
      const provider = providerOf(cloud);
      await run(provider, deploySteps);
      await afterTwoLooks(provider);
      // as healing does
      await run(provider, deploySteps);
      await expectDeployed(cloud, provider);
      await run(provider, destroySteps);
      expectNothing(cloud);
      await provider.close();
    }
  },
  120_000,
);

/** What came late is there twice until it has been seen so for a while. */
async function afterTwoLooks(provider: Provider): Promise<void> {
  await provider.observeMany([slice]);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  await provider.observeMany([slice]);
  vi.useRealTimers();
}

/** What both call when nothing goes wrong. */
async function callsOf(): Promise<TestCloud['asked']> {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await run(provider, deploySteps);
  await run(provider, destroySteps);
  return cloud.asked.filter(({ path }) => path !== '/v3/auth/tokens');
}

test('a server in ERROR says why and what to do, and one that never ran is made anew', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await provider.ensureVm(slice, a);
  await provider.startVm(slice, a);
  const [server] = cloud.things.servers.values();
  Object.assign(server ?? {}, {
    status: 'ERROR',
    'OS-SRV-USG:launched_at': null,
    fault: { message: 'No valid host was found. There are not enough hosts available.' },
  });
  const [vm] = (await provider.observe(slice)).vms;
  expect(vm).toMatchObject({
    status: 'failed',
    error: { sentences: [{ code: 'CLOUD_NO_HOST' }, { code: 'CLOUD_FAULT_SAYS' }] },
  });
  await provider.startVm(slice, a);
  expect((await provider.observe(slice)).vms[0]?.status).toBe('running');
  expect(cloud.things.servers.size).toBe(1);
  await provider.close();
});

test('why a server has failed is told also where Nova says it a moment later', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await provider.ensureVm(slice, a);
  let looks = 0;
  cloud.mishap = ({ path }) => {
    if (path.endsWith('/servers/detail')) looks += 1;
    const fault = { message: 'No valid host was found.' };
    for (const server of cloud.things.servers.values())
      Object.assign(server, { status: 'ERROR', ...(looks > 4 && { fault }) });
    return null;
  };
  await expect(provider.startVm(slice, a)).rejects.toMatchObject({ code: 'NO_CAPACITY' });
  expect(looks).toBeGreaterThan(4);
  await provider.close();
});

test('a NIC is plugged into a server that runs, and a changed link is made anew', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  for (const vm of vms) await provider.ensureVm(slice, { ...vm, nics: [] });
  for (const vm of vms) await provider.startVm(slice, { ...vm, nics: [] });
  await provider.ensureEdge(slice, edge);
  expect((await provider.observe(slice)).edges).toMatchObject([{ id: edge.id, status: 'up' }]);
  const moved = { ...edge, source: { ...edge.source, nic: { ...edge.source.nic, address: '10.0.3.2/30' } } };
  await provider.updateEdge(slice, moved);
  expect((await provider.observe(slice)).edges).toMatchObject([
    { id: edge.id, status: 'up', applied: { properties: { sourceAddress: '10.0.3.2/30' } } },
  ]);
  await provider.removeNetwork(slice, lan.id);
  await provider.removeEdge(slice, edge.id);
  expect((await provider.observe(slice)).edges).toEqual([]);
  expect(namesIn(cloud, 'ports')).toEqual(['s12.v1', 's12.v2']);
  await provider.close();
});

test('a VM that was never started takes another definition, one that was takes it when it is made anew', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  const appliedRam = async () => (await provider.observe(slice)).vms[0]?.applied?.properties['ramMb'];
  await provider.ensureVm(slice, a);
  await provider.updateVm(slice, { ...a, ramMb: 100 });
  expect(await appliedRam()).toBe(100);
  await provider.startVm(slice, { ...a, ramMb: 100 });
  await provider.stopVm(slice, a.id);
  await provider.updateVm(slice, { ...a, ramMb: 120 });
  expect(await appliedRam()).toBe(100);
  await provider.updateVm(slice, { ...a, ramMb: 120 }, { recreate: true });
  await provider.startVm(slice, { ...a, ramMb: 120 });
  expect(await appliedRam()).toBe(120);
  expect(cloud.things.servers.size).toBe(1);
  await provider.close();
});

test('waiting for a VM ends when it is called off, and as soon as it is gone', async () => {
  const cloud = await testCloud();
  cloud.answers.set('POST /compute/v2.1/servers', () => ({ status: 202, body: { server: { id: 'never-listed' } } }));
  const provider = providerOf(cloud);
  await provider.ensureVm(slice, a);
  await expect(provider.startVm(slice, a)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  await expect(provider.startVm(slice, a, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(provider.startVm(slice, b)).rejects.toMatchObject({ code: 'INTERNAL' });
  await provider.close();
});

test('who waits for a VM waits on while the cloud does not answer', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await provider.ensureVm(slice, a);
  let silent = 20;
  cloud.mishap = ({ path, query }) =>
    path.endsWith('/servers/detail') && query.get('tags') === 'trama-1-abc' && (silent -= 1) >= 0
      ? { status: 503 }
      : null;
  await provider.startVm(slice, a);
  expect(silent).toBeLessThan(0);
  expect((await provider.observe(slice)).vms[0]?.status).toBe('running');
  await provider.close();
});

test('a screen and a serial console go through Nova’s proxies, and without one for serial lines their output is shown', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  const seen = { ...a, graphics: true };
  await provider.ensureVm(slice, seen);
  await expect(provider.openConsole(slice, a.id, 'vnc')).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  await provider.startVm(slice, seen);
  const asked: (string | undefined)[] = [];
  const proxy = http.createServer();
  new WebSocketServer({ server: proxy }).on('connection', (socket, request) => {
    asked.push(request.url);
    socket.send('RFB 003.008\n');
    socket.on('message', (data) => socket.send(data));
  });
  const port = await listening(proxy);
  const [server] = cloud.things.servers.keys();
  const consoles = `POST /compute/v2.1/servers/${server}/remote-consoles`;
  cloud.answers.set(consoles, ({ body }) => {
    const { protocol } = body['remote_console'] as { protocol: string };
    const page = `http://127.0.0.1:${port}/vnc_auto.html?path=%3Ftoken%3Dabc`;
    return {
      status: 200,
      body: { remote_console: { url: protocol === 'vnc' ? page : `ws://127.0.0.1:${port}/?token=x` } },
    };
  });
  for (const kind of ['vnc', 'serial'] as const) {
    const console = readConsole(await provider.openConsole(slice, a.id, kind));
    await console.until('RFB 003.008');
    console.type('typed');
    await console.until('typed');
    console.close();
  }
  expect(asked).toEqual(['/?token=abc', '/?token=x']);

  const body = { badRequest: { message: 'Unavailable console type serial.' } };
  cloud.answers.set(consoles, () => ({ status: 400, body }));
  const shown = readConsole(await provider.openConsole(slice, a.id));
  await shown.until('booted');
  shown.close();
  await provider.close();
});

test('an image that the cloud does not have is refused before anything is made', async () => {
  const cloud = await testCloud();
  cloud.images = [];
  const provider = providerOf(cloud);
  await expect(provider.ensureVm(slice, a)).rejects.toMatchObject({ code: 'IMAGE_INVALID', retryable: false });
  expectNothing(cloud);
  expect(await provider.imageState(tiny)).toMatchObject({ state: 'unbuildable' });
});

test('a zone has the room of its project’s quotas, less what others have in it', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  await provider.ensureVm(slice, a);
  await provider.startVm(slice, a);
  const { physical, capabilities } = await provider.describe();
  expect(physical).toMatchObject({ vcpus: 20, ramMb: 51_200 });
  expect(capabilities.run.ok).toBe(true);
  for (const capability of Object.values(capabilities)) expect(capability.ok).toBe(capability.reason === null);
  await provider.close();
});

test('a test of the connection says step by step what works, and makes nothing', async () => {
  const cloud = await testCloud();
  const good = await testConnection(settingsOf(cloud, { availabilityZone: 'nova' }));
  expect(good.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'signIn ok',
    'catalogue ok',
    'compute ok',
    'availabilityZone ok',
    'network ok',
    'external ok',
    'image ok',
    'quota ok',
    'rights ok',
  ]);
  expect(good.ok).toBe(true);
  expect(cloud.asked.filter(({ method, path }) => method !== 'GET' && path !== '/v3/auth/tokens')).toEqual([]);

  cloud.accessRules = [{ service: 'compute', method: 'GET', path: '/v2.1/**' }];
  cloud.answers.set('GET /network/v2.0/extensions', () => ({ status: 200, body: { extensions: [] } }));
  const bad = await testConnection(settingsOf(cloud, { availabilityZone: 'moon', externalNetwork: 'none' }));
  expect(bad.ok).toBe(false);
  expect(bad.steps.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
    'availabilityZone',
    'network',
    'external',
    'rights',
  ]);
  expect(bad.steps.find(({ name }) => name === 'rights')?.reason).toContain('compute POST /v2.1/servers');
  expect(JSON.stringify([good, bad])).not.toContain('hidden');
});

test('the access rules that the README tells to give allow every call of a zone, and no other', async () => {
  const file = path.join(import.meta.dirname, '../../../docs/openstack-access-rules.json');
  const rules = z.array(accessRuleSchema).parse(JSON.parse(await readFile(file, 'utf8')));
  const needed = neededCalls({ otherFlavours: 'smallest', otherImages: 'named', portSecurity: 'off' });
  expect(needed.filter((call) => !isAllowed(rules, call))).toEqual([]);
  expect(rules.filter((rule) => !needed.some((call) => isAllowed([rule], call)))).toEqual([]);
});

test('settings that lack something, and a cloud that refuses them, are told in the first step', async () => {
  const cloud = await testCloud();
  const firstOf = async (change: object) => (await testConnection(settingsOf(cloud, change))).steps;
  expect(await firstOf({ authUrl: '' })).toMatchObject([{ name: 'signIn', state: 'failed' }]);
  expect(await firstOf({ applicationCredential: '' })).toMatchObject([
    { sentences: [{ code: 'OPENSTACK_CREDENTIAL_LACKS' }] },
  ]);
  cloud.answers.set('POST /v3/auth/tokens', () => ({ status: 401, body: { error: { message: 'No.' } } }));
  expect(await firstOf({})).toMatchObject([{ sentences: [{ code: 'OPENSTACK_SIGN_IN_REFUSED' }] }]);
});

test('names say what is ours, and only that', () => {
  const names = namesOf('trama-1-abc');
  const id = fc.integer({ min: 1, max: 2 ** 40 });
  fc.assert(
    fc.property(id, id, id, (sliceId, vmId, edgeId) => {
      const all: [string, Ours][] = [
        [names.slice(sliceId), { sliceId, kind: 'slice' }],
        [names.vm(sliceId, vmId), { sliceId, kind: 'vm', vmId }],
        [names.network(sliceId, vmId), { sliceId, kind: 'network', networkId: vmId }],
        [names.edge(sliceId, edgeId), { sliceId, kind: 'edge', edgeId }],
        [names.nic(sliceId, edgeId, vmId), { sliceId, kind: 'nic', edgeId, vmId }],
      ];
      for (const [name, ours] of all) {
        expect(names.read(name)).toEqual(ours);
        expect(namesOf('trama-1-ab').read(name)).toBeNull();
      }
    }),
  );
  for (const name of ['', 'public', 'trama-1-abc', 'trama-1-abc.s1.x2', 'trama-1-abc.s1.v2 '])
    expect(names.read(name)).toBeNull();
});

test('what was applied comes back as it was written down, or is not known', () => {
  const properties = fc.dictionary(fc.string(), fc.oneof(fc.string({ maxLength: 2_000 }), fc.integer(), fc.boolean()));
  fc.assert(
    fc.property(fc.string(), properties, (digest, values) => {
      const applied = appliedSchema.parse(JSON.parse(JSON.stringify({ digest, properties: values })));
      const metadata = asMetadata(applied);
      for (const text of Object.values(metadata)) expect(text.length).toBeLessThanOrEqual(255);
      expect(fromMetadata(metadata)).toEqual(Object.keys(metadata).length === 0 ? null : applied);
      const description = asDescription(applied);
      expect(description.length).toBeLessThanOrEqual(255);
      expect(fromDescription(description)).toEqual(description === '' ? null : applied);
    }),
  );
  expect(fromDescription('written by hand')).toBeNull();
});

test('a console shows what has come since, also when the beginning was cut off', () => {
  expect(newOutput('ab', 'abc')).toBe('c');
  const long = 'x'.repeat(10) + 'y'.repeat(500);
  expect(newOutput(long, `${long.slice(20)}z`)).toBe('z');
  expect(newOutput('before', 'another boot')).toBe('another boot');
});

test('NICs have their IPv6 addresses and MTU, and guests their routes, as the drawing says', async () => {
  const cloud = await testCloud();
  const provider = providerOf(cloud);
  const far = { address: '10.9.0.2/24', address6: 'fd00:9::2/64', mtu: 1_400 };
  const seen = { ...plug, source: { ...plug.source, nic: { ...plug.source.nic, ...far } } };
  const vm = { ...withNic(a, seen.source.nic), routes: [{ to: '10.8.0.0/24', via: '10.9.0.1', edgeId: plug.id }] };
  await provider.ensureNetwork(slice, lan);
  await provider.ensureVm(slice, vm);
  await provider.ensureEdge(slice, seen);
  await provider.ensureEdge(slice, seen);
  await provider.startVm(slice, vm);
  const subnets = [...cloud.things.subnets.values()];
  expect(subnets.map(({ cidr, ip_version: version }) => [cidr, version])).toEqual([
    ['10.9.0.0/24', 4],
    ['fd00:9::/64', 6],
  ]);
  const port = [...cloud.things.ports.values()].find(({ name }) => String(name).endsWith('e4.v1'));
  expect(port?.['fixed_ips']).toEqual([
    { subnet_id: subnets[0]?.['id'], ip_address: '10.9.0.2' },
    { subnet_id: subnets[1]?.['id'], ip_address: 'fd00:9::2' },
  ]);
  expect([...cloud.things.networks.values()].find(({ name }) => String(name).endsWith('n5'))?.['mtu']).toBe(1_400);
  const made = cloud.asked.find(({ method, path: at }) => method === 'POST' && at.endsWith('/servers'))?.body;
  const { user_data: told } = z.object({ user_data: z.string() }).parse(made?.['server']);
  expect(Buffer.from(told, 'base64').toString()).toContain('"sh","10.8.0.0/24","10.9.0.1"');
  await provider.close();
});

test('the network of an address is what its prefix leaves of it', () => {
  expect(networkOf('10.1.2.3/30')).toBe('10.1.2.0/30');
  expect(networkOf('255.255.255.255/1')).toBe('128.0.0.0/1');
  expect(networkOf('fd00:9::7/64')).toBe('fd00:9::/64');
  expect(networkOf('192.168.7.9/24')).toBe('192.168.7.0/24');
});
