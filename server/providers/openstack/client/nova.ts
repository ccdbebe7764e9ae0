import { z } from 'zod';
import type { CloudFlavour } from '#shared/cloud-flavours';
import { nothing } from './answers';
import { hasStatus } from './cloud-error';
import type { Caller } from './caller';
import { serversInOrder } from './in-order';
import { listAll } from './lists';

/* https://docs.openstack.org/api-ref/compute: the calls that are used, and of their answers what is read. */

const flavour = z.object({
  id: z.string(),
  name: z.string(),
  vcpus: z.number().int(),
  /** MiB. */
  ram: z.number().int(),
  /** GiB; 0: as large as the image. */
  disk: z.number().int(),
});

/** −1 is without a limit. */
const limitsAnswer = z.object({
  limits: z.object({
    absolute: z.object({
      maxTotalInstances: z.number().int(),
      totalInstancesUsed: z.number().int(),
      maxTotalCores: z.number().int(),
      totalCoresUsed: z.number().int(),
      maxTotalRAMSize: z.number().int(),
      totalRAMUsed: z.number().int(),
    }),
  }),
});

const zonesAnswer = z.object({
  availabilityZoneInfo: z.array(z.object({ zoneName: z.string(), zoneState: z.object({ available: z.boolean() }) })),
});

const server = z.object({
  id: z.string(),
  name: z.string(),
  created: z.string(),
  updated: z.string(),
  /** `ACTIVE`, `BUILD`, `ERROR`, `SHUTOFF`, … A newer Nova may have others. */
  status: z.string(),
  metadata: z.record(z.string(), z.string()),
  'OS-EXT-STS:task_state': z.string().nullish(),
  /** What it was made with. */
  flavor: z.object({ original_name: z.string(), vcpus: z.number().int(), ram: z.number().int() }),
  /** Null: it has never run. */
  'OS-SRV-USG:launched_at': z.string().nullish(),
  fault: z.object({ message: z.string() }).optional(),
});
export type Server = z.output<typeof server>;

/** What a server is made of; its ports are there already. */
export interface NewServer {
  name: string;
  /** In its guest. */
  hostname: string;
  flavour: string;
  image: string;
  /** In the order in which its guest numbers them. */
  ports: readonly string[];
  metadata: Record<string, string>;
  tags: readonly string[];
  /** Base64. */
  userData: string;
  availabilityZone: string;
}

/** So many are remembered. */
const faultsAtMost = 1_000;

/** What has a server that rests go on, by its status. */
const wakes: Record<string, string> = {
  PAUSED: 'unpause',
  SUSPENDED: 'resume',
  SHELVED: 'unshelve',
  SHELVED_OFFLOADED: 'unshelve',
};

