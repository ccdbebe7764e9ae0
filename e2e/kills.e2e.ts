import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentKind } from '#shared/deployment/operations';
import { openSession, type ApiSession } from '../rig/api';
import { openConsole, ping } from '../rig/console';
import { dice } from '#shared/dice';
import {
  freePort,
  guestsIn,
  makeDataDir,
  processesIn,
  removeDataDir,
  sliceFilesIn,
  startTrama,
  type TramaServer,
} from '../rig/trama-server';

/** `TRAMA_KILL_SEED`: other instants. */
const seed = Number(process.env['TRAMA_KILL_SEED'] ?? 20_261_126);
const random = dice(seed);
/** Longer than any operation takes on a busy machine: whoever is not done then never will be. */
const patience = { timeout: 300_000, interval: 250 };

/** A ring of four that are all in one network, too. */
const ringOf = (vms: readonly string[]) => ({
  format: 'trama',
  version: 1,
  name: 'ring',
  vms: vms.map((name) => ({ key: name, name, flavour: 'nano', image: 'tiny' })),
  networks: [{ key: 'lan', name: 'lan' }],
  edges: [
    ...vms.map((name, at) => ({ key: `ring-${name}`, source: name, target: vms[(at + 1) % vms.length] })),
    ...vms.map((name) => ({ key: `lan-${name}`, source: name, target: 'lan' })),
  ],
});
const [before, after] = [
  ['a', 'b', 'c', 'd'],
  ['a', 'b', 'c', 'e'],
];
interface Chapter {
  kind: DeploymentKind;
  /** How often the server is killed in it, each time within so many seconds. */
  kills: number;
  within: number;
  /** Which VMs run then. */
  running: readonly string[];
  /** How it is asked for, where its kind alone does not say it. */
  more?: (api: ApiSession['api'], sliceId: number) => Promise<object>;
}
/** What is asked for in turn. */
const story: Chapter[] = [
  { kind: 'deploy', kills: 3, within: 8, running: before },
  {
    kind: 'update',
    kills: 2,
    within: 5,
    running: after,
    more: async () => ({ change: { from: 'document', text: JSON.stringify(ringOf(after)) } }),
  },
  { kind: 'suspend', kills: 2, within: 1, running: [] },
  { kind: 'resume', kills: 1, within: 2, running: after },
  { kind: 'snapshot', kills: 1, within: 1, running: after },
  {
    kind: 'restore',
    kills: 1,
    within: 3,
    running: after,
    more: async (api, sliceId) => {
      const { items } = await api.snapshots.list.query({ sliceId });
      return { snapshotId: items[0]?.id };
    },
  },
  { kind: 'destroy', kills: 2, within: 2, running: [] },
];

let dataDir: string;
let port: number;
let server: TramaServer;
let session: ApiSession;
beforeAll(async () => {
  [dataDir, port] = [await makeDataDir(), await freePort()];
  server = await startTrama({ dataDir, port });
  session = openSession(server.url);
  if (server.admin === null) throw new Error('the first start printed no account');
  await session.api.auth.login.mutate(server.admin);
});
afterAll(async () => {
  await server.stop();
  await removeDataDir(dataDir);
});

/** The VMs that have a process, each with how many; networks have longer names. */
const machines = async () => [...(await guestsIn(dataDir))].filter(([name]) => name.length === 1).toSorted();

/** From `a` to whatever it is linked to, and in the network to all. */
async function pingAll(sliceId: number): Promise<void> {
  const { vmList, edges } = await session.api.slices.get.query({ id: sliceId });
  const a = vmList.find(({ name }) => name === 'a');
  const guest = await openConsole(session, a?.id ?? 0);
  guest.type('');
  for (const { source, sourceAddress, target, targetAddress } of edges) {
    const far = source === a?.key ? targetAddress : target === a?.key || target === 'lan' ? sourceAddress : null;
    if (far != null) await ping(guest, far.split('/')[0] ?? '');
  }
  guest.close();
}

test(`twelve kills of the server at any instant leave nothing twice and nothing over (TRAMA_KILL_SEED=${seed})`, async () => {
  const { api } = session;
  const { template } = await api.templates.import.mutate({ text: JSON.stringify(ringOf(before)) });
  const zone = (await api.zones.list.query()).items[0];
  const { id: sliceId } = await api.slices.create.mutate({
    name: 'killed',
    templateId: template.id,
    zoneId: zone?.id ?? 0,
  });
  let kills = 0;
  for (const { kind, kills: times, within, running, more } of story) {
    const { id } = await api.deployments.start.mutate({ sliceId, kind, ...(await more?.(api, sliceId)) });
    for (let n = 0; n < times; n += 1) {
      // a random instant is what is tried here: nothing is waited for
      await delay(random() * within * 1_000);
      await server.kill();
      kills += 1;
      server = await startTrama({ dataDir, port });
    }
    await expect
      .poll(async () => (await api.deployments.get.query({ id })).status, patience)
      .not.toMatch(/^(queued|pending|running)$/);
    expect(await api.deployments.get.query({ id }), `${kind} with seed ${seed}`).toMatchObject({
      status: 'succeeded',
      error: null,
    });
    expect(await machines(), `${kind} with seed ${seed}`).toEqual(running.map((name) => [name, 1]));
    if (running.length > 0) await pingAll(sliceId);
  }
  expect(kills).toBe(12);
  expect(await api.slices.get.query({ id: sliceId })).toMatchObject({ status: 'destroyed' });
  await expect.poll(async () => [...(await processesIn(`${dataDir}/zones`)).keys()], patience).toEqual([]);
  expect(await sliceFilesIn(dataDir)).toEqual([]);
  const { used } = await api.quotas.mine.query();
  expect(new Set(Object.values(used))).toEqual(new Set([0]));
}, 1_800_000);
