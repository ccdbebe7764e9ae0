import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { attachment, link, tiny as image, vmSpec, withNic } from '#server/providers/contract-fixtures';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import { accessRuleSchema, type AccessRule } from '#server/providers/openstack/client/access-rules';
import { testConnection } from '#server/providers/openstack/test-connection';
import type { EdgeSpec, Provider, VmSpec } from '#server/providers/provider';
import { Semaphore } from '#server/lib/semaphore';
import { openSettings } from '#shared/zone-settings';
import { proveFlavours } from './prove-flavours';
import { proveFaults } from './prove-faults';
import { proveGuests } from './prove-guests';
import { proveImages } from './prove-images';
import { proveKills } from './prove-kills';
import { proveNeighbours } from './prove-neighbours';
import { provePorts } from './prove-ports';
import { applicationCredential } from './seed';
import type { Testbed } from './testbed';

/** As the README says. */
const makesFlavours: AccessRule[] = ['/v2.1/flavors', '/v2.1/flavors/*/action'].map((at) => ({
  ...{ service: 'compute', method: 'POST', path: at },
}));

const keepsPortSecurity: AccessRule[] = [{ service: 'network', method: 'GET', path: '/v2.0/security-groups' }];
const uploadsImages: AccessRule[] = [
  { service: 'image', method: 'POST', path: '/v2/images' },
  { service: 'image', method: 'PUT', path: '/v2/images/*/file' },
];

/** Steps at once, as the runner has them. */
const lanes = 16;

/** What zones on OpenStack do on a real one. Rejects where something is not as it should be. */
export async function prove(
  testbed: Testbed,
  { vms, rounds, kills, log }: { vms: number; rounds: number; kills: number; log: (line: string) => void },
): Promise<void> {
  await proveConnection(testbed, log);
  // all that follows is done with no more rights than the test of the connection asks for
  const credential = await narrowed(testbed, testbed.member, log);
  const settings = settingsFor(testbed, credential);
  const providerOf = (mark: string) =>
    createOpenStackProvider({
      mark,
      settings,
      log: (message, details) => log(`${message} ${JSON.stringify(details)}`),
    });
  const provider = providerOf('trama-1-proof');
  const other = providerOf('trama-2-proof');
  try {
    // of a run that was ended
    for (const each of [provider, other]) for (const id of await each.listSlices()) await each.removeSlice({ id });
    if (kills > 0) return await proveKills(settings, { kills, log });
    if (testbed.guests === 'real') return await proveGuests(provider, log);
    const { physical, capabilities } = await provider.describe();
    assert.equal(capabilities.run.ok, true);
    log(`Room: ${physical.vcpus} vCPUs, ${physical.ramMb} MiB of RAM.`);
    await proveTopology(provider, { name: 'ring', sliceId: 1, ...ring(vms), log });
    await proveTopology(provider, { name: 'star', sliceId: 2, ...star(vms), log });
    await proveRefusals(provider, log);
    await proveNeighbours(provider, other, log);
    const maker = await narrowed(testbed, testbed.maker, log, makesFlavours);
    const keeper = await narrowed(testbed, testbed.member, log, keepsPortSecurity);
    await provePorts(settingsFor(testbed, { ...keeper, portSecurity: 'pairs' }), log);
    const uploader = await narrowed(testbed, testbed.member, log, uploadsImages);
    const uploading = { ...uploader, otherImages: 'upload' };
    await proveImages({ narrowed: settingsFor(testbed, uploading), member: settingsFor(testbed, {}) }, log);
    await proveFlavours({ member: settingsFor(testbed, {}), maker: settingsFor(testbed, maker) }, log);
    await proveFaults(testbed, settings, { rounds, log });
  } finally {
    await provider.close();
    await other.close();
  }
}

function settingsFor({ authUrl, password, member }: Testbed, change: object) {
  const account = { authUrl, user: member.user, project: member.project, password };
  const settings = openSettings.parse({ provider: 'openstack', ...account, ...change });
  if (settings.provider !== 'openstack') throw new Error('These are no settings of a cloud.');
  return settings;
}

