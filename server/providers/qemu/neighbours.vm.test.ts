import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtinImages } from '#shared/builtin-images';
import { readConsole, type ConsoleText } from '../contract-console';
import { addressOf, attachment, link, tiny, vmSpec, withNic } from '../contract-fixtures';
import type { NicSpec, Provider, SliceRef, VmSpec } from '../provider';
import { findMachines } from './find-machines';
import { builtinSpec } from './images/builtin';
import { killMachine } from './qemu-process';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

/** What a guest that runs hears of who is beside it, and what becomes of its frames when nobody is. */
const base = resolve('.trama/test');
let folder: string;
let root: string;
let provider: Provider;

const open = async () => createQemuProvider({ root, imagesRoot: join(base, 'images'), users: await chooseVmUsers() });

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'neighbours-'));
  root = join(folder, 'zones', '1');
  provider = await open();
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  const left = await findMachines(root);
  await provider.close();
  await rm(folder, { recursive: true });
  if (left.length > 0) throw new Error(`Left over: ${JSON.stringify(left)}`);
});

async function boot(slice: SliceRef, vm: VmSpec): Promise<ConsoleText> {
  await provider.ensureVm(slice, vm);
  await provider.startVm(slice, vm);
  return readConsole(await provider.openConsole(slice, vm.id));
}

let commands = 0;
/** Runs a command in the guest's shell and answers what it printed. */
async function inGuest(console: ConsoleText, command: string): Promise<string> {
  const mark = `done-${++commands}`;
  const from = console.text().length;
  // typed in two halves, so that the echo of the command is not taken for its end
  console.type(`${command}; echo "do""ne-${commands}=$?"\n`);
  const text = await console.until(new RegExp(`${mark}=\\d+`), { from, timeoutMs: 120_000 });
  return text.slice(from);
}
const untilKnown = (address: string, name: string) =>
  `until grep -q "^${address} ${name}$" /etc/hosts; do sleep 0.2; done`;

test('a guest that runs knew nobody by name who came after its start', async () => {
  const slice = { id: 1 };
  const [a, b] = [vmSpec(11, tiny), vmSpec(12, tiny)];
  const edge = link(13, a, b);
  const beside = { ...a, hosts: [{ address: addressOf(edge.target.nic), name: b.name }] };
  const first = await boot(slice, a);
  await provider.ensureVm(slice, withNic(b, edge.target.nic));
  await provider.startVm(slice, b);
  await provider.ensureEdge(slice, edge);
  // also of one that is not there, and again
  for (const specs of [[beside, vmSpec(99, tiny)], [beside]]) await provider.tellNames(slice, specs);
  await inGuest(first, untilKnown('10.0.13.2', b.name));
  // the name may be there before the address is, and before the neighbour has booted
  await inGuest(first, `until ping -c 1 -W 5 ${b.name}; do sleep 0.2; done`);
  expect(await inGuest(first, 'hostname; cat /etc/hosts')).toMatch(/127\.0\.1\.1 vm-11/);

  // who was told by a server that is gone is told by the next one, too
  await inGuest(first, 'echo > /etc/hosts');
  await provider.close();
  provider = await open();
  await provider.observe(slice);
  const again = readConsole(await provider.openConsole(slice, a.id));
  await inGuest(again, untilKnown('10.0.13.2', b.name));
  // and whoever goes is forgotten
  await provider.tellNames(slice, [{ ...a, hosts: [] }]);
  await inGuest(again, `while grep -q ${b.name} /etc/hosts; do sleep 0.2; done`);
  await provider.removeSlice(slice);
});

