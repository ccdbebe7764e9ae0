import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole, type ConsoleText } from '../contract-console';
import { addressOf, attachment, link, tiny, vmSpec, withNic } from '../contract-fixtures';
import type { Provider, SliceRef, VmSpec } from '../provider';
import { findMachines } from './find-machines';
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
    // as from the gateway of a network
    { to: '0.0.0.0/0', via: addressOf(far.source.nic), edgeId: far.id },
    { to: 'fd00:44::/64', via: 'fd00:45::1', edgeId: far.id },
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
