import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole, type ConsoleText } from '../contract-console';
import { addressOf, attachment, link, pair, tiny, vmSpec, withNic } from '../contract-fixtures';
import type { ImageSpec, Provider, VmSpec } from '../provider';
import { findMachines } from './find-machines';
import { forwardMac } from './qemu-args';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers, type VmUsers } from './vm-users';

const run = promisify(execFile);
const base = resolve('.trama/test');
let folder: string;
let root: string;
let users: VmUsers;
let provider: Provider;
let tinyFolder: string;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'guests-'));
  // a folder that QEMU's user may not enter, with what breaks command lines, too deep for a unix socket's address
  const closed = join(folder, `my zones, all of them ${'x'.repeat(120)}`);
  await mkdir(closed);
  await chmod(closed, 0o700);
  root = join(closed, '1');
  users = await chooseVmUsers();
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users });
  await provider.ensureImage(tiny);
  const [key = ''] = (await readdir(join(base, 'images'))).filter((name) => /^tiny-[0-9a-f]+$/.test(name));
  tinyFolder = join(base, 'images', key);
});
afterAll(async () => {
  for (const id of await provider.listSlices()) await provider.removeSlice({ id });
  const left = await findMachines(root);
  await provider.close();
  await rm(folder, { recursive: true });
  if (left.length > 0) throw new Error(`Left over: ${JSON.stringify(left)}`);
});

async function bootAll(slice: { id: number }, vms: VmSpec[]): Promise<ConsoleText[]> {
  for (const vm of vms) await provider.ensureVm(slice, vm);
  await Promise.all(vms.map((vm) => provider.startVm(slice, vm)));
  return Promise.all(vms.map(async (vm) => readConsole(await provider.openConsole(slice, vm.id))));
}

let commands = 0;
/** Runs a command in the guest's shell and answers what it printed. */
async function inGuest(console: ConsoleText, command: string, timeoutMs = 60_000): Promise<string> {
  const mark = `done-${++commands}`;
  const from = console.text().length;
  // typed in two halves, so that the echo of the command is not taken for its end
  console.type(`${command}; echo "do""ne-${commands}=$?"\n`);
  const text = await console.until(new RegExp(`${mark}=\\d+`), { from, timeoutMs });
  return text.slice(from);
}
/** Waits until the guest has the address, which nobody types. */
const untilAddress = (address: string) => `until ip -4 addr show | grep -q "inet ${address}"; do sleep 0.2; done`;
const ping = (console: ConsoleText, target: string) => inGuest(console, `ping -c 3 -W 5 ${target}`);

test('two VMs ping each other by address and name; QEMU is not root', async () => {
  const slice = { id: 1 };
  const { a, b, edge } = pair({ a: 1, b: 2, edge: 3 }, tiny);
  const environment = [{ name: 'STAGE', value: `it's "$HOME" \`id\` é` }];
  const [first] = await bootAll(slice, [{ ...a, vcpus: 2, ramMb: 160, environment }, b]);
  await provider.ensureEdge(slice, edge);
  if (!first) throw new Error('No console');
  // the guest has what its spec says of size and environment
  expect(await inGuest(first, 'echo "<$STAGE>"; nproc')).toMatch(/<it's "\$HOME" `id` é>\s+2\s/);
  const [, total = '0'] = /MemTotal: +(\d+)/.exec(await inGuest(first, 'cat /proc/meminfo')) ?? [];
  expect(Number(total) / 1024).toBeGreaterThan(100);
  expect(Number(total) / 1024).toBeLessThan(160);
  expect(await ping(first, '10.0.3.2')).toMatch(/ 0% packet loss/);
  expect(await ping(first, b.name)).toMatch(/ 0% packet loss/);
  expect(await inGuest(first, 'hostname')).toContain('vm-1');
  // job control: Ctrl-C ends a command and the shell lives
  const from = first.text().length;
  first.type('ping 10.0.3.2\n');
  await first.until(/seq=1/, { from });
  first.type('\u0003');
  expect(await inGuest(first, 'echo alive')).toContain('alive');

  const machines = (await findMachines(root)).filter((machine) => machine.sliceId === slice.id);
  expect(machines).toHaveLength(2);
  for (const { pid } of machines) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const uids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number);
    expect(new Set(uids).size).toBe(1);
    if (users.kind === 'perSlice') expect(uids?.[0]).toBe(users.range.first + 1 + slice.id);
    expect(uids).not.toContain(0);
    // filtered by seccomp
    expect(/^Seccomp:\s+2$/m.test(status)).toBe(true);
  }
  // the guest's own poweroff is a stop, not a failure
  const changed = new Promise((done) => provider.onChange(done));
  first.type('poweroff\n');
  await first.closed;
  await changed;
  await expect
    .poll(async () => (await provider.observe(slice)).vms[0], { timeout: 10_000 })
    .toMatchObject({ status: 'stopped', error: null });
  await provider.removeSlice(slice);
});

