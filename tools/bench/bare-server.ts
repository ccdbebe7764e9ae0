/**
 * What the API is compared with: `node:http` and prepared statements of mysql2, nothing else. It checks the same token as
 * the server does (its signature, and its row, so that revoking it counts at once) and answers the same data, unvalidated.
 * DATABASE_URL and BENCH_SECRET (hexadecimal) come by the environment; the port goes to the parent.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import mysql, { type RowDataPacket } from 'mysql2/promise';

/** Zones as Trama shows them: of these what a provider says is taken. */
const told = JSON.parse(process.env['BENCH_ZONES'] ?? '[]') as { id: number }[];
const secret = Buffer.from(process.env['BENCH_SECRET'] ?? '', 'hex');
const pool = mysql.createPool({
  uri: process.env['DATABASE_URL'] ?? '',
  connectionLimit: 10,
  timezone: 'Z',
  supportBigNumbers: true,
  dateStrings: true,
});

async function rows(sql: string, values: number[] | string[]): Promise<RowDataPacket[]> {
  const [found] = await pool.execute<RowDataPacket[]>(sql, values);
  return found;
}

/** The binary protocol leaves whole seconds without a fraction. */
const iso = (text: string | null) =>
  text === null ? null : `${text.replace(' ', 'T')}${text.length === 19 ? '.000' : ''}Z`;

async function whoIs(cookie: string | undefined): Promise<RowDataPacket | null> {
  const token = /trama_session=([^;]+)/.exec(cookie ?? '')?.[1] ?? '';
  const [head = '', body = '', signature = ''] = token.split('.');
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { sub: string; exp: number };
  if (claims.exp * 1000 < Date.now()) return null;
  const [session] = await rows(
    `select t.id, t.user_id, t.kind, t.scopes, t.expires_at, t.last_used_at, t.revoked_at, u.kind as user_kind, u.email,
      u.name, u.totp_enabled_at, u.created_at, u.disabled_at, u.deleted_at, r.name as role
     from api_tokens t join users u on u.id = t.user_id join roles r on r.id = u.role_id where t.token_hash = ?`,
    [createHash('sha256').update(token).digest('hex')],
  );
  const good = session?.['revoked_at'] === null && session['disabled_at'] === null && session['deleted_at'] === null;
  return good && session['user_id'] === Number(claims.sub) ? session : null;
}

