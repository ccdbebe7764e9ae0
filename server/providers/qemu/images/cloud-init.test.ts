import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { pair, vmSpec } from '../../contract-fixtures';
import { cloudInitDocuments } from './cloud-init';

const run = promisify(execFile);
const image = { id: 1, name: 'debian', kind: 'disk', source: '/d.qcow2', sha256: null, readyMarker: null } as const;
const parse = (text: string | undefined): unknown => JSON.parse((text ?? '').replace('#cloud-config\n', ''));

test('tells the guest its name, its addresses by MAC, and its neighbours', () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const documents = cloudInitDocuments(a, '52:54:01:00:00:01');
  expect(parse(documents['meta-data'])).toEqual({ 'instance-id': a.uuid, 'local-hostname': 'vm-1' });
  expect(parse(documents['network-config'])).toEqual({
    version: 2,
    ethernets: {
      edge3: { match: { macaddress: '52:54:00:00:03:01' }, addresses: ['10.0.3.1/30'], optional: true },
      forwards: { match: { macaddress: '52:54:01:00:00:01' }, dhcp4: true, optional: true },
    },
  });
  expect(documents['user-data']?.startsWith('#cloud-config\n')).toBe(true);
  expect(parse(documents['user-data'])).toMatchObject({
    hostname: 'vm-1',
    ssh_pwauth: false,
    bootcmd: [['sh', '-c', expect.any(String), 'sh', '10.0.3.1 vm-1 # trama\n10.0.3.2 vm-2 # trama\n']],
  });
});

test('a guest with a disk kept the addresses and the names of its neighbours from its first boot, whatever was changed', async () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const userData = z.object({
    updates: z.unknown(),
    manage_etc_hosts: z.boolean(),
    bootcmd: z.array(z.array(z.string())),
  });
  const told = (hosts: typeof a.hosts) => userData.parse(parse(cloudInitDocuments({ ...a, hosts }, null)['user-data']));
  expect(told([])).toMatchObject({
    updates: { network: { when: ['boot-new-instance', 'boot'] } },
    manage_etc_hosts: false,
  });
  // what every boot runs, on another file
  const folder = await mkdtemp(join(tmpdir(), 'trama-hosts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'hosts');
  await writeFile(file, '127.0.0.1 localhost\n');
  const boot = async (hosts: typeof a.hosts) => {
    for (const [program = '', ...args] of told(hosts).bootcmd)
      await run(
        program,
        args.map((arg) => arg.replaceAll('/etc/hosts', file)),
      );
    return readFile(file, 'utf8');
  };
  await boot(a.hosts);
  expect(await boot([{ address: '10.0.3.6', name: 'vm-2' }])).toBe('127.0.0.1 localhost\n10.0.3.6 vm-2 # trama\n');
  expect(await boot([])).toBe('127.0.0.1 localhost\n');
});

test('start-up files are written at every boot, over what has become of them, whatever their content', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trama-files-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'etc/app/app.conf');
  const content = `$(id) 'quoted' "twice" %s é\n`;
  const vm = vmSpec(1, image, { files: [{ path, content, mode: '0640' }] });
  const userData = z.object({ bootcmd: z.array(z.array(z.string())) });
  const [, [program = '', ...args] = []] = userData.parse(parse(cloudInitDocuments(vm, null)['user-data'])).bootcmd;
  await run(program, args);
  await writeFile(path, 'changed in the guest');
  await run(program, args);
  expect(await readFile(path, 'utf8')).toBe(content);
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

test('a VM without links has none', () => {
  const documents = cloudInitDocuments(vmSpec(1, image), null);
  expect(parse(documents['network-config'])).toEqual({ version: 2, ethernets: {} });
});
