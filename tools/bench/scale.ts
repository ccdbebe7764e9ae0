/**
 * `npm run bench:scale [-- ROWS [SECONDS]]`: how long lists take with 100 slices and templates in the database and with ROWS
 * (a million), asked in turn of two servers with a database each, for as many rows as the smaller one has (a page of more rows
 * costs more on either); and what these use at rest, in per cent of a core, watched for SECONDS (60). All slices are as one
 * leaves them that was deployed and stopped. With `TRAMA_TEST_DATABASE=mysql` on MySQL.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import { untilDeployed } from '../../rig/api';
import { copySlices, prepareCopies, type Original } from '#server/testing/copies';
import { atShare, cpuOf, load, openBenchWorld, type BenchWorld } from './world';

const [rows = 1_000_000, seconds = 60] = process.argv.slice(2).map(Number);
const few = 100;
const accounts = 1_000;
const tickMs = 10;
/** Of each list, before and while it is measured. */
const [warmUp, asked] = [30, 41];

const pageOfRows = z.object({ items: z.array(z.unknown()) });
const path = ([procedure, input]: Asked) =>
  input === undefined ? `/trpc/${procedure}` : `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`;
/** A procedure and its input, if it takes any. */
type Asked = readonly [procedure: string, input?: object];

/** What is asked for; `original` is the slice that the others are copies of. */
const listsOf = (original: Original): Record<string, Asked> => ({
  'templates.list': ['templates.list', {}],
  'templates.list, by name': ['templates.list', { sort: 'name' }],
  'templates.list, all': ['templates.list', { of: 'all' }],
  'templates.list, all, by name': ['templates.list', { of: 'all', sort: 'name' }],
  'templates.list, shared': ['templates.list', { of: 'shared' }],
  'templates.list, search': ['templates.list', { search: 't' }],
  'slices.list': ['slices.list', {}],
  'slices.list, all': ['slices.list', { of: 'all' }],
  'slices.list, stopped': ['slices.list', { status: 'stopped' }],
  'slices.list, active': ['slices.list', { status: 'active' }],
  'slices.list, destroyed too': ['slices.list', { includeDestroyed: true }],
  'slices.list, search': ['slices.list', { search: 's' }],
  'everyone’s slices': ['slices.list', { of: 'everyone' }],
  'everyone’s, stopped': ['slices.list', { of: 'everyone', status: 'stopped' }],
  'everyone’s, active': ['slices.list', { of: 'everyone', status: 'active' }],
  'everyone’s, destroyed': ['slices.list', { of: 'everyone', status: 'destroyed' }],
  'everyone’s, destroyed too': ['slices.list', { of: 'everyone', includeDestroyed: true }],
  'everyone’s, search': ['slices.list', { of: 'everyone', search: 's' }],
  'slices.get': ['slices.get', { id: original.sliceId }],
  'slices.events': ['slices.events', { sliceId: original.sliceId }],
  'deployments.list': ['deployments.list', { sliceId: original.sliceId }],
  'flavours.list': ['flavours.list', {}],
  'images.list': ['images.list', {}],
  'zones.list': ['zones.list'],
  'users.list': ['users.list', {}],
  'audit.list': ['audit.list', {}],
  'audit.list, refused': ['audit.list', { result: 'refused' }],
  'audit.list, of one': ['audit.list', { userId: original.ownerId }],
  'audit.list, an action': ['audit.list', { action: 'slices.create' }],
  'quotas.mine': ['quotas.mine'],
});

interface Side {
  world: BenchWorld;
  database: Connection;
  original: Original;
  databasePid: string;
}

