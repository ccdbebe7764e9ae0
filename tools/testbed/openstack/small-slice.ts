import assert from 'node:assert/strict';
import { attachment, link, tiny as image, vmSpec, withNic } from '#server/providers/contract-fixtures';
import { createCaller, wait } from '#server/providers/openstack/client/caller';
import { neutronOf } from '#server/providers/openstack/client/neutron';
import { novaOf } from '#server/providers/openstack/client/nova';
import { accessOf, type CloudSettings } from '#server/providers/openstack/client/settings';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import type { Provider } from '#server/providers/provider';

/*
 * A slice of two VMs, a link and a network, whose deploy and destroy are disturbed: what its steps are, and what there has to be of it.
 */

export const mark = 'trama-1-fault';
export const slice = { id: 4 };
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
export const deploy: Step[] = [
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
export const destroy: Step[] = [
  (provider) => provider.removeEdge(slice, edge.id),
  (provider) => provider.removeVm(slice, a.id),
  (provider) => provider.removeSlice(slice),
];

/** What there has to be of the slice, each once. */
export const expected = [
  ...vms.map(({ id }) => `server s${slice.id}.v${id}`),
  ...['', `.n${lan.id}`, `.e${edge.id}`].map((name) => `network s${slice.id}${name}`),
  ...vms.map(({ id }) => `port s${slice.id}.v${id}`),
  ...vms.map(({ id }) => `port s${slice.id}.e${edge.id}.v${id}`),
  `port s${slice.id}.e${plug.id}.v${a.id}`,
].sort();

/** Of a run that was ended. */
export async function cleared(settings: CloudSettings): Promise<void> {
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

export interface Looker {
  /** Of all that there is of the slice, also twice. */
  names(): Promise<string[]>;
  close(): void;
}

/** Looks at the cloud itself, behind the provider's back. */
export async function lookerOf(settings: CloudSettings): Promise<Looker> {
  const caller = createCaller(accessOf(settings));
  const [nova, neutron] = [novaOf(caller), neutronOf(caller)];
  const { project } = await caller.grant();
  return { names: () => namesIn(nova, neutron, project.id), close: () => caller.close() };
}

/**
 * Deploys until all is there and works, and nothing twice: as healing does, what was made twice is seen as such by who looks, and Nova takes ports away from one
 * server behind another that has failed. How often it took.
 */
export async function deployedOnce(provider: Provider, looker: Looker): Promise<number> {
  const heals = await healed(provider);
  for (const end = Date.now() + sweptWithinMs; Date.now() < end; await wait(5_000)) {
    if ((await looker.names()).length === expected.length) break;
    await provider.observeMany([slice]);
  }
  assert.deepEqual(await looker.names(), expected);
  return heals;
}

async function namesIn(
  nova: ReturnType<typeof novaOf>,
  neutron: ReturnType<typeof neutronOf>,
  project: string,
): Promise<string[]> {
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
export async function run(provider: Provider, steps: readonly Step[]): Promise<void> {
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
