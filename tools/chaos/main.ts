/**
 * `npm run chaos [-- --rounds N] [--seed S]`: two VMs, a link and a network on real QEMU; each round asks for an operation and
 * kills VM, network or server with -9 at a random instant of it. A round is good when what was asked for is there, at once
 * or after one repair that the product offers (Start, Deploy, the operation again), with no process twice and none left
 * over, and, where VMs run, with both ways between them answering pings. Ends with 1 when a round was not.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentKind } from '#shared/deployment/operations';
import { openSession, type ApiSession } from '../../rig/api';
import { openConsole, ping } from '../../rig/console';
import { dice } from '#shared/dice';
import {
  freePort,
  guestsIn,
  makeDataDir,
  processesIn,
  removeDataDir,
  sliceFilesIn,
  startTrama,
  type TramaServer,
} from '../../rig/trama-server';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds ?? 50);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

const random = dice(seed);
function oneOf<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

type Wanted = 'active' | 'stopped' | 'destroyed';
/** What can be asked for when the slice is as it was wanted last. */
const possible = {
  destroyed: ['deploy'],
  active: ['stop', 'stop', 'reboot', 'reboot', 'destroy'],
  stopped: ['start', 'start', 'destroy'],
} as const satisfies Record<Wanted, readonly DeploymentKind[]>;
type Disturbed = (typeof possible)[Wanted][number];
const wantedAfter = {
  deploy: 'active',
  start: 'active',
  reboot: 'active',
  stop: 'stopped',
  destroy: 'destroyed',
} as const;
const victims = ['vm', 'network', 'server'] as const;
/** Longer than any operation takes on a busy machine: whoever is not done then never will be. */
const patienceMs = 240_000;
/** So long may what died after an operation's end go unnoticed. */
const noticedWithinMs = 30_000;

const document = {
  format: 'trama',
  version: 1,
  name: 'chaos',
  vms: ['web', 'db'].map((name) => ({ key: name, name, flavour: 'nano', image: 'tiny' })),
  networks: [{ key: 'lan', name: 'lan' }],
  edges: [
    { key: 'link', source: 'web', target: 'db' },
    { key: 'web-lan', source: 'web', target: 'lan' },
    { key: 'db-lan', source: 'db', target: 'lan' },
  ],
};

