import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, link, vmSpec, withNic } from '#server/providers/contract-fixtures';
import { builtinSpec } from '#server/providers/qemu/images/builtin';
import type { ConsoleStream, Provider } from '#server/providers/provider';
import { diskLogin } from '#shared/builtin-images';

const slice = { id: 9 };
/** Without KVM a guest boots for minutes, three on a busy machine for many. */
const bootsWithinMs = 30 * 60_000;
const answersWithinMs = 60_000;

/**
 * A line of three VMs with Trama's own Debian, as a course would have it: each has its name, addresses and routes from the config drive, neighbours reach
 * each other, those at the ends by the one between them; somebody types at their serial consoles, and sees a screen. Suspended and resumed, they have what was in their memory.
 */
export async function proveGuests(provider: Provider, log: (line: string) => void): Promise<void> {
  const began = Date.now();
  const said = (line: string) => log(`Guests: ${line} (${((Date.now() - began) / 1000).toFixed(0)} s)`);
  const image = builtinSpec('debian');
  const size = { ramMb: 512, diskGb: 2 };
  const [a, b, c] = [1, 2, 3].map((index) => vmSpec(9_000 + index, image, size)) as [VmOf, VmOf, VmOf];
  const left = link(9_001, a, b);
  const between = withNic({ ...b, router: true }, left.target.nic);
  const right = link(9_002, between, c);
  const routeTo = (edge: typeof left, via: string) => [{ to: subnetOf(addressOf(edge.source.nic)), via }];
  const vms = [
    {
      ...withNic(a, left.source.nic),
      graphics: true,
      routes: routeTo(right, addressOf(left.target.nic)).map((route) => ({ ...route, edgeId: left.id })),
    },
    withNic(between, right.source.nic),
    {
      ...withNic(c, right.target.nic),
      routes: routeTo(left, addressOf(right.source.nic)).map((route) => ({ ...route, edgeId: right.id })),
    },
  ];
  for (const vm of vms) await provider.ensureVm(slice, vm);
  for (const edge of [left, right]) await provider.ensureEdge(slice, edge);
  const consoles = new Map<number, Typist>();
  try {
    for (const vm of vms) {
      await provider.startVm(slice, vm);
      consoles.set(vm.id, typing(await provider.openConsole(slice, vm.id, 'serial')));
    }
    said('three VMs run');
    const at = (vm: { id: number }) => consoles.get(vm.id) ?? assert.fail('It has no console.');
    for (const vm of vms) {
      const console = at(vm);
      await console.until(/login: *$/, bootsWithinMs, '\r');
      await console.say(`${diskLogin.user}\r`, /Password: *$/);
      await console.say(`${diskLogin.password}\r`, /\$ *$/);
      const called = await console.run('hostname');
      assert.match(called, new RegExp(`^${vm.name}\\b`, 'm'));
    }
    said('each is signed in to at its serial console, and called as it should be');
    const reaches = async (from: { id: number; name: string }, to: string) => {
      const heard = await at(from).run(`ping -c 3 -i 0.2 -W 2 ${to}`);
      assert.match(heard, / 0% packet loss/);
      said(`${from.name} reaches ${to}: ${/rtt .*/.exec(heard)?.[0] ?? ''}`);
    };
    await reaches(a, addressOf(left.target.nic));
    await reaches(b, addressOf(left.source.nic));
    await reaches(b, addressOf(right.target.nic));
    await reaches(c, addressOf(right.source.nic));
    await reaches(a, addressOf(right.target.nic));
    await reaches(c, addressOf(left.source.nic));
    await at(a).run('echo woven > /dev/shm/word');
    const seconds = async (what: string, work: () => Promise<void>) => {
      const start = Date.now();
      await work();
      said(`${what} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
    };
    const statuses = async () => (await provider.observe(slice)).vms.map(({ status }) => status);
    await seconds('suspended', () => provider.suspendSlice(slice));
    assert.deepEqual(
      await statuses(),
      vms.map(() => 'suspended'),
    );
    await seconds('resumed', () => provider.resumeSlice(slice));
    assert.deepEqual(
      await statuses(),
      vms.map(() => 'running'),
    );
    for (const vm of vms) {
      at(vm).close();
      consoles.set(vm.id, typing(await provider.openConsole(slice, vm.id, 'serial')));
      await at(vm).until(/\$ *$/, answersWithinMs, '\r');
    }
    assert.match(await at(a).run('cat /dev/shm/word'), /^woven\b/m);
    said('what was in its memory is there');
    await reaches(a, addressOf(right.target.nic));
    said(`a screen says ${await firstWordsOf(await provider.openConsole(slice, a.id, 'vnc'))}`);
  } finally {
    for (const console of consoles.values()) console.close();
    await provider.removeSlice(slice);
  }
  assert.deepEqual(await provider.listSlices(), []);
  said('nothing is left');
}

type VmOf = ReturnType<typeof vmSpec>;

/** `10.0.0.1` is in `10.0.0.0/30`, as links of the fixtures have it. */
const subnetOf = (address: string) => address.replace(/\d+$/, '0/30');

interface Typist {
  /** Until the end of what was shown matches; meanwhile `key` is pressed now and then. */
  until(shows: RegExp, withinMs: number, key?: string): Promise<string>;
  /** Types it, and waits for what comes then. */
  say(text: string, shows: RegExp): Promise<string>;
  /** A command of a shell; what it printed. */
  run(command: string): Promise<string>;
  close(): void;
}

/** Somebody at a serial console. */
function typing(console: ConsoleStream): Typist {
  const decoder = new TextDecoder();
  let shown = '';
  console.onData((data) => (shown += decoder.decode(data, { stream: true })));
  const type = (text: string) => console.write(new TextEncoder().encode(text));
  const until: Typist['until'] = async (shows, withinMs, key) => {
    for (let looks = 1, end = Date.now() + withinMs; !shows.test(shown); looks += 1) {
      if (Date.now() > end) throw new Error(`The console never shows ${shows}:\n${shown.slice(-2_000)}`);
      if (key !== undefined && looks % 50 === 0) type(key);
      await sleep(100);
    }
    return shown;
  };
  const say: Typist['say'] = async (text, shows) => {
    shown = '';
    type(text);
    return until(shows, answersWithinMs);
  };
  return {
    until,
    say,
    // the shell makes of it what the line itself, which is shown too, does not have
    run: (command) => say(`${command}; echo do''ne\r`, /^done\r?\n[^]*\$ *$/m),
    close: () => console.close(),
  };
}

/** What an RFB server says first, once it has been answered with the same: the kinds of security that it has. */
async function firstWordsOf(console: ConsoleStream): Promise<string> {
  const heard: number[] = [];
  console.onData((data) => void heard.push(...data));
  const count = async (bytes: number) => {
    for (const end = Date.now() + answersWithinMs; heard.length < bytes; await sleep(50))
      if (Date.now() > end) throw new Error('The screen says nothing.');
  };
  await count(12);
  const version = String.fromCharCode(...heard.slice(0, 12));
  assert.match(version, /^RFB 003\.00\d\n$/);
  console.write(new TextEncoder().encode(version));
  await count(14);
  console.close();
  return `${version.trim()}, and offers ${heard[12]} kind of security`;
}