const answers: Record<string, (session: RowDataPacket, input: { id: number; limit: number }) => Promise<unknown>> = {
  async 'auth.me'(session) {
    return {
      user: {
        id: session['user_id'],
        kind: session['user_kind'],
        email: session['email'],
        name: session['name'],
        role: session['role'],
        secondFactor: session['totp_enabled_at'] !== null,
        createdAt: iso(session['created_at']),
      },
      token: {
        id: session['id'],
        kind: session['kind'],
        name: null,
        scopes: null,
        expiresAt: iso(session['expires_at']),
      },
      registrationOpen: true,
      registrationDomains: null,
    };
  },
  async 'flavours.list'(_session, { limit }) {
    const found = await rows(
      `select f.id, f.name, f.vcpus, f.ram_mb as ramMb, f.disk_gb as diskGb, f.retired_at as retiredAt,
        f.created_at as createdAt,
        least(100, (select count(*) from template_vms v join template_revisions r on r.id = v.revision_id
          join templates t on t.id = r.template_id and t.revision = r.number
          where v.flavour_id = f.id and t.deleted_at is null)
        + (select count(*) from slice_vms v join slices s on s.id = v.slice_id
          where v.flavour_id = f.id and s.deleted_at is null)) as inUse
       from flavours f where f.retired_at is null order by f.name, f.id limit ?`,
      [String(limit + 1)],
    );
    return {
      items: found.map((row) => ({ ...row, retiredAt: iso(row['retiredAt']), createdAt: iso(row['createdAt']) })),
      nextCursor: null,
    };
  },
  async 'templates.list'(session, { limit }) {
    const found = await rows(
      `select t.id, t.name, t.description, t.revision, t.owner_id, u.name as owner_name, t.published_at, t.created_at,
        t.updated_at, exists (select 1 from template_shares s where s.template_id = t.id) as shared,
        (select group_concat(g.tag order by g.tag separator ' ') from template_tags g where g.template_id = t.id) as tags,
        (select count(*) from template_networks n where n.revision_id = r.id) as networks,
        (select count(*) from template_edges e where e.revision_id = r.id) as edges,
        count(v.id) as vms, cast(coalesce(sum(f.vcpus), 0) as signed) as vcpus,
        cast(coalesce(sum(f.ram_mb), 0) as signed) as ram_mb, cast(coalesce(sum(f.disk_gb), 0) as signed) as disk_gb
       from templates t join users u on u.id = t.owner_id
       join template_revisions r on r.template_id = t.id and r.number = t.revision
       left join template_vms v on v.revision_id = r.id left join flavours f on f.id = v.flavour_id
       where t.owner_id = ? and t.deleted_at is null group by t.id, u.name, r.id
       order by t.updated_at desc, t.id desc limit ?`,
      [String(session['user_id']), String(limit + 1)],
    );
    return {
      items: found.map((row) => ({
        id: row['id'],
        name: row['name'],
        description: row['description'],
        tags: typeof row['tags'] === 'string' ? row['tags'].split(' ') : [],
        revision: row['revision'],
        owner: { id: row['owner_id'], name: row['owner_name'] },
        visibility: row['published_at'] !== null ? 'published' : row['shared'] === 1 ? 'shared' : 'private',
        access: 'own',
        vms: row['vms'],
        networks: row['networks'],
        edges: row['edges'],
        vcpus: row['vcpus'],
        ramMb: row['ram_mb'],
        diskGb: row['disk_gb'],
        createdAt: iso(row['created_at']),
        updatedAt: iso(row['updated_at']),
      })),
      nextCursor: null,
    };
  },
  async 'slices.list'(session, { limit }) {
    const found = await rows(
      `select s.id, s.name, s.status, s.owner_id, u.name as owner_name, s.zone_id, z.name as zone_name, t.id as template_id,
        t.name as template_name, s.created_at, s.updated_at, count(v.id) as vms,
        cast(coalesce(sum(v.status = 'running'), 0) as signed) as running,
        cast(coalesce(sum(v.vcpus), 0) as signed) as vcpus, cast(coalesce(sum(v.ram_mb), 0) as signed) as ram_mb,
        cast(coalesce(sum(v.disk_gb), 0) as signed) as disk_gb,
        (select d.kind from deployments d where d.slice_id = s.id and d.status in ('queued', 'pending', 'running')
          order by d.id desc limit 1) as busy
       from slices s join users u on u.id = s.owner_id join availability_zones z on z.id = s.zone_id
       left join templates t on t.id = s.template_id left join slice_vms v on v.slice_id = s.id
       where s.owner_id = ? and s.deleted_at is null and s.status <> 'destroyed'
       group by s.id, u.name, z.name, t.id, t.name order by s.updated_at desc, s.id desc limit ?`,
      [String(session['user_id']), String(limit + 1)],
    );
    return {
      items: found.map((row) => ({
        id: row['id'],
        name: row['name'],
        status: row['status'],
        owner: { id: row['owner_id'], name: row['owner_name'] },
        access: 'own',
        zone: { id: row['zone_id'], name: row['zone_name'] },
        template: { id: row['template_id'], name: row['template_name'] },
        vms: row['vms'],
        vmsRunning: row['running'],
        vcpus: row['vcpus'],
        ramMb: row['ram_mb'],
        diskGb: row['disk_gb'],
        busy: row['busy'],
        createdAt: iso(row['created_at']),
        updatedAt: iso(row['updated_at']),
      })),
      nextCursor: null,
    };
  },
  async 'images.list'(_session, { limit }) {
    const [found, states] = await Promise.all([
      rows(
        `select i.id, i.name, i.description, i.kind, i.source, i.sha256, i.size_mb as sizeMb, i.min_ram_mb as minRamMb,
          i.min_disk_gb as minDiskGb, i.ready_marker as readyMarker, i.retired_at as retiredAt, i.created_at as createdAt,
          least(100, (select count(*) from template_vms v join template_revisions r on r.id = v.revision_id
            join templates t on t.id = r.template_id and t.revision = r.number
            where v.image_id = i.id and t.deleted_at is null)
          + (select count(*) from slice_vms v join slices s on s.id = v.slice_id
            where v.image_id = i.id and s.deleted_at is null)) as inUse
         from images i where i.retired_at is null order by i.sort_key, i.id limit ?`,
        [String(limit + 1)],
      ),
      rows(
        `select s.image_id, s.zone_id as zoneId, z.name as zoneName, s.state, s.reason, s.sentences, s.done_mb as doneMb,
          s.total_mb as totalMb, s.at
         from image_states s join availability_zones z on z.id = s.zone_id join images i on i.id = s.image_id
         where i.retired_at is null order by z.sort_key`,
        [],
      ),
    ]);
    return {
      items: found.map((row) => ({
        ...row,
        consoles: ['serial'],
        login: { user: 'root', password: null },
        retiredAt: iso(row['retiredAt']),
        createdAt: iso(row['createdAt']),
        zones: states
          .filter((state) => state['image_id'] === row['id'])
          .map(({ at, ...state }) => ({ ...state, image_id: undefined, at: iso(at) })),
      })),
      nextCursor: null,
    };
  },
  async 'zones.list'() {
    const [zones, sums, running, homes] = await Promise.all([
      rows('select * from availability_zones order by sort_key, id', []),
      rows('select * from zone_sums', []),
      rows(
        `select s.zone_id, count(*) as vms from slice_vms v join slices s on s.id = v.slice_id
         where v.status = 'running' and s.deleted_at is null and s.status not in ('draft', 'destroyed') group by s.zone_id`,
        [],
      ),
      rows('select * from homes', []),
    ]);
    return {
      items: zones.map((zone) => {
        const sum = sums.find((row) => row['zone_id'] === zone['id']);
        const home = homes.find((row) => row['id'] === zone['home_id']);
        return {
          // what its provider says is no work of the API
          ...told.find(({ id }) => id === zone['id']),
          name: zone['name'],
          enabled: zone['enabled'] === 1,
          limits: { vcpus: zone['limit_vcpus'], ramMb: zone['limit_ram_mb'], diskGb: zone['limit_disk_gb'] },
          overcommit: zone['overcommit'] as unknown,
          allocated: { vcpus: sum?.['vcpus'] ?? 0, ramMb: sum?.['ram_mb'] ?? 0, diskGb: sum?.['disk_gb'] ?? 0 },
          runningVms: running.find((row) => row['zone_id'] === zone['id'])?.['vms'] ?? 0,
          slices: sum?.['slices'] ?? 0,
          home: { id: home?.['id'], host: home?.['host'], seenAt: iso(home?.['seen_at']), away: false },
          createdAt: iso(zone['created_at']),
        };
      }),
    };
  },
  async 'slices.get'(session, { id }) {
    const [[slice], vms, networks, edges, [deployment]] = await Promise.all([
      rows(
        `select s.id, s.name, s.status, s.owner_id, u.name as owner_name, s.zone_id, z.name as zone_name, z.provider,
          t.id as template_id, t.name as template_name, s.template_revision, s.restart_after_reboot,
          s.created_at, s.updated_at, l.expires_at, l.at_end, l.warned_at, l.ended_at,
          (select max(e.id) from events e where e.slice_id = s.id) as last_event_id
         from slices s join users u on u.id = s.owner_id join availability_zones z on z.id = s.zone_id
         left join slice_leases l on l.slice_id = s.id
         left join templates t on t.id = s.template_id where s.id = ? and s.owner_id = ?`,
        [String(id), String(session['user_id'])],
      ),
      rows(
        `select v.*, f.name as flavour_name, i.name as image_name, i.kind as image_kind from slice_vms v
         join flavours f on f.id = v.flavour_id join images i on i.id = v.image_id where v.slice_id = ? order by v.id`,
        [String(id)],
      ),
      rows('select * from slice_networks where slice_id = ? order by id', [String(id)]),
      rows('select * from slice_edges where slice_id = ? order by id', [String(id)]),
      rows(
        `select d.*, u.name as requester,
          (select count(*) from deployment_steps p where p.deployment_id = d.id) as total,
          (select count(*) from deployment_steps p where p.deployment_id = d.id and p.status = 'done') as done
         from deployments d join users u on u.id = d.requested_by where d.slice_id = ? order by d.id desc limit 1`,
        [String(id)],
      ),
    ]);
    const keys = new Map(vms.map((vm) => [vm['id'], vm['key']]));
    const networkKeys = new Map(networks.map((network) => [network['id'], network['key']]));
    const sum = (name: string) => vms.reduce((total, vm) => total + Number(vm[name]), 0);
    return {
      id: slice?.['id'],
      name: slice?.['name'],
      status: slice?.['status'],
      owner: { id: slice?.['owner_id'], name: slice?.['owner_name'] },
      access: 'own',
      zone: { id: slice?.['zone_id'], name: slice?.['zone_name'], provider: slice?.['provider'] },
      template: { id: slice?.['template_id'], name: slice?.['template_name'] },
      vms: vms.length,
      vmsRunning: vms.filter((vm) => vm['status'] === 'running').length,
      vcpus: sum('vcpus'),
      ramMb: sum('ram_mb'),
      diskGb: sum('disk_gb'),
      busy: null,
      lease:
        slice?.['expires_at'] == null
          ? null
          : {
              expiresAt: iso(slice['expires_at']),
              atEnd: slice['at_end'],
              warned: slice['warned_at'] !== null,
              ended: slice['ended_at'] !== null,
            },
      createdAt: iso(slice?.['created_at']),
      updatedAt: iso(slice?.['updated_at']),
      templateRevision: slice?.['template_revision'],
      restartAfterReboot: slice?.['restart_after_reboot'] === 1,
      vmList: vms.map((vm) => ({
        id: vm['id'],
        key: vm['key'],
        name: vm['name'],
        flavour: { id: vm['flavour_id'], name: vm['flavour_name'] },
        image: { id: vm['image_id'], name: vm['image_name'] },
        vcpus: vm['vcpus'],
        ramMb: vm['ram_mb'],
        diskGb: vm['disk_gb'],
        internet: vm['internet'] === 1,
        x: vm['x'],
        y: vm['y'],
        desired: vm['desired'],
        status: vm['status'],
        observedAt: iso(vm['observed_at']),
        error: vm['error'],
        sentences: vm['sentences'] as unknown,
        forwards: vm['forwards'] as unknown,
        consoles: ['serial'],
      })),
      networks: networks.map((network) => ({
        id: network['id'],
        key: network['key'],
        name: network['name'],
        subnet: network['subnet'],
        x: network['x'],
        y: network['y'],
        status: network['status'],
      })),
      edges: edges.map((edge) => ({
        id: edge['id'],
        key: edge['key'],
        source: keys.get(edge['source_vm_id']) ?? '',
        target: keys.get(edge['target_vm_id']) ?? networkKeys.get(edge['target_network_id']) ?? '',
        subnet: edge['subnet'],
        sourceAddress: edge['source_address'],
        targetAddress: edge['target_address'],
        status: edge['status'],
        observedAt: iso(edge['observed_at']),
      })),
      deployment: {
        id: deployment?.['id'],
        sliceId: id,
        kind: deployment?.['kind'],
        status: deployment?.['status'],
        vmId: deployment?.['slice_vm_id'],
        cancelRequested: deployment?.['cancel_requested'] === 1,
        error: deployment?.['error'],
        sentences: deployment?.['sentences'] as unknown,
        because: deployment?.['because'],
        stepsDone: deployment?.['done'],
        stepsTotal: deployment?.['total'],
        requestedBy: { id: deployment?.['requested_by'], name: deployment?.['requester'] },
        createdAt: iso(deployment?.['created_at']),
        startedAt: iso(deployment?.['started_at']),
        finishedAt: iso(deployment?.['finished_at']),
      },
      waiting: [],
      lastEventId: slice?.['last_event_id'],
    };
  },
};

const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://bare');
  const answer = answers[url.pathname.slice('/trpc/'.length)];
  const input = JSON.parse(url.searchParams.get('input') ?? '{}') as { id: number; limit: number };
  void whoIs(request.headers.cookie)
    .then((session) => (session === null || answer === undefined ? null : answer(session, input)))
    .then(
      (data) => {
        const body = JSON.stringify({ result: { data } });
        response.writeHead(data === null ? 401 : 200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        });
        response.end(body);
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
});
server.listen(0, '127.0.0.1', () => {
  // its type knows sockets of files, too
  const { port } = server.address() as AddressInfo;
  process.send?.({ port });
});
