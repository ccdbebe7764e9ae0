import { openAsBlob } from 'node:fs';
import type { Plan } from './configuration';
import { keystoneUrl } from './configuration';

type Json = Record<string, unknown>;

/** Fills a cloud that is new, as its administrator: service accounts, catalogue, flavours, an image, an external network, and a project for who tries it. */
export interface Seeder {
  /** What the other services need to start. */
  catalogue(): Promise<void>;
  content(): Promise<void>;
  /** A disk of a file. */
  image(name: string, file: string): Promise<void>;
}

/** Whom the project is for. */
export const member = { user: 'trama', project: 'labs' };
/** Who may look only. */
export const reader = { user: 'looker', project: 'labs' };
/** Who may make flavours, too. */
export const maker = { user: 'maker', project: 'labs' };

export function seederOf(plan: Plan): Seeder {
  const keystone = keystoneUrl(plan);
  const at = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;
  const { ports, password, region } = plan;
  let token: string | null = null;
  let since = 0;
  /** Renewed in time, however short its life. */
  const tokenNow = async () => {
    if (token === null || Date.now() - since > (plan.tokenSeconds * 1000) / 3) {
      since = Date.now();
      token = (await tokenOf(keystone, { user: 'admin', password, project: 'admin' })).token;
    }
    return token;
  };
  async function call(method: string, url: string, body?: unknown, type = 'application/json'): Promise<Json> {
    const response = await fetch(url, {
      method,
      headers: { 'x-auth-token': await tokenNow(), ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? {} : (JSON.parse(text) as Json);
  }
  const made = async (kind: string, values: Json): Promise<string> => {
    const answer = await call('POST', `${keystone}/${kind}s`, { [kind]: values });
    return String((answer[kind] as Json)['id']);
  };
  const firstId = async (url: string, name: string) => String(((await call('GET', url))[name] as Json[])[0]?.['id']);

  async function account(name: string, projectId: string, role: string): Promise<void> {
    const roleId = await firstId(`${keystone}/roles?name=${role}`, 'roles');
    const userId = await made('user', { name, password, domain_id: 'default', default_project_id: projectId });
    await call('PUT', `${keystone}/projects/${projectId}/users/${userId}/roles/${roleId}`);
  }

  async function upload(image: { name: string; disk_format: string }, content: Blob): Promise<void> {
    const whole = { ...image, container_format: 'bare', visibility: 'public' };
    const id = String((await call('POST', at(ports.glance, '/v2/images'), whole))['id']);
    await call('PUT', at(ports.glance, `/v2/images/${id}/file`), content, 'application/octet-stream');
  }

  return {
    image: async (name, file) => upload({ name, disk_format: 'qcow2' }, await openAsBlob(file)),
    async catalogue() {
      const service = await made('project', { name: 'service', domain_id: 'default' });
      for (const name of ['glance', 'placement', 'nova', 'neutron']) await account(name, service, 'admin');
      const labs = await made('project', { name: member.project, domain_id: 'default' });
      await account(member.user, labs, 'member');
      await account(reader.user, labs, 'reader');
      await account(maker.user, labs, 'admin');
      const services = [
        ['glance', 'image', at(ports.glance)],
        ['placement', 'placement', at(ports.placement)],
        ['nova', 'compute', at(ports.nova, '/v2.1')],
        ['neutron', 'network', at(ports.neutron)],
      ] as const;
      for (const [name, type, url] of services) {
        const id = await made('service', { name, type });
        for (const face of ['public', 'internal'])
          await made('endpoint', { service_id: id, interface: face, url, region_id: region });
      }
    },
    async content() {
      for (const [name, vcpus, ram, disk] of [
        ['nano', 1, 128, 1],
        ['small', 1, 512, 2],
        ['medium', 2, 2_048, 10],
        // as large as no host
        ['huge', 8, 16_000_000, 10],
      ] as const)
        await call('POST', at(ports.nova, '/v2.1/flavors'), { flavor: { name, vcpus, ram, disk } });
      await upload({ name: 'tiny', disk_format: 'raw' }, new Blob([new Uint8Array(2 ** 20)]));
      const external = {
        name: 'public',
        'router:external': true,
        'provider:network_type': 'flat',
        'provider:physical_network': 'external',
      };
      const { network } = await call('POST', at(ports.neutron, '/v2.0/networks'), { network: external });
      const subnet = {
        network_id: (network as Json)['id'],
        ip_version: 4,
        cidr: '203.0.113.0/24',
        enable_dhcp: false,
      };
      await call('POST', at(ports.neutron, '/v2.0/subnets'), { subnet });
      // a course’s worth of VMs
      const labs = await firstId(`${keystone}/projects?name=${member.project}`, 'projects');
      const quota_set = { instances: 250, cores: 500, ram: -1, force: true };
      await call('PUT', at(ports.nova, `/v2.1/os-quota-sets/${labs}`), { quota_set });
    },
  };
}

/** Makes an application credential, narrowed by access rules, as the account that it is for. */
export async function applicationCredential(
  { authUrl, user, password, project }: { authUrl: string; user: string; password: string; project: string },
  accessRules: readonly { service: string; method: string; path: string }[],
): Promise<{ id: string; secret: string }> {
  const { token, userId } = await tokenOf(authUrl, { user, password, project });
  const answer = await fetch(`${authUrl}/users/${userId}/application_credentials`, {
    method: 'POST',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ application_credential: { name: `trama-${Date.now()}`, access_rules: accessRules } }),
  });
  if (!answer.ok) throw new Error(`No application credential: ${answer.status} ${await answer.text()}`);
  const made = ((await answer.json()) as { application_credential: { id: string; secret: string } })
    .application_credential;
  return { id: made.id, secret: made.secret };
}

async function tokenOf(
  authUrl: string,
  { user, password, project }: { user: string; password: string; project: string },
): Promise<{ token: string; userId: string }> {
  const domain = { name: 'Default' };
  const identity = { methods: ['password'], password: { user: { name: user, domain, password } } };
  const response = await fetch(`${authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  const token = response.headers.get('x-subject-token');
  if (token === null) throw new Error(`Keystone gives ${user} no token: ${response.status}`);
  const body = (await response.json()) as { token: { user: { id: string } } };
  return { token, userId: body.token.user.id };
}
