import { createHash, randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { openSettings, type SettingsOf } from '#shared/zone-settings';
import { cert, key, listening } from './listening';

/*
 * As much of an OpenStack cloud as the provider calls, in memory, with answers that go wrong when a test says so. What a real one says is proven on one
 * (`npm run test:openstack`).
 */

type Json = Record<string, unknown>;
export interface Asked {
  method: string;
  /** `/compute/servers`. */
  path: string;
  query: URLSearchParams;
  body: Json;
  /** What was sent, where it is no JSON. */
  bytes: Buffer;
  headers: IncomingMessage['headers'];
}
interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}
/** What becomes of a request: it never arrives, its answer does not, it is done twice, or some requests after who asked was cut off, or it is answered otherwise. */
export type Mishap = 'lost-request' | 'lost-answer' | 'twice' | 'late' | Reply;
/** More than who was cut off sends to look for it. */
const lateBy = 6;

export interface TestCloud {
  url: string;
  asked: Asked[];
  /** Asked of each request but signing in; null: it is answered as it should be. */
  mishap: (asked: Asked, index: number) => Mishap | null;
  things: Record<'networks' | 'subnets' | 'ports' | 'servers', Map<string, Json>>;
  images: Json[];
  /** Ids of images that were deleted: Glance gives them to no other. */
  deletedImages: Set<string>;
  /** As Nova lists them. */
  flavours: Json[];
  /** The credential may make some. */
  makesFlavours: boolean;
  /** Tokens that are good. */
  tokens: Set<string>;
  tokenSeconds: number;
  /** Of the application credential that signs in; null for none. */
  accessRules: Json[] | null;
  /** In place of the cloud's own answer; by `GET /compute/limits`. */
  answers: Map<string, (asked: Asked) => Reply>;
  /** How many items a page of a list has. */
  pageSize: number;
  /** Requests that are done once so many have been received. */
  late: { at: number; asked: Asked }[];
  /** So many things have been made: by it their moments are told apart. */
  made: number;
}

/** A cloud that is there until the test has ended. `tls`: with the certificate of `listening.ts`. */
export async function testCloud({ tls = false } = {}): Promise<TestCloud> {
  const cloud: TestCloud = {
    url: '',
    asked: [],
    mishap: () => null,
    things: { networks: new Map(), subnets: new Map(), ports: new Map(), servers: new Map() },
    images: [{ id: 'image-tiny', name: 'tiny', status: 'active', size: 5_000_000 }],
    flavours: [{ id: 'f1', name: 'nano', vcpus: 1, ram: 128, disk: 1 }],
    makesFlavours: false,
    deletedImages: new Set(),
    tokens: new Set(),
    tokenSeconds: 3_600,
    accessRules: null,
    answers: new Map(),
    pageSize: 1_000,
    late: [],
    made: 0,
  };
  const handler = (request: IncomingMessage, response: ServerResponse) => void handle(cloud, request, response);
  const port = await listening(tls ? https.createServer({ cert, key }, handler) : http.createServer(handler));
  cloud.url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return cloud;
}

/** Settings of a zone that signs in there. */
export function settingsOf({ url }: Pick<TestCloud, 'url'>, change: object = {}): SettingsOf<'openstack'> {
  const credential = { applicationCredential: 'credential-1', applicationSecret: 'hidden' };
  const settings = openSettings.parse({ provider: 'openstack', authUrl: url, ...credential, ...change });
  if (settings.provider !== 'openstack') throw new Error('These are no settings of a cloud.');
  return settings;
}

async function handle(cloud: TestCloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const isFile = request.headers['content-type'] === 'application/octet-stream';
  const text = isFile ? '' : bytes.toString('utf8');
  const { pathname, searchParams } = new URL(request.url ?? '/', cloud.url);
  const body = (text === '' ? {} : JSON.parse(text)) as Json;
  const asked: Asked = {
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    body,
    bytes,
    headers: request.headers,
  };
  const send = ({ status, body: content, headers = {} }: Reply) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(content === undefined ? '' : typeof content === 'string' ? content : JSON.stringify(content));
  };
  if (pathname === '/v3/auth/tokens') return send(signIn(cloud, asked));
  cloud.asked.push(asked);
  for (const late of cloud.late.filter(({ at }) => at <= cloud.asked.length)) answer(cloud, late.asked);
  cloud.late = cloud.late.filter(({ at }) => at > cloud.asked.length);
  const mishap = cloud.mishap(asked, cloud.asked.length - 1);
  if (mishap === 'late') cloud.late.push({ at: cloud.asked.length + lateBy, asked });
  if (mishap === 'lost-request' || mishap === 'late') return void request.socket.destroy();
  if (mishap !== null && typeof mishap === 'object') return send(mishap);
  if (!/^\/(compute|network|image|v3)\//.test(pathname)) return send({ status: 404, body: 'Not here.' });
  if (!cloud.tokens.has(String(request.headers['x-auth-token'])))
    return send({
      status: 401,
      body: { error: { code: 401, message: 'The request you have made requires authentication.' } },
    });
  const reply = answer(cloud, asked);
  if (mishap === 'twice') again(cloud, asked);
  if (mishap === 'lost-answer') return void request.socket.destroy();
  send(reply);
}

