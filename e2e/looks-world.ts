import { vi } from 'vitest';
import type { DeploymentKind } from '#shared/deployment/operations';
import type { Resources } from '#shared/primitives';
import { openSession, type ApiSession } from '../rig/api';
import { startSharedDatabase, type SharedDatabase } from '../rig/shared-database';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';

export const admin = { email: 'admin@example.org', password: 'correct horse battery' };
export const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };

/** What the states of pages need that cannot be had by clicking: all that goes well, ill, or is away. */
export interface LooksWorld {
  server: TramaServer;
  api: ApiSession['api'];
  ids: Record<
    'lab' | 'running' | 'draft' | 'crowded' | 'waiting' | 'shaky' | 'stopped' | 'gone' | 'remote' | 'web' | 'db',
    number
  >;
  /** A template whose VMs wait for one another. */
  ordered: number;
  zone: number;
  user: number;
  stop(): Promise<void>;
}

type Call = ApiSession['api'];

async function run(call: Call, sliceId: number, kind: DeploymentKind): Promise<void> {
  const { id } = await call.deployments.start.mutate({ sliceId, kind });
  const status = async () => (await call.deployments.get.query({ id })).status;
  await vi.waitUntil(async () => (await status()) === 'succeeded', { timeout: 120_000, interval: 200 });
}

/** A zone of the server that is asked: resolves when that has taken it. */
async function makeZone(call: Call, name: string, limits?: Resources): Promise<number> {
  const { id } = await call.zones.create.mutate({
    name,
    provider: 'simulator',
    ...(limits && { limits, overcommit: { vcpus: 1, ram: 1, disk: 1 } }),
  });
  const home = async () => (await call.zones.get.query({ id })).home;
  await vi.waitUntil(async () => (await home()) !== null, { timeout: 60_000, interval: 200 });
  return id;
}

const vm = { flavourId: 1, imageId: 1, internet: true, forwards: [{ protocol: 'tcp' as const, guestPort: 80 }], y: 0 };

function topology(other: string) {
  return {
    vms: [
      { ...vm, key: 'a', name: 'web', graphics: true, exec: ['echo configured', 'exit 3'], x: 0 },
      { ...vm, key: 'b', name: other, x: 260 },
    ],
    networks: [{ key: 'n', name: 'backbone', x: 130, y: 200 }],
    edges: [
      { key: 'e', source: 'a', target: 'n' },
      { key: 'f', source: 'a', target: 'b' },
    ],
  };
}