async function proveConnection(testbed: Testbed, log: (line: string) => void): Promise<void> {
  const tried: [string, object, { ok: boolean; states: Record<string, string> }][] = [
    ['an account', {}, { ok: true, states: { rights: 'absent' } }],
    ['a reader', { user: testbed.reader.user }, { ok: true, states: { signIn: 'limited' } }],
    ['a wrong password', { password: 'wrong' }, { ok: false, states: { signIn: 'failed' } }],
    ['a wrong region', { region: 'Moon' }, { ok: false, states: { signIn: 'failed' } }],
    ['no such external network', { externalNetwork: 'none' }, { ok: false, states: { external: 'failed' } }],
    ['no such availability zone', { availabilityZone: 'none' }, { ok: false, states: { availabilityZone: 'failed' } }],
  ];
  for (const [name, change, expected] of tried) {
    const { ok, steps } = await testConnection(settingsFor(testbed, change));
    log(`Test connection with ${name}: ${ok ? 'works' : 'does not work'}.`);
    for (const step of steps) log(`    ${step.name}: ${step.state}. ${step.reason}`);
    assert.equal(ok, expected.ok);
    for (const [step, state] of Object.entries(expected.states))
      assert.equal(steps.find((one) => one.name === step)?.state ?? 'absent', state);
  }
}

/** The settings of an application credential with the access rules that the README tells to give, and no others. */
async function narrowed(
  testbed: Testbed,
  whose: Testbed['member'],
  log: (line: string) => void,
  more: readonly AccessRule[] = [],
): Promise<object> {
  const file = path.join(import.meta.dirname, '../../../docs/openstack-access-rules.json');
  const rules = z.array(accessRuleSchema).parse(JSON.parse(await readFile(file, 'utf8')));
  const { id, secret } = await applicationCredential({ ...testbed, ...whose }, [...rules, ...more]);
  const credential = { user: '', applicationCredential: id, applicationSecret: secret };
  const { ok, steps } = await testConnection(settingsFor(testbed, credential));
  log('Test connection with an application credential that is narrowed by access rules:');
  for (const step of steps) log(`    ${step.name}: ${step.state}. ${step.reason}`);
  assert.equal(ok, true);
  return credential;
}

/** A VM that no host has room for, and one that no flavour is as large as. */
async function proveRefusals(provider: Provider, log: (line: string) => void): Promise<void> {
  const slice = { id: 3 };
  const huge = vmSpec(3_000, image, { vcpus: 8, ramMb: 16_000_000 });
  await provider.ensureVm(slice, huge);
  await assert.rejects(provider.startVm(slice, huge), (error: Error) => {
    log(`A VM that no host has room for: ${error.message}`);
    return 'code' in error && error.code === 'NO_CAPACITY';
  });
  const [seen] = (await provider.observe(slice)).vms;
  assert.equal(seen?.status, 'failed');
  const larger = vmSpec(3_001, image, { vcpus: 64 });
  await provider.ensureVm(slice, larger);
  await assert.rejects(provider.startVm(slice, larger), (error: Error) => {
    log(`A VM that no flavour is as large as: ${error.message}`);
    return 'code' in error && error.code === 'NO_CAPACITY';
  });
  await provider.removeSlice(slice);
  assert.deepEqual(await provider.listSlices(), []);
}

interface Drawing {
  vms: VmSpec[];
  edges: EdgeSpec[];
  networks: { id: number; name: string }[];
}

function ring(count: number): Drawing {
  let vms = Array.from({ length: count }, (_, index) => vmSpec(1_000 + index, image));
  const edges = vms.map(({ id }, index) => {
    const next = vms[(index + 1) % count];
    const one = vms.find((vm) => vm.id === id);
    if (next === undefined || one === undefined) throw new Error('A ring has at least two VMs.');
    const edge = link(1_000 + index, one, next);
    vms = vms.map((vm) => {
      if (vm.id === one.id) return withNic(vm, edge.source.nic);
      return vm.id === next.id ? withNic(vm, edge.target.nic) : vm;
    });
    return edge;
  });
  return { vms, edges, networks: [] };
}

