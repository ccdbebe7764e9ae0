import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from '../package/build';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { openConsole, ping } from '../rig/console';
import {
  freePort,
  guestsIn,
  makeDataDir,
  removeDataDir,
  root,
  startTrama,
  type TramaServer,
} from '../rig/trama-server';
import { tramaCli } from './trama-cli';

let dataDir: string;
let server: TramaServer;
let session: ApiSession;

beforeAll(async () => {
  dataDir = await makeDataDir();
  await buildPackage(root);
  server = await startTrama({ dataDir, port: await freePort() });
  session = openSession(server.url);
  await session.api.auth.register.mutate({ name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' });
});
afterAll(async () => {
  await server?.stop();
  await removeDataDir(dataDir);
});

/** VMs of these names, and links between them. */
const document = (vms: readonly string[], links: readonly (readonly [string, string])[]) => ({
  format: 'trama',
  version: 1,
  name: 'ring',
  vms: vms.map((name) => ({ key: name, name, flavour: 'nano', image: 'tiny' })),
  edges: links.map(([source, target]) => ({ key: `${source}-${target}`, source, target })),
});

test('a running ring gets a VM and links, and loses one, while a counter in a guest counts on', async () => {
  const { api } = session;
  const ring = document(
    ['one', 'two', 'three', 'four'],
    [
      ['one', 'two'],
      ['two', 'three'],
      ['three', 'four'],
      ['four', 'one'],
    ],
  );
  const { template } = await api.templates.import.mutate({ text: JSON.stringify(ring) });
  const zone = (await api.zones.list.query()).items[0];
  const slice = await api.slices.create.mutate({ name: 'ring', templateId: template.id, zoneId: zone?.id ?? 0 });
  const vmId = (name: string, { vmList } = slice) => vmList.find((vm) => vm.name === name)?.id ?? 0;
  const deploy = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await untilDeployed(session, slice.id, deploy.id);

  const guest = await openConsole(session, vmId('one'));
  // the marks are split in what is typed, so that only what is printed holds them whole
  const count = async () => {
    guest.type('echo cou""nt=$(cat /tmp/count)=');
    const [, value = ''] = await guest.until(/count=(\d+)=/);
    return Number(value);
  };
  guest.type(
    '(n=0; while true; do n=$((n+1)); echo $n > /tmp/count.new; mv /tmp/count.new /tmp/count; sleep 0.2; done) &',
  );
  guest.type('until [ -s /tmp/count ]; do sleep 0.1; done; echo coun""ting');
  await guest.until(/counting/);
  const before = await count();
  const lost = await openConsole(session, vmId('three'));

  const { token } = await api.tokens.create.mutate({ name: 'cli', scopes: ['manage'], days: 1 });
  const trama = tramaCli({ TRAMA_URL: server.url, TRAMA_TOKEN: token });
  const wanted = JSON.stringify(
    document(
      ['one', 'two', 'four', 'five'],
      [
        ['one', 'two'],
        ['four', 'one'],
        ['two', 'five'],
        ['five', 'four'],
        ['five', 'one'],
      ],
    ),
  );
  const planned = await trama.run(['slices', 'update', 'ring', '--file', '-', '--plan'], wanted);
  expect(planned).toMatchObject({ code: 0 });
  expect(planned.stdout).toContain('+ vm five: is added');
  expect(planned.stdout).toContain('- vm three: is removed');
  expect(planned.stdout).toContain('vm three: what is in memory is lost');
  expect((await api.slices.get.query({ id: slice.id })).vmList).toHaveLength(4);

  const updated = await trama.run(['slices', 'update', 'ring', '--file', '-'], wanted);
  expect(updated.stderr).toContain('ring is active.');
  expect(updated.code).toBe(0);
  // whoever looked at what is gone is told so
  await expect(lost.until(/never printed/)).rejects.toThrow('closed');
  const now = await api.slices.get.query({ id: slice.id });
  expect(now).toMatchObject({ status: 'active', topologyVersion: 2 });
  expect(now.edges.every(({ status }) => status === 'up')).toBe(true);
  expect(await guestsIn(dataDir)).toEqual(
    new Map([
      ['one', 1],
      ['two', 1],
      ['four', 1],
      ['five', 1],
    ]),
  );

  // over the NIC that was plugged into it while it ran, to one that has just been made, and over what was there
  const far = (key: string) => now.edges.find((edge) => edge.key === key);
  const addressOf = (cidr: string | null | undefined) => (cidr ?? '').split('/', 1)[0] ?? '';
  await ping(guest, addressOf(far('five-one')?.sourceAddress));
  await ping(guest, addressOf(far('one-two')?.targetAddress));
  expect(await count()).toBeGreaterThan(before);
  // and from the new one to a guest that ran all the time
  const fresh = await openConsole(session, vmId('five', now));
  await ping(fresh, addressOf(far('two-five')?.sourceAddress));
  for (const one of [guest, fresh]) one.close();
});