export function novaOf(caller: Caller) {
  const at = (id: string, rest = '') => `/servers/${encodeURIComponent(id)}${rest}`;
  const act = async (id: string, action: Record<string, unknown>) =>
    void (await caller.call({
      service: 'compute',
      method: 'POST',
      path: at(id, '/action'),
      body: action,
      answer: nothing,
    }));
  /** Why servers are in ERROR, by their ids and when they came to be so. */
  const faults = new Map<string, Server['fault']>();
  /** Lists leave out why a server failed that no host has taken: it is in a database of its own (cell0). */
  async function explained(listed: Server): Promise<Server> {
    if (listed.status !== 'ERROR' || listed.fault !== undefined) return listed;
    const key = `${listed.id} ${listed.updated}`;
    const known = faults.get(key);
    if (known !== undefined) return { ...listed, fault: known };
    const path = at(listed.id);
    const answer = z.object({ server });
    const asked = caller.call({ service: 'compute', method: 'GET', path, answer });
    const found = await asked.catch((error: unknown) => {
      // it has been deleted meanwhile
      if (hasStatus(error, 404)) return null;
      throw error;
    });
    const fault = found?.server.fault;
    if (fault === undefined) return listed;
    if (faults.size >= faultsAtMost) faults.clear();
    faults.set(key, fault);
    return { ...listed, fault };
  }
  return {
    /** Those that the project may use. */
    async flavours(): Promise<CloudFlavour[]> {
      const list = { service: 'compute', path: '/flavors/detail', name: 'flavors', item: flavour } as const;
      const found = await listAll(caller, list);
      return found.map(({ ram, disk, ...one }) => ({ ...one, ramMb: ram, diskGb: disk }));
    },
    /** For nobody until {@link allowFlavour}. Of an id or a name that is taken Nova makes no second one (409), so it may be repeated. */
    async createFlavour({ id: flavorid, name, vcpus, ramMb: ram, diskGb: disk }: CloudFlavour): Promise<void> {
      const body = { flavor: { id: flavorid, name, vcpus, ram, disk, 'os-flavor-access:is_public': false } };
      const path = '/flavors';
      await caller.call({ service: 'compute', method: 'POST', path, body, answer: nothing, repeatable: true });
    },
    /** For one project more; 409 where it is for that already. */
    async allowFlavour(id: string, projectId: string): Promise<void> {
      const body = { addTenantAccess: { tenant: projectId } };
      const path = `/flavors/${encodeURIComponent(id)}/action`;
      await caller.call({ service: 'compute', method: 'POST', path, body, answer: nothing, repeatable: true });
    },
    async limits() {
      const answer = await caller.call({ service: 'compute', method: 'GET', path: '/limits', answer: limitsAnswer });
      return answer.limits.absolute;
    },
    /** Names of the availability zones that take servers. */
    async availabilityZones(): Promise<string[]> {
      const path = '/os-availability-zone';
      const { availabilityZoneInfo } = await caller.call({
        service: 'compute',
        method: 'GET',
        path,
        answer: zonesAnswer,
      });
      return availabilityZoneInfo.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
    },
    /** Those that have all these tags, or any of them, or without tags all of the project, in the order of {@link serversInOrder}. Of those that Nova deletes later none. */
    async servers(tags: readonly string[], which: 'all' | 'any' = 'all'): Promise<Server[]> {
      const query = tags.length === 0 ? {} : { [which === 'all' ? 'tags' : 'tags-any']: tags.join(',') };
      const list = { service: 'compute', path: '/servers/detail', name: 'servers', item: server, query } as const;
      const found = await listAll(caller, list);
      const there = found.filter(({ status }) => status !== 'DELETED' && status !== 'SOFT_DELETED');
      return serversInOrder(await Promise.all(there.map(explained)));
    },
    /** Begins to make one; the id is all that is certain of it. */
    async createServer(made: NewServer): Promise<string> {
      const { name, hostname, flavour: flavorRef, image, ports, metadata, tags, userData, availabilityZone } = made;
      const body = {
        server: {
          name,
          hostname,
          flavorRef,
          imageRef: image,
          networks: ports.length === 0 ? 'none' : ports.map((port) => ({ port })),
          metadata,
          tags,
          user_data: userData,
          config_drive: true,
          ...(availabilityZone !== '' && { availability_zone: availabilityZone }),
        },
      };
      const answer = z.object({ server: z.object({ id: z.string() }) });
      return (await caller.call({ service: 'compute', method: 'POST', path: '/servers', body, answer })).server.id;
    },
    async deleteServer(id: string): Promise<void> {
      await caller.call({ service: 'compute', method: 'DELETE', path: at(id), answer: nothing });
    },
    /** From whatever has it rest, also what somebody has done to it by the cloud's own tools. */
    start: ({ id, status }: Pick<Server, 'id' | 'status'>) => act(id, { [wakes[status] ?? 'os-start']: null }),
    stop: (id: string) => act(id, { 'os-stop': null }),
    /** Its memory goes to the disk of its host. Only of one that runs. */
    suspend: (id: string) => act(id, { suspend: null }),
    reboot: (id: string, type: 'SOFT' | 'HARD') => act(id, { reboot: { type } }),
    /** The last `lines` of what its serial console has shown. */
    async consoleOutput(id: string, lines: number): Promise<string> {
      const body = { 'os-getConsoleOutput': { length: lines } };
      const answer = z.object({ output: z.string() });
      const path = at(id, '/action');
      // it only reads
      return (await caller.call({ service: 'compute', method: 'POST', path, body, answer, repeatable: true })).output;
    },
    /** The address of a console, good for one connection within minutes. `serial`: where the cloud has a proxy for it. */
    async consoleUrl(id: string, kind: 'screen' | 'serial'): Promise<string> {
      const asked = kind === 'screen' ? { protocol: 'vnc', type: 'novnc' } : { protocol: 'serial', type: 'serial' };
      const answer = z.object({ remote_console: z.object({ url: z.string() }) });
      const path = at(id, '/remote-consoles');
      const body = { remote_console: asked };
      // it only opens a door
      const found = await caller.call({ service: 'compute', method: 'POST', path, body, answer, repeatable: true });
      return found.remote_console.url;
    },
    async attachPort(id: string, port: string): Promise<void> {
      const body = { interfaceAttachment: { port_id: port } };
      await caller.call({ service: 'compute', method: 'POST', path: at(id, '/os-interface'), body, answer: nothing });
    },
  };
}
export type Nova = ReturnType<typeof novaOf>;
