import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withTimeout } from '#server/lib/timeout';
import { buildDebianImage } from '#server/providers/qemu/images/debian-build';
import { configFiles, databaseUrl, keystoneUrl, portNames, type Guests, type Plan } from './configuration';
import { startHost } from './host';
import { install } from './packages';
import { freePorts, listens, processesIn, type Processes } from './processes';
import { maker, member, reader, seederOf, type Seeder } from './seed';

export interface Testbed {
  authUrl: string;
  region: string;
  password: string;
  member: typeof member;
  reader: typeof reader;
  maker: typeof maker;
  guests: Guests;
}

const databases = ['keystone', 'glance', 'placement', 'nova_api', 'nova_cell0', 'nova_cell1', 'neutron'];

interface Start {
  folder: string;
  /** What takes longer is stopped, and has failed. */
  minutes: number;
  guests: Guests;
  tokenSeconds: number;
  log: (line: string) => void;
}

/** Brings a cloud of Debian's OpenStack up in a folder, on ports of loopback that are free. As root. */
export async function startTestbed({ folder, minutes, ...chosen }: Start): Promise<Testbed> {
  await stopTestbed(folder);
  const processes = processesIn(folder);
  const late = () => new Error(`It was not ready in ${minutes} minutes.`);
  try {
    return await withTimeout(start(folder, processes, chosen), minutes * 60_000, late);
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

async function start(
  folder: string,
  processes: Processes,
  { guests, tokenSeconds, log }: Omit<Start, 'folder' | 'minutes'>,
): Promise<Testbed> {
  await rm(folder, { recursive: true, force: true });
  await install({ guests, log });
  const free = await freePorts(portNames.length);
  const plan: Plan = {
    folder,
    guests,
    tokenSeconds,
    password: randomBytes(12).toString('hex'),
    region: 'RegionOne',
    ports: Object.fromEntries(portNames.map((name, index) => [name, free[index] ?? 0])) as Plan['ports'],
  };
  await writeFiles(plan);
  await startStores(plan, processes);
  log('Database and queue are up.');
  await setUpKeystone(plan, processes);
  const seeder = seederOf(plan);
  await seeder.catalogue();
  log('Keystone is up.');
  const others = [setUpGlance, setUpPlacement, setUpNeutron, setUpNova];
  // each to its end, so that it is the first failure that is told
  const ends = await Promise.allSettled(others.map((setUp) => setUp(plan, processes)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  log('Glance, Placement, Neutron and Nova are up.');
  await seeder.content();
  if (guests === 'real') await uploadDebian(plan, seeder, log);
  await startCompute(plan, processes);
  log('The cloud is ready.');
  const { region, password } = plan;
  const testbed: Testbed = { authUrl: keystoneUrl(plan), region, password, member, reader, maker, guests };
  await writeFile(factsOf(folder), JSON.stringify(testbed), { mode: 0o600 });
  return testbed;
}

/** One that was started in a folder, and still runs. */
export async function openTestbed(folder: string): Promise<Testbed> {
  return JSON.parse(await readFile(factsOf(folder), 'utf8')) as Testbed;
}

export async function stopTestbed(folder: string): Promise<void> {
  await processesIn(folder).stop();
}

const factsOf = (folder: string) => path.join(folder, 'testbed.json');

const etcOf = ({ folder }: Plan, file: string) => path.join(folder, 'etc', file);

async function writeFiles(plan: Plan): Promise<void> {
  const { folder } = plan;
  for (const name of ['lock', 'nova/instances', 'neutron', 'rabbit', 'etc/fernet', 'etc/credential'])
    await mkdir(path.join(folder, name), { recursive: true });
  for (const name of ['images', 'staging', 'tasks'])
    await mkdir(path.join(folder, 'glance', name), { recursive: true });
  for (const [file, text] of Object.entries(configFiles(plan))) {
    await mkdir(path.dirname(etcOf(plan, file)), { recursive: true });
    await writeFile(etcOf(plan, file), text, { mode: 0o600 });
  }
  // Nova's application looks for it beside its own file
  await copyFile('/etc/nova/api-paste.ini', etcOf(plan, 'nova/api-paste.ini'));
  // how Neutron finds a driver: a package that says its entry points
  const module = path.join(folder, 'python/trama_fabric');
  const facts = path.join(folder, 'python/trama_fabric-1.0.dist-info');
  await mkdir(module, { recursive: true });
  await mkdir(facts, { recursive: true });
  await writeFile(path.join(module, '__init__.py'), '');
  await copyFile(path.join(import.meta.dirname, 'fabric/driver.py'), path.join(module, 'driver.py'));
  await writeFile(path.join(facts, 'METADATA'), 'Metadata-Version: 2.1\nName: trama-fabric\nVersion: 1.0\n');
  const entry = 'trama_fabric = trama_fabric.driver:FabricMechanismDriver';
  await writeFile(path.join(facts, 'entry_points.txt'), `[neutron.ml2.mechanism_drivers]\n${entry}\n`);
}

async function startStores(plan: Plan, processes: Processes): Promise<void> {
  const { folder, ports, password } = plan;
  const data = path.join(folder, 'mysql');
  const socket = path.join(folder, 'mysql.sock');
  const own = ['--no-defaults', '--user=root', `--datadir=${data}`];
  await processes.run('mariadb-install', [
    'mariadb-install-db',
    ...own,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  await processes.start('mariadb', [
    ...['mariadbd', ...own, `--socket=${socket}`, '--bind-address=127.0.0.1', `--port=${ports.database}`],
    ...['--skip-name-resolve', '--max-connections=1000', '--innodb-buffer-pool-size=128M', '--performance-schema=off'],
    ...['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'],
    ...['--character-set-server=utf8mb3', '--collation-server=utf8mb3_general_ci'],
  ]);
  const node = 'trama@localhost';
  const [server = ''] = (await readdir('/usr/lib/rabbitmq/lib')).filter((name) => name.startsWith('rabbitmq_server-'));
  await processes.start('epmd', ['epmd', '-port', String(ports.queueNames), '-address', '127.0.0.1']);
  await processes.start('rabbitmq', [`/usr/lib/rabbitmq/lib/${server}/sbin/rabbitmq-server`], {
    HOME: path.join(folder, 'rabbit'),
    ERL_EPMD_PORT: String(ports.queueNames),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.queue),
    RABBITMQ_DIST_PORT: String(ports.queueNodes),
    RABBITMQ_MNESIA_BASE: path.join(folder, 'rabbit/mnesia'),
    RABBITMQ_LOG_BASE: path.join(folder, 'log'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: etcOf(plan, 'rabbit/rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: etcOf(plan, 'rabbit/enabled_plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}',
  });
  await processes.until('mariadb', 'port', () => listens(ports.database));
  const sql = [
    ...databases.map((name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb3;`),
    `CREATE USER 'cloud'@'%' IDENTIFIED BY '${password}'; GRANT ALL ON *.* TO 'cloud'@'%';`,
  ].join(' ');
  await processes.run('mariadb-databases', ['mariadb', '--no-defaults', '-uroot', `--socket=${socket}`, '-e', sql]);
  await processes.until('rabbitmq', 'port', () => listens(ports.queue));
}

/** The built-in image, as the product makes it. */
async function uploadDebian({ folder }: Plan, seeder: Seeder, log: Start['log']): Promise<void> {
  const made = path.join(folder, 'debian');
  await mkdir(made);
  log('Making the image of Debian …');
  await buildDebianImage(made, () => undefined);
  await seeder.image('debian', path.join(made, 'disk.qcow2'));
}

/** A service that is a WSGI application. */
async function serve(
  processes: Processes,
  name: string,
  port: number,
  script: string,
  env: Record<string, string>,
): Promise<void> {
  await processes.start(
    name,
    [
      ...[
        'uwsgi',
        '--plugin',
        'python3',
        '--http-socket',
        `127.0.0.1:${port}`,
        '--master',
        '--die-on-term',
        '--need-app',
        '--lazy-apps',
      ],
      ...['--processes', '2', '--threads', '1', '--enable-threads', '--thunder-lock', '--buffer-size', '65535'],
      ...['--add-header', 'Connection: close', '--wsgi-file', script],
    ],
    env,
  );
  await answers(processes, name, port);
}

const answers = (processes: Processes, name: string, port: number) =>
  processes.until(name, 'answer', async () =>
    [200, 300, 401].includes((await fetch(`http://127.0.0.1:${port}/`)).status),
  );

async function setUpKeystone(plan: Plan, processes: Processes): Promise<void> {
  const manage = ['keystone-manage', '--config-file', etcOf(plan, 'keystone/keystone.conf')];
  const owner = ['--keystone-user', 'root', '--keystone-group', 'root'];
  await processes.run('keystone-sync', [...manage, 'db_sync']);
  await processes.run('keystone-fernet', [...manage, 'fernet_setup', ...owner]);
  await processes.run('keystone-credential', [...manage, 'credential_setup', ...owner]);
  const urls = ['admin', 'internal', 'public'].flatMap((face) => [`--bootstrap-${face}-url`, keystoneUrl(plan)]);
  await processes.run('keystone-bootstrap', [
    ...[...manage, 'bootstrap', '--bootstrap-password', plan.password, '--bootstrap-region-id', plan.region],
    ...urls,
  ]);
  await serve(processes, 'keystone', plan.ports.keystone, '/usr/bin/keystone-wsgi-public', {
    OS_KEYSTONE_CONFIG_DIR: etcOf(plan, 'keystone'),
    OS_KEYSTONE_CONFIG_FILES: 'keystone.conf',
  });
}

async function setUpGlance(plan: Plan, processes: Processes): Promise<void> {
  const config = ['--config-file', etcOf(plan, 'glance/glance-api.conf')];
  await processes.run('glance-sync', ['glance-manage', ...config, 'db_sync']);
  await processes.start('glance', ['glance-api', ...config]);
  await answers(processes, 'glance', plan.ports.glance);
}

async function setUpPlacement(plan: Plan, processes: Processes): Promise<void> {
  const env = { OS_PLACEMENT_CONFIG_DIR: etcOf(plan, 'placement') };
  await processes.run(
    'placement-sync',
    ['placement-manage', '--config-file', etcOf(plan, 'placement/placement.conf'), 'db', 'sync'],
    env,
  );
  await serve(processes, 'placement', plan.ports.placement, '/usr/bin/placement-api', env);
}

async function setUpNeutron(plan: Plan, processes: Processes): Promise<void> {
  const config = [
    '--config-file',
    etcOf(plan, 'neutron/neutron.conf'),
    '--config-file',
    etcOf(plan, 'neutron/ml2.ini'),
  ];
  const env = { PYTHONPATH: path.join(plan.folder, 'python') };
  await processes.run('neutron-sync', ['neutron-db-manage', ...config, 'upgrade', 'heads'], env);
  await processes.start('neutron', ['neutron-server', ...config], env);
  await answers(processes, 'neutron', plan.ports.neutron);
}

async function setUpNova(plan: Plan, processes: Processes): Promise<void> {
  const config = ['--config-file', etcOf(plan, 'nova/nova.conf')];
  const manage = ['nova-manage', ...config];
  await processes.run('nova-sync-api', [...manage, 'api_db', 'sync']);
  const cell0 = ['--database_connection', databaseUrl(plan, 'nova_cell0')];
  await processes.run('nova-cell0', [...manage, 'cell_v2', 'map_cell0', ...cell0]);
  await processes.run('nova-cell1', [...manage, 'cell_v2', 'create_cell', '--name', 'cell1']);
  await processes.run('nova-sync', [...manage, 'db', 'sync']);
  await serve(processes, 'nova', plan.ports.nova, '/usr/bin/nova-api-wsgi', {
    OS_NOVA_CONFIG_DIR: etcOf(plan, 'nova'),
  });
  for (const name of ['nova-conductor', 'nova-scheduler']) await processes.start(name, [name, ...config]);
}

/** After the rest, since it reports to Placement when it starts; it is ready once its cell has found it. */
async function startCompute(plan: Plan, processes: Processes): Promise<void> {
  const config = ['--config-file', etcOf(plan, 'nova/nova.conf')];
  const compute = ['python3', '-c', 'from nova.cmd.compute import main; main()', ...config];
  if (plan.guests === 'real') {
    const within = await startHost(plan, processes);
    await processes.start('nova-compute', within(compute));
    await processes.start('screens', within(['nova-novncproxy', ...config, '--web', '/usr/share/novnc']));
    await processes.start('serials', within(['nova-serialproxy', ...config]));
  } else await processes.start('nova-compute', compute);
  const discover = ['nova-manage', ...config, 'cell_v2', 'discover_hosts', '--verbose'];
  await processes.until('nova-compute', 'host in its cell', async () => {
    await processes.run('nova-discover', discover);
    return hasHost(plan, processes);
  });
}

async function hasHost(plan: Plan, processes: Processes): Promise<boolean> {
  const config = ['--config-file', etcOf(plan, 'nova/nova.conf')];
  // ends with an error where the cell has none
  return processes
    .run('nova-hosts', ['sh', '-c', 'nova-manage "$@" cell_v2 list_hosts | grep -q compute1', 'sh', ...config])
    .then(
      () => true,
      () => false,
    );
}
