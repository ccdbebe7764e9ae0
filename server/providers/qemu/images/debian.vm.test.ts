import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtinImages, diskLogin } from '#shared/builtin-images';
import { runCommand } from '#server/lib/run-command';
import { readConsole, type ConsoleText } from '../../contract-console';
import { attachment, link, pair, tiny } from '../../contract-fixtures';
import { commandsOfContract, expectCommandsRan, expectGuestAnswers } from '../../contract-guests';
import { readScreen } from '../../contract-screen';
import type { ImageSpec, Provider, VmSpec } from '../../provider';
import { createQemuProvider } from '../qemu-provider';
import { chooseVmUsers } from '../vm-users';
import { builtinSpec } from './builtin';

/** The built-in Debian: built once for all stages, booted once for everything that a guest with a disk is told. */
const base = resolve('.trama/test');
const slice = { id: 1 };
const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H0BUxjHdEqcqYQ5nLuw2WG4OzVx2VVCZl1xKVxQm6 ada@laptop';
/** The machine's own SSH client, and the tool for its keys. */
const hasSsh = spawnSync('ssh', ['-V']).error === undefined;
let sshPort = 0;
/** The VM, once it has been booted. */
let booted: VmSpec;
/** A link that came to it while it ran. */
let later: ReturnType<typeof link>;
let debian: ImageSpec;
let folder: string;
let provider: Provider;

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'debian-'));
  debian = builtinSpec('debian');
  const users = await chooseVmUsers();
  provider = await createQemuProvider({ root: join(folder, 'zone'), imagesRoot: join(base, 'images'), users });
});
afterAll(async () => {
  await provider.removeSlice(slice);
  await provider.close();
  await rm(folder, { recursive: true });
});

let commands = 0;
/** Runs a command in the guest's shell and answers what it printed. */
async function inGuest(console: ConsoleText, command: string): Promise<string> {
  const mark = `done-${++commands}`;
  const from = console.text().length;
  console.type(`${command}; echo "do""ne-${commands}"\n`);
  const text = await console.until(mark, { from, timeoutMs: 240_000 });
  return text.slice(from);
}

const password = 'of its own';
/** `openssl passwd -6 -salt trama.lab` of it. */
const passwordHash =
  '$6$trama.lab$sj66LTgSvpbGLKKSqSgKg0m9.BVDiM7ZfUuUxGVIC5YowVQeYiLtmXhJje2KlkMsJpnGi3Z24M/nnr9f.ik.M/';

