import { randomInt, randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '#server/lib/run-command';
import { createTramaClient } from '../client/sdk/index';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { openConsole, ping } from '../rig/console';
import { startSharedDatabase, type SharedDatabase } from '../rig/shared-database';
import {
  freePort,
  guestsIn,
  killAllIn,
  makeDataDir,
  processesIn,
  removeDataDir,
  sliceFilesIn,
  startTrama,
  type TramaServer,
} from '../rig/trama-server';
import { stepByStep } from './steps';

const eva = { name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' };
type Kind = 'deploy' | 'destroy';

/** A server's machine: what it keeps outlives the process. */
interface Host {
  dataDir: string;
  port: number;
  server: TramaServer;
  /** Signed in at this server. */
  session: ApiSession;
}

/** Two servers with a data folder and a zone each, on one database. Each test goes on where the one before ended. */
describe('two servers on one database, with real VMs', () => {
  let database: SharedDatabase;
  const hosts: Host[] = [];
  const slices: { id: number; at: number }[] = [];
  const secret = randomUUID();

  const start = (dataDir: string, port: number) =>
    startTrama({ dataDir, port, env: { DATABASE_URL: database.url, TRAMA_SECRET: secret } });
  const host = (index: number): Host => {
    const found = hosts[index];
    if (found === undefined) throw new Error('no such host');
    return found;
  };
  const restart = async (index: number) => {
    const { dataDir, port } = host(index);
    host(index).server = await start(dataDir, port);
  };
  const slice = (index: number) => {
    const found = slices[index];
    if (found === undefined) throw new Error('no such slice');
    return found;
  };

  beforeAll(async () => {
    database = await startSharedDatabase();
    for (const index of [0, 1]) {
      const [dataDir, port] = [await makeDataDir(), await freePort()];
      const server = await start(dataDir, port);
      hosts.push({ dataDir, port, server, session: openSession(server.url) });
      if (index === 0) await host(0).session.api.auth.register.mutate(eva);
      else await host(1).session.api.auth.login.mutate({ email: eva.email, password: eva.password });
    }
    // the first server has adopted the zone that there was; the other gets one, too
    await database.connection.query(
      `insert into availability_zones (name, provider, home_id, overcommit)
         select 'second', provider, (select max(id) from homes), overcommit from availability_zones limit 1`,
    );
  });
  afterAll(async () => {
    for (const { server } of hosts) await server.stop();
    for (const { dataDir } of hosts) await removeDataDir(dataDir);
    await database?.stop();
  });

  stepByStep();

  /** Which statuses the slice has had since it was a draft, one after the other. */
  async function history(sliceId: number): Promise<string[]> {
    const { items } = await host(0).session.api.slices.events.query({ sliceId, limit: 100 });
    return items
      .flatMap(({ data }) => (data.type === 'slice.status' ? [data.status] : []))
      .reverse()
      .slice(1);
  }

  /** Asks for it of the server that is not its home, which is killed after some of its steps and started again. */
  async function killedWithin(kind: Kind, { id, at }: { id: number; at: number }): Promise<void> {
    const elsewhere = host(1 - at).session;
    const before = (await elsewhere.api.slices.get.query({ id })).lastEventId;
    const deployment = await elsewhere.api.deployments.start.mutate({ sliceId: id, kind });
    let left = randomInt(1, 12);
    for await (const { data } of elsewhere.events(id, before)) {
      if (data.type === 'step.status') left -= 1;
      const over = data.type === 'deployment.status' && data.status !== 'queued' && data.status !== 'running';
      if (left === 0 || over) break;
    }
    await host(at).server.kill();
    await restart(at);
    await untilDeployed(elsewhere, id, deployment.id);
  }

  /** Of the first two slices each home is killed in the middle; meanwhile the first home has the third one to do as well. */
  async function asked(kind: Kind): Promise<void> {
    await killedWithin(kind, slice(0));
    const { session } = host(0);
    const third = async ({ id }: { id: number }) =>
      untilDeployed(session, id, (await session.api.deployments.start.mutate({ sliceId: id, kind })).id);
    await Promise.all([killedWithin(kind, slice(1)), third(slice(2))]);
  }

  const once = (...names: string[]) => new Map(names.map((name) => [name, 1]));
  /** As {@link guestsIn}, without the processes of networks. */
  const vmsIn = async (dataDir: string) =>
    new Map([...(await guestsIn(dataDir))].filter(([name]) => !name.startsWith('trama-')));

  /** Draws these VMs, the first two joined by a link and by a network, and makes a slice of them in the zone of a host. */
  async function makeSlice(at: number, vms: string[], restartAfterReboot = false): Promise<void> {
    const { api } = host(0).session;
    const name = `${vms.join('-')}-${at}`;
    const joined = vms.length > 1 ? vms.slice(0, 2) : [];
    const drawing = {
      format: 'trama',
      version: 1,
      name,
      vms: vms.map((vm) => ({ key: vm, name: vm, flavour: 'nano', image: 'tiny' })),
      networks: joined.length > 0 ? [{ key: 'lan', name: 'lan' }] : [],
      edges: [
        ...(joined.length > 0 ? [{ key: 'link', source: joined[0], target: joined[1] }] : []),
        ...joined.map((vm) => ({ key: `${vm}-lan`, source: vm, target: 'lan' })),
      ],
    };
    const { template } = await api.templates.import.mutate({ text: JSON.stringify(drawing) });
    const zone = (await api.zones.list.query()).items.find((one) => one.name === (at === 0 ? 'local' : 'second'));
    const create = { name, templateId: template.id, zoneId: zone?.id ?? 0, restartAfterReboot };
    slices.push({ id: (await api.slices.create.mutate(create)).id, at });
  }

  test('each deploys in its own folder what is asked of the other; killed at a random step, nothing starts twice', async () => {
    await makeSlice(0, ['web', 'db'], true);
    await makeSlice(1, ['far']);
    await makeSlice(0, ['stays']);
    await asked('deploy');
    expect(await vmsIn(host(0).dataDir)).toEqual(once('web', 'db', 'stays'));
    expect(await vmsIn(host(1).dataDir)).toEqual(once('far'));
    for (const { id } of slices) {
      expect(await history(id)).toEqual(['deploying', 'active']);
      for (const { session } of hosts)
        expect(await session.api.slices.get.query({ id })).toMatchObject({ status: 'active' });
    }
  });

  /** By the console of one VM, through a server that it does not run at: its address, and that its neighbour answers both ways. */
  async function addressByConsole(of: { id: number; at: number }): Promise<string> {
    const { session } = host(1 - of.at);
    const { vmList, edges } = await session.api.slices.get.query({ id: of.id });
    const throughLan = edges.find(({ key }) => key === 'db-lan')?.sourceAddress.split('/')[0] ?? '';
    const guest = await openConsole(session, vmList.find(({ name }) => name === 'web')?.id ?? 0);
    guest.type('');
    await guest.until(/web# /);
    await ping(guest, 'db');
    await ping(guest, throughLan);
    guest.type("ip -4 addr show eth0; echo EN''D");
    const [shown] = await guest.until(/inet [\d./]+[^]*END/);
    guest.close();
    return /inet ([\d./]+)/.exec(shown)?.[1] ?? '';
  }
  let address: string;

  /** The first frames that a server captures on all links of the slice. */
  async function captured({ session }: Host, sliceId: number): Promise<number | undefined> {
    const edgeIds = (await session.api.slices.get.query({ id: sliceId })).edges.map(({ id }) => id);
    const withCookie: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('cookie', session.cookie());
      return fetch(input, { ...init, headers });
    };
    const client = createTramaClient({ url: session.url, retry: false, fetch: withCookie });
    for await (const { frames } of client.capture({ sliceId, edgeIds })) return frames.length;
    return undefined;
  }

  test('consoles are relayed by the other server, where the guest pings its neighbour; captures are not, and it says which server has them', async () => {
    const { id, at } = slice(0);
    await expect(captured(host(1 - at), id)).rejects.toMatchObject({
      code: 'CAPTURE_UNAVAILABLE',
      message: expect.stringMatching(/^The VMs of this zone are at the server .+: sign in there to see what passes/),
    });
    const frames = captured(host(at), id);
    address = await addressByConsole(slice(0));
    expect(address).toMatch(/^10\./);
    expect(await frames).toBeGreaterThan(0);
  });

  test('a network whose process was killed left its slice active: it is degraded by name, and Start repairs it', async () => {
    const { id } = slice(0);
    const { api } = host(0).session;
    const networks = [...(await processesIn(`${host(0).dataDir}/zones`))].filter(
      ([, args]) => args[args.indexOf('-machine') + 1] === 'none',
    );
    expect(networks).toHaveLength(1);
    for (const [pid] of networks) process.kill(pid, 'SIGKILL');
    const statusOf = async () => (await api.slices.get.query({ id })).status;
    await expect.poll(statusOf).toBe('degraded');
    const broken = await api.slices.get.query({ id });
    expect(broken.networks).toMatchObject([{ name: 'lan', status: 'down' }]);
    expect(broken.edges.filter(({ status }) => status !== 'up').map(({ key }) => key)).toEqual(['web-lan', 'db-lan']);
    const plan = await api.deployments.plan.query({ sliceId: id, kind: 'start' });
    expect(plan.steps.map(({ resource, action }) => `${resource}/${action}`)).toEqual([
      'network/create',
      'edge/connect',
      'edge/connect',
    ]);
    await untilDeployed(host(0).session, id, (await api.deployments.start.mutate({ sliceId: id, kind: 'start' })).id);
    expect(await statusOf()).toBe('active');
    expect(await addressByConsole(slice(0))).toBe(address);
  });

  test('after a reboot of a host its slices that say so come back as they were; others stay down, nothing flaps', async () => {
    const [comes, far, stays] = [slice(0), slice(1), slice(2)];
    const { dataDir, server } = host(0);
    await server.kill();
    // three VMs and a network
    expect(await killAllIn(`${dataDir}/zones`)).toBe(4);
    await database.connection.query(`update homes set boot_id = 'before' order by id limit 1`);
    await restart(0);
    const { api } = host(1).session;
    const statusOf = async ({ id }: { id: number }) => (await api.slices.get.query({ id })).status;
    await expect
      .poll(() => history(comes.id), { timeout: 120_000 })
      .toEqual([
        'deploying',
        'active',
        // the network
        'degraded',
        'active',
        // the reboot
        'degraded',
        'deploying',
        'active',
      ]);
    await expect.poll(() => statusOf(stays), { timeout: 30_000 }).toBe('degraded');
    expect(await vmsIn(dataDir)).toEqual(once('web', 'db'));
    expect(await addressByConsole(comes)).toBe(address);
    // the reboot is answered once: another restart of the server finds the same run of its machine
    await host(0).server.kill();
    await restart(0);
    const { items } = await api.deployments.list.query({ sliceId: comes.id });
    expect(items.map(({ kind, status }) => [kind, status])).toEqual([
      ['deploy', 'succeeded'],
      ['start', 'succeeded'],
      ['deploy', 'succeeded'],
    ]);
    expect(await history(stays.id)).toEqual(['deploying', 'active', 'degraded']);
    expect(await history(far.id)).toEqual(['deploying', 'active']);
  });

  test('killed in the middle of a destroy that the other was asked for, its return ends it, and nothing is left', async () => {
    await asked('destroy');
    for (const { dataDir } of hosts) {
      expect([...(await processesIn(`${dataDir}/zones`)).keys()]).toEqual([]);
      expect(await sliceFilesIn(dataDir)).toEqual([]);
    }
  });

  test('a full disk was 7 GiB free: the zone tells what is left, and a deploy is refused with the cause until there is room', async ({
    skip,
  }) => {
    const dataDir = await makeDataDir();
    const mount = (...options: string[]) =>
      runCommand('mount', ['-t', 'tmpfs', '-o', options.join(), 'trama-full-disk', dataDir]);
    const mounted = await mount('size=56m', 'mode=755').then(
      () => true,
      () => false,
    );
    if (!mounted) await removeDataDir(dataDir);
    skip(!mounted, 'this process may not mount a small file system');
    const server = await start(dataDir, await freePort());
    try {
      await database.connection.query(
        `insert into availability_zones (name, provider, home_id, overcommit)
           select 'small', provider, (select max(id) from homes), overcommit from availability_zones limit 1`,
      );
      const session = openSession(server.url);
      await session.api.auth.login.mutate({ email: eva.email, password: eva.password });
      const { api } = session;
      const zone = (await api.zones.list.query()).items.find(({ name }) => name === 'small');
      const zoneId = zone?.id ?? 0;
      const freeMb = async () => {
        const { facts } = await api.zones.get.query({ id: zoneId });
        return Number(/^(\d+) MiB$/.exec(facts.find(({ name }) => name === 'Free on disk')?.value ?? '')?.[1]);
      };
      const { bavail, bsize } = await statfs(dataDir);
      expect(Math.abs((await freeMb()) - Math.floor((bavail * bsize) / 2 ** 20))).toBeLessThanOrEqual(1);

      const template = (await api.templates.list.query({ search: 'far' })).items[0];
      const create = { name: 'cramped', templateId: template?.id ?? 0, zoneId };
      const { id } = await api.slices.create.mutate(create);
      const plan = () => api.deployments.plan.query({ sliceId: id, kind: 'deploy' });
      expect(await plan()).toMatchObject({
        runnable: false,
        problems: [
          { code: 'ZONE_CANNOT_RUN', message: expect.stringMatching(/disk is full: \d+ MiB are free/) },
          { code: 'NO_CAPACITY', field: 'diskGb' },
        ],
      });
      await expect(api.deployments.start.mutate({ sliceId: id, kind: 'deploy' })).rejects.toThrow(/disk is full/);
      await mount('remount', 'size=3g');
      expect(await plan()).toMatchObject({ runnable: true, problems: [] });
    } finally {
      await server.stop();
      await runCommand('umount', [dataDir]);
      await removeDataDir(dataDir);
    }
  });
});
