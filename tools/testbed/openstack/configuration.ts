/** Whether guests run, each as a process of QEMU, or Nova's own driver for tests says that they do. */
export type Guests = 'real' | 'pretended';

/** Everything of a testbed's cloud that is chosen. All of it listens on loopback. */
export interface Plan {
  folder: string;
  guests: Guests;
  /** How long a token is good. */
  tokenSeconds: number;
  password: string;
  region: string;
  ports: Record<(typeof portNames)[number], number>;
}

export const portNames = [
  ...(['database', 'queue', 'queueNodes', 'queueNames'] as const),
  ...(['keystone', 'glance', 'placement', 'nova', 'neutron'] as const),
  // of consoles, where guests are real
  ...(['screens', 'serials'] as const),
] as const;

type Sections = Record<string, Record<string, string | number | boolean>>;

/** A file of oslo.config, which is what all services read. */
export function ini(...parts: readonly Sections[]): string {
  const sections = new Map<string, string[]>();
  for (const part of parts)
    for (const [name, values] of Object.entries(part)) {
      const lines = Object.entries(values).map(([option, value]) => `${option} = ${value}`);
      sections.set(name, [...(sections.get(name) ?? []), ...lines]);
    }
  return [...sections].map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`).join('\n');
}

export const keystoneUrl = ({ ports }: Plan) => `http://127.0.0.1:${ports.keystone}/v3`;
export const databaseUrl = ({ password, ports }: Plan, name: string) =>
  `mysql+pymysql://cloud:${password}@127.0.0.1:${ports.database}/${name}?charset=utf8`;

const serviceTypes = { glance: 'image', placement: 'placement', nova: 'compute', neutron: 'network' } as const;

/** What each service has in common. */
function common(plan: Plan, user: keyof typeof serviceTypes, databases: Record<string, string>): Sections {
  const { password, ports, folder } = plan;
  return {
    DEFAULT: { use_stderr: true, transport_url: `rabbit://cloud:${password}@127.0.0.1:${ports.queue}/` },
    keystone_authtoken: {
      www_authenticate_uri: keystoneUrl(plan),
      ...signIn(plan, user),
      service_token_roles: 'admin',
      // by which access rules of application credentials name it
      service_type: serviceTypes[user],
    },
    oslo_concurrency: { lock_path: `${folder}/lock` },
    oslo_messaging_rabbit: { heartbeat_timeout_threshold: 0 },
    oslo_messaging_notifications: { driver: 'noop' },
    ...Object.fromEntries(
      Object.entries(databases).map(([section, name]) => [
        section,
        { connection: databaseUrl(plan, name), max_pool_size: 5, max_overflow: 30, max_retries: 30 },
      ]),
    ),
  };
}

function signIn(plan: Plan, user: string): Sections[string] {
  return {
    auth_type: 'password',
    auth_url: keystoneUrl(plan),
    username: user,
    password: plan.password,
    project_name: 'service',
    user_domain_name: 'Default',
    project_domain_name: 'Default',
    region_name: plan.region,
  };
}

/** Of a Nova whose guests are real: libvirt runs them, without KVM, with which on some machines no guest ever boots. */
function realGuests({ folder, ports }: Plan): Sections {
  const privileged = { helper_command: `privsep-helper --config-file ${folder}/etc/nova/nova.conf` };
  const address = '127.0.0.1';
  return {
    DEFAULT: { compute_driver: 'libvirt.LibvirtDriver' },
    libvirt: { connection_uri: 'qemu:///system', virt_type: 'qemu', cpu_mode: 'none' },
    vnc: {
      enabled: true,
      server_listen: address,
      server_proxyclient_address: address,
      novncproxy_host: address,
      novncproxy_port: ports.screens,
      novncproxy_base_url: `http://${address}:${ports.screens}/vnc_auto.html`,
    },
    serial_console: {
      enabled: true,
      proxyclient_address: address,
      serialproxy_host: address,
      serialproxy_port: ports.serials,
      base_url: `ws://${address}:${ports.serials}/`,
    },
    nova_sys_admin: privileged,
    vif_plug_linux_bridge_privileged: privileged,
    vif_plug_ovs_privileged: privileged,
    privsep_osbrick: privileged,
  };
}

/** The services' files, by where they lie in the testbed's `etc`. */
export function configFiles(plan: Plan): Record<string, string> {
  const { folder, ports, password } = plan;
  const etc = `${folder}/etc`;
  const keystone = ini({
    DEFAULT: { use_stderr: true, public_endpoint: `http://127.0.0.1:${ports.keystone}` },
    token: { provider: 'fernet', expiration: plan.tokenSeconds },
    fernet_tokens: { key_repository: `${etc}/fernet` },
    credential: { key_repository: `${etc}/credential` },
    identity: { password_hash_rounds: 4 },
    database: { connection: databaseUrl(plan, 'keystone') },
  });
  const glance = ini(common(plan, 'glance', { database: 'glance' }), {
    DEFAULT: {
      bind_host: '127.0.0.1',
      bind_port: ports.glance,
      workers: 1,
      enabled_backends: 'local:file',
      node_staging_uri: `file://${folder}/glance/staging`,
    },
    local: { filesystem_store_datadir: `${folder}/glance/images` },
    glance_store: { default_backend: 'local' },
    os_glance_staging_store: { filesystem_store_datadir: `${folder}/glance/staging` },
    os_glance_tasks_store: { filesystem_store_datadir: `${folder}/glance/tasks` },
    paste_deploy: { flavor: 'keystone', config_file: '/etc/glance/glance-api-paste.ini' },
  });
  const placement = ini(common(plan, 'placement', { placement_database: 'placement' }), {
    api: { auth_strategy: 'keystone' },
  });
  const guests: Sections =
    plan.guests === 'real' ? realGuests(plan) : { DEFAULT: { compute_driver: 'fake.FakeDriver' } };
  const nova = ini(
    common(plan, 'nova', { database: 'nova_cell1', api_database: 'nova_api' }),
    {
      DEFAULT: {
        my_ip: '127.0.0.1',
        host: 'compute1',
        state_path: `${folder}/nova`,
        instances_path: `${folder}/nova/instances`,
        enabled_apis: 'osapi_compute',
        reserved_host_memory_mb: 0,
        max_concurrent_builds: 4,
      },
      api: { auth_strategy: 'keystone' },
      wsgi: { api_paste_config: `${etc}/nova/api-paste.ini` },
      scheduler: { workers: 1, discover_hosts_in_cells_interval: 15 },
      conductor: { workers: 1 },
      glance: { api_servers: `http://127.0.0.1:${ports.glance}` },
      placement: signIn(plan, 'nova'),
      neutron: { ...signIn(plan, 'nova'), endpoint_override: `http://127.0.0.1:${ports.neutron}` },
      service_user: { send_service_user_token: true, ...signIn(plan, 'nova') },
      cache: { enabled: false },
      key_manager: { backend: 'nova.keymgr.conf_key_mgr.ConfKeyManager', fixed_key: '0'.repeat(64) },
    },
    guests,
  );
  const neutron = ini(common(plan, 'neutron', { database: 'neutron' }), {
    DEFAULT: {
      bind_host: '127.0.0.1',
      bind_port: ports.neutron,
      api_paste_config: '/etc/neutron/api-paste.ini',
      core_plugin: 'ml2',
      service_plugins: 'router',
      state_path: `${folder}/neutron`,
      auth_strategy: 'keystone',
      api_workers: 2,
      rpc_workers: 1,
      rpc_state_report_workers: 0,
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      dhcp_agent_notification: false,
      global_physnet_mtu: 1500,
    },
    nova: signIn(plan, 'nova'),
    quotas: { quota_network: 500, quota_subnet: 500, quota_port: 2_000 },
    privsep: { helper_command: 'privsep-helper' },
  });
  const ml2 = ini({
    ml2: {
      type_drivers: 'local,flat,vlan,vxlan',
      tenant_network_types: 'vxlan',
      mechanism_drivers: 'trama_fabric',
      extension_drivers: 'port_security',
      path_mtu: 1500,
    },
    ml2_type_flat: { flat_networks: 'external' },
    ml2_type_vxlan: { vni_ranges: '1:20000' },
    securitygroup: { enable_security_group: true },
  });
  return {
    'keystone/keystone.conf': keystone,
    'glance/glance-api.conf': glance,
    'placement/placement.conf': placement,
    'nova/nova.conf': nova,
    'neutron/neutron.conf': neutron,
    'neutron/ml2.ini': ml2,
    'rabbit/rabbitmq.conf': `loopback_users = none\ndefault_user = cloud\ndefault_pass = ${password}\n`,
    'rabbit/enabled_plugins': '[].\n',
  };
}