test('three VMs on a network all hear each other; one plugged in later too', async () => {
  const slice = { id: 2 };
  const network = { id: 7, name: 'lan' };
  await provider.ensureNetwork(slice, network);
  const plain = [11, 12, 13].map((id) => vmSpec(id, tiny));
  const edges = plain.map((vm, index) => attachment(20 + index, vm, network.id, index + 1));
  const vms = plain.map((vm, index) => {
    const edge = edges[index];
    // the third gets its NIC while it runs
    return edge && index < 2 ? withNic(vm, edge.source.nic) : vm;
  });
  const [a, , c] = await bootAll(slice, vms);
  for (const edge of edges) await provider.ensureEdge(slice, edge);
  if (!a || !c) throw new Error('No console');
  expect(await ping(a, '10.200.7.2')).toMatch(/ 0% packet loss/);
  await inGuest(c, untilAddress('10.200.7.3/24'));
  expect(await ping(c, '10.200.7.1')).toMatch(/ 0% packet loss/);
  expect(await ping(a, '10.200.7.3')).toMatch(/ 0% packet loss/);
  await provider.removeSlice(slice);
});

test('a NIC plugged into a running VM carries frames, and is gone after its removal', async () => {
  const slice = { id: 3 };
  const a = vmSpec(31, tiny);
  const b = vmSpec(32, tiny);
  const edge = link(33, a, b);
  const [first, second] = await bootAll(slice, [a, b]);
  if (!first || !second) throw new Error('No console');
  await provider.ensureEdge(slice, edge);
  await inGuest(first, untilAddress(edge.source.nic.address));
  await inGuest(second, untilAddress(edge.target.nic.address));
  expect(await ping(first, addressOf(edge.target.nic))).toMatch(/ 0% packet loss/);
  await provider.removeEdge(slice, edge.id);
  expect(await inGuest(first, 'ls /sys/class/net')).not.toContain('eth0');
  await provider.removeSlice(slice);
});

/** The address at the host of one of the VM's forwards. */
async function forwardOf(slice: { id: number }, protocol: 'tcp' | 'udp', guestPort: number) {
  const forwards = (await provider.observe(slice)).vms[0]?.forwards ?? [];
  const found = forwards.find((one) => one.protocol === protocol && one.guestPort === guestPort);
  expect(found).toMatchObject({ hostAddress: '127.0.0.1', hostPort: expect.any(Number) as number });
  return { host: '127.0.0.1', port: found?.hostPort ?? 0 };
}

/** What comes first through a forward of TCP; rejects with the error of a connection that is refused. */
function firstOf(at: { host: string; port: number }): Promise<string> {
  return new Promise<string>((done, fail) => {
    const socket = createConnection(at);
    socket.once('data', (data) => {
      done(data.toString());
      socket.destroy();
    });
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed without an answer')));
  });
}

/** What comes back for a datagram, which is sent until something does; rejects where nobody listens. */
async function answerOf(at: { host: string; port: number }, question: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  socket.connect(at.port, at.host);
  await once(socket, 'connect');
  const again = setInterval(() => socket.send(question, () => undefined), 500);
  try {
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer;
  } finally {
    clearInterval(again);
    socket.close();
  }
}