function star(count: number): Drawing {
  const network = { id: 1, name: 'lan' };
  const plain = Array.from({ length: count }, (_, index) => vmSpec(2_000 + index, image));
  const edges = plain.map((vm, index) => {
    const { source, ...edge } = attachment(2_000 + index, vm, network.id, index + 1);
    const nic = { ...source.nic, address6: `fd00:9::${(index + 1).toString(16)}/64`, mtu: 1_400 };
    return { ...edge, source: { ...source, nic } };
  });
  return { vms: plain.map((vm, index) => withEnd(vm, edges[index])), edges, networks: [network] };
}
const withEnd = (vm: VmSpec, edge: EdgeSpec | undefined) => (edge === undefined ? vm : withNic(vm, edge.source.nic));

/** All of `work`, a few at a time. */
async function side<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const places = new Semaphore(lanes);
  await Promise.all(
    items.map(async (item) => {
      const leave = await places.acquire();
      await work(item).finally(leave);
    }),
  );
}

async function proveTopology(
  provider: Provider,
  {
    name,
    sliceId,
    vms,
    edges,
    networks,
    log,
  }: Drawing & { name: string; sliceId: number; log: (line: string) => void },
): Promise<void> {
  const slice = { id: sliceId };
  const measured = async (what: string, work: () => Promise<void>) => {
    const began = Date.now();
    const calls = await counting(work);
    const seconds = (Date.now() - began) / 1000;
    log(
      `${name} of ${vms.length}: ${what} in ${seconds.toFixed(1)} s, ${calls} calls, ${(calls / vms.length).toFixed(1)} a VM.`,
    );
  };
  const deploy = async () => {
    await side(networks, (network) => provider.ensureNetwork(slice, network));
    await side(vms, (vm) => provider.ensureVm(slice, vm));
    await side(edges, (edge) => provider.ensureEdge(slice, edge));
    await Promise.all(vms.map((vm) => provider.startVm(slice, vm)));
  };
  await measured('deployed', deploy);
  const seen = await provider.observe(slice);
  assert.deepEqual(new Set(seen.vms.map(({ status }) => status)), new Set(['running']));
  assert.equal(seen.vms.length, vms.length);
  assert.deepEqual(new Set(seen.edges.map(({ status }) => status)), new Set(['up']));
  assert.equal(seen.edges.length, edges.length);
  await measured('deployed again', deploy);
  await measured('looked at', async () => void (await provider.observeMany([slice])));
  await measured('stopped', async () => void (await Promise.all(vms.map(({ id }) => provider.stopVm(slice, id)))));
  assert.deepEqual(new Set((await provider.observe(slice)).vms.map(({ status }) => status)), new Set(['stopped']));
  await measured('started', async () => void (await Promise.all(vms.map((vm) => provider.startVm(slice, vm)))));
  // of one that is enough
  if (networks.length === 0) {
    await measured('suspended', () => provider.suspendSlice(slice));
    assert.deepEqual(new Set((await provider.observe(slice)).vms.map(({ status }) => status)), new Set(['suspended']));
    await measured('resumed', () => provider.resumeSlice(slice));
    assert.deepEqual(new Set((await provider.observe(slice)).vms.map(({ status }) => status)), new Set(['running']));
  }
  await measured('destroyed', () => provider.removeSlice(slice));
  assert.deepEqual(await provider.listSlices(), []);
}

/** How many requests are sent over HTTP while `work` is done. */
async function counting(work: () => Promise<void>): Promise<number> {
  let count = 0;
  const count1 = () => (count += 1);
  const started = channel('http.client.request.start');
  started.subscribe(count1);
  try {
    await work();
  } finally {
    started.unsubscribe(count1);
  }
  return count;
}
