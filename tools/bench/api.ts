/**
 * `npm run bench:api [-- REQUESTS [ROUNDS [PROCEDURE…]]]`: CPU per request of the server process, beside that of a bare `node:http` server
 * that checks the same token and answers the same data by prepared statements. Turn by turn on one database; the ratio is of
 * the best rounds, and 1.00 would be an API that costs nothing. `BENCH_PROFILE=folder` also writes CPU profiles of Trama.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { vmDefaults, type Topology } from '#shared/topology/schema';
import { untilDeployed, type ApiSession } from '../../rig/api';
import { atShare, cpuOf, load, openBenchWorld, profiled, startBareServer } from './world';

const [requests = 2_000, rounds = 3] = process.argv.slice(2, 4).map(Number);
const only = process.argv.slice(4);
const templates = 60;
const connections = 8;

function line(names: readonly string[], flavourId: number, imageId: number): Topology {
  return {
    vms: names.map((name, index) => ({
      key: name,
      name,
      flavourId,
      imageId,
      ...vmDefaults(),
      x: index * 160,
      y: 0,
    })),
    networks: [],
    edges: names.slice(1).map((name, index) => ({ key: `e${index}`, source: names[index] ?? '', target: name })),
  };
}

/** 60 templates, a deployed slice of three VMs and 49 that are none yet; answers the first slice's id. */
async function furnish(session: ApiSession): Promise<number> {
  const { api } = session;
  const flavour = (await api.flavours.list.query({ search: 'nano' })).items[0];
  const image = (await api.images.list.query({ search: 'tiny' })).items[0];
  if (flavour === undefined || image === undefined) throw new Error('the seed is not there');
  const zone = await api.zones.create.mutate({
    name: 'bench',
    provider: 'simulator',
    enabled: true,
    limits: { vcpus: 1_000, ramMb: 1_000_000, diskGb: 10_000 },
    overcommit: { vcpus: 1, ram: 1, disk: 1 },
  });
  const topology = line(['web', 'app', 'db'], flavour.id, image.id);
  let templateId = 0;
  for (let n = 1; n <= templates; n += 1)
    ({ id: templateId } = await api.templates.create.mutate({ name: `template ${n}`, topology }));
  const slice = await api.slices.create.mutate({ name: 'bench', templateId, zoneId: zone.id });
  // a zone is of use once a server has made it its own
  while (!(await api.deployments.plan.query({ sliceId: slice.id, kind: 'deploy' })).runnable) await sleep(250);
  const deployment = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await untilDeployed(session, slice.id, deployment.id);
  for (let n = 2; n <= 50; n += 1) await api.slices.create.mutate({ name: `bench ${n}`, templateId, zoneId: zone.id });
  return slice.id;
}

async function answerOf(url: string, path: string, cookie: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { headers: { cookie } });
  // signs of life and a host's figures change from one answer to the next
  return JSON.parse(await response.text(), (key, value: unknown) =>
    key === 'seenAt' || key === 'observedAt' || key === 'facts' ? null : value,
  );
}

async function main(): Promise<void> {
  const world = await openBenchWorld();
  let bare: Awaited<ReturnType<typeof startBareServer>> | undefined;
  try {
    const sliceId = await furnish(world.session);
    bare = await startBareServer(world.databaseUrl, (await world.session.api.zones.list.query()).items);
    const path = (procedure: string, input?: object) =>
      `/trpc/${procedure}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`;
    const asked = [
      path('auth.me'),
      path('flavours.list', { limit: 50 }),
      path('templates.list', { limit: templates }),
      path('slices.get', { id: sliceId }),
      path('slices.list', { limit: 50 }),
      path('images.list', { limit: 50 }),
      path('zones.list'),
    ];
    const cookie = world.session.cookie();
    const servers = [
      { name: 'Trama', url: world.server.url, process: world.server.process },
      { name: 'bare', url: bare.url, process: bare.process },
    ] as const;
    console.log(`CPU per request, ${connections} connections, best of ${rounds} rounds of ${requests} requests`);
    console.log(`${'procedure'.padEnd(16)} ${'Trama'.padStart(9)} ${'bare'.padStart(9)}   ratio   p50 Trama / bare`);
    for (const each of asked) {
      const name = each.slice('/trpc/'.length).split('?')[0] ?? '';
      if (only.length > 0 && !only.includes(name)) continue;
      const [ours, theirs] = await Promise.all(servers.map(({ url }) => answerOf(url, each, cookie)));
      if (!isDeepStrictEqual(ours, theirs))
        throw new Error(`The two answer differently:\n${JSON.stringify(ours)}\n${JSON.stringify(theirs)}`);
      const best = { Trama: Infinity, bare: Infinity };
      const middle = { Trama: Infinity, bare: Infinity };
      for (let round = 0; round <= rounds; round += 1)
        for (const { name: server, url, process: child } of servers) {
          const before = await cpuOf(child);
          const times = await load({ url, cookie, path: each, requests, connections });
          const cpu = (await cpuOf(child)) - before;
          // the first one warms up
          if (round === 0) continue;
          best[server] = Math.min(best[server], cpu / requests);
          middle[server] = Math.min(middle[server], atShare(times, 0.5));
        }
      const folder = process.env['BENCH_PROFILE'];
      if (folder !== undefined)
        await profiled(world.server.process, `${folder}/${name}.cpuprofile`, () =>
          load({ url: world.server.url, cookie, path: each, requests, connections }),
        );
      const micro = (value: number) => `${value.toFixed(0)} µs`.padStart(9);
      console.log(
        `${name.padEnd(16)} ${micro(best.Trama)} ${micro(best.bare)}   ${(best.bare / best.Trama).toFixed(2)}    ` +
          `${middle.Trama.toFixed(1)} / ${middle.bare.toFixed(1)} ms`,
      );
    }
  } finally {
    // whatever ends the bench, the bare server would outlive it
    if (bare?.process.kill() === true) await once(bare.process, 'exit');
    await world.close();
  }
}

await main();