function signIn(cloud: TestCloud, asked: Asked): Reply {
  cloud.asked.push(asked);
  const own = cloud.answers.get('POST /v3/auth/tokens');
  if (own !== undefined) return own(asked);
  const token = randomUUID();
  cloud.tokens.add(token);
  const endpoint = (name: string, path: string) => ({
    type: name,
    endpoints: ['public', 'internal'].map((face) => ({
      interface: face,
      region_id: 'here',
      region: 'here',
      url: `${cloud.url}${path}`,
    })),
  });
  const issued = Date.now();
  return {
    status: 201,
    headers: { 'x-subject-token': token },
    body: {
      token: {
        issued_at: new Date(issued).toISOString(),
        expires_at: new Date(issued + cloud.tokenSeconds * 1000).toISOString(),
        user: { id: 'user-1', name: 'trama' },
        project: { id: 'project-1', name: 'labs' },
        roles: [{ name: 'member' }],
        ...(cloud.accessRules !== null && { application_credential: { id: 'c', access_rules: cloud.accessRules } }),
        catalog: [
          endpoint('identity', '/v3'),
          endpoint('compute', '/compute/v2.1'),
          endpoint('network', '/network'),
          endpoint('image', '/image'),
        ],
      },
    },
  };
}

function answer(cloud: TestCloud, asked: Asked): Reply {
  const own = cloud.answers.get(`${asked.method} ${asked.path}`);
  if (own !== undefined) return own(asked);
  const [, service, , kind = '', id, rest] = asked.path.split('/');
  if (service === 'compute') return compute(cloud, asked, { kind, id, rest });
  if (service === 'network') return network(cloud, asked, { kind, id });
  if (service === 'image') return images(cloud, asked, { id, rest });
  return { status: 404 };
}

/**
 * The same once more, at the same time. Nova takes a second server before the first one has its ports; that one fails, and what cleans up behind it
 * takes the ports from the first, too (seen on Zed).
 */
function again(cloud: TestCloud, asked: Asked): void {
  const { ports, servers } = cloud.things;
  const isServer = asked.method === 'POST' && asked.path.endsWith('/servers');
  const [first] = [...servers.values()].slice(-1);
  if (isServer) for (const port of ports.values()) if (port['device_id'] === first?.['id']) port['device_id'] = '';
  answer(cloud, asked);
  const [second] = [...servers.values()].slice(-1);
  if (!isServer || second === undefined) return;
  Object.assign(second, { status: 'ERROR', 'OS-SRV-USG:launched_at': null, fault: { message: 'Port is in use.' } });
  for (const port of ports.values()) if (port['device_id'] === second['id']) port['device_id'] = '';
}

const momentOf = (cloud: TestCloud) => new Date(Date.UTC(2026, 0, 1) + (cloud.made += 1) * 1_000).toISOString();

const notFound: Reply = { status: 404, body: { itemNotFound: { message: 'It could not be found.', code: 404 } } };

/** Those that have one of the values that are asked for, of each field. */
function named(things: Iterable<Json>, query: URLSearchParams, fields: readonly string[]): Json[] {
  return [...things].filter((thing) =>
    fields.every((field) => !query.has(field) || query.getAll(field).includes(String(thing[field]))),
  );
}

/** The newest first, as Nova lists; Neutron has no order. */
function page(cloud: TestCloud, asked: Asked, name: string, things: Json[]): Reply {
  const all = things.toReversed();
  const from = all.findIndex(({ id }) => id === asked.query.get('marker')) + 1;
  const items = all.slice(from, from + cloud.pageSize);
  const last = items.at(-1);
  const more = from + cloud.pageSize < all.length && last !== undefined;
  const query = new URLSearchParams(asked.query);
  query.set('marker', String(last?.['id']));
  // as behind a proxy that the service does not know of
  const links = more ? { [`${name}_links`]: [{ rel: 'next', href: `http://inner.test${asked.path}?${query}` }] } : {};
  return { status: 200, body: { [name]: items, ...links } };
}