test('Debian boots from its disk as its seed says: name, user-data, files, key, addresses, routes, neighbours', async () => {
  await provider.ensureImage(debian);
  const { a, b, edge: plain } = pair({ a: 1, b: 2, edge: 3 }, tiny);
  const own = { ...plain.source.nic, address6: 'fd00:3::1/64', mtu: 1400 };
  const edge = { ...plain, source: { ...plain.source, nic: own } };
  // beside that a network where it asks for its address
  const plug = attachment(4, { ...a, nics: [own] }, 7, 1);
  const asking = { ...plug, source: { ...plug.source, nic: { ...plug.source.nic, index: 5, dhcp: true } } };
  if (hasSsh) await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
  const ownKeys = hasSsh ? [(await readFile(join(folder, 'key.pub'), 'utf8')).trim()] : [];
  const vm = {
    ...a,
    nics: [own, asking.source.nic],
    router: true,
    routes: [{ to: '10.9.9.0/24', via: '10.0.3.2', edgeId: edge.id }],
    image: debian,
    ramMb: builtinImages.debian.minRamMb,
    diskGb: 4,
    hostname: 'web.example.org',
    sshKeys: [sshKey, ...ownKeys],
    password: passwordHash,
    userData: 'write_files:\n  - path: /etc/motto\n    content: of its own\nruncmd:\n  - [touch, /run/it-ran]\n',
    environment: [{ name: 'STAGE', value: `it's a test` }],
    files: [{ path: '/etc/app.conf', content: 'colour = blue\n', mode: '0640' }],
    forwards: [{ protocol: 'tcp' as const, guestPort: 22 }],
    exec: commandsOfContract,
    disks: [{ label: 'data', sizeGb: 2 }],
    graphics: true,
  };
  booted = vm;
  await provider.ensureVm(slice, vm);
  await provider.ensureVm(slice, b);
  await provider.ensureNetwork(slice, { id: 7, name: 'lan', dhcp: true });
  for (const one of [edge, asking]) await provider.ensureEdge(slice, one);
  await provider.startVm(slice, b);
  // resolves when the guest has said that it is up: after all of its user-data
  await provider.startVm(slice, vm);

  const console = readConsole(await provider.openConsole(slice, vm.id));
  const from = console.text().length;
  // a key that is typed just while the prompt is made anew is lost, as for anybody at a terminal
  const prompt = () => {
    console.type('\n');
    return console.text().slice(from);
  };
  await expect.poll(prompt, { timeout: 300_000, interval: 5_000 }).toMatch(/web login: $/);
  console.type(`${diskLogin.user}\n`);
  await console.until(/Password: $/, { from, timeoutMs: 240_000 });
  console.type(`${password}\n`);
  await console.until(/trama@web:~\$ /, { from, timeoutMs: 240_000 });

  expect(await inGuest(console, 'hostname -f')).toContain('web.example.org');
  expect(
    await inGuest(console, 'cat /etc/motto; ls /run/it-ran; sudo cat /etc/app.conf; stat -c %a /etc/app.conf'),
  ).toMatch(/of its own\s*\/run\/it-ran\s+colour = blue\s+640/);
  expect(await inGuest(console, 'echo "<$STAGE>"')).toContain("<it's a test>");
  expect(await inGuest(console, 'cat .ssh/authorized_keys')).toContain(sshKey);
  expect(await inGuest(console, 'ip -br -4 addr')).toMatch(
    /10\.0\.3\.1\/30[^]*10\.200\.7\.1\/24[^]*198\.18\.0\.15\/24/,
  );
  // called as they are drawn, with gaps; one that comes now, too
  expect(await inGuest(console, 'echo names: $(ls /sys/class/net)')).toContain('names: eth0 eth5 forwards lo');
  later = link(5, { ...a, nics: [own, own] }, b);
  await provider.ensureEdge(slice, later);
  await inGuest(console, `until grep -q ${later.source.nic.mac} /sys/class/net/eth2/address; do sleep 1; done`);
  expect(await inGuest(console, `resolvectl query ${a.name}.internal`)).toContain('10.200.7.1');
  expect(await inGuest(console, 'ip -br -6 addr; ip route; cat /sys/class/net/eth0/mtu')).toMatch(
    /fd00:3::1\/64[^]*10\.9\.9\.0\/24 via 10\.0\.3\.2 [^]*\s1400\s/,
  );
  expect(await inGuest(console, 'cat /proc/sys/net/ipv4/ip_forward')).toMatch(/^1\r?$/m);
  expect(await inGuest(console, `ping -c 3 -W 10 ${b.name}`)).toMatch(/ 0% packet loss/);
  expect(await inGuest(console, 'cloud-init status; systemctl is-system-running')).toMatch(/status: done\s+running\s/);
  // the file system has grown with the VM's disk
  const [, size = '0'] = /(\d+)G\s+do/.exec(await inGuest(console, 'df --output=size -BG / | tail -1')) ?? [];
  expect(Number(size)).toBeGreaterThanOrEqual(4);
  expect(await inGuest(console, 'systemctl is-active serial-getty@ttyS0 getty@tty1')).toMatch(/active\s+active/);

  // its guest agent says the same, and does what it is told
  await expectCommandsRan(provider, slice, vm);
  await expectGuestAnswers(provider, slice, vm);
  const { disk } = await provider.guestStatus(slice, vm.id);
  expect(disk?.totalMb).toBeGreaterThan(3_500);
  expect(disk?.usedMb).toBeGreaterThan(100);

  // its second disk, by its label, and an image of its own made of the first, with what is on it now
  const data = '/dev/disk/by-id/virtio-data';
  expect(await inGuest(console, `readlink ${data}; sudo blockdev --getsize64 ${data}`)).toMatch(/\/vdb\s+2147483648\s/);
  const used = `sudo mkfs.ext4 -q ${data} && sudo mount ${data} /srv && df --output=source,target /srv; sync`;
  expect(await inGuest(console, used)).toMatch(/\/dev\/vdb +\/srv\s/);
  expect(await mottoOf(await saved(vm.id))).toContain('of its own');

  // its screen asks who one is as the serial line does, and again when Enter is pressed at it
  const screen = readScreen(await provider.openConsole(slice, vm.id, 'vnc'));
  await screen.begin();
  const prompts = async () => (await inGuest(console, 'sudo cat /dev/vcs1')).match(/web login:/g)?.length ?? 0;
  const before = await prompts();
  expect(before).toBeGreaterThan(0);
  screen.press(0xff0d, 0x1c);
  await expect.poll(prompts, { timeout: 120_000, interval: 2_000 }).toBeGreaterThan(before);
  const { pixels } = await screen.picture();
  expect(new Set(pixels.filter((_, place) => place % 4 === 1)).size).toBeGreaterThan(1);
  screen.close();

  // and SSH answers through the forward
  sshPort = (await provider.observe(slice)).vms.find(({ id }) => id === vm.id)?.forwards[0]?.hostPort ?? 0;
  expect(await greeting(sshPort)).toMatch(/^SSH-2\.0-/);
}, 1_500_000);

