/**
 * `npm run bench:deploys [-- SLICES [ROUNDS]]`: how long it takes until deploys of slices of five VMs are accepted that one
 * user presses together (30), on the simulator, while the first of them are being carried out. Beside it, turn by turn on the
 * same database, what the same rows cost a bare loop of mysql2, pressed together as well: ratios hold on a busy machine, too.
 * `BENCH_PROFILE=folder` also writes a CPU profile of the server.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mysql, { type Pool, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { untilDeployed, type ApiSession } from '../../rig/api';
import type { PlanStep } from '#shared/deployment/schema';
import { vmDefaults, type Topology } from '#shared/topology/schema';
import { atShare, openBenchWorld, profiled } from './world';

const [slices = 30, rounds = 4] = process.argv.slice(2).map(Number);
const vms = 5;

interface Times {
  p50: number;
  max: number;
}

async function together(count: number, press: (index: number) => Promise<unknown>): Promise<Times> {
  const times = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const pressed = performance.now();
      await press(index);
      return performance.now() - pressed;
    }),
  );
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: atShare(sorted, 0.5), max: sorted.at(-1) ?? 0 };
}

/** A template of five VMs in a line, and a zone that has room for all. */
async function furnish({ api }: ApiSession): Promise<{ templateId: number; zoneId: number }> {
  const flavour = (await api.flavours.list.query({ search: 'nano' })).items[0];
  const image = (await api.images.list.query({ search: 'tiny' })).items[0];
  if (flavour === undefined || image === undefined) throw new Error('the seed is not there');
  const zone = await api.zones.create.mutate({
    name: 'bench',
    provider: 'simulator',
    enabled: true,
    limits: { vcpus: 100_000, ramMb: 10_000_000, diskGb: 1_000_000 },
    overcommit: { vcpus: 1, ram: 1, disk: 1 },
  });
  const names = Array.from({ length: vms }, (_, index) => `vm${index + 1}`);
  const topology: Topology = {
    vms: names.map((name, index) => ({
      key: name,
      name,
      flavourId: flavour.id,
      imageId: image.id,
      ...vmDefaults(),
      x: index * 160,
      y: 0,
    })),
    networks: [],
    edges: names.slice(1).map((name, index) => ({ key: `e${index}`, source: names[index] ?? '', target: name })),
  };
  const template = await api.templates.create.mutate({ name: 'line of five', topology });
  return { templateId: template.id, zoneId: zone.id };
}

/** The rows of an accepted deploy, and nothing else: locked, inserted, committed. */
async function bareInsert(pool: Pool, sliceId: number, steps: readonly PlanStep[]): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    const [[slice]] = await connection.execute<RowDataPacket[]>(
      'select owner_id, zone_id from slices where id = ? for update',
      [sliceId],
    );
    const [owner, zone] = [String(slice?.['owner_id']), String(slice?.['zone_id'])];
    await connection.execute('select id from users where id = ? for update', [owner]);
    await connection.execute('select id from availability_zones where id = ? for update', [zone]);
    const [{ insertId }] = await connection.execute<ResultSetHeader>(
      `insert into deployments (slice_id, zone_id, owner_id, kind, status, requested_by) values (?, ?, ?, 'deploy', 'queued', ?)`,
      [String(sliceId), zone, owner, owner],
    );
    await connection.query(
      'insert into deployment_steps (deployment_id, seq, `key`, resource, resource_id, label, action, depends_on) values ?',
      [
        steps.map((step) => [
          insertId,
          step.seq,
          step.key,
          step.resource,
          step.resourceId,
          step.label,
          step.action,
          JSON.stringify(step.dependsOn),
        ]),
      ],
    );
    await connection.execute('update slices set updated_at = utc_timestamp(3) where id = ?', [String(sliceId)]);
    await connection.execute(
      `insert into events (slice_id, data) values (?, '{"type":"slice.changed","what":"name"}')`,
      [String(sliceId)],
    );
    await connection.commit();
  } finally {
    connection.release();
  }
}

async function main(): Promise<void> {
  const world = await openBenchWorld();
  const pool = mysql.createPool({ uri: world.databaseUrl, connectionLimit: 10 });
  try {
    const { session } = world;
    const { api } = session;
    const { templateId, zoneId } = await furnish(session);
    const best = { ours: { p50: Infinity, max: Infinity }, bare: { p50: Infinity, max: Infinity } };
    const least = (a: Times, b: Times): Times => ({ p50: Math.min(a.p50, b.p50), max: Math.min(a.max, b.max) });
    const folder = process.env['BENCH_PROFILE'];
    const ms = (value: number) => `${value.toFixed(0)} ms`.padStart(8);
    const line = (what: string, ours: Times, bare: Times) =>
      console.log(
        `${what.padEnd(12)} ${ms(ours.p50)} ${ms(ours.max)}   ${ms(bare.p50)} ${ms(bare.max)}   ${(ours.p50 / bare.p50).toFixed(1)}×  ${(ours.max / bare.max).toFixed(1)}×`,
      );
    console.log(`${slices} deploys of ${vms} VMs pressed together: until they are accepted; the first round warms up`);
    console.log(
      `${''.padEnd(12)} ${'p50'.padStart(8)} ${'max'.padStart(8)}   bare p50      max   ratio of p50, of max`,
    );
    for (let round = 0; round <= rounds; round += 1) {
      const ids: number[] = [];
      for (let n = 0; n < slices; n += 1)
        ids.push((await api.slices.create.mutate({ name: `${round} ${n}`, templateId, zoneId })).id);
      const [first = 0] = ids;
      // a zone is of use once a server has made it its own
      let plan = await api.deployments.plan.query({ sliceId: first, kind: 'deploy' });
      for (; !plan.runnable; plan = await api.deployments.plan.query({ sliceId: first, kind: 'deploy' }))
        await sleep(250);
      const bare = await together(slices, (index) => bareInsert(pool, ids[index] ?? 0, plan.steps));
      await pool.query(`delete from deployments where status = 'queued' and slice_id in (?)`, [ids]);
      const started: { id: number; sliceId: number }[] = [];
      const press = () =>
        together(slices, async (index) => {
          const sliceId = ids[index] ?? 0;
          const { id } = await api.deployments.start.mutate({ sliceId, kind: 'deploy' });
          started.push({ id, sliceId });
        });
      const ours =
        folder !== undefined && round === rounds
          ? await profiled(world.server.process, `${folder}/deploys.cpuprofile`, press)
          : await press();
      for (const { id, sliceId } of started) await untilDeployed(session, sliceId, id);
      line(`round ${round}`, ours, bare);
      if (round === 0) continue;
      best.ours = least(best.ours, ours);
      best.bare = least(best.bare, bare);
    }
    line('best', best.ours, best.bare);
  } finally {
    await pool.end();
    await world.close();
  }
}

await main();
