import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { openConsole, ping } from '../rig/console';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';

let dataDir: string;
let server: TramaServer;
let session: ApiSession;

beforeAll(async () => {
  dataDir = await makeDataDir();
  server = await startTrama({ dataDir, port: await freePort() });
  session = openSession(server.url);
  await session.api.auth.register.mutate({ name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' });
});
afterAll(async () => {
  await server?.stop();
  await removeDataDir(dataDir);
});

const names = ['r1', 'r2', 'r3', 'r4'];
/** As the example gives it. */
const loopback = (name: string) => `10.255.0.${name.slice(1)}`;

test('four routers of a template’s frr.conf find their ways by OSPF, round a router that ends, too', async () => {
  const { api } = session;
  const text = await readFile(new URL('../docs/examples/ospf-ring.yaml', import.meta.url), 'utf8');
  const { template } = await api.templates.import.mutate({ text });
  const zone = (await api.zones.list.query()).items[0];
  const slice = await api.slices.create.mutate({ name: 'ring', templateId: template.id, zoneId: zone?.id ?? 0 });
  const deploy = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  const [built] = (await api.images.list.query({ search: 'router' })).items;
  expect(built).toMatchObject({ minRamMb: 128, login: { user: 'root', password: null }, consoles: ['serial'] });
  await untilDeployed(session, slice.id, deploy.id);
  const vmId = (name: string) => slice.vmList.find((vm) => vm.name === name)?.id ?? 0;

  const guest = await openConsole(session, vmId('r1'));
  // marks are split in what is typed, so that only what is printed holds them whole
  const untilRoute = async (to: string, mark: string) => {
    const shown = `vtysh -c "show ip route ${to}" | grep -q "Known via .ospf"`;
    guest.type(`until ${shown}; do sleep 1; done; echo rou""te-${mark}`);
    await guest.until(new RegExp(`route-${mark}`));
  };
  for (const name of names.slice(1)) await untilRoute(loopback(name), name);
  // the far one, over either neighbour, with an answer that is forwarded too
  await ping(guest, loopback('r3'));
  guest.type(
    'clear; vtysh -c "show daemons"; for v in 4 6; do cat /proc/sys/net/ipv$v/conf/all/forwarding; done; free -m; echo do""ne',
  );
  const [shown] = await guest.until(/zebra[\s\S]*done/);
  for (const daemon of ['zebra', 'bgpd', 'ospfd', 'ospf6d', 'staticd']) expect(shown).toContain(daemon);
  expect(shown.match(/^1\r?$/gm)).toHaveLength(2);

  const stop = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'stop', vmId: vmId('r2') });
  await untilDeployed(session, slice.id, stop.id);
  guest.type('until ! vtysh -c "show ip ospf neighbor" | grep -q 10.255.0.2; do sleep 1; done; echo go""ne');
  await guest.until(/gone/);
  await untilRoute(loopback('r3'), 'again');
  await ping(guest, loopback('r3'));
  guest.close();
});
