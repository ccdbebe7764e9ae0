/**
 * `npm run bench:deploy [-- VMS [ROUNDS]]`: a line of 3 VMs from "Deploy" to all pinging; then a ring of VMS (20) deployed by
 * Trama, and the same QEMU processes started by a shell script with the same launch limit, turn by turn. Prints ratios.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, readlink, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openSession, untilDeployed, type ApiSession } from '../../rig/api';
import { openConsole, ping } from '../../rig/console';
import { freePort, makeDataDir, processesIn, removeDataDir, startTrama } from '../../rig/trama-server';
import type { Slice } from '#shared/slice';
import { vmDefaults, type Topology } from '#shared/topology/schema';

const [vms = 20, rounds = 2] = process.argv.slice(2).map(Number);
const launchLimit = os.availableParallelism();

interface Guest {
  cwd: string;
  args: string[];
  log: string;
}

async function main(): Promise<void> {
  const dataDir = await makeDataDir();
  const server = await startTrama({
    dataDir,
    port: await freePort(),
    env: { TRAMA_LAUNCH_LIMIT: String(launchLimit) },
  });
  try {
    const session = openSession(server.url);
    if (server.admin === null) throw new Error('the first start printed no account');
    await session.api.auth.login.mutate(server.admin);

    // the first one also builds the image and warms the page cache
    const line = await deploy(session, 'warm-up', chain(3, false));
    await destroy(session, line.slice.id);
    const started = performance.now();
    const measured = await deploy(session, 'line', chain(3, false));
    await pingAll(session, measured.slice.id);
    print('line of 3, Deploy to all running', measured.seconds);
    print('line of 3, Deploy to all pinging', (performance.now() - started) / 1000);
    await destroy(session, measured.slice.id);

    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const ring = await deploy(session, `ring-${round}`, chain(vms, true));
      print(`ring of ${vms}, round ${round}: Trama`, ring.seconds);
      ours.push(ring.seconds);
      if (round === 1) {
        await pingAll(session, ring.slice.id);
        print(`ring of ${vms}: every VM pings its neighbours`, 'yes');
      }
      const guests = await copyGuests(dataDir, round);
      await destroy(session, ring.slice.id);
      const seconds = await runScript(dataDir, guests);
      print(`ring of ${vms}, round ${round}: shell script`, seconds);
      theirs.push(seconds);
    }
    print('ratio, best of each', `${(Math.min(...ours) / Math.min(...theirs)).toFixed(2)}×`);
  } finally {
    await server.stop();
    await removeDataDir(dataDir);
  }
}

function print(what: string, value: number | string): void {
  console.log(`${what.padEnd(52)} ${typeof value === 'number' ? `${value.toFixed(1)} s` : value}`);
}

function chain(count: number, closed: boolean): (flavourId: number, imageId: number) => Topology {
  return (flavourId, imageId) => ({
    vms: Array.from({ length: count }, (_, index) => ({
      key: `n${index}`,
      name: `vm${index + 1}`,
      flavourId,
      imageId,
      ...vmDefaults(),
      x: index * 100,
      y: 0,
    })),
    networks: [],
    edges: Array.from({ length: closed ? count : count - 1 }, (_, index) => ({
      key: `e${index}`,
      source: `n${index}`,
      target: `n${(index + 1) % count}`,
    })),
  });
}

async function deploy(
  { api, ...session }: ApiSession,
  name: string,
  topology: ReturnType<typeof chain>,
): Promise<{ slice: Slice; seconds: number }> {
  const flavour = (await api.flavours.list.query({ search: 'nano' })).items[0];
  const image = (await api.images.list.query({ search: 'tiny' })).items[0];
  const zone = (await api.zones.list.query()).items[0];
  if (flavour === undefined || image === undefined || zone === undefined) throw new Error('the seed is not there');
  const template = await api.templates.create.mutate({ name, topology: topology(flavour.id, image.id) });
  const slice = await api.slices.create.mutate({ name, templateId: template.id, zoneId: zone.id });
  const started = performance.now();
  const { id } = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await untilDeployed({ api, ...session }, slice.id, id);
  return { slice, seconds: (performance.now() - started) / 1000 };
}

async function destroy(session: ApiSession, sliceId: number): Promise<void> {
  const { id } = await session.api.deployments.start.mutate({ sliceId, kind: 'destroy' });
  await untilDeployed(session, sliceId, id);
}

/** Every edge, from its source to its target's address. */
async function pingAll(session: ApiSession, sliceId: number): Promise<void> {
  const slice = await session.api.slices.get.query({ id: sliceId });
  await Promise.all(
    slice.vmList.map(async (vm) => {
      const targets = slice.edges.filter((edge) => edge.source === vm.key).map((edge) => edge.targetAddress);
      if (targets.length === 0) return;
      const guest = await openConsole(session, vm.id);
      guest.type('');
      for (const address of targets) if (address !== null) await ping(guest, address.replace(/\/\d+$/, ''));
      guest.close();
    }),
  );
}

/** The QEMU processes that run now, in a copy of their folders at the same depth, so that relative paths hold. */
async function copyGuests(dataDir: string, round: number): Promise<Guest[]> {
  const zones = path.join(dataDir, 'zones');
  const copies = path.join(zones, `script${round}`);
  const guests: Guest[] = [];
  for (const [pid, args] of await processesIn(zones)) {
    if (args[0]?.includes('qemu-system') !== true) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`);
    const [, ...below] = path.relative(zones, cwd).split(path.sep);
    const log = args.map((argument) => /logfile=([^,]+)/.exec(argument)?.[1]).find((file) => file !== undefined);
    if (log !== undefined) guests.push({ cwd: path.join(copies, ...below), args, log });
  }
  const [zone] = path
    .relative(zones, await readlink(`/proc/${[...(await processesIn(zones)).keys()][0]}/cwd`))
    .split(path.sep);
  await cp(path.join(zones, zone ?? ''), copies, {
    recursive: true,
    // sockets, pid files and logs are made anew by QEMU
    filter: async (source) => !(await lstat(source)).isSocket() && !/(pid|\.log)$/.test(source),
  });
  return guests;
}

/** Starts the guests by a shell script, at most `launchLimit` booting at once; resolves with the seconds it took. */
async function runScript(dataDir: string, guests: readonly Guest[]): Promise<number> {
  const folder = path.join(dataDir, 'script');
  await mkdir(folder, { recursive: true });
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const names: string[] = [];
  for (const [index, guest] of guests.entries()) {
    const file = path.join(folder, `vm${index}.sh`);
    names.push(file);
    const command = guest.args.map(quote).join(' ');
    await writeFile(
      file,
      `cd ${quote(guest.cwd)}\n${command} >/dev/null 2>&1 &\nuntil grep -q TRAMA-READY ${quote(guest.log)} 2>/dev/null; do sleep 0.05; done\n`,
    );
    await chmod(file, 0o755);
  }
  const started = performance.now();
  const child = spawn('xargs', ['-n', '1', '-P', String(launchLimit), 'bash'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(names.join('\n'));
  await once(child, 'exit');
  const seconds = (performance.now() - started) / 1000;
  for (const pid of (await processesIn(path.join(dataDir, 'zones'))).keys()) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true });
  return seconds;
}

await main();
