/**
 * `npm run bench:scale [-- ROWS [SECONDS]]`: how long lists take with 100 slices and templates in the database and with ROWS
 * (a million), made by SQL, of which all slices are stopped; and what the server and the database use at rest, in per cent of
 * a core, watched for SECONDS (30).
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { atShare, cpuOf, load, openBenchWorld, type BenchWorld } from './world';

const [rows = 1_000_000, seconds = 30] = process.argv.slice(2).map(Number);
const few = 100;
const accounts = 1_000;
const tickMs = 10;

const path = (procedure: string, input: object = {}) =>
  `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`;
const lists = {
  'templates.list': path('templates.list'),
  'templates.list, by name': path('templates.list', { sort: 'name' }),
  'templates.list, all': path('templates.list', { of: 'all' }),
  'slices.list': path('slices.list'),
  'slices.list, everyone’s': path('slices.list', { of: 'everyone' }),
  'slices.list, stopped': path('slices.list', { of: 'everyone', status: 'stopped' }),
  'flavours.list': path('flavours.list'),
  'images.list': path('images.list'),
  'zones.list': '/trpc/zones.list',
  'users.list': path('users.list'),
  'audit.list': path('audit.list'),
};

async function main(): Promise<void> {
  const world = await openBenchWorld();
  const database = await mysql.createConnection({ uri: world.databaseUrl, multipleStatements: true });
  try {
    // what is a cache's business is not asked here
    await database.query('set global innodb_buffer_pool_size = 1073741824');
    await furnish(database);
    await addRows(database, 0, few);
    const before = await measure(world, database);
    const began = performance.now();
    await addRows(database, few, rows);
    console.log(`${rows} slices and templates made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const after = await measure(world, database);
    console.log(`${'p50'.padEnd(26)} ${`at ${few}`.padStart(10)} ${`at ${rows}`.padStart(12)}   ratio`);
    for (const name of Object.keys(lists)) {
      const [small, large] = [before.times.get(name) ?? 0, after.times.get(name) ?? 0];
      const ms = (value: number, width: number) => `${value.toFixed(1)} ms`.padStart(width);
      console.log(`${name.padEnd(26)} ${ms(small, 10)} ${ms(large, 12)}   ${(large / small).toFixed(2)}`);
    }
    const share = (value: number) => `${(value * 100).toFixed(2)} %`;
    console.log(`at rest, of a core: server ${share(before.server)} and ${share(after.server)}, `);
    console.log(`                    database ${share(before.database)} and ${share(after.database)}`);
  } finally {
    await database.end();
    await world.close();
  }
}

/** Accounts, a zone, and numbers to make rows of. */
async function furnish(database: Connection): Promise<void> {
  await database.query(`
    create table bench_numbers (n int primary key);
    insert into bench_numbers
      select a.n + 10 * b.n + 100 * c.n from
        (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5
          union all select 6 union all select 7 union all select 8 union all select 9) a,
        (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5
          union all select 6 union all select 7 union all select 8 union all select 9) b,
        (select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5
          union all select 6 union all select 7 union all select 8 union all select 9) c;
    insert into users (id, email, name, role_id)
      select 10000 + n, concat('u', n, '@bench.example'), concat('user ', n), (select id from roles where name = 'user')
      from bench_numbers where n < ${accounts};
    insert into availability_zones (id, name, provider, overcommit)
      values (10000, 'bench', 'simulator', '{"vcpus":1,"ram":1,"disk":1}')`);
}

/** The first hundred are the administrator's who asks, at any size; the others belong to many. */
async function addRows(database: Connection, from: number, to: number): Promise<void> {
  const piece = 50_000;
  for (let first = from; first < to; first += piece) {
    const count = Math.min(piece, to - first);
    const number = `(${first} + a.n + 1000 * b.n)`;
    const source = `bench_numbers a, bench_numbers b where a.n + 1000 * b.n < ${count} and b.n < ${Math.ceil(count / 1000)}`;
    const owner = first < few ? '(select min(id) from users)' : `10000 + ${number} % ${accounts}`;
    const at = `date_sub(utc_timestamp(3), interval ${number} second)`;
    await database.query(`
      set foreign_key_checks = 0, unique_checks = 0;
      insert into templates (id, owner_id, name, updated_at)
        select 100000 + ${number}, ${owner}, concat('t', ${number}), ${at} from ${source};
      insert into template_revisions (id, template_id, number, created_by)
        select 100000 + ${number}, 100000 + ${number}, 1, ${owner} from ${source};
      insert into template_vms (revision_id, \`key\`, name, flavour_id, image_id, forwards, x, y)
        select 100000 + ${number}, 'a', 'a', 1, 1, '[]', 0, 0 from ${source};
      insert into slices (id, owner_id, zone_id, name, status, updated_at)
        select 100000 + ${number}, ${owner}, 10000, concat('s', ${number}), 'stopped', ${at} from ${source};
      insert into slice_vms (slice_id, \`key\`, name, flavour_id, image_id, vcpus, ram_mb, disk_gb, internet, forwards, x, y,
          desired, status)
        select 100000 + ${number}, 'a', 'a', 1, 1, 1, 1024, 2, false, '[]', 0, 0, 'stopped', 'stopped' from ${source};
      insert into zone_sums (zone_id, slices, vcpus, ram_mb, disk_gb)
        values (10000, ${count}, ${count}, ${count * 1024}, ${count * 2})
        on duplicate key update slices = slices + ${count}, vcpus = vcpus + ${count}, ram_mb = ram_mb + ${count * 1024},
          disk_gb = disk_gb + ${count * 2}`);
  }
  await database.query('analyze table templates, template_revisions, template_vms, slices, slice_vms');
}

async function measure({ server, session }: BenchWorld, database: Connection) {
  const ask = (each: string, requests: number) =>
    load({ url: server.url, cookie: session.cookie(), path: each, requests, connections: 1 });
  const times = new Map<string, number>();
  for (const [name, each] of Object.entries(lists)) {
    await ask(each, 5);
    times.set(name, atShare(await ask(each, 25), 0.5));
  }
  const [variables] = await database.query<RowDataPacket[]>('select @@pid_file as file, @@datadir as folder');
  const file = String(variables[0]?.['file']);
  const pid = (await readFile(file.startsWith('/') ? file : `${variables[0]?.['folder']}/${file}`, 'utf8')).trim();
  const used = async () => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  };
  // what was begun before comes to its end
  await sleep(5_000);
  const [ours, theirs] = [await cpuOf(server.process), await used()];
  await sleep(seconds * 1_000);
  return {
    times,
    server: ((await cpuOf(server.process)) - ours) / 1e6 / seconds,
    database: ((await used()) - theirs) / 1e3 / seconds,
  };
}

await main();