test('a VM that routes carries its neighbours to each other, by routes that they are told at their start or while they run', async () => {
  const slice = { id: 4 };
  const [a, r, b] = [vmSpec(41, tiny), vmSpec(42, tiny, { router: true }), vmSpec(43, tiny)];
  const dual = ({ source, target, ...edge }: ReturnType<typeof link>, subnet: string) => ({
    ...edge,
    source: { ...source, nic: { ...source.nic, address6: `${subnet}1/64` } },
    target: { ...target, nic: { ...target.nic, address6: `${subnet}2/64` } },
  });
  const near = dual(link(44, a, r), 'fd00:44::');
  const far = dual(link(45, withNic(r, near.target.nic), b), 'fd00:45::');
  const beyond = [
    { to: '10.0.45.0/30', via: addressOf(near.target.nic), edgeId: near.id },
    { to: 'fd00:45::/64', via: 'fd00:44::2', edgeId: near.id },
  ];
  const back = [
    // as from the gateways of a network
    { to: '0.0.0.0/0', via: addressOf(far.source.nic), edgeId: far.id },
    { to: '::/0', via: 'fd00:45::1', edgeId: far.id },
  ];
  const hosts = [{ address: addressOf(far.target.nic), name: b.name }];
  const sender = { ...withNic(a, near.source.nic), hosts, routes: beyond };
  const receiver = withNic(b, far.target.nic);
  const router = withNic(withNic(r, near.target.nic), far.source.nic);
  const [console] = await Promise.all([sender, router, receiver].map((vm) => boot(slice, vm)));
  if (!console) throw new Error('no console');
  for (const edge of [near, far]) await provider.ensureEdge(slice, edge);
  // of the one way back there is only known from now on
  await provider.tellNames(slice, [{ ...receiver, routes: back }]);
  expect(await inGuest(console, `until ping -c 1 -W 2 ${b.name}; do sleep 0.2; done`)).toContain('ttl=63');
  await inGuest(console, 'until ping6 -c 1 -W 2 fd00:45::2; do sleep 0.2; done');
  await provider.tellNames(slice, [{ ...sender, routes: [] }]);
  await inGuest(console, 'while ip route | grep -q 10.0.45; do sleep 0.2; done');

  // the router's NICs change places at its next start, and one has an address of IPv6 by choice
  await provider.stopVm(slice, r.id, { graceMs: 0 });
  const turned = {
    ...near,
    target: { ...near.target, nic: { ...near.target.nic, index: 1, address6: 'fd00:44::a:b/64' } },
  };
  const first = { ...far, source: { ...far.source, nic: { ...far.source.nic, index: 0 } } };
  for (const edge of [turned, first]) await provider.updateEdge(slice, edge);
  const again = await boot(slice, withNic(withNic(r, turned.target.nic), first.source.nic));
  expect(await inGuest(again, 'cat /sys/class/net/eth0/address /sys/class/net/eth1/address')).toMatch(
    new RegExp(`${first.source.nic.mac}\\s+${turned.target.nic.mac}`),
  );
  await inGuest(again, 'until ip -6 addr show eth1 | grep "inet6 fd00:44::a:b/64"; do sleep 0.2; done');
  await inGuest(console, 'until ping6 -c 1 -W 2 fd00:44::a:b; do sleep 0.2; done');
  await provider.removeSlice(slice);
}, 240_000);

/** Waits until the guest's interface of a NIC, by its name, has the MAC and the address of it. */
const untilNamed = ({ index, mac, address }: NicSpec) =>
  `until grep -q ${mac} /sys/class/net/eth${index}/address && ip addr show eth${index} | grep -q "inet ${address}"; do sleep 0.2; done`;

