import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '#server/lib/run-command';
import { say } from '#shared/sentence';
import { openSettings } from '#shared/zone-settings';
import { readConsole, type ConsoleText } from '../../contract-console';
import { tiny, vmSpec } from '../../contract-fixtures';
import type { InternetLimits, Provider } from '../../provider';
import { findMachines } from '../find-machines';
import { createQemuProvider } from '../qemu-provider';
import { chooseVmUsers } from '../vm-users';
import { bulkBytes, makeInternetWorld, world, type InternetWorld } from './internet-world';

const base = resolve('.trama/test');
await mkdir(base, { recursive: true });
const folder = await mkdtemp(join(base, 'internet-'));
const root = join(folder, 'zones', '1');
const users = await chooseVmUsers();
/** What its slices may have of the internet. */
let limits: InternetLimits = { kbps: null, usedUp: false };
const open = (within: readonly string[]) =>
  createQemuProvider({
    ...{ root, imagesRoot: join(base, 'images'), users, internetWithin: within, askAgainMs: 200 },
    internetLimits: () => Promise.resolve(limits),
  });
const settingsOf = (settings: object) => openSettings.parse({ provider: 'qemu', ...settings });

/** Null where this machine cannot make one, as without root, or start a gateway in it: then only that is tested. */
const stage = await makeStage();
async function makeStage(): Promise<{ world: InternetWorld; provider: Provider } | null> {
  const made = await makeInternetWorld(folder);
  if (made === null) return null;
  const provider = await open(made.within);
  if ((await provider.describe()).capabilities.internet.ok) return { world: made, provider };
  await provider.close();
  await made.dispose();
  return null;
}
let provider: Provider;

afterAll(async () => {
  if (stage !== null) {
    for (const id of await provider.listSlices()) await provider.removeSlice({ id });
    await provider.close();
    await stage.world.dispose();
  }
  const left = [...(await findMachines(root)), ...(await pastas())];
  await rm(folder, { recursive: true });
  if (left.length > 0) throw new Error(`Left over: ${JSON.stringify(left)}`);
});

