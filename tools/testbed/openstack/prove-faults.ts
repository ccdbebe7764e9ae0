import assert from 'node:assert/strict';
import { attachment, link, tiny as image, vmSpec, withNic } from '#server/providers/contract-fixtures';
import { createCaller, wait } from '#server/providers/openstack/client/caller';
import { neutronOf } from '#server/providers/openstack/client/neutron';
import { novaOf } from '#server/providers/openstack/client/nova';
import { accessOf, type CloudSettings } from '#server/providers/openstack/client/settings';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import type { Provider } from '#server/providers/provider';
import { faults, startFaultProxy, type Fault } from './fault-proxy';

const mark = 'trama-1-fault';
const slice = { id: 4 };
/** What is there twice and not found by a deploy the reconciler's looks take away. */
const sweptWithinMs = 120_000;
/** Of a step, as many as the runner makes. */
const triesAtMost = 3;

const lan = { id: 1, name: 'lan' };
const a = vmSpec(4_000, image);
const b = vmSpec(4_001, image);
const edge = link(4_000, a, b);
const one = withNic(a, edge.source.nic);
const plug = attachment(4_001, one, lan.id, 1);
const vms = [withNic(one, plug.source.nic), withNic(b, edge.target.nic)];

type Step = (provider: Provider) => Promise<unknown>;
const deploy: Step[] = [
  (provider) => provider.ensureNetwork(slice, lan),
  ...vms.map(
    (vm): Step =>
      (provider) =>
        provider.ensureVm(slice, vm),
  ),
  (provider) => provider.ensureEdge(slice, edge),
  (provider) => provider.ensureEdge(slice, plug),
  ...vms.map(
    (vm): Step =>
      (provider) =>
        provider.startVm(slice, vm),
  ),
];
const destroy: Step[] = [
  (provider) => provider.removeEdge(slice, edge.id),
  (provider) => provider.removeVm(slice, a.id),
  (provider) => provider.removeSlice(slice),
];

/**
 * Each call of a deploy and a destroy goes wrong in each way: a round has all of them go wrong, each in another way than in the rounds before. Nothing
 * may be there twice once it is deployed again, and nothing may be left.
 */
export async function proveFaults(
  { authUrl }: { authUrl: string },
  settings: CloudSettings,
  { rounds, log }: { rounds: number; log: (line: string) => void },
): Promise<void> {
  const proxy = await startFaultProxy(authUrl);
  const access = accessOf(settings);
  const caller = createCaller(access);
  const cloud = { nova: novaOf(caller), neutron: neutronOf(caller), project: (await caller.grant()).project.id };
  const round = async () => {
    const provider = createOpenStackProvider({
      mark,
      settings: { ...settings, authUrl: proxy.authUrl },
      log: (message, details) => log(`    ${message} ${JSON.stringify(details)}`),
      pause: wait,
    });
    try {
      await run(provider, deploy);
      const first = await namesIn(cloud);
      // as healing does: what was made twice is seen as such by who looks, and Nova takes ports away from one server behind another that has failed
      const heals = await healed(provider);
      for (const end = Date.now() + sweptWithinMs; Date.now() < end; await wait(5_000)) {
        if ((await namesIn(cloud)).length === expected.length) break;
        await provider.observeMany([slice]);
      }
      assert.deepEqual(await namesIn(cloud), expected);
      await run(provider, destroy);
      assert.deepEqual(await namesIn(cloud), []);
      return { surplus: first.length - expected.length, heals };
    } finally {
      await provider.close();
    }
  };
  try {
    await cleared(settings);
    // what is called when nothing goes wrong, each by the name of what it is of
    const calls = new Set<string>();
    proxy.fault = ({ method, call }) => {
      if (method !== 'GET') calls.add(call);
      return null;
    };
    await round();
    const inOrder = [...calls].sort();
    log(`Faults: a deploy and a destroy of two VMs, a link and a network change something by ${inOrder.length} calls.`);
    const hit = new Set<string>();
    for (let shift = 0; shift < rounds; shift += 1) {
      const began = Date.now();
      const once = new Set<string>();
      proxy.fault = ({ call }): Fault | null => {
        const index = inOrder.indexOf(call);
        if (index < 0 || once.has(call)) return null;
        once.add(call);
        const fault = faults[(index + shift) % faults.length] ?? null;
        hit.add(`${call} ${fault}`);
        return fault;
      };
      const { surplus, heals } = await round();
      const seconds = ((Date.now() - began) / 1000).toFixed(0);
      log(
        `Faults, round ${shift + 1}: ${once.size} calls went wrong, in ${seconds} s; ${surplus} made twice, as wanted after ${heals} more deploys, none left.`,
      );
    }
    const all = inOrder.length * rounds;
    log(`Faults: ${hit.size} of ${all} ways in which a call goes wrong: 0 duplicates, 0 orphans.`);
    // what an earlier fault has made needless, such as the removal of what somebody else has removed, is not called
    assert.ok(hit.size >= all - inOrder.length / 2, 'Too few calls went wrong.');
  } finally {
    await proxy.close();
    caller.close();
  }
}

/** What there has to be of the slice, each once. */
const expected = [
  ...vms.map(({ id }) => `server s${slice.id}.v${id}`),
  ...['', `.n${lan.id}`, `.e${edge.id}`].map((name) => `network s${slice.id}${name}`),
  ...vms.map(({ id }) => `port s${slice.id}.v${id}`),
  ...vms.map(({ id }) => `port s${slice.id}.e${edge.id}.v${id}`),
  `port s${slice.id}.e${plug.id}.v${a.id}`,
].sort();

/** Of a run that was ended. */
async function cleared(settings: CloudSettings): Promise<void> {
  const provider = createOpenStackProvider({ mark, settings, log: () => undefined });
  await provider.removeSlice(slice).finally(() => provider.close());
}

/** How often it takes the deploy once more until all is there and works. */
async function healed(provider: Provider): Promise<number> {
  for (let heals = 1; ; heals += 1) {
    await run(provider, deploy);
    const { vms: seenVms, edges } = await provider.observe(slice);
    const states = new Set([...seenVms, ...edges].map(({ status }) => status));
    const isAsWanted = seenVms.length === vms.length && edges.length === 2;
    if (isAsWanted && [...states].every((status) => status === 'running' || status === 'up')) return heals;
    if (heals >= triesAtMost) throw new Error(`After ${heals} more deploys there is still: ${[...states].join(', ')}`);
    await wait(2_000);
  }
}

async function namesIn({
  nova,
  neutron,
  project,
}: {
  nova: ReturnType<typeof novaOf>;
  neutron: ReturnType<typeof neutronOf>;
  project: string;
}): Promise<string[]> {
  const ofProject = { project_id: project };
  const [servers, networks, ports] = await Promise.all([
    nova.servers([mark]),
    neutron.networks(ofProject),
    neutron.ports(ofProject),
  ]);
  const ours = (kind: string, things: readonly { name: string }[]) =>
    things.filter(({ name }) => name.startsWith(mark)).map(({ name }) => `${kind} ${name.slice(mark.length + 1)}`);
  return [...ours('server', servers), ...ours('network', networks), ...ours('port', ports)].sort();
}

/** Each step as the runner does it: what a repeat can help is repeated. */
async function run(provider: Provider, steps: readonly Step[]): Promise<void> {
  for (const step of steps)
    for (let tries = 1; ; tries += 1)
      try {
        await step(provider);
        break;
      } catch (error) {
        if (tries >= triesAtMost) throw error;
        await wait(500);
      }
}