test('a guest counted its interfaces without gaps, so that they had other names than on the drawing', async () => {
  const slice = { id: 5 };
  const [bare, b] = [vmSpec(51, tiny, { forwards: [{ protocol: 'tcp', guestPort: 22 }] }), vmSpec(52, tiny)];
  const joined = (id: number, index: number) => {
    const edge = link(id, bare, b);
    return { ...edge, source: { ...edge.source, nic: { ...edge.source.nic, index } } };
  };
  // eth5 by choice beside eth0, on a VM with a NIC that is not drawn; another one comes while it runs
  const [first, fifth, later] = [joined(53, 0), joined(54, 5), joined(55, 1)];
  const a = withNic(withNic(bare, first.source.nic), fifth.source.nic);
  let console = await boot(slice, a);
  await provider.ensureVm(slice, b);
  for (const edge of [first, fifth]) await provider.ensureEdge(slice, edge);
  for (const { source } of [first, fifth]) await inGuest(console, untilNamed(source.nic));
  const names = async () =>
    (await inGuest(console, 'echo names: $(ls /sys/class/net)')).match(/^names: (.*?)\r?$/m)?.[1];
  await inGuest(console, 'until ip addr show forwards | grep -q "inet 198.18"; do sleep 0.2; done');
  expect(await names()).toBe('eth0 eth5 forwards lo');
  await provider.ensureEdge(slice, later);
  await inGuest(console, untilNamed(later.source.nic));
  expect(await names()).toBe('eth0 eth1 eth5 forwards lo');
  // a number with one free before it
  const high = joined(56, 9);
  await provider.ensureEdge(slice, high);
  await inGuest(console, untilNamed(high.source.nic));
  expect(await names()).toBe('eth0 eth1 eth5 eth9 forwards lo');

  // two that change places in a guest that runs, and one that its user has called what another becomes
  const told = (from: NicSpec, to: NicSpec) => `s/^call ${from.mac} .*/call ${from.mac} eth${to.index}/`;
  const [one, five, nine] = [later, fifth, high].map(({ source }) => source.nic);
  if (!one || !five || !nine) throw new Error('no NICs');
  const tell = (...orders: string[]) =>
    `sed ${orders.map((order) => `-e "${order}"`).join(' ')} /run/trama-config > /run/trama-config.new; /etc/trama/configure`;
  await inGuest(console, tell(told(one, five), told(five, one)));
  for (const nic of [
    { ...one, index: 5 },
    { ...five, index: 1 },
  ])
    await inGuest(console, untilNamed(nic));
  await inGuest(console, 'ip link set eth0 down; ip link set eth0 name eth7; ip link set eth7 up');
  await inGuest(console, tell(`/^call ${first.source.nic.mac} /d`, told(nine, { ...nine, index: 7 })));
  await inGuest(console, untilNamed({ ...nine, index: 7 }));
  expect(await inGuest(console, 'cat /sys/class/net/eth0/address')).toContain(first.source.nic.mac);

  // links go, and it is started again
  for (const edge of [first, later]) await provider.removeEdge(slice, edge.id);
  await provider.rebootVm(slice, { ...bare, nics: [fifth.source.nic, high.source.nic] });
  console = readConsole(await provider.openConsole(slice, bare.id));
  for (const { source } of [fifth, high]) await inGuest(console, untilNamed(source.nic));
  expect(await names()).toBe('eth5 eth9 forwards lo');
  await provider.removeSlice(slice);
}, 240_000);

test('a router routes by the interfaces that are drawn, also by one that is plugged in while it runs', async () => {
  const slice = { id: 6 };
  const image = builtinSpec('router');
  await provider.ensureImage(image);
  const spoken = (...names: string[]) =>
    names
      .map((name) => `interface ${name}\n ip ospf area 0\n ip ospf hello-interval 1\n ip ospf dead-interval 4\n`)
      .join('');
  const router = (id: number, ...names: string[]) =>
    vmSpec(id, image, {
      ramMb: builtinImages.router.minRamMb,
      files: [
        {
          path: '/etc/frr/frr.conf',
          content: `${spoken(...names)}router ospf\n ospf router-id 10.255.0.${id}\n`,
          mode: '0640',
        },
      ],
    });
  const [a, b] = [router(61, 'eth3', 'eth5'), router(62, 'eth0', 'eth1')];
  const joined = (id: number, [from, to]: [number, number]) => {
    const { source, target, ...edge } = link(id, a, b);
    return {
      ...edge,
      source: { ...source, nic: { ...source.nic, index: from } },
      target: { ...target, nic: { ...target.nic, index: to } },
    };
  };
  const [first, later] = [joined(63, [5, 0]), joined(64, [3, 1])];
  const [console] = await Promise.all([
    boot(slice, withNic(a, first.source.nic)),
    boot(slice, withNic(b, first.target.nic)),
  ]);
  await provider.ensureEdge(slice, first);
  const untilFull = (name: string) =>
    `until vtysh -c "show ip ospf neighbor" | grep "10.255.0.62 .*Full/.* ${name}:"; do sleep 1; done`;
  expect(await inGuest(console, untilFull('eth5'))).toContain('10.0.63.1');
  await provider.ensureEdge(slice, later);
  expect(await inGuest(console, untilFull('eth3'))).toContain('10.0.64.1');
  await provider.removeSlice(slice);
}, 600_000);

