/**
 * `npm run bench:engine [-- SLICES [VMS [DEPLOYED]]]`: the engine alone, in this process, on the simulator with its files: SLICES (500)
 * slices of VMS (20), of which DEPLOYED (50) are brought up by the worker, with the times of production, and the others are put there
 * as a deploy leaves them. How many deployments and steps a second it carries out, how long one round of the reconciler takes,
 * with nothing to tell and with much, what memory that is, and how long the plan for a slice of 1,000 VMs takes.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { eq, inArray } from 'drizzle-orm';
import mysql, { escapeId } from 'mysql2/promise';
import { withDatabase } from '#db/database-url';
import { migrate } from '#db/migrate';
import { startTestServer } from '#db/testing/server';
import { deploymentSteps, deployments } from '#drizzle/schema/deployments';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { quotas } from '#drizzle/schema/users';
import { openDatabase, type Database } from '#server/db/client';
import { loadSliceModel } from '#server/db/queries/slice-model';
import { setSliceStatus } from '#server/db/queries/slices';
import { inTransaction } from '#server/db/transaction';
import type { Actor, DomainContext } from '#server/domain/context';
import { planDeployment } from '#server/domain/deployments/plan';
import { getSliceTopology } from '#server/domain/slices/read-slices';
import { specsOf } from '#server/domain/deployments/specs';
import { startDeployment } from '#server/domain/deployments/start';
import type { Provider } from '#server/providers/provider';
import { openSimulatorState } from '#server/providers/simulator/simulator-files';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { crashVm } from '#server/providers/simulator/simulator-state';
import { createProvisioning } from '#server/provisioning/provisioning';
import { testContext } from '#server/testing/context';
import { line } from '#server/testing/drawings';
import { ended } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { root } from '../../rig/trama-server';
import { atShare, databaseBinary } from './world';

const [sliceCount = 500, vmCount = 20, deployed = 50] = process.argv.slice(2).map(Number);
const planned = 1_000;

async function main(): Promise<void> {
  const parent = path.join(root, '.trama', 'bench');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, 'engine-'));
  const server = await startTestServer(await databaseBinary(), root);
  try {
    const control = await mysql.createConnection({ uri: server.url });
    await control.query(`create database ${escapeId('trama_bench')} character set utf8mb4 collate utf8mb4_unicode_ci`);
    await control.end();
    const url = withDatabase(server.url, 'trama_bench');
    await migrate(url);
    const handle = openDatabase(url);
    try {
      await measure(handle.db, folder);
    } finally {
      await handle.close();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const inMs = (value: number) => `${value.toFixed(0)} ms`;
/** `cpu`: of it, what this process has worked itself; on a busy machine the rest is waiting for a turn. */
function row(what: string, value: string, { goal = '', cpu = '' } = {}): void {
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${what.padEnd(58)} ${value.padStart(12)} ${cpu.padStart(10)}  ${goal.padEnd(9)} ${load}`);
}
interface Time {
  wall: number;
  cpu: number;
}
async function timed(work: () => Promise<unknown>): Promise<Time> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - began, cpu: (user + system) / 1_000 };
}
/** The one of the middle. */
async function median(times: number, work: () => Promise<unknown>): Promise<Time> {
  const took: Time[] = [];
  for (let n = 0; n < times; n += 1) took.push(await timed(work));
  const of = (part: keyof Time) =>
    atShare(
      took.map((time) => time[part]).toSorted((a, b) => a - b),
      0.5,
    );
  return { wall: of('wall'), cpu: of('cpu') };
}
const timeRow = (what: string, { wall, cpu }: Time, goal = '') => row(what, inMs(wall), { cpu: inMs(cpu), goal });

async function measure(db: Database, folder: string): Promise<void> {
  const state = await openSimulatorState(path.join(folder, 'zone'));
  const provider = createSimulatorProvider({ state });
  const context = testContext(db, provider);
  const actor = await insertActor(db);
  // a role's quota is for people
  await db.delete(quotas);
  const zoneId = await simulatedZone(db);
  const drawing = line(vmCount);
  const make = async (count: number) => {
    const ids: number[] = [];
    for (let n = 0; n < count; n += 1) ids.push(await insertSlice(db, actor, zoneId, drawing));
    return ids;
  };

  // the reconciler looks when it is told to, so that the worker is measured alone
  const provisioning = createProvisioning(context, { reconcileMs: 2 ** 31 - 1 });
  provisioning.run();
  console.log(
    `${sliceCount} slices of ${vmCount} VMs; own CPU beside the time, then the goal, then the load of the machine`,
  );
  await worker(context, actor, await make(deployed));

  const rest = await make(sliceCount - deployed);
  for (const sliceId of rest) await putThere(context, provider, sliceId);
  timeRow(`first round: ${rest.length * vmCount} VMs that rows do not know yet`, await timed(round));
  timeRow(`a round over ${sliceCount * vmCount} VMs, nothing has changed`, await median(7, round), '< 5000 ms');
  row('memory of the server and of what it simulates: resident', mib(process.memoryUsage().rss));
  row('the same: heap in use', mib(process.memoryUsage().heapUsed));
  for (const [sliceId, slice] of [...state.slices].slice(0, Math.ceil(sliceCount / 10)))
    for (const vmId of [...slice.vms.keys()].slice(0, 1)) crashVm(state, sliceId, vmId);
  timeRow('a round, a VM of every tenth slice has ended', await timed(round), '< 5000 ms');

  const large = await insertSlice(db, actor, zoneId, line(planned));
  const plan = () => planDeployment(context, { actor, sliceId: large, kind: 'deploy' });
  timeRow(`plan of a deploy of ${planned} VMs`, await median(9, plan));
  await putThere(context, provider, large);
  await round();
  const { topology, version } = await getSliceTopology(context, { actor, id: large });
  const drawn = { ...topology, vms: topology.vms.map((vm, at) => (at % 10 === 0 ? { ...vm, flavourId: 2 } : vm)) };
  const change = { from: 'drawing', topology: drawn } as const;
  const update = () => planDeployment(context, { actor, sliceId: large, kind: 'update', change, baseVersion: version });
  const { changes } = await update();
  timeRow(`plan of an update that draws ${changes.length} of ${planned} VMs anew`, await median(9, update), '< 300 ms');
  const changed = await db.select({ id: sliceVms.id }).from(sliceVms).where(eq(sliceVms.sliceId, large)).limit(100);
  await db
    .update(sliceVms)
    .set({ ramMb: 777 })
    .where(
      inArray(
        sliceVms.id,
        changed.map(({ id }) => id),
      ),
    );
  await db.update(slices).set({ status: 'degraded' }).where(eq(slices.id, large));
  const steps = (await plan()).steps.length;
  timeRow(`plan of ${steps} steps: changes of 100 of ${planned} VMs that run`, await median(9, plan), '< 300 ms');
  await provisioning.stop();
  await provider.close();
  await state.close();

  async function round(): Promise<void> {
    await provisioning.reconciler.round();
  }
}

async function worker(context: DomainContext, actor: Actor, ids: readonly number[]): Promise<void> {
  const started: { id: number; sliceId: number }[] = [];
  const began = performance.now();
  const accepting = async () => {
    for (const sliceId of ids)
      started.push({ id: (await startDeployment(context, { actor, sliceId, kind: 'deploy' })).id, sliceId });
  };
  await accepting();
  for (const { id, sliceId } of started) {
    const { status, error } = await ended(context, actor, sliceId, id, 3_600_000);
    if (status !== 'succeeded') throw new Error(error ?? status);
  }
  const seconds = (performance.now() - began) / 1_000;
  const deploying = started.map(({ id }) => id);
  const count = await context.db.$count(deploymentSteps, inArray(deploymentSteps.deploymentId, deploying));
  const [first, last] = [deploying[0] ?? 0, deploying.at(-1) ?? 0];
  const times = await context.db
    .select()
    .from(deployments)
    .where(inArray(deployments.id, [first, last]));
  if (times.some(({ finishedAt }) => finishedAt === null)) throw new Error('not all have ended');
  row(`the worker: deployments of ${vmCount} VMs`, `${(ids.length / seconds).toFixed(2)} / s`);
  row(`the worker: steps, ${count} of ${ids.length} deployments`, `${(count / seconds).toFixed(0)} / s`);
}

/** As a deploy leaves it, but that rows do not say yet what is there. */
async function putThere(context: DomainContext, provider: Provider, sliceId: number): Promise<void> {
  const { db } = context;
  const model = await loadSliceModel(db, sliceId);
  const specs = specsOf(model);
  const slice = { id: sliceId };
  for (const { id } of model.vms) {
    const vm = specs.vm(id);
    if (vm === undefined) continue;
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
  }
  for (const edge of specs.edges.values()) await provider.ensureEdge(slice, edge);
  await db.update(sliceVms).set({ desired: 'running' }).where(eq(sliceVms.sliceId, sliceId));
  await inTransaction(db, (tx) => setSliceStatus(tx, sliceId, 'active'));
}

await main();
