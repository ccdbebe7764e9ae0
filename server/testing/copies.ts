import type { Connection, RowDataPacket } from 'mysql2/promise';

/** The slice that others are copies of. */
export interface Original {
  sliceId: number;
  templateId: number;
  zoneId: number;
  ownerId: number;
}

/** Ids of a copy's rows are its original's and so much for each copy: what belongs to a slice has fewer rows. */
const stride = 100;
/** These copies are the original's owner's, the others are spread among accounts. */
const ownersFirst = 100;
const firstAccount = 1_000_000_000;

/** Numbers to make rows of, and accounts that will own them. `database` takes several statements at once. */
export async function prepareCopies(database: Connection, accounts: number): Promise<void> {
  const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} n`).join(' union all ');
  await database.query(`
    create table bench_numbers (n int primary key);
    insert into bench_numbers
      select a.n + 10 * b.n + 100 * c.n from (${digits}) a, (${digits}) b, (${digits}) c;
    insert into users (id, email, name, role_id)
      select ${firstAccount} + n, concat('u', n, '@bench.example'), concat('user ', n), (select id from roles where name = 'user')
      from bench_numbers where n < ${accounts}`);
}

/**
 * Copies every row that belongs to the original slice or its template, so that there are `to` of each where there were `from`:
 * as a slice leaves them that went through all that the original went through. The last changed are the first;
 * of `publishedOf` templates one is published, and of what was done to `refusedOf` slices all was refused.
 */
export async function copySlices(
  database: Connection,
  original: Original,
  options: { from: number; to: number; accounts: number; publishedOf: number; refusedOf: number },
): Promise<void> {
  const { from, to, accounts, publishedOf, refusedOf } = options;
  const { sliceId, templateId } = original;
  const piece = 20_000;
  const owner = `if(c.n < ${ownersFirst}, ${original.ownerId}, ${firstAccount} + c.n % ${accounts})`;
  const at = 'date_sub(utc_timestamp(3), interval c.n second)';
  const moved = (column: string) => `t.\`${column}\` + c.n * ${stride}`;
  const revision = `(select id from template_revisions where template_id = ${templateId})`;
  const deployed = `(select id from deployments where slice_id = ${sliceId})`;
  const ends = ['source_vm_id', 'target_vm_id', 'target_network_id'];
  const tables: [table: string, of: string, set: Record<string, string>, move: string[]][] = [
    [
      'templates',
      `t.id = ${templateId}`,
      {
        name: "concat('t', c.n)",
        owner_id: owner,
        updated_at: at,
        published_at: `if(c.n % ${publishedOf} = 0, utc_timestamp(3), null)`,
      },
      [],
    ],
    ['template_revisions', `t.template_id = ${templateId}`, { created_by: owner }, ['template_id']],
    ['template_vms', `t.revision_id in ${revision}`, {}, ['revision_id']],
    ['template_networks', `t.revision_id in ${revision}`, {}, ['revision_id']],
    ['template_edges', `t.revision_id in ${revision}`, {}, ['revision_id', ...ends]],
    [
      'slices',
      `t.id = ${sliceId}`,
      { name: "concat('s', c.n)", owner_id: owner, updated_at: at, idempotency_key: 'null' },
      ['template_id'],
    ],
    ['slice_vms', `t.slice_id = ${sliceId}`, {}, ['slice_id']],
    ['slice_networks', `t.slice_id = ${sliceId}`, {}, ['slice_id']],
    ['slice_edges', `t.slice_id = ${sliceId}`, {}, ['slice_id', ...ends]],
    [
      'deployments',
      `t.slice_id = ${sliceId}`,
      { owner_id: owner, requested_by: owner, idempotency_key: 'null' },
      ['slice_id', 'slice_vm_id'],
    ],
    ['deployment_steps', `t.deployment_id in ${deployed}`, {}, ['deployment_id']],
    ['events', `t.slice_id = ${sliceId}`, {}, ['slice_id']],
    [
      'audit_log',
      `((t.object_type = 'slice' and t.object_id = ${sliceId}) or (t.object_type = 'template' and t.object_id = ${templateId}))`,
      { user_id: owner, result: `if(c.n % ${refusedOf} = 0, 'FORBIDDEN', t.result)` },
      ['object_id'],
    ],
  ];
  const inserts = await Promise.all(
    tables.map(async ([table, of, set, move]) => {
      const columns = await columnsOf(database, table);
      const values = columns.map(
        (column) => set[column] ?? (column === 'id' || move.includes(column) ? moved(column) : `t.\`${column}\``),
      );
      const [range] = await database.query<RowDataPacket[]>(
        `select max(t.id) - min(t.id) as wide from \`${table}\` t where ${of}`,
      );
      // ids of copies must not meet
      if (Number(range[0]?.['wide']) >= stride)
        throw new Error(`The rows of ${table} cannot be copied: ${JSON.stringify(range[0])}`);
      return `insert into \`${table}\` (${columns.map((column) => `\`${column}\``).join(', ')})
        select ${values.join(', ')} from \`${table}\` t, copies c where ${of}`;
    }),
  );
  for (let first = from; first < to; first += piece) {
    const last = Math.min(first + piece, to);
    await database.query(`
      set foreign_key_checks = 0, unique_checks = 0;
      create temporary table copies (n int primary key)
        select ${first} + a.n + 1000 * b.n as n from bench_numbers a, bench_numbers b
        where b.n < ${Math.ceil(piece / 1000)} and ${first} + a.n + 1000 * b.n < ${last};
      start transaction;
      ${inserts.join(';\n')};
      commit;
      drop temporary table copies`);
  }
  await database.query(`
    update zone_sums set slices = slices * ${to} / ${from}, vcpus = vcpus * ${to} / ${from},
      ram_mb = ram_mb * ${to} / ${from}, disk_gb = disk_gb * ${to} / ${from} where zone_id = ${original.zoneId};
    replace into account_sums (user_id, templates, slices)
      select id, (select count(*) from templates where owner_id = users.id and deleted_at is null),
        (select count(*) from slices where owner_id = users.id and deleted_at is null) from users`);
  await analyzeCopies(database);
}

/** Has the database look at the tables again, by samples of which it plans its statements. */
export async function analyzeCopies(database: Connection): Promise<void> {
  const [tables] = await database.query<RowDataPacket[]>(
    `select table_name as name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'`,
  );
  await database.query(`analyze table ${tables.map(({ name }) => `\`${name}\``).join(', ')}`);
}

/** Those that can be written. */
async function columnsOf(database: Connection, table: string): Promise<string[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `select column_name as name from information_schema.columns where table_schema = database() and table_name = ?
      and coalesce(generation_expression, '') = '' order by ordinal_position`,
    [table],
  );
  return rows.map((row) => String(row['name']));
}
