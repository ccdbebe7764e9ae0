/**
 * `npm run bench:keep [-- ROUNDS]`: a line of 3 VMs suspended and resumed by Trama, from the request to its end, and the step of it that does
 * it; and the same VMs by the bare sequence of QMP: `stop` all, `migrate` all into a file each, `quit`; the same processes with `-incoming`, `cont`
 * all. Turn by turn. Prints ratios: of the step, which is what the provider does, and of the whole, which keeps its plan in the database, too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, open, readlink, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession, untilDeployed, type ApiSession } from '../../rig/api';
import { freePort, makeDataDir, processesIn, removeDataDir, startTrama } from '../../rig/trama-server';
import { vmDefaults } from '#shared/topology/schema';

const [rounds = 5] = process.argv.slice(2).map(Number);
/** QEMU runs as the owner of its VM's folder. */
const isRoot = process.getuid?.() === 0;
const names = ['vm1', 'vm2', 'vm3'];
/** Of each side, in a round. */
const turns = 3;

interface Seconds {
  suspend: number;
  resume: number;
}

async function main(): Promise<void> {
  const dataDir = await makeDataDir();
  const port = await freePort();
  const ours: Seconds[] = [];
  const steps: Seconds[] = [];
  const theirs: Seconds[] = [];
  let account: { email: string; password: string } | null = null;
  let sliceId: number | null = null;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const server = await startTrama({ dataDir, port });
      try {
        const session = openSession(server.url);
        account ??= server.admin;
        if (account === null) throw new Error('the first start printed no account');
        await session.api.auth.login.mutate(account);
        sliceId ??= await deploy(session);
        const id = sliceId;
        // a server that has just been started compiles what it runs first
        for (let turn = 1; turn <= turns; turn += 1) {
          const suspend = await carriedOut(session, id, 'suspend');
          const resume = await carriedOut(session, id, 'resume');
          ours.push({ suspend: suspend.whole, resume: resume.whole });
          steps.push({ suspend: suspend.step, resume: resume.step });
          print(`round ${round}.${turn}: Trama`, ours.at(-1));
          print(`round ${round}.${turn}: of it, the step`, steps.at(-1));
        }
      } finally {
        // it would take the monitors, and find VMs gone; they run on
        await server.stop();
      }
      const guests = await guestsOf(dataDir);
      for (let turn = 1; turn <= turns; turn += 1) {
        const monitors = await Promise.all(guests.map(connectTo));
        const suspend = await timed(() => suspendBare(monitors));
        theirs.push({ suspend, resume: await timed(() => resumeBare(guests)) });
        print(`round ${round}.${turn}: bare QMP`, theirs.at(-1));
      }
    }
    for (const step of ['suspend', 'resume'] as const) {
      const best = (all: readonly Seconds[]) => Math.min(...all.map((one) => one[step]));
      for (const [what, all] of [['the step', steps] as const, ['the whole', ours] as const])
        console.log(`${`${step}, best of each: ${what}`.padEnd(40)} ${(best(all) / best(theirs)).toFixed(2)}×`);
    }
  } finally {
    await removeDataDir(dataDir);
  }
}

