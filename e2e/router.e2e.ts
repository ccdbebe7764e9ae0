import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { galleryLabs } from '#shared/gallery/labs';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { openConsole } from '../rig/console';
import { freePort, makeDataDir, removeDataDir, root, startTrama, type TramaServer } from '../rig/trama-server';
import { breakALink } from './break-a-link';
import { launchBrowser } from './browser';
import { tryLab } from './gallery-checks';
import { openPerson, signIn, typeInConsole } from './pages';

const eva = { name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' };
let dataDir: string;
let server: TramaServer;
let session: ApiSession;

beforeAll(async () => {
  dataDir = await makeDataDir();
  server = await startTrama({ dataDir, port: await freePort() });
  session = openSession(server.url);
  await session.api.auth.register.mutate(eva);
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
  // the way back may be known later: what is sent until then gets no answer
  const untilReached = async (address: string, mark: string) => {
    guest.type(`until ping -c 1 -W 5 ${address} >/dev/null; do sleep 1; done; echo rea""ched-${mark}`);
    await guest.until(new RegExp(`reached-${mark}`));
  };
  for (const name of names.slice(1)) await untilRoute(loopback(name), name);
  // the far one, over either neighbour, with an answer that is forwarded too
  await untilReached(loopback('r3'), 'first');
  guest.type(
    'clear; vtysh -c "show daemons"; for v in 4 6; do cat /proc/sys/net/ipv$v/conf/all/forwarding; done; free -m; echo do""ne',
  );
  const [shown] = await guest.until(/zebra[\s\S]*done/);
  for (const daemon of ['zebra', 'bgpd', 'ospfd', 'ospf6d', 'staticd']) expect(shown).toContain(daemon);
  expect(shown.match(/^1\r?$/gm)).toHaveLength(2);

  // as the README says
  guest.type('clear; traceroute 10.255.0.3; tcpdump -c 1 -ni eth0 ip proto 89; echo see""n');
  const [seen] = await guest.until(/10\.255\.0\.3[\s\S]*seen/);
  expect(seen).toMatch(/^ *2 +10\.255\.0\.3 /m);
  expect(seen).toContain('OSPFv2, Hello');

  if (process.env['TRAMA_SHOTS'] === '1') await picture(slice.id, [vmId('r1'), vmId('r3')]);
  await breakALink({ session, person: eva, sliceId: slice.id, guest });

  const stop = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'stop', vmId: vmId('r2') });
  await untilDeployed(session, slice.id, stop.id);
  guest.type('until ! vtysh -c "show ip ospf neighbor" | grep -q 10.255.0.2; do sleep 1; done; echo go""ne');
  await guest.until(/gone/);
  await untilRoute(loopback('r3'), 'again');
  await untilReached(loopback('r3'), 'again');
  guest.close();
});

/** `TRAMA_LABS=all`: every lab of the gallery; else one of tiny guests and one of routers, which the ring above is not. */
const labs =
  process.env['TRAMA_LABS'] === 'all' ? galleryLabs : galleryLabs.filter((lab) => /^(three-tier-web|ipv6)$/.test(lab));

test.each(labs)('the lab %s of the gallery does what its task asks', async (lab) => {
  const zone = (await session.api.zones.list.query()).items[0];
  expect(await tryLab(session, lab, zone?.id ?? 0)).toEqual([]);
});

/** Makes `docs/router-lab.png` anew: the ring, and what routers that are not neighbours have learnt. */
async function picture(sliceId: number, [near, far]: [number, number]): Promise<void> {
  const browser = await launchBrowser();
  try {
    const { page } = await openPerson(browser, server.url);
    await signIn(page, eva);
    await page.evaluate(() => localStorage.setItem('trama.console', JSON.stringify({ fontSize: 11, height: 300 })));
    await page.setViewportSize({ width: 1280, height: 1040 });
    await page.goto(`/slices/${sliceId}?consoles=${near},${far}&tiles=1&console=${far}`);
    for (const vm of ['r3', 'r1'])
      await typeInConsole(page, vm, "clear; vtysh -c 'show ip route ospf'", /weight 1, .*\n.*#/);
    // from the tabs on, without what leads elsewhere
    const clip = { x: 200, y: 252, width: 1080, height: 788 };
    await page.screenshot({ path: path.join(root, 'docs', 'router-lab.png'), clip });
  } finally {
    await browser.close();
  }
}