function compute(
  cloud: TestCloud,
  asked: Asked,
  { kind, id, rest }: { kind: string; id: string | undefined; rest: string | undefined },
): Reply {
  const { servers, ports } = cloud.things;
  if (kind === '') return { status: 200, body: { version: { version: '2.93', min_version: '2.1' } } };
  if (kind === 'flavors') return flavours(cloud, asked, id);
  if (kind === 'os-availability-zone')
    return { status: 200, body: { availabilityZoneInfo: [{ zoneName: 'nova', zoneState: { available: true } }] } };
  if (kind === 'limits') {
    const used = { totalInstancesUsed: servers.size, totalCoresUsed: servers.size, totalRAMUsed: servers.size * 128 };
    const most = { maxTotalInstances: 10, maxTotalCores: 20, maxTotalRAMSize: 51_200 };
    return { status: 200, body: { limits: { absolute: { ...used, ...most } } } };
  }
  if (asked.method === 'GET' && (id === undefined || id === 'detail')) {
    const tags = asked.query.get('tags')?.split(',') ?? [];
    const any = asked.query.get('tags-any')?.split(',');
    const all = [...servers.values()].filter((one) => {
      const has = (tag: string) => (one['tags'] as string[]).includes(tag);
      return tags.every(has) && (any === undefined || any.some(has));
    });
    // as of those that no host has taken
    const listed = all.map((server) => ({ ...server, fault: undefined }));
    return page(cloud, asked, 'servers', listed);
  }
  if (asked.method === 'POST' && id === undefined) return createServer(cloud, asked.body['server'] as Json);
  const server = servers.get(id ?? '');
  if (server === undefined) return notFound;
  if (asked.method === 'DELETE' && rest === undefined) {
    servers.delete(id ?? '');
    for (const port of ports.values()) if (port['device_id'] === id) port['device_id'] = '';
    return { status: 204 };
  }
  if (rest === 'os-interface') {
    const port = ports.get(String((asked.body['interfaceAttachment'] as Json)['port_id']));
    if (port === undefined) return { status: 400, body: { badRequest: { message: 'Port not found.' } } };
    port['device_id'] = server['id'];
    return { status: 200, body: { interfaceAttachment: {} } };
  }
  if (rest === 'action') {
    if ('os-getConsoleOutput' in asked.body) return { status: 200, body: { output: 'booted\n' } };
    const [act = ''] = Object.keys(asked.body);
    const [from, to] = actions[act] ?? [[], ''];
    if (from.length > 0 && !from.includes(String(server['status'])))
      return {
        status: 409,
        body: { conflictingRequest: { message: `Cannot '${act}' while it is ${String(server['status'])}.` } },
      };
    server['status'] = to;
    return { status: 202 };
  }
  return { status: 200, body: { server } };
}

function images(
  cloud: TestCloud,
  { method, query, body, bytes }: Asked,
  { id, rest }: { id: string | undefined; rest: string | undefined },
): Reply {
  if (method === 'GET')
    return { status: 200, body: { images: named(cloud.images, query, ['name', 'status', 'owner']) } };
  const refused = (status: number): Reply => ({ status, body: { message: `Refused with ${status}.` } });
  if (method === 'POST') {
    if (cloud.images.some((image) => image['id'] === body['id']) || cloud.deletedImages.has(String(body['id'])))
      return refused(409);
    const made = { ...body, status: 'queued', size: null, owner: 'project-1', created_at: momentOf(cloud) };
    cloud.images.push(made);
    return { status: 201, body: made };
  }
  const image = cloud.images.find((one) => one['id'] === id);
  if (image === undefined || rest !== 'file') return refused(404);
  if (image['status'] !== 'queued') return refused(409);
  const os_hash_value = createHash('sha512').update(bytes).digest('hex');
  Object.assign(image, { status: 'active', size: bytes.length, os_hash_algo: 'sha512', os_hash_value });
  return { status: 204 };
}

/** Those that are nobody's until they are allowed are not listed. */
function flavours(cloud: TestCloud, asked: Asked, id: string | undefined): Reply {
  if (asked.method === 'GET')
    return page(
      cloud,
      asked,
      'flavors',
      cloud.flavours.filter((flavour) => flavour['os-flavor-access:is_public'] !== false),
    );
  if (!cloud.makesFlavours) return { status: 403, body: { forbidden: { message: 'Policy does not allow it.' } } };
  const taken: Reply = { status: 409, body: { conflictingRequest: { message: 'It is taken.' } } };
  if (id === undefined) {
    const { id: flavorid, ...made } = asked.body['flavor'] as Json;
    if (cloud.flavours.some((flavour) => flavour['id'] === flavorid || flavour['name'] === made['name'])) return taken;
    cloud.flavours.push({ ...made, id: flavorid });
    return { status: 200, body: { flavor: { ...made, id: flavorid } } };
  }
  const flavour = cloud.flavours.find((one) => one['id'] === id);
  if (flavour === undefined) return notFound;
  if (flavour['os-flavor-access:is_public'] !== false) return taken;
  Object.assign(flavour, { 'os-flavor-access:is_public': undefined, tenant: asked.body['addTenantAccess'] });
  return { status: 200, body: { flavor_access: [] } };
}