async function parentOf(pid: number | null): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
}
/** Processes of gateways of this zone, by what they are started with. */
async function pastas(): Promise<string[]> {
  const commands = await Promise.all(
    (await readdir('/proc')).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands.filter(
    (command) =>
      command.startsWith('pasta\0') &&
      stage?.world.within.some((word) => word.startsWith('--net=') && command.includes(word)),
  );
}

describe('a zone that cannot keep guests from its host', () => {
  const slice = { id: 90 };
  test.each([
    // a network without a way out; and one that nothing can be run in
    {
      within: ['unshare', ...(process.getuid?.() === 0 ? [] : ['-r']), '-n'],
      reason: say('INTERNET_NO_ROUTE').message,
    },
    { within: ['false'], reason: say('INTERNET_UNSAFE').message },
    {
      within: ['no-such-program'],
      reason: say('TOOL_MISSING', { tool: 'no-such-program', packages: 'no-such-program' }).message,
    },
  ])('$within: says so, and takes no VM that asks for internet access', async ({ within, reason }) => {
    const lacking = await createQemuProvider({
      ...{ root: join(folder, 'zones', '2'), imagesRoot: join(base, 'images'), users, internetWithin: within },
    });
    try {
      const { capabilities } = await lacking.describe();
      for (const can of [capabilities.internet, capabilities.internetRate])
        expect(can).toMatchObject({ ok: false, reason });
      expect(capabilities.run.ok).toBe(true);
      const refused = { code: 'UNSUPPORTED', message: reason };
      await expect(lacking.ensureVm(slice, vmSpec(1, tiny, { internet: true }))).rejects.toMatchObject(refused);
      expect(await lacking.listSlices()).toEqual([]);
    } finally {
      await lacking.close();
    }
  });
});

test.skipIf(stage === null)('without tc there is internet access, but none that has to be slow', async () => {
  // where the slices' users may read, too, which they may not in a folder for temporary files of one's own
  const bin = await mkdtemp('/tmp/trama-without-tc-');
  await chmod(bin, 0o755);
  const programs = ['sh', 'mount', 'mknod', 'ip', 'unshare', 'setpriv', 'pasta', 'true'];
  const { stdout } = await runCommand('which', programs);
  for (const path of stdout.trim().split('\n')) await symlink(path, join(bin, basename(path)));
  const lacking = await createQemuProvider({
    ...{ root: join(folder, 'zones', '3'), imagesRoot: join(base, 'images'), users },
    internetWithin: [...(stage?.world.within ?? []), 'env', `PATH=${bin}`],
    internetLimits: () => Promise.resolve({ kbps: 2_000, usedUp: false }),
  });
  const slice = { id: 91 };
  const vm = vmSpec(2, tiny, { internet: true });
  try {
    const { internet, internetRate } = (await lacking.describe()).capabilities;
    expect(internet.ok).toBe(true);
    expect(internetRate.ok).toBe(false);
    expect(internetRate.reason).toContain(say('INTERNET_NO_SHAPER').message);
    expect(internetRate.reason).toMatch(/\btc\b.*not found/);
    await lacking.ensureVm(slice, vm);
    const refused = { code: 'UNSUPPORTED', message: internetRate.reason };
    await expect(lacking.startVm(slice, vm)).rejects.toMatchObject(refused);
    expect((await lacking.observe(slice)).vms).toMatchObject([{ status: 'stopped' }]);
  } finally {
    await lacking.removeSlice(slice);
    await lacking.close();
    await rm(bin, { recursive: true });
  }
});

describe.skipIf(stage === null)('a guest with internet access', () => {
  const slice = { id: 1 };
  const vm = vmSpec(11, tiny, { internet: true, forwards: [{ protocol: 'tcp', guestPort: 22 }] });
  let console: ConsoleText;
  let commands = 0;
  // standard input stays open: when both sides end a connection at once, pasta of 2023 may lose the server's end of it
  const nc = 'timeout 10 nc -w 3';
  /** What a command of the guest's root prints. */
  async function inGuest(command: string): Promise<string> {
    const mark = ++commands;
    const from = console.text().length;
    // typed in two halves, so that the echo of the command is not taken for its end
    console.type(`${command}; echo "do""ne-${mark}."\n`);
    const text = await console.until(new RegExp(`done-${mark}\\.`), { from, timeoutMs: 240_000 });
    return text.slice(from + command.length).replaceAll('\r', '');
  }
  /** What answers the guest at these addresses, by them. */
  async function reached(addresses: readonly string[], hostile = ''): Promise<Record<string, string>> {
    const ask = `for a in ${addresses.join(' ')}; do ${hostile} echo "<$a=$(${nc} $a 8080 <&9 2> /dev/null)>"; done`;
    const text = await inGuest(ask);
    const answers = [...text.matchAll(/<([^=<>$]+)=([^<>$]*)>/g)].map(([, address = '', answer = '']) => [
      address,
      answer.trim(),
    ]);
    expect(answers.map(([address]) => address)).toEqual(addresses);
    return Object.fromEntries(answers.filter(([, answer]) => answer !== ''));
  }
  const fromOutside = (addresses: readonly string[]) =>
    Object.fromEntries(addresses.map((address) => [address, 'I am outside']));
  const gateway = async () =>
    (await findMachines(root)).find(({ sliceId, name }) => sliceId === slice.id && name === 'gw')?.pid ?? null;
  /** Waits until another gateway than this runs. */
  async function untilAnother(pid: number | null): Promise<void> {
    const isAnother = async () => ![null, pid].includes(await gateway());
    await expect.poll(isAnother, { timeout: 60_000 }).toBe(true);
  }
  const untilOut = (address: string = world.public[0]) =>
    inGuest(`until ${nc} ${address} 8080 <&9; do sleep 0.2; done`);
  const wayOut = async () =>
    /default via \S+ dev (\S+)/.exec(await inGuest('ip route'))?.[1] ?? expect.fail('no way out');

  beforeAll(async () => {
    if (stage === null) return;
    provider = stage.provider;
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
    console = readConsole(await provider.openConsole(slice, vm.id));
    await inGuest('mkfifo /tmp/open; exec 9<> /tmp/open');
    await inGuest('until ip route | grep -q default && ip -6 route | grep -q default; do sleep 0.2; done');
  });

  test('reaches the internet, by IPv4 and IPv6, by name and by UDP, and from more than one VM', async () => {
    expect(await reached(world.public)).toEqual(fromOutside(world.public));
    expect(await inGuest(`${nc} server.example 8080 <&9`)).toContain('I am outside');
    expect(await inGuest('nslookup server.example 2> /dev/null')).toContain(world.public[0]);
  });

  test('reaches nothing else, whatever its root does', async () => {
    const { askFromHost } = stage?.world ?? expect.fail('no world');
    const denied = [...world.private, ...world.host, ...world.neighbour];
    // the host itself reaches all of it
    for (const address of [...denied, '127.0.0.1', '::1']) expect(await askFromHost(address)).toMatch(/^I am /);
    expect(await reached(denied)).toEqual({});
    // what stands between the guest and the internet, and where other guests have their NIC
    const between = [
      '198.18.1.2',
      '198.18.1.3',
      '198.19.255.1',
      '198.19.255.2',
      '198.19.255.3',
      'fd01::2',
      'fd01::3',
      'fd00:ffff::2',
    ];
    expect(await reached(between)).toEqual({});
    const eth = await wayOut();
    // loopback, sent out: its own gives it up, and it is routed to the gateway
    await inGuest(
      `ip addr del 127.0.0.1/8 dev lo; ip -6 addr del ::1/128 dev lo; ip route add 127.0.0.0/8 via 198.18.1.2 dev ${eth}; ip -6 route add ::1 via fe80::2 dev ${eth}; echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; true`,
    );
    expect(await reached(['127.0.0.1', '127.0.0.53', '::1'])).toEqual({});
    // a source that is the host's own loopback, the host's address, or one of another guest
    for (const source of ['127.0.0.1/32', '198.51.100.2/32', '198.18.1.77/32', '169.254.1.1/32']) {
      await inGuest(
        `ip addr add ${source} dev ${eth}; ip route replace default via 198.18.1.2 dev ${eth} src ${source.split('/')[0]}`,
      );
      expect(await reached(['127.0.0.1', ...denied.filter((address) => !address.includes(':'))])).toEqual({});
      await inGuest(
        `ip route replace default via 198.18.1.2 dev ${eth} src 198.18.1.15; ip addr del ${source} dev ${eth}`,
      );
    }
    // routes of its own, through whatever is named a gateway
    await inGuest(
      `for n in 10.66.0.0/24 172.17.0.0/16 198.51.100.0/24; do ip route add $n via 198.18.1.3 dev ${eth}; done`,
    );
    expect(await reached(denied)).toEqual({});
    expect(await reached(world.public)).toEqual(fromOutside(world.public));
  });

  test('keeps its way out over a restart of the server, and gets it back when the gateway dies', async () => {
    const pid = await gateway();
    await provider.close();
    provider = await open(stage?.world.within ?? []);
    await provider.observe(slice);
    console = readConsole(await provider.openConsole(slice, vm.id));
    await untilOut();
    expect(await gateway()).toBe(pid);
    expect((await provider.observe(slice)).vms[0]?.error).toBeNull();
    process.kill(pid ?? 0, 'SIGKILL');
    await untilAnother(pid);
    await untilOut();
    // what leads its namespace out
    const another = await gateway();
    process.kill(await parentOf(another), 'SIGKILL');
    await untilAnother(another);
    await untilOut();
    expect(await reached(world.private)).toEqual({});
  });

  test('is held to its rate in each direction, which is counted, and cut off while its slice may have no more', async () => {
    const { internetRate } = (await provider.describe()).capabilities;
    const times = /([\d.]+) [\d.]+\s+begun[^]*?([\d.]+) [\d.]+\s+ended/;
    /** kbit/s at which the guest moves {@link bulkBytes} by the command, by its own clock. */
    const rateOf = async (command: string) => {
      const said = await inGuest(`cat /proc/uptime; echo "beg""un"; ${command}; cat /proc/uptime; echo "end""ed"`);
      const [, from = NaN, to = NaN] = (times.exec(said) ?? []).map(Number);
      return (bulkBytes * 8) / 1000 / (to - from);
    };
    const used = async () => (await provider.internetUse()).get(slice.id) ?? [];
    const sum = (readings: { bytes: number }[]) => readings.reduce((bytes, reading) => bytes + reading.bytes, 0);
    const [to] = world.public;
    let pid = await gateway();
    limits = { kbps: internetRate.ok ? 2_000 : null, usedUp: false };
    await provider.limitInternet(slice);
    // a kernel without what it takes, and nothing else, may lack it
    if (internetRate.ok) {
      expect(await gateway()).not.toBe(pid);
      pid = await gateway();
      await untilOut();
      const before = sum(await used());
      for (const command of [`timeout 100 nc ${to} 8081 <&9 > /tmp/got`, `timeout 100 nc ${to} 8082 < /dev/zero`]) {
        const kbps = await rateOf(command);
        expect(kbps).toBeGreaterThan(1_800);
        expect(kbps).toBeLessThan(2_200);
      }
      expect(await inGuest('wc -c /tmp/got; rm /tmp/got')).toContain(`${bulkBytes} /tmp/got`);
      // with headers, answers, and what was under way beyond what was asked for
      const bytes = sum(await used()) - before;
      expect(bytes).toBeGreaterThan(2 * bulkBytes);
      expect(bytes).toBeLessThan(2.4 * bulkBytes);
      await provider.limitInternet(slice);
      expect(await gateway()).toBe(pid);
    } else {
      expect(internetRate.reason).toBeTruthy();
    }
    const before = await used();
    limits = { kbps: null, usedUp: true };
    await provider.limitInternet(slice);
    expect(await gateway()).toBeNull();
    expect(await reached(world.public)).toEqual({});
    const error = say('VM_INTERNET_USED_UP', { vm: vm.name });
    const cutOff = { status: 'running', error: { message: error.message } };
    expect((await provider.observe(slice)).vms).toMatchObject([cutOff]);
    // what has passed stays known, and is not counted for another gateway's
    expect((await used()).map(({ meter }) => meter)).toEqual(before.map(({ meter }) => meter));
    limits = { kbps: null, usedUp: false };
    await provider.limitInternet(slice);
    await untilOut();
    expect((await provider.observe(slice)).vms).toMatchObject([{ status: 'running', error: null }]);
    expect((await used()).slice(0, -1).map(({ meter }) => meter)).toEqual(before.map(({ meter }) => meter));
  });

  test('ranges of the zone and addresses of the host count for what runs, too', async () => {
    let pid = await gateway();
    await provider.configure(
      settingsOf({ internetDenied: '203.0.113.0/24', internetAllowed: '10.66.0.0/24, 203.0.113.77' }),
    );
    await untilAnother(pid);
    await inGuest(`until ${nc} 10.66.0.1 8080 <&9; do sleep 0.2; done`);
    const addresses = ['10.66.0.1', '203.0.113.10', '203.0.113.77'];
    expect(await reached(addresses)).toEqual(fromOutside(['10.66.0.1']));
    pid = await gateway();
    await provider.configure(settingsOf({}));
    await untilAnother(pid);
    await untilOut();
    pid = await gateway();
    // from now on the public server's address is the host's own
    await stage?.world.addHostAddress(world.public[0]);
    await untilAnother(pid);
    expect(await reached(world.public)).toEqual(fromOutside([world.public[1]]));
  });

  test('has one gateway for its slice, which goes with the last VM that needs it', async () => {
    const pid = await gateway();
    const second = vmSpec(12, tiny, { internet: true });
    await provider.ensureVm(slice, second);
    await provider.startVm(slice, second);
    expect(await gateway()).toBe(pid);
    // two that are led out by one gateway have the same address, as has one of another slice: none meets another, whatever one of them makes of its own
    const elsewhere = { id: 2 };
    const third = vmSpec(21, tiny, { internet: true });
    await provider.ensureVm(elsewhere, third);
    await provider.startVm(elsewhere, third);
    for (const [place, { id }] of [
      [slice, second],
      [elsewhere, third],
    ] as const) {
      const beside = readConsole(await provider.openConsole(place, id));
      beside.type('while true; do echo found | nc -l -p 8080; done &\n');
      beside.type(
        'until netstat -ltn | grep -q 8080 && ip addr | grep -q 198.18.1.15; do sleep 0.2; done; echo list"ens"\n',
      );
      await beside.until(/listens/, { timeoutMs: 60_000 });
    }
    const eth = await wayOut();
    await inGuest(
      `ip addr add 198.18.1.77/24 dev ${eth}; ip addr del 198.18.1.15/24 dev ${eth}; ip route replace default via 198.18.1.2`,
    );
    await untilOut(world.public[1]);
    expect(await reached(['198.18.1.15', '198.19.255.2', 'fd00:ffff::2'])).toEqual({});
    await provider.removeSlice(elsewhere);
    await provider.removeVm(slice, vm.id);
    expect(await gateway()).toBe(pid);
    await provider.stopVm(slice, second.id, { graceMs: 0 });
    expect(await gateway()).toBeNull();
    await provider.removeVm(slice, second.id);
    expect(await provider.listSlices()).toEqual([]);
  });
});