/** A server on a database that another one, which is gone, has been on: that one's zone and slice are away. */
export async function makeLooksWorld(): Promise<LooksWorld> {
  const folders: string[] = [];
  const servers: TramaServer[] = [];
  let database: SharedDatabase | undefined;
  const stop = async () => {
    for (const server of servers) await server.stop();
    for (const folder of folders) await removeDataDir(folder);
    await database?.stop();
  };
  try {
    database = await startSharedDatabase();
    const env = {
      TRAMA_SIMULATOR: '1',
      DATABASE_URL: database.url,
      TRAMA_ADMIN_EMAIL: admin.email,
      TRAMA_ADMIN_PASSWORD: admin.password,
    };
    const begin = async (): Promise<[TramaServer, Call]> => {
      const dataDir = await makeDataDir();
      folders.push(dataDir);
      const server = await startTrama({ dataDir, port: await freePort(), env });
      servers.push(server);
      const { api } = openSession(server.url);
      await api.auth.login.mutate(admin);
      return [server, api];
    };
    const [elsewhere, first] = await begin();
    const lab = await first.templates.create.mutate({
      name: 'lab',
      description: 'Two of them',
      topology: topology('db'),
    });
    const far = await makeZone(first, 'elsewhere');
    const remote = await first.slices.create.mutate({ name: 'remote', templateId: lab.id, zoneId: far });
    await run(first, remote.id, 'deploy');
    await elsewhere.stop();

    const [server, call] = await begin();
    await openSession(server.url).api.auth.register.mutate(ana);
    const zone = await makeZone(call, 'pretended');
    const small = await makeZone(call, 'small', { vcpus: 1, ramMb: 512, diskGb: 1 });
    const taken = await makeZone(call, 'taken', { vcpus: 2, ramMb: 4_096, diskGb: 40 });
    const dying = await call.templates.create.mutate({ name: 'dying', topology: topology('crash-after-start') });
    const { vms, ...rest } = topology('db');
    const ordered = await call.templates.create.mutate({
      name: 'ordered',
      topology: {
        ...rest,
        vms: vms.map((one) =>
          one.key === 'a' ? { ...one, ready: { tcpPort: 80, timeoutSeconds: 90 } } : { ...one, startAfter: ['a'] },
        ),
      },
    });
    const make = async (name: string, templateId = lab.id, zoneId = zone) =>
      (await call.slices.create.mutate({ name, templateId, zoneId })).id;
    const ids = {
      lab: lab.id,
      remote: remote.id,
      running: await make('running'),
      draft: await make('draft'),
      crowded: await make('crowded', lab.id, small),
      waiting: await make('waiting', lab.id, taken),
      shaky: await make('shaky', dying.id),
      stopped: await make('stopped'),
      gone: await make('gone'),
    };
    for (const id of [ids.running, ids.shaky, ids.stopped, ids.gone]) await run(call, id, 'deploy');
    await run(call, await make('holding', lab.id, taken), 'deploy');
    await call.line.join.mutate({ sliceId: ids.waiting });
    const told = { id: ids.stopped, network: 'n', description: 'For the course' };
    const { published } = await call.networks.publish.mutate(told);
    await call.networks.join.mutate({ id: ids.draft, network: 'n', publicationId: published[0]?.id ?? 0 });
    await run(call, ids.stopped, 'stop');
    await run(call, ids.stopped, 'snapshot');
    await run(call, ids.gone, 'destroy');
    const until = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    await call.leases.set.mutate({ id: ids.running, expiresAt: until(72), atEnd: 'stop' });
    await call.leases.set.mutate({ id: ids.draft, expiresAt: until(0.5), atEnd: 'destroy' });
    await call.schedules.add.mutate({
      sliceId: ids.running,
      kind: 'stop',
      rule: { repeat: 'weekly', weekdays: [1, 5], time: '18:00', timeZone: 'Europe/Madrid' },
    });
    await call.templates.share.mutate({ id: ids.lab, email: ana.email });
    await call.slices.share.mutate({ id: ids.running, email: ana.email, level: 'view' });
    await call.images.create.mutate({ name: 'lost', kind: 'disk', source: '/simulator/invalid' });
    // one that zones have prepared, and nothing has
    const spare = await call.images.create.mutate({ name: 'spare', kind: 'disk', source: '/simulator/spare' });
    await call.images.check.mutate({ id: spare.id });
    const unused = async () => (await call.images.unused.query()).items.map(({ id }) => id);
    await vi.waitUntil(async () => (await unused()).includes(spare.id), { timeout: 60_000, interval: 200 });
    await call.imageUploads.create.mutate({ name: 'half', fileName: 'half.qcow2', sizeBytes: 400 * 2 ** 20 });
    // at an address that no image may be fetched from
    const inside = { name: 'inside', url: 'https://127.0.0.1/disk.qcow2' };
    const { id: refused } = await call.imageUploads.fetch.mutate(inside);
    const upload = async () => (await call.imageUploads.get.query({ id: refused })).state;
    await vi.waitUntil(async () => (await upload()) === 'failed', { timeout: 60_000, interval: 200 });
    const status = async () => (await call.slices.get.query({ id: ids.shaky })).status;
    await vi.waitUntil(async () => (await status()) === 'degraded', { timeout: 120_000, interval: 200 });
    const [between] = (await call.slices.get.query({ id: ids.shaky })).edges;
    const slow = {
      at: 80_000,
      edge: between?.key ?? '',
      deed: 'bend' as const,
      link: { delayMs: 100, lossPercent: 1 },
    };
    const cut = { at: 40_000, edge: between?.key ?? '', deed: 'down' as const };
    await call.links.schedule.mutate({ id: ids.shaky, steps: [cut, slow] });
    const away = async () => (await call.zones.get.query({ id: far })).home?.away;
    await vi.waitUntil(async () => (await away()) === true, { timeout: 120_000, interval: 500 });
    const { vmList } = await call.slices.get.query({ id: ids.running });
    const idOf = (name: string) => vmList.find((known) => known.name === name)?.id ?? 0;
    const { items } = await call.users.list.query({ search: 'Ana' });
    return {
      server,
      api: call,
      ids: { ...ids, web: idOf('web'), db: idOf('db') },
      ordered: ordered.id,
      zone,
      user: items[0]?.id ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
