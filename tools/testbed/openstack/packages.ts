import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { thisMachine } from '../../setup/machine';
import type { Guests } from './configuration';

/** Debian's packages of a cloud whose guests are pretended: Nova's compute service comes with its library. */
const packages = [
  ...['keystone', 'glance-api', 'placement-api', 'nova-api', 'nova-conductor', 'nova-scheduler', 'neutron-api'],
  ...['neutron-rpc-server', 'mariadb-server', 'rabbitmq-server', 'uwsgi-core', 'uwsgi-plugin-python3'],
];
/** Of a host whose guests are real. */
const hostPackages = [
  ...[
    'libvirt-daemon-system',
    'libvirt-daemon-system-sysv',
    'libvirt-daemon-driver-qemu',
    'python3-libvirt',
    'qemu-system-x86',
    'qemu-utils',
    'genisoimage',
  ],
  // one makes Debian’s image, the other carries ports into the host
  ...['nova-consoleproxy', 'mmdebstrap', 'socat'],
];
/** What they bring. */
const programs = [
  ...['keystone-manage', 'glance-api', 'placement-api', 'nova-api-wsgi', 'nova-conductor', 'nova-scheduler'],
  ...['neutron-server', 'neutron-db-manage', 'mariadbd', 'rabbitmq-server', 'uwsgi'],
];
const hostPrograms = [
  ...['libvirtd', 'qemu-system-x86_64', 'qemu-img', 'genisoimage', 'nova-novncproxy', 'nova-serialproxy'],
  ...['mmdebstrap', 'socat'],
];

/** Answers of theirs that would have them set up databases and endpoints of their own. */
const answers = ['keystone', 'glance', 'placement', 'nova', 'neutron'].flatMap((name) => {
  const common = name === 'keystone' ? name : `${name}-common`;
  const service = name === 'keystone' ? name : `${name}-api`;
  return [`${common} ${name}/configure_db boolean false`, `${service} ${name}/register-endpoint boolean false`];
});

const machine = thisMachine(process.env);

/** Why this machine cannot have the testbed; null where it can. */
export async function whyNot(): Promise<string | null> {
  if (!(await machine.hasApt())) return 'Its packages are Debian’s, and there is no apt-get.';
  return machine.isRoot() ? null : 'It is brought up by root only, since packages are installed.';
}

/** Without a network it is told within seconds: who tests has other things to test. */
const impatient = ['Acquire::Retries=0', 'Acquire::http::Timeout=8', 'Acquire::https::Timeout=8'].flatMap((option) => [
  '-o',
  option,
]);
const fetchWithinMs = 240_000;

/**
 * Installs what lacks; none of the services is started by that. First all is fetched, which may be given up at any moment, as nothing is installed by
 * then. Rejects with what apt-get says last.
 */
export async function install({ guests, log }: { guests: Guests; log: (line: string) => void }): Promise<void> {
  const isReal = guests === 'real';
  const needed = isReal ? [...programs, ...hostPrograms] : programs;
  const there = await Promise.all(needed.map((name) => machine.hasProgram(name)));
  if (there.every(Boolean)) return;
  log('Fetching the packages of OpenStack …');
  await apt(['update', ...impatient], fetchWithinMs);
  const wanted = ['--no-install-recommends', 'install', ...packages, ...(isReal ? hostPackages : [])];
  await apt(['--download-only', ...impatient, ...wanted], fetchWithinMs);
  log('Installing them …');
  // 101 forbids to start services (invoke-rc.d(8))
  const policy = '/usr/sbin/policy-rc.d';
  const made = await access(policy).then(
    () => false,
    () => true,
  );
  const removed = () => rmSync(policy, { force: true });
  if (made) {
    process.once('exit', removed);
    await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  }
  try {
    await preseed();
    await apt(['--no-download', ...wanted]);
  } finally {
    if (made) removed();
  }
}

async function apt(args: readonly string[], withinMs?: number): Promise<void> {
  let last = '';
  const hear = (line: string) => {
    // what has failed stands before what that means
    if (!last.startsWith('E: ')) last = line;
  };
  const code = await machine.aptGet(['-q', '-y', ...args], hear, withinMs);
  if (code !== 0) throw new Error(`apt-get ended with ${code}: ${last}`);
}

function preseed(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('debconf-set-selections', (error) => (error === null ? resolve() : reject(error)));
    child.stdin?.end(`dbconfig-common dbconfig-common/dbconfig-install boolean false\n${answers.join('\n')}\n`);
  });
}