class Chaos {
  sliceId = 0;
  wanted: Wanted = 'destroyed';
  /** Seconds that each operation took last: within them it is disturbed. */
  readonly took: Record<Disturbed, number> = { deploy: 10, start: 8, reboot: 8, stop: 4, destroy: 2 };

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    public server: TramaServer,
    readonly session: ApiSession,
    readonly templateId: number,
    readonly zoneId: number,
  ) {}

  static async begin(): Promise<Chaos> {
    const [dataDir, port] = [await makeDataDir(), await freePort()];
    const server = await startTrama({ dataDir, port });
    const session = openSession(server.url);
    if (server.admin === null) throw new Error('the first start printed no account');
    await session.api.auth.login.mutate(server.admin);
    const { template } = await session.api.templates.import.mutate({ text: JSON.stringify(document) });
    const zone = (await session.api.zones.list.query()).items[0];
    return new Chaos(dataDir, port, server, session, template.id, zone?.id ?? 0);
  }

  async end(): Promise<void> {
    await this.server.stop();
    await removeDataDir(this.dataDir);
  }

  /** Asks, disturbs and waits for the end. Answers in words what was done to it, and how the operation itself ended. */
  async disturb(kind: Disturbed): Promise<string> {
    if (kind === 'deploy') {
      const { templateId, zoneId } = this;
      const name = `chaos-${crypto.randomUUID()}`;
      this.sliceId = (await this.session.api.slices.create.mutate({ name, templateId, zoneId })).id;
    }
    this.wanted = wantedAfter[kind];
    const begun = performance.now();
    const { id } = await this.session.api.deployments.start.mutate({ sliceId: this.sliceId, kind });
    const done: string[] = [];
    for (let times = random() < 0.25 ? 2 : 1; times > 0; times -= 1) {
      await delay(random() * this.took[kind] * 1_000);
      const victim = oneOf(victims);
      const second = ((performance.now() - begun) / 1_000).toFixed(1);
      const { finishedAt } = await this.session.api.deployments.get.query({ id });
      // what dies only then is not the operation's to put right
      const late = finishedAt === null ? '' : ' after its end';
      done.push(`${await this.#kill(victim)} at ${second} s${late}`);
    }
    const status = await this.#untilEnded(id);
    if (status === 'succeeded') this.took[kind] = (this.took[kind] + (performance.now() - begun) / 1_000) / 2;
    return `${done.join(', ')}: ${status}`;
  }

  async #kill(victim: (typeof victims)[number]): Promise<string> {
    if (victim === 'server') {
      await this.server.kill();
      this.server = await startTrama({ dataDir: this.dataDir, port: this.port });
      return 'server';
    }
    const processes = [...(await processesIn(`${this.dataDir}/zones`))].filter(([, args]) =>
      victim === 'network' ? isNetwork(args) : args.includes('-kernel'),
    );
    if (processes.length === 0) return `no ${victim} there`;
    const [pid] = oneOf(processes);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return `${victim} ended by itself`;
    }
    return victim;
  }

  async #untilEnded(id: number): Promise<string> {
    for (const over = Date.now() + patienceMs; Date.now() < over; await delay(200)) {
      const { status, finishedAt } = await this.session.api.deployments.get.query({ id });
      if (finishedAt !== null) return status;
    }
    return 'has not ended';
  }

  /** What is wrong, in words; null once everything is as it was asked for. Waits as long as it may still become so. */
  async fault(): Promise<string | null> {
    let said = '';
    for (const over = Date.now() + noticedWithinMs; Date.now() < over; await delay(250)) {
      const { status } = await this.session.api.slices.get.query({ id: this.sliceId });
      const there = await guestsIn(this.dataDir);
      const twice = [...there].filter(([, count]) => count > 1);
      const vms = ['db', 'web'].filter((name) => there.has(name)).length;
      const networks = [...there.keys()].filter((name) => name.startsWith('trama-')).length;
      const files = this.wanted === 'destroyed' ? await sliceFilesIn(this.dataDir) : [];
      const right = {
        active: vms === 2 && networks === 1,
        stopped: vms === 0,
        destroyed: there.size === 0 && files.length === 0,
      }[this.wanted];
      said = `${status} with ${vms} VMs, ${networks} networks, ${files.length} files`;
      if (twice.length > 0) return `TWICE: ${twice.join()}`;
      if (status === this.wanted && right) return null;
      if ((status === 'degraded' || status === 'failed') && !right) return said;
    }
    return said;
  }

  /** Both ways between the VMs, by the console of one. */
  async pings(): Promise<void> {
    const slice = await this.session.api.slices.get.query({ id: this.sliceId });
    const db = slice.vmList.find(({ name }) => name === 'db');
    const web = slice.vmList.find(({ name }) => name === 'web');
    const ends = slice.edges.flatMap((edge) =>
      edge.source === db?.key ? [edge.sourceAddress] : edge.target === db?.key ? [edge.targetAddress] : [],
    );
    const guest = await openConsole(this.session, web?.id ?? 0);
    guest.type('');
    for (const address of ends) await ping(guest, address?.split('/')[0] ?? '');
    guest.close();
  }

  /** What a person would press: what the page offers for a slice like this. */
  async repair(kind: DeploymentKind): Promise<void> {
    const start = (repairing: DeploymentKind) =>
      this.session.api.deployments.start.mutate({ sliceId: this.sliceId, kind: repairing });
    const { id } = await start(this.wanted === 'active' && kind === 'reboot' ? 'start' : kind);
    await this.#untilEnded(id);
  }
}

const isNetwork = (args: readonly string[]) => args[args.indexOf('-machine') + 1] === 'none';
const inWords = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function main(): Promise<number> {
  console.log(`seed ${seed}, ${rounds} rounds`);
  const chaos = await Chaos.begin();
  const counts = { 'at once': 0, 'after one repair': 0, 'not at all': 0 };
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const kind = oneOf(possible[chaos.wanted]);
      const happened = await chaos.disturb(kind);
      let outcome: keyof typeof counts = 'at once';
      let fault = await chaos.fault();
      if (fault !== null) {
        outcome = 'after one repair';
        console.log(`   ${fault}`);
        await chaos.repair(kind).catch((error: unknown) => console.log(`   the repair is refused: ${inWords(error)}`));
        fault = await chaos.fault();
      }
      if (fault === null && chaos.wanted === 'active')
        await chaos.pings().catch((error: unknown) => {
          fault = inWords(error);
        });
      if (fault !== null) outcome = 'not at all';
      counts[outcome] += 1;
      console.log(
        `${String(round).padStart(3)} ${kind.padEnd(8)} ${happened}; ${chaos.wanted} ${outcome}${fault ?? ''}`,
      );
      // what is broken for good would only break the rounds after it
      if (fault !== null) {
        console.log(chaos.server.output());
        break;
      }
    }
  } finally {
    await chaos.end();
  }
  for (const [outcome, count] of Object.entries(counts)) console.log(`${outcome.padEnd(18)} ${count}`);
  return counts['not at all'] === 0 ? 0 : 1;
}

process.exitCode = await main();
