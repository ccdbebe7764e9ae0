import { z } from 'zod';
import { nothing } from './answers';
import type { Query } from './addresses';
import type { Caller } from './caller';
import { networksInOrder, portsInOrder } from './in-order';
import { listAll } from './lists';

/* https://docs.openstack.org/api-ref/network/v2: the calls that are used, and of their answers what is read. */

const network = z.object({
  id: z.string(),
  name: z.string(),
  subnets: z.array(z.string()),
  /** Where the cloud says it (extension `net-mtu`). */
  mtu: z.number().int().nullish(),
  description: z.string(),
  created_at: z.string().default(''),
});
export type Network = z.output<typeof network>;

const subnet = z.object({ id: z.string(), ip_version: z.union([z.literal(4), z.literal(6)]) });
export type Subnet = z.output<typeof subnet>;

const port = z.object({
  id: z.string(),
  name: z.string(),
  network_id: z.string(),
  mac_address: z.string(),
  /** `ACTIVE`, `DOWN`, `BUILD`, `ERROR`. */
  status: z.string(),
  /** Of the server that it is plugged into; empty for none. */
  device_id: z.string(),
  description: z.string(),
  created_at: z.string().default(''),
});
export type Port = z.output<typeof port>;

const amount = z.object({ limit: z.number().int(), used: z.number().int() });
const quotaAnswer = z.object({ quota: z.object({ network: amount, subnet: amount, port: amount }) });

export interface NewNetwork {
  name: string;
  description: string;
  /** Without it Neutron takes its default. */
  mtu?: number;
  /** Whether its ports may have port security. */
  portSecurity?: boolean;
}

/** Every address. */
const anyAddress = ['0.0.0.0/0', '::/0'].map((ip_address) => ({ ip_address }));
const securityGroup = z.object({ id: z.string(), name: z.string() });

export interface NewPort {
  name: string;
  networkId: string;
  description: string;
  mac?: string | undefined;
  /** Its port security is on, with all addresses allowed, in this group; without it is off. */
  securityGroup?: string | undefined;
  fixed?: readonly { subnetId: string; address: string }[];
}

export function neutronOf(caller: Caller) {
  const list = <Item extends { id: string }>(name: string, item: z.ZodType<Item>, query: Query): Promise<Item[]> =>
    listAll(caller, { service: 'network', path: `/${name}`, name, item, query });
  const create = async <Item>(kind: string, item: z.ZodType<Item>, values: Record<string, unknown>): Promise<Item> => {
    const answer = z.looseObject({ [kind]: item });
    const body = { [kind]: values };
    const made = await caller.call({ service: 'network', method: 'POST', path: `/${kind}s`, body, answer });
    return item.parse(made[kind]);
  };
  const remove = async (kind: string, id: string) =>
    void (await caller.call({
      service: 'network',
      method: 'DELETE',
      path: `/${kind}s/${encodeURIComponent(id)}`,
      answer: nothing,
    }));
  return {
    /** Aliases of what it can do beyond its core. */
    async extensions(): Promise<Set<string>> {
      const answer = z.object({ extensions: z.array(z.object({ alias: z.string() })) });
      const { extensions } = await caller.call({ service: 'network', method: 'GET', path: '/extensions', answer });
      return new Set(extensions.map(({ alias }) => alias));
    },
    /** What the project may have of each, and has. */
    async quota(projectId: string) {
      const path = `/quotas/${encodeURIComponent(projectId)}/details.json`;
      return (await caller.call({ service: 'network', method: 'GET', path, answer: quotaAnswer })).quota;
    },
    subnets: (query: Query) => list('subnets', subnet, query),
    /** In the order of {@link networksInOrder}. */
    networks: async (query: Query) => networksInOrder(await list('networks', network, query)),
    /** In the order of {@link portsInOrder}. */
    ports: async (query: Query) => portsInOrder(await list('ports', port, query)),
    /** By name or id those of the project. */
    async securityGroups(query: Query): Promise<z.output<typeof securityGroup>[]> {
      const list = { service: 'network', path: '/security-groups', name: 'security_groups' } as const;
      return listAll(caller, { ...list, item: securityGroup, query });
    },
    /** Without port security what is sent on it is passed on whatever its addresses: guests are routers and switches, too. */
    createNetwork: ({ mtu, portSecurity = false, ...values }: NewNetwork): Promise<Network> =>
      create('network', network, { ...values, port_security_enabled: portSecurity, ...(mtu !== undefined && { mtu }) }),
    /** Neither a gateway nor DHCP: guests have their addresses from their configuration. */
    createSubnet: (made: { name: string; networkId: string; cidr: string; version: 4 | 6 }): Promise<Subnet> =>
      create('subnet', subnet, {
        name: made.name,
        network_id: made.networkId,
        cidr: made.cidr,
        ip_version: made.version,
        gateway_ip: null,
        enable_dhcp: false,
      }),
    createPort: ({ name, networkId, description, mac, securityGroup: group, fixed = [] }: NewPort): Promise<Port> =>
      create('port', port, {
        name,
        network_id: networkId,
        description,
        ...(group === undefined
          ? { port_security_enabled: false }
          : { port_security_enabled: true, security_groups: [group], allowed_address_pairs: anyAddress }),
        ...(mac !== undefined && { mac_address: mac }),
        fixed_ips: fixed.map(({ subnetId, address }) => ({ subnet_id: subnetId, ip_address: address })),
      }),
    async describePort(id: string, description: string): Promise<void> {
      const path = `/ports/${encodeURIComponent(id)}`;
      const body = { port: { description } };
      await caller.call({ service: 'network', method: 'PUT', path, body, answer: nothing });
    },
    async setMtu(id: string, mtu: number): Promise<void> {
      const path = `/networks/${encodeURIComponent(id)}`;
      await caller.call({ service: 'network', method: 'PUT', path, body: { network: { mtu } }, answer: nothing });
    },
    deleteNetwork: (id: string) => remove('network', id),
    deletePort: (id: string) => remove('port', id),
  };
}
export type Neutron = ReturnType<typeof neutronOf>;