async function main(): Promise<void> {
  const sides: Side[] = [];
  try {
    const small = await furnish(few, sides);
    const began = performance.now();
    const large = await furnish(rows, sides);
    const took = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${rows} slices and templates made in ${took} s`);
    console.log(`${'p50'.padEnd(30)} ${`at ${few}`.padStart(10)} ${`at ${rows}`.padStart(12)}   ratio  rows`);
    const [ofSmall, ofLarge] = [Object.entries(listsOf(small.original)), Object.values(listsOf(large.original))];
    for (const [index, [name, each]] of ofSmall.entries()) {
      const limit = await rowsOf(small, each);
      const bounded = ([procedure, input]: Asked): string =>
        path(limit === undefined ? [procedure, input] : [procedure, { ...input, limit: Math.max(1, limit) }]);
      const [a, b] = await inTurn([small, bounded(each)], [large, bounded(ofLarge[index] ?? each)]);
      const ms = (value: number, width: number) => `${value.toFixed(1)} ms`.padStart(width);
      console.log(`${name.padEnd(30)} ${ms(a, 10)} ${ms(b, 12)}   ${(b / a).toFixed(2)}  ${limit ?? ''}`);
    }
    // what was begun before comes to its end
    await sleep(10_000);
    for (const { world, databasePid } of [small, large]) {
      const [ours, theirs] = [await cpuOf(world.server.process), await usedBy(databasePid)];
      await sleep(seconds * 1_000);
      const server = ((await cpuOf(world.server.process)) - ours) / 1e6 / seconds;
      const database = ((await usedBy(databasePid)) - theirs) / 1e3 / seconds;
      const share = (value: number) => `${(value * 100).toFixed(2)} %`;
      const at = world === small.world ? few : rows;
      console.log(`at rest, at ${at}, of a core: server ${share(server)}, database ${share(database)}`);
    }
  } finally {
    for (const { database, world } of sides) {
      await database.end();
      await world.close();
    }
  }
}

/** A server on a database with so many slices, templates and deeds. */
async function furnish(count: number, sides: Side[]): Promise<Side> {
  const world = await openBenchWorld({ script: 'tools/bench/resting-server.ts' });
  const database = await mysql.createConnection({ uri: world.databaseUrl, multipleStatements: true });
  const side = { world, database, original: await deployAndStop(world), databasePid: await pidOf(database) };
  sides.push(side);
  // what is a cache's business is not asked here
  await database.query('set global innodb_buffer_pool_size = 1073741824');
  await prepareCopies(database, accounts);
  await copySlices(database, side.original, { from: 1, to: count, accounts, publishedOf: 2, refusedOf: 100 });
  return side;
}

/** One slice of a VM on a network, as a user would have it. */
async function deployAndStop({ session }: BenchWorld): Promise<Original> {
  const { api } = session;
  const me = await api.auth.me.query();
  const zone = await api.zones.create.mutate({ name: 'bench', provider: 'simulator' });
  const [flavour, image] = [
    (await api.flavours.list.query({ search: 'nano' })).items[0],
    (await api.images.list.query({ search: 'tiny' })).items[0],
  ];
  const template = await api.templates.create.mutate({
    name: 't',
    topology: {
      vms: [{ key: 'a', name: 'a', flavourId: flavour?.id ?? 0, imageId: image?.id ?? 0, forwards: [], x: 0, y: 0 }],
      networks: [{ key: 'n', name: 'n', x: 100, y: 0 }],
      edges: [{ key: 'e', source: 'a', target: 'n' }],
    },
  });
  const slice = await api.slices.create.mutate({ name: 's', templateId: template.id, zoneId: zone.id });
  // until the server has taken the zone
  while (!(await api.deployments.plan.query({ sliceId: slice.id, kind: 'deploy' })).runnable) await sleep(200);
  for (const kind of ['deploy', 'stop'] as const) {
    const { id } = await api.deployments.start.mutate({ sliceId: slice.id, kind });
    await untilDeployed(session, slice.id, id);
  }
  return { sliceId: slice.id, templateId: template.id, zoneId: zone.id, ownerId: me.user?.id ?? 0 };
}

/** How many rows a list has, at most a page of them; nothing for what is no list. */
async function rowsOf({ world: { server, session } }: Side, asked: Asked): Promise<number | undefined> {
  const answer = await fetch(`${server.url}${path(asked)}`, { headers: { cookie: session.cookie() } });
  const { result } = z.object({ result: z.object({ data: z.unknown() }) }).parse(await answer.json());
  return pageOfRows.safeParse(result.data).data?.items.length;
}

/** Medians of a list's times, on both sides, asked alternately: so both have what the machine can give at that time. */
async function inTurn(...places: [[Side, string], [Side, string]]): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < warmUp + asked; n += 1)
    for (const [at, [{ world }, each]] of places.entries()) {
      const { server, session } = world;
      const took = await load({ url: server.url, cookie: session.cookie(), path: each, requests: 1, connections: 1 });
      if (n >= warmUp) times[at === 0 ? 0 : 1].push(...took);
    }
  const median = (all: number[]) =>
    atShare(
      all.toSorted((a, b) => a - b),
      0.5,
    );
  return [median(times[0]), median(times[1])];
}

async function pidOf(database: Connection): Promise<string> {
  const [variables] = await database.query<RowDataPacket[]>('select @@pid_file as file, @@datadir as folder');
  const file = String(variables[0]?.['file']);
  return (await readFile(file.startsWith('/') ? file : `${variables[0]?.['folder']}/${file}`, 'utf8')).trim();
}

/** Milliseconds of CPU that a process has used so far. */
async function usedBy(pid: string): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

await main();