/** From which statuses a server is brought to which one; from none stated: from any. */
const actions: Record<string, readonly [readonly string[], string]> = {
  'os-start': [['SHUTOFF', 'ERROR'], 'ACTIVE'],
  'os-stop': [['ACTIVE', 'ERROR'], 'SHUTOFF'],
  suspend: [['ACTIVE'], 'SUSPENDED'],
  resume: [['SUSPENDED'], 'ACTIVE'],
  reboot: [[], 'ACTIVE'],
};

function createServer(cloud: TestCloud, made: Json): Reply {
  const { servers, ports } = cloud.things;
  const wanted = made['networks'] === 'none' ? [] : (made['networks'] as { port: string }[]);
  for (const { port } of wanted) {
    const known = ports.get(port);
    if (known === undefined) return { status: 400, body: { badRequest: { message: `Port ${port} not found.` } } };
    if (known['device_id'] !== '')
      return { status: 409, body: { conflictingRequest: { message: `Port ${port} is still in use.` } } };
  }
  const id = randomUUID();
  for (const { port } of wanted) Object.assign(ports.get(port) ?? {}, { device_id: id });
  servers.set(id, {
    id,
    name: made['name'],
    created: momentOf(cloud),
    updated: momentOf(cloud),
    status: 'ACTIVE',
    metadata: made['metadata'],
    tags: made['tags'],
    flavor: { original_name: made['flavorRef'], vcpus: 1, ram: 128 },
    'OS-EXT-STS:task_state': null,
    'OS-SRV-USG:launched_at': new Date().toISOString(),
  });
  return { status: 202, body: { server: { id } } };
}

function network(cloud: TestCloud, asked: Asked, { kind, id }: { kind: string; id: string | undefined }): Reply {
  if (kind === 'extensions')
    return { status: 200, body: { extensions: [{ alias: 'port-security' }, { alias: 'allowed-address-pairs' }] } };
  if (kind === 'security-groups')
    return {
      status: 200,
      body: { security_groups: ['default', 'labs', 'twice', 'twice'].map((name, at) => ({ id: `sg-${at}`, name })) },
    };
  const { networks, subnets, ports } = cloud.things;
  if (kind === 'quotas') {
    const of = (limit: number, things: Map<string, Json>) => ({ limit, used: things.size });
    const quota = { network: of(100, networks), subnet: of(100, subnets), port: of(500, ports) };
    return { status: 200, body: { quota } };
  }
  const all = { networks, subnets, ports }[kind];
  if (all === undefined) return notFound;
  const conflict = (type: string): Reply => ({
    status: 409,
    body: { NeutronError: { type, message: type, detail: '' } },
  });
  if (asked.method === 'GET') {
    // those of others are not made here
    if (asked.query.has('router:external'))
      return { status: 200, body: { networks: [{ id: 'ext', name: 'public', subnets: [], description: '' }] } };
    return page(
      cloud,
      asked,
      kind,
      named(all.values(), asked.query, ['name', 'network_id', 'device_id', 'ip_version']),
    );
  }
  if (asked.method === 'POST') {
    const values = asked.body[kind.slice(0, -1)] as Json;
    const taken = (field: string) =>
      [...ports.values()].some((port) => port['network_id'] === values['network_id'] && port[field] === values[field]);
    if (kind === 'ports' && values['mac_address'] !== undefined && taken('mac_address'))
      return conflict('MacAddressInUse');
    const on = networks.get(String(values['network_id']))?.['subnets'] as string[] | undefined;
    if (kind === 'subnets' && on?.some((one) => subnets.get(one)?.['cidr'] === values['cidr']) === true)
      return { status: 400, body: { NeutronError: { type: 'InvalidInput', message: 'It overlaps.', detail: '' } } };
    const own = { mac_address: randomUUID(), subnets: [], status: 'ACTIVE', device_id: '', description: '' };
    const thing = { ...own, ...values, id: randomUUID(), created_at: momentOf(cloud) };
    all.set(thing.id, thing);
    if (kind === 'subnets') on?.push(thing.id);
    return { status: 201, body: { [kind.slice(0, -1)]: thing } };
  }
  if (id === undefined || !all.has(id)) return notFound;
  if (asked.method === 'PUT') {
    Object.assign(all.get(id) ?? {}, asked.body[kind.slice(0, -1)]);
    return { status: 200, body: { [kind.slice(0, -1)]: all.get(id) } };
  }
  if (kind === 'networks') {
    if ([...ports.values()].some((port) => port['network_id'] === id)) return conflict('NetworkInUse');
    for (const [subnetId, subnet] of subnets) if (subnet['network_id'] === id) subnets.delete(subnetId);
  }
  all.delete(id);
  return { status: 204 };
}