test.skipIf(!hasSsh)(
  'and lets the keys of its owner in by SSH, through the forward',
  async () => {
    const options = {
      IdentityFile: join(folder, 'key'),
      IdentitiesOnly: 'yes',
      BatchMode: 'yes',
      UserKnownHostsFile: join(folder, 'known_hosts'),
      HostKeyAlias: 'trama-1-1',
      StrictHostKeyChecking: 'accept-new',
    };
    const { stdout } = await runCommand('ssh', [
      ...['-F', 'none'],
      ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      ...['-p', String(sshPort), `${diskLogin.user}@127.0.0.1`, 'hostname; whoami'],
    ]);
    expect(stdout).toBe('web\ntrama\n');
    expect(await readFile(join(folder, 'known_hosts'), 'utf8')).toContain('trama-1-1 ');
  },
  300_000,
);

test('and calls its interfaces as they are drawn after a link was removed and it was started again', async () => {
  await provider.removeEdge(slice, 3);
  const nics = [...booted.nics.filter(({ edgeId }) => edgeId !== 3), later.source.nic];
  // the first of those that are left has a number with two free before it
  await provider.rebootVm(slice, { ...booted, nics, routes: [] });
  const found = (await provider.guestStatus(slice, booted.id)).nics ?? [];
  expect(found.map(({ name }) => name).toSorted()).toEqual(['eth2', 'eth5', 'forwards']);
  for (const { index, mac, address } of nics) {
    const nic = found.find(({ name }) => name === `eth${index}`);
    expect(nic?.mac).toBe(mac);
    expect(nic?.addresses).toContain(address);
  }
}, 600_000);

/** The disk that a VM boots, as a file that needs no other. */
async function saved(vmId: number): Promise<string> {
  const path = join(folder, 'saved.qcow2');
  const { signal } = new AbortController();
  await provider.saveDisk(slice, vmId, { path, maxBytes: 8 * 2 ** 30, signal, onProgress: () => undefined });
  return path;
}

/** A file of the root file system on a disk, which lies behind the first MiB. */
async function mottoOf(disk: string): Promise<string> {
  const raw = join(folder, 'saved.raw');
  await runCommand('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', disk, raw]);
  const root = `${raw}?offset=${2 ** 20}`;
  // it was saved while it was in use: its journal first. It ends with 1 where it has mended something
  await runCommand('e2fsck', ['-fy', root]).catch(() => undefined);
  return (await runCommand('debugfs', ['-R', 'cat /etc/motto', root])).stdout;
}

/** What a server says first. */
function greeting(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.on('error', reject).once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
}