test('a guest whose port came after its listener had looked heard nothing for an hour', async () => {
  const slice = { id: 2 };
  const a = vmSpec(21, tiny);
  const console = await boot(slice, a);
  const hasLooked = 'until ps | grep -v grep | grep -q "sleep [0-9]"; do sleep 0.2; done';
  await inGuest(console, 'until rmmod virtio_console; do killall listen; sleep 0.2; done 2> /dev/null');
  await inGuest(console, 'killall listen 2> /dev/null; ls /sys/class/virtio-ports 2> /dev/null');
  await inGuest(console, hasLooked);
  await inGuest(console, 'insmod /lib/modules/virtio_console.ko');
  const edge = link(23, a, vmSpec(22, tiny));
  await provider.ensureVm(slice, vmSpec(22, tiny));
  await provider.ensureEdge(slice, edge);
  await inGuest(console, `until ip -4 addr show | grep -q "inet ${edge.source.nic.address}"; do sleep 0.2; done`);
  await provider.removeSlice(slice);
});

test('the one VM on a network could send nothing more after a dozen frames, and its process spun', async () => {
  const slice = { id: 3 };
  const bare = vmSpec(31, tiny);
  const edge = attachment(33, bare, 7, 1);
  await provider.ensureNetwork(slice, { id: 7, name: 'lan' });
  await provider.ensureVm(slice, withNic(bare, edge.source.nic));
  await provider.ensureEdge(slice, edge);
  const console = await boot(slice, withNic(bare, edge.source.nic));
  expect(await inGuest(console, 'ping -c 400 -i 0.01 10.200.7.255')).toContain('400 packets transmitted');
  const sent = await inGuest(console, 'cat /sys/class/net/eth0/statistics/tx_packets');
  expect(Number(/^(\d+)\r?$/m.exec(sent)?.[1])).toBeGreaterThanOrEqual(400);

  // a server comes to the network while it runs: it gives the planned address, tells IPv6 its prefix and knows who is there
  const lan = { id: 7, name: 'lan', dhcp: true };
  const other = vmSpec(32, tiny);
  const far = attachment(34, other, 7, 2);
  const { nic } = edge.source;
  const dual = { ...edge, source: { ...edge.source, nic: { ...nic, address6: 'fd00:7::1/64', dhcp: true } } };
  await provider.ensureVm(slice, withNic(other, far.source.nic));
  await provider.ensureEdge(slice, far);
  await provider.updateNetwork(slice, lan);
  await provider.updateEdge(slice, dual);
  const ask = 'ip addr flush dev eth0; udhcpc -n -q -i eth0 -s /etc/trama/dhcp; ip -4 addr show eth0';
  expect(await inGuest(console, ask)).toContain('inet 10.200.7.1/24');
  expect(await inGuest(console, 'cat /etc/resolv.conf')).toContain('nameserver 10.200.7.254');
  expect(
    await inGuest(
      console,
      'ip link set eth0 down; ip link set eth0 up; until ip -6 addr show eth0 | grep "inet6 fd00:7::"; do sleep 0.2; done',
    ),
  ).toContain('/64');
  await inGuest(console, 'ip addr replace 10.200.7.1/24 dev eth0');
  expect(await inGuest(console, 'nslookup vm-32.internal')).toMatch(/10\.200\.7\.2\r?$/m);
  expect(await inGuest(console, 'nslookup 10.200.7.2')).toContain('vm-32.internal');
  expect(await inGuest(console, 'nslookup vm-32 fd00:7::fe')).toMatch(/10\.200\.7\.2\r?$/m);
  expect(await inGuest(console, 'nslookup www.example.org')).toMatch(/refused|can't/i);

  // without its process the network is not what was asked for, which the next call mends
  for (const relay of await findMachines(root)) if (relay.name === 'relay') await killMachine(relay, root);
  const status = async () => (await provider.observe(slice)).networks[0]?.status;
  await expect.poll(status, { timeout: 60_000 }).toBe('down');
  await provider.ensureNetwork(slice, lan);
  expect(await status()).toBe('up');
  expect(await inGuest(console, ask)).toContain('inet 10.200.7.1/24');
  await provider.updateNetwork(slice, { id: 7, name: 'lan' });
  const relays = async () => (await findMachines(root)).filter(({ name }) => name === 'relay').length;
  await expect.poll(relays, { timeout: 60_000 }).toBe(0);
  await provider.removeSlice(slice);
}, 240_000);