/** Asks an iperf3 server for a test by UDP over its control connection, and answers what it says to the first datagram. */
async function iperfByUdp(control: { host: string; port: number }, data: { host: string; port: number }) {
  const socket = createConnection(control);
  try {
    const bytes = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let pending: number[] = [];
    const state = async () => {
      while (pending.length === 0) pending = [...((await bytes.next()).value ?? Buffer.from([255]))];
      return pending.shift();
    };
    socket.write(`${'trama-'.repeat(6)}\0`);
    expect(await state()).toBe(9);
    const wanted = Buffer.from(
      JSON.stringify({ udp: true, omit: 0, time: 1, parallel: 1, len: 1_000, bandwidth: 1_000_000 }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32BE(wanted.length);
    socket.write(Buffer.concat([length, wanted]));
    expect(await state()).toBe(10);
    return await answerOf(data, Buffer.from([0x12, 0x34, 0x56, 0x78]));
  } finally {
    socket.destroy();
  }
}

test('ports are forwarded while the VM runs, by TCP and UDP, and give the guest no way to the host or out', async () => {
  const slice = { id: 4 };
  const vm = vmSpec(41, tiny);
  let [console] = await bootAll(slice, [vm]);
  if (!console) throw new Error('No console');
  await inGuest(console, '(while true; do echo from-the-guest | nc -l -p 7777; done > /dev/null 2>&1 &)');
  const listening = await inGuest(console, 'until netstat -ltn | grep 7777; do sleep 0.2; done');
  expect(listening).toMatch(/:7777 .*LISTEN/);
  // the first of them: the guest is given the NIC that carries them
  const tcp = { protocol: 'tcp' as const, guestPort: 7777 };
  await provider.updateVm(slice, { ...vm, forwards: [tcp] });
  await inGuest(console, 'until ip -4 addr show forwards | grep -q 198.18; do sleep 0.2; done');
  const first = await forwardOf(slice, 'tcp', 7777);
  expect(await firstOf(first)).toBe('from-the-guest\n');

  // others beside it, one of them by UDP, of which QEMU's own network would drop every answer
  const forwards = [tcp, ...(['tcp', 'udp'] as const).map((protocol) => ({ protocol, guestPort: 5201 }))];
  await provider.updateVm(slice, { ...vm, forwards });
  expect(await forwardOf(slice, 'tcp', 7777)).toEqual(first);
  await inGuest(console, '(while true; do iperf3 -s -1 -p 5201; done > /dev/null 2>&1 &)');
  await inGuest(console, 'until netstat -ltn | grep -q 5201; do sleep 0.2; done');
  const byUdp = async () => iperfByUdp(await forwardOf(slice, 'tcp', 5201), await forwardOf(slice, 'udp', 5201));
  const answer = await byUdp();
  expect(answer).toHaveLength(4);
  const udp = await forwardOf(slice, 'udp', 5201);

  // the NIC that came later is where it was for a process that goes on with the memory
  await provider.suspendSlice(slice);
  await provider.resumeSlice(slice);
  expect(await forwardOf(slice, 'tcp', 7777)).toEqual(first);
  expect(await firstOf(first)).toBe('from-the-guest\n');

  // whoever takes the VM over carries it on
  await provider.close();
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users });
  expect(await forwardOf(slice, 'udp', 5201)).toEqual(udp);
  console = readConsole(await provider.openConsole(slice, vm.id));
  await inGuest(console, 'killall iperf3; until netstat -ltn | grep -q 5201; do sleep 0.2; done');
  expect(await byUdp()).toEqual(answer);

  await provider.updateVm(slice, { ...vm, forwards: [{ protocol: 'tcp', guestPort: 5201 }] });
  await expect(firstOf(first)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(answerOf(udp, Buffer.from('gone'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  let reached = 0;
  const server = createServer((socket) => {
    reached++;
    socket.end('host-secret\n');
  });
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  expect(port).toBeGreaterThan(0);
  const { stdout } = await run('hostname', ['-I']);
  for (const address of ['198.18.0.2', '127.0.0.1', ...stdout.trim().split(/\s+/).slice(0, 2)]) {
    expect(await inGuest(console, `nc -w 3 ${address} ${port} < /dev/null`)).not.toContain('host-secret');
  }
  expect(reached).toBe(0);
  await new Promise((done) => server.close(done));
  await provider.removeSlice(slice);
});

test('the guest’s terminal follows the reader’s size, and wget with a time limit is no segmentation fault', async () => {
  const slice = { id: 9 };
  const vm = vmSpec(91, tiny);
  const [console] = await bootAll(slice, [vm]);
  if (!console) throw new Error('No console');
  const stream = await provider.openConsole(slice, vm.id);
  stream.resize(132, 43);
  const size = (wanted: string) => `until [ "$(stty size)" = "${wanted}" ]; do sleep 0.2; done; stty size`;
  expect(await inGuest(console, size('43 132'))).toContain('43 132');
  // a new shell has it too
  console.type('exit\n');
  await console.until('BusyBox', { from: console.text().length });
  expect(await inGuest(console, size('43 132'))).toContain('43 132');
  stream.close();

  const serve = 'while true; do printf "HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n" | nc -l -p 80; done';
  await inGuest(console, `(${serve} > /dev/null 2>&1 &)`);
  await inGuest(console, 'until netstat -ltn | grep -q ":80 "; do sleep 0.2; done');
  expect(await inGuest(console, 'wget -q -T 30 -O - http://127.0.0.1/')).toContain('hello');
  expect(await inGuest(console, 'wget -T')).not.toContain('Segmentation fault');
  await provider.removeSlice(slice);
});

test('a tiny guest captures with tcpdump, measures with iperf3, serves a page and traces routes, in its 96 MiB', async () => {
  const slice = { id: 15 };
  const { a, b, edge } = pair({ a: 151, b: 152, edge: 1501 }, tiny);
  const [first, second] = await bootAll(slice, [a, b]);
  await provider.ensureEdge(slice, edge);
  if (!first || !second) throw new Error('No console');
  expect(await ping(first, b.name)).toMatch(/ 0% packet loss/);

  await inGuest(second, 'cd /tmp; (iperf3 -s > iperf.log 2>&1 &); httpd -h /var/www');
  await inGuest(second, 'until netstat -ltn | grep -q ":5201 "; do sleep 0.2; done');
  const captured = inGuest(second, 'tcpdump -n -c 4 -i eth0 icmp');
  await second.until(/listening on eth0/, { timeoutMs: 120_000 });
  expect(await ping(first, b.name)).toMatch(/ 0% packet loss/);
  expect(await captured).toMatch(/ICMP echo request/);
  expect(await inGuest(first, `iperf3 -c ${b.name} -n 1M`, 120_000)).toMatch(/ [KM]Bytes .* receiver/);
  expect(await inGuest(first, `wget -q -O - http://${b.name}/`)).toContain('index.html');
  expect(await inGuest(first, `traceroute -n -w 10 ${b.name}`)).toMatch(/ 1  \S+ {2}[\d.]+ ms/);
  expect(await inGuest(second, '(echo hello | nc -l -p 9000 > /dev/null &) ; nc -w 5 127.0.0.1 9000')).toContain(
    'hello',
  );
  // a daemon that is not root could not open it
  expect(await inGuest(first, 'ls -l /dev/null')).toContain('crw-rw-rw-');
  // what the tools take is not what the guest's work has
  const [, free = '0'] = /MemAvailable: +(\d+)/.exec(await inGuest(second, 'cat /proc/meminfo')) ?? [];
  expect(Number(free)).toBeGreaterThan(8 * 1024);
  await provider.removeSlice(slice);
});

test('a process whose record is lost is ended, one whose server died is found and not started twice', async () => {
  const slice = { id: 8 };
  const kept = vmSpec(81, tiny);
  const lost = vmSpec(82, tiny);
  await bootAll(slice, [kept, lost]);
  const processes = async () => (await findMachines(root)).filter(({ sliceId }) => sliceId === slice.id);
  const before = (await processes()).find(({ name }) => name === 'v81');
  await provider.close();
  await rm(join(root, 's8/v82.json'));
  // as if the server had been killed between starting the process and writing that it did
  const record = join(root, 's8/v81.json');
  const off = (await readFile(record, 'utf8')).replace('"expected":"on"', '"expected":"off"');
  await writeFile(record, off.replace('"ready":true', '"ready":false'));
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users });
  expect((await provider.observe(slice)).vms).toMatchObject([{ id: 81 }]);
  await provider.startVm(slice, kept);
  expect(await processes()).toEqual([before]);
  expect((await provider.observe(slice)).vms).toMatchObject([{ id: 81, status: 'running' }]);
  await provider.removeSlice(slice);
});

test('a kernel image by path is checked against its checksum', async () => {
  const source = join(folder, 'my kernel');
  await mkdir(source);
  const hash = createHash('sha256');
  for (const name of ['vmlinuz', 'initrd.gz']) {
    await copyFile(join(tinyFolder, name), join(source, name));
    hash.update(await readFile(join(source, name)));
  }
  const image: ImageSpec = { ...tiny, id: 2, name: 'mine', source, sha256: hash.digest('hex') };
  expect((await provider.ensureImage(image)).sizeMb).toBeGreaterThan(5);
  await expect(provider.ensureImage({ ...image, sha256: 'a'.repeat(64) })).rejects.toMatchObject({
    code: 'IMAGE_INVALID',
    retryable: false,
  });
  await chmod(join(source, 'vmlinuz'), 0o644);
  await writeFile(join(source, 'vmlinuz'), 'not a kernel at all'.repeat(100));
  await expect(provider.ensureImage({ ...image, sha256: null })).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  await expect(provider.ensureImage({ ...image, source: '/nonexistent' })).rejects.toMatchObject({
    code: 'IMAGE_INVALID',
  });
  await expect(provider.ensureImage({ ...image, kind: 'disk', source: '/dev/zero' })).rejects.toMatchObject({
    code: 'IMAGE_INVALID',
  });
});

test('a broken guest fails with a sentence instead of starting for ever', async () => {
  const slice = { id: 5 };
  const source = join(folder, 'broken');
  await mkdir(source);
  await copyFile(join(tinyFolder, 'vmlinuz'), join(source, 'vmlinuz'));
  await writeFile(join(source, 'initrd.gz'), 'no archive');
  const vm = vmSpec(51, { ...tiny, id: 3, name: 'broken', source });
  await provider.ensureVm(slice, vm);
  await expect(provider.startVm(slice, vm)).rejects.toMatchObject({ code: 'VM_CRASHED' });
  const [seen] = (await provider.observe(slice)).vms;
  expect(seen).toMatchObject({ status: 'failed' });
  expect(seen?.error?.message).toMatch(/panic/);
  await provider.removeSlice(slice);
});

test('the guest numbered its NICs by the order in which they were plugged in: it follows ours, also when it starts itself anew', async () => {
  const slice = { id: 12 };
  const bare = vmSpec(121, tiny, { forwards: [{ protocol: 'tcp', guestPort: 22 }] });
  const peer = vmSpec(122, tiny);
  const numbered = (edgeId: number, index: number) => {
    const edge = link(edgeId, bare, peer);
    return { ...edge, source: { ...edge.source, nic: { ...edge.source.nic, index } } };
  };
  const [first, second, third] = [numbered(1201, 0), numbered(1202, 1), numbered(1203, 2)];
  await provider.ensureVm(slice, peer);
  const vm = withNic(withNic(bare, first.source.nic), second.source.nic);
  const [console] = await bootAll(slice, [vm]);
  if (!console) throw new Error('no console');
  // the place of the first is free for the third, before that of the second
  await provider.removeEdge(slice, first.id);
  await provider.ensureEdge(slice, third);
  const from = console.text().length;
  console.type('reboot -f\n');
  await console.until(tiny.readyMarker ?? '', { from, timeoutMs: 120_000 });
  const macs = await inGuest(console, 'cd /sys/class/net; cat eth1/address eth2/address forwards/address; cd');
  expect(macs.match(/52:54:0\d(:[0-9a-f]{2}){3}/g)).toEqual([
    second.source.nic.mac,
    third.source.nic.mac,
    forwardMac(bare.uuid),
  ]);
  // QEMU goes on showing it the configuration of its start, which did not know of the third
  await inGuest(console, untilAddress(third.source.nic.address));
  await provider.removeSlice(slice);
}, 180_000);

test('a NIC plugged into a running guest leaves the others as their user has them', async () => {
  const slice = { id: 14 };
  const a = vmSpec(141, tiny);
  const b = vmSpec(142, tiny);
  const first = link(1401, a, b);
  const plain = link(1402, withNic(a, first.source.nic), withNic(b, first.target.nic));
  const jumbo = { mac: '0a:00:00:00:14:02', mtu: 9000 };
  const later = {
    ...plain,
    source: { ...plain.source, nic: { ...plain.source.nic, ...jumbo } },
    target: { ...plain.target, nic: { ...plain.target.nic, mtu: 9000 } },
  };
  const [console] = await bootAll(slice, [withNic(a, first.source.nic), b]);
  if (!console) throw new Error('no console');
  await inGuest(
    console,
    `${untilAddress(first.source.nic.address)}; ip addr flush dev eth0; ip addr add 10.77.0.1/24 dev eth0`,
  );
  await provider.ensureEdge(slice, later);
  await inGuest(console, untilAddress(later.source.nic.address));
  // the MAC and the MTU that are chosen; a packet as large comes through in one piece
  expect(await inGuest(console, 'cat /sys/class/net/eth1/address /sys/class/net/eth1/mtu')).toMatch(
    /0a:00:00:00:14:02\s+9000/,
  );
  await inGuest(console, `until ping -c 1 -W 2 -s 8900 ${addressOf(later.target.nic)}; do sleep 0.2; done`);
  const kept = await inGuest(console, 'ip -4 addr show dev eth0');
  expect(kept).toContain('10.77.0.1/24');
  expect(kept).not.toContain(first.source.nic.address);
  // a server that was killed between plugging and telling: the next one tells
  const adopted = await inGuest(
    console,
    'rm /run/trama-config; touch /run/trama-config; ip addr flush dev eth1; echo gone',
  );
  expect(adopted).toContain('gone');
  await provider.close();
  provider = await createQemuProvider({ root, imagesRoot: join(base, 'images'), users });
  await provider.observe(slice);
  const again = readConsole(await provider.openConsole(slice, a.id));
  await inGuest(again, untilAddress(later.source.nic.address));
  await provider.removeSlice(slice);
}, 240_000);

test('a guest that broke out and made its disk a link to a file of the host has nothing of it grown', async () => {
  const slice = { id: 13 };
  const source = join(folder, 'grown.qcow2');
  const victim = join(folder, 'victim.qcow2');
  for (const path of [source, victim]) await run('qemu-img', ['create', '-q', '-f', 'qcow2', path, '1G']);
  await chmod(victim, 0o600);
  const image: ImageSpec = { id: 9, name: 'grown', kind: 'disk', source, sha256: null, readyMarker: null };
  const vm = vmSpec(131, image);
  await provider.ensureVm(slice, vm);
  const disk = join(root, 's13/v131/disk.qcow2');
  const before = await readFile(victim);
  await rm(disk);
  await symlink(victim, disk);
  // without users of their own QEMU may do what the server may
  if (users.kind !== 'server')
    await expect(provider.updateVm(slice, { ...vm, diskGb: 5 })).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await readFile(victim)).toEqual(before);
  await provider.removeSlice(slice);
});

test('disk images: only a self-contained qcow2, with an overlay of the flavour’s size and a seed', async () => {
  const slice = { id: 6 };
  const good = join(folder, 'disk.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', good, '1G']);
  const image: ImageSpec = { id: 4, name: 'disk', kind: 'disk', source: good, sha256: null, readyMarker: null };
  const vm = vmSpec(61, image, { diskGb: 2 });
  await provider.ensureVm(slice, vm);
  const overlay = join(root, 's6/v61/disk.qcow2');
  const { stdout } = await run('qemu-img', ['info', '--output=json', '-U', overlay]);
  const info: unknown = JSON.parse(stdout);
  expect(info).toMatchObject({ 'virtual-size': 2 * 2 ** 30, 'backing-filename-format': 'qcow2' });
  const inode = (await stat(overlay)).ino;
  // a guest is told what it has at each start, also what it was given while it was down
  const added = link(63, vm, vmSpec(64, image));
  await provider.ensureVm(slice, vmSpec(64, { ...image, name: 'peer' }, { diskGb: 2 }));
  await provider.ensureEdge(slice, added);
  // there is nothing to boot on it, but QEMU runs with it: firmware, overlay and seed were accepted
  await provider.startVm(slice, vm);
  expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running' }, { status: 'stopped' }]);
  expect((await readFile(join(root, 's6/v61/seed.iso'))).includes(added.source.nic.address)).toBe(true);
  await provider.stopVm(slice, vm.id, { graceMs: 0 });
  await provider.ensureVm(slice, vm);
  expect((await stat(overlay)).ino).toBe(inode);
  await expect(provider.ensureVm(slice, { ...vm, id: 62, diskGb: 0.5 })).rejects.toMatchObject({
    code: 'IMAGE_INVALID',
  });
  await provider.removeSlice(slice);

  const refuse = async (source: string) =>
    expect(provider.ensureImage({ ...image, source })).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      retryable: false,
    });
  const backed = join(folder, 'backed.qcow2');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', '/etc/passwd', '-F', 'raw', backed]);
  await refuse(backed);
  const external = join(folder, 'external.qcow2');
  const dataFile = `data_file=${join(folder, 'external.raw')}`;
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', dataFile, external, '1M']);
  await refuse(external);
  const raw = join(folder, 'raw.img');
  await writeFile(raw, Buffer.alloc(1024 * 1024));
  await refuse(raw);
});