function print(what: string, seconds: Seconds | undefined): void {
  if (seconds === undefined) return;
  console.log(`${what.padEnd(40)} suspend ${seconds.suspend.toFixed(2)} s, resume ${seconds.resume.toFixed(2)} s`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function deploy({ api, ...session }: ApiSession): Promise<number> {
  const [flavour] = (await api.flavours.list.query({ search: 'nano' })).items;
  const [image] = (await api.images.list.query({ search: 'tiny' })).items;
  const [zone] = (await api.zones.list.query()).items;
  if (flavour === undefined || image === undefined || zone === undefined) throw new Error('the seed is not there');
  const sizes = { flavourId: flavour.id, imageId: image.id, ...vmDefaults() };
  const vms = names.map((name, index) => ({ key: name, name, ...sizes, x: index * 100, y: 0 }));
  const edges = [
    { key: 'e1', source: 'vm1', target: 'vm2' },
    { key: 'e2', source: 'vm2', target: 'vm3' },
  ];
  const template = await api.templates.create.mutate({ name: 'line', topology: { vms, networks: [], edges } });
  const { id } = await api.slices.create.mutate({ name: 'line', templateId: template.id, zoneId: zone.id });
  await run({ api, ...session }, id, 'deploy');
  return id;
}

type Kind = 'deploy' | 'suspend' | 'resume';

/** Answers its deployment, which has succeeded. */
async function run(session: ApiSession, sliceId: number, kind: Kind): Promise<number> {
  const { id } = await session.api.deployments.start.mutate({ sliceId, kind });
  await untilDeployed(session, sliceId, id);
  return id;
}

/** How long it takes from the request to its end, and its one step, which the provider carries out. Seconds. */
async function carriedOut(session: ApiSession, sliceId: number, kind: Kind): Promise<{ whole: number; step: number }> {
  let id = 0;
  const whole = await timed(async () => (id = await run(session, sliceId, kind)));
  const [step] = (await session.api.deployments.get.query({ id })).steps;
  if (step?.startedAt == null || step.finishedAt === null) throw new Error(`a ${kind} has no step`);
  return { whole, step: (Date.parse(step.finishedAt) - Date.parse(step.startedAt)) / 1000 };
}

/** A process of a VM, as it can be started again. */
interface Guest {
  cwd: string;
  /** Its folder, relative to `cwd`. */
  name: string;
  args: string[];
}

async function guestsOf(dataDir: string): Promise<Guest[]> {
  const guests: Guest[] = [];
  for (const [pid, args] of await processesIn(path.join(dataDir, 'zones'))) {
    const name = /socket,id=qmp,path=(v\d+)\/qmp\.sock/.exec(args.join(' '))?.[1];
    const isNew = (arg: string, at: number) => !['-incoming', '-S'].includes(arg) && args[at - 1] !== '-incoming';
    if (name !== undefined) guests.push({ cwd: await readlink(`/proc/${pid}/cwd`), name, args: args.filter(isNew) });
  }
  if (guests.length !== names.length) throw new Error(`${guests.length} VMs run`);
  return guests;
}

interface Monitor {
  guest: Guest;
  ask(command: string, args?: Record<string, unknown>): Promise<unknown>;
  closed: Promise<unknown>;
  close(): void;
}

/** The monitor of a process that is there, or is being started. */
async function connectTo(guest: Guest): Promise<Monitor> {
  for (;;) {
    const socket = net.connect(path.join(guest.cwd, guest.name, 'qmp.sock'));
    // rejects with the socket's error
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (!connected) {
      await sleep(5);
      continue;
    }
    socket.on('error', () => undefined);
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    await lines.next();
    const ask = async (command: string, args: Record<string, unknown> = {}) => {
      socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`QEMU ended at ${command}`);
        const message: { return?: unknown; error?: unknown } = JSON.parse(value);
        if (message.error !== undefined) throw new Error(`${command}: ${JSON.stringify(message.error)}`);
        if ('return' in message) return message.return;
      }
    };
    await ask('qmp_capabilities');
    // a QEMU that quits resets the connection: that is its end, too
    const closed = new Promise((resolve) => socket.once('close', resolve));
    return { guest, ask, closed, close: () => socket.destroy() };
  }
}

const statusOf = (answer: unknown) =>
  typeof answer === 'object' && answer !== null && 'status' in answer ? answer.status : null;
const memoryOf = ({ cwd, name }: Guest) => path.join(cwd, `${name}.bare`);

async function suspendBare(monitors: readonly Monitor[]): Promise<void> {
  await Promise.all(monitors.map(({ ask }) => ask('stop')));
  await Promise.all(
    monitors.map(async ({ guest, ask }) => {
      const socketPath = path.join(guest.cwd, guest.name, 'bare.sock');
      const server = net.createServer().listen(socketPath);
      await once(server, 'listening');
      const written = once(server, 'connection').then(([socket]: net.Socket[]) => {
        if (socket === undefined) throw new Error('nobody connected');
        return pipeline(socket, createWriteStream(memoryOf(guest)));
      });
      await chmod(socketPath, 0o666);
      await ask('migrate-set-parameters', { 'max-bandwidth': 1e12 });
      await ask('migrate', { uri: `unix:${guest.name}/bare.sock` });
      while (statusOf(await ask('query-migrate')) !== 'completed') await sleep(5);
      await written;
      server.close();
      await rm(socketPath, { force: true });
    }),
  );
  await Promise.all(monitors.map(({ ask, closed }) => Promise.all([ask('quit').catch(() => undefined), closed])));
}

async function resumeBare(guests: readonly Guest[]): Promise<void> {
  const monitors = await Promise.all(
    guests.map(async (guest) => {
      const folder = path.join(guest.cwd, guest.name);
      for (const file of guest.args.join(' ').matchAll(/(?:local\.path|id=\w+,path)=([^\s,]+)/g))
        await rm(path.join(guest.cwd, file[1] ?? ''), { force: true });
      const owner = await stat(folder);
      const memory = await open(memoryOf(guest), 'r');
      const [program = '', ...args] = guest.args;
      const child = spawn(program, [...args, '-incoming', 'fd:3', '-S'], {
        cwd: guest.cwd,
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', memory.fd],
        ...(isRoot ? { uid: owner.uid, gid: owner.gid } : {}),
      });
      child.unref();
      const monitor = await connectTo(guest);
      while (statusOf(await monitor.ask('query-status')) !== 'paused') await sleep(5);
      await memory.close();
      return monitor;
    }),
  );
  await Promise.all(monitors.map(({ ask }) => ask('cont')));
  // a monitor serves one client at a time
  for (const { close } of monitors) close();
}

await main();
