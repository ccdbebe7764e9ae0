import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '#server/lib/run-command';

/*
 * A small world of two network namespaces, for tests as root: a host with addresses that guests must not reach, and behind it an internet
 * that has a public server, a name server, and, as badly kept networks do, private and metadata addresses too. In both something
 * answers at every address, so that only what is denied keeps anybody from it.
 */

/** So much is sent by port 8081, and taken by port 8082, of the world's servers. */
export const bulkBytes = 1_500_000;

/**
 * Answers any connection to port 8080 with its name, one to 8081 with so many zeros, and one to 8082 with its end once it has sent as many; any question for a
 * name with the public server's address.
 */
const answerer = `
const [name, address] = process.argv.slice(1);
require('node:net').createServer((socket) => socket.on('error', () => {}).end('I am ' + name + '\\n')).listen(8080, '::');
const bulk = ${bulkBytes};
require('node:net').createServer((socket) => socket.on('error', () => {}).end(Buffer.alloc(bulk))).listen(8081, '::');
require('node:net').createServer((socket) => {
  let got = 0;
  socket.on('error', () => {}).on('data', (data) => (got += data.length) >= bulk && socket.destroy());
}).listen(8082, '::');
const udp = require('node:dgram').createSocket('udp4');
udp.on('message', (question, from) => {
  const end = question.indexOf(0, 12) + 5;
  const isA = question.readUInt16BE(end - 4) === 1;
  const head = Buffer.from(question.subarray(0, end));
  head.set([0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0], 2);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
  udp.send(isA ? Buffer.concat([head, answer]) : head, from.port, from.address);
});
udp.bind(53, '0.0.0.0', () => console.log('ready'));
`;

export const world = {
  /** Of servers on the internet. */
  public: ['203.0.113.10', '2001:db8:99::10'],
  nameServer: '203.0.113.53',
  /** Behind the host, and not the internet. */
  private: ['10.66.0.1', '192.168.77.1', '169.254.169.254', '100.64.0.1', 'fd66::1'],
  /** Of the host: its uplink, a bridge of it, a second public address. */
  host: ['198.51.100.2', '172.17.0.1', '203.0.113.77', '2001:db8:1::2', '2001:db8:77::1'],
  /** In the network that the host's uplink is in. */
  neighbour: ['198.51.100.1', '2001:db8:1::1'],
} as const;

export interface InternetWorld {
  /** For `internetWithin` of the provider. */
  within: string[];
  /** What answers at the address, asked from the host itself. */
  askFromHost(address: string): Promise<string>;
  /** Gives the host another address. */
  addHostAddress(address: string): Promise<void>;
  dispose(): Promise<void>;
}

const at = (address: string, prefix?: number) => `${address}/${prefix ?? (address.includes(':') ? 128 : 32)}`;

/** Null where this user may make no network namespaces. */
export async function makeInternetWorld(folder: string): Promise<InternetWorld | null> {
  const [host, outside] = [`trama-host-${process.pid}`, `trama-out-${process.pid}`];
  const ip = (...args: string[]) => runCommand('ip', args);
  const children: ChildProcess[] = [];
  const dispose = async () => {
    for (const child of children) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const name of [host, outside]) await ip('netns', 'delete', name).catch(() => undefined);
  };
  const may = await ip('netns', 'add', host).then(
    () => true,
    () => false,
  );
  if (!may) return null;
  try {
    await ip('netns', 'add', outside);
    for (const name of [host, outside]) {
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    await ip('-n', host, 'link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'downlink', 'netns', outside);
    const ends = [
      { name: host, device: 'uplink', own: ['198.51.100.2/24', '2001:db8:1::2/64'] },
      { name: outside, device: 'downlink', own: ['198.51.100.1/24', '2001:db8:1::1/64'] },
    ];
    for (const { name, device, own } of ends) {
      for (const address of own) await ip('-n', name, 'address', 'add', address, 'dev', device, ...noDad(address));
      await ip('-n', name, 'link', 'set', device, 'up');
    }
    const further = (name: string, addresses: readonly string[]) =>
      addresses.map((address) => ['-n', name, 'address', 'add', at(address), 'dev', 'lo', ...noDad(address)]);
    const { public: open, nameServer, private: shut } = world;
    for (const args of [...further(host, world.host.slice(1, 3)), ...further(host, world.host.slice(4))])
      await ip(...args);
    for (const args of further(outside, [...open, nameServer, ...shut])) await ip(...args);
    await ip('-n', host, 'route', 'add', 'default', 'via', '198.51.100.1');
    await ip('-n', host, '-6', 'route', 'add', 'default', 'via', '2001:db8:1::1');
    for (const [namespace, name] of [
      [host, 'the host'],
      [outside, 'outside'],
    ] as const) {
      const program = ['exec', namespace, process.execPath, '-e', answerer, name, open[0]];
      const child = spawn('ip', ['netns', ...program], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      await once(child.stdout, 'data');
    }
    const resolv = join(folder, 'resolv.conf');
    await writeFile(resolv, `nameserver ${nameServer}\n`);
    const enter = 'mount --bind "$1" /etc/resolv.conf; shift; exec nsenter "$@"';
    return {
      within: ['unshare', '--mount', 'sh', '-c', enter, 'enter', resolv, `--net=/run/netns/${host}`, '--'],
      askFromHost: async (address) => {
        const ask = `require('node:net').connect(8080, ${JSON.stringify(address)}).setTimeout(3000, function () { this.destroy(); }).pipe(process.stdout)`;
        return (await runCommand('ip', ['netns', 'exec', host, process.execPath, '-e', ask])).stdout.trim();
      },
      addHostAddress: async (address) => {
        await ip('-n', host, 'address', 'add', at(address), 'dev', 'lo', ...noDad(address));
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** An IPv6 address is usable at once. */
const noDad = (address: string) => (address.includes(':') ? ['nodad'] : []);
