import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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

const none = { forwards: null, internet: null };

test('tells the guest its name, its addresses by MAC, and its neighbours', () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const named = (name: string, macaddress: string) => ({ match: { macaddress }, 'set-name': name });
  const documents = cloudInitDocuments(a, { forwards: '52:54:01:00:00:01', internet: '52:54:02:00:00:01' });
  expect(parse(documents['meta-data'])).toEqual({ 'instance-id': a.uuid, 'local-hostname': 'vm-1' });
  expect(parse(documents['network-config'])).toEqual({
    version: 2,
    ethernets: {
      edge3: { ...named('eth0', '52:54:00:00:03:01'), addresses: ['10.0.3.1/30'], optional: true },
      forwards: { ...named('forwards', '52:54:01:00:00:01'), dhcp4: true, optional: true },
      internet: { ...named('internet', '52:54:02:00:00:01'), dhcp4: true, optional: true },
    },
  });
  expect(documents['user-data']?.startsWith('#cloud-config\n')).toBe(true);
  expect(parse(documents['user-data'])).toMatchObject({
    hostname: 'vm-1',
    ssh_pwauth: false,
    bootcmd: [
      ['sh', '-c', expect.any(String), 'sh', '10.0.3.1 vm-1 # trama\n10.0.3.2 vm-2 # trama\n'],
      ['rm', '-f', '/etc/profile.d/trama-environment.sh'],
      ['sh', '-c', expect.any(String), 'sh', 'trama', 'builtin', 'trama'],
      ['sh', '-c', expect.any(String), 'sh', 'trama', ''],
    ],
  });
});

test('names interfaces as they are drawn, also where a number is missing', () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const documents = cloudInitDocuments({ ...a, nics: a.nics.map((nic) => ({ ...nic, index: 5 })) }, none);
  expect(parse(documents['network-config'])).toMatchObject({
    ethernets: { edge3: { match: { macaddress: '52:54:00:00:03:01' }, 'set-name': 'eth5' } },
  });
});

test('tells the guest IPv6 and its routes at the NIC that they lead over, and one that routes to pass on', () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const routes = [{ to: '10.0.9.0/30', via: '10.0.3.2', edgeId: 3 }];
  const nics = a.nics.map((nic) => ({ ...nic, address6: 'fd00:1::1/64' }));
  const asking = cloudInitDocuments({ ...a, nics: nics.map((nic) => ({ ...nic, dhcp: true })) }, none);
  expect(parse(asking['network-config'])).toMatchObject({
    ethernets: { edge3: { dhcp4: true, addresses: ['fd00:1::1/64'] } },
  });
  const documents = cloudInitDocuments({ ...a, nics, routes, router: true }, none);
  expect(parse(documents['network-config'])).toMatchObject({
    ethernets: {
      edge3: { addresses: ['10.0.3.1/30', 'fd00:1::1/64'], routes: [{ to: '10.0.9.0/30', via: '10.0.3.2' }] },
    },
  });
  expect(documents['user-data']).toContain('for way in ipv4/ip_forward');
  expect(cloudInitDocuments(a, none)['user-data']).not.toContain('ip_forward');
});

test('a guest with a disk kept the addresses and the names of its neighbours from its first boot, whatever was changed', async () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const userData = z.object({
    updates: z.unknown(),
    manage_etc_hosts: z.boolean(),
    bootcmd: z.array(z.array(z.string())),
  });
  const told = (hosts: typeof a.hosts) => userData.parse(parse(cloudInitDocuments({ ...a, hosts }, none)['user-data']));
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
        args.map((arg) => arg.replaceAll('/etc/', `${folder}/`)),
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
  const [, [program = '', ...args] = []] = userData.parse(parse(cloudInitDocuments(vm, none)['user-data'])).bootcmd;
  await run(program, args);
  await writeFile(path, 'changed in the guest');
  await run(program, args);
  expect(await readFile(path, 'utf8')).toBe(content);
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

test('the environment is a script of its own at every boot, which goes when it has no variables any more', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trama-environment-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const userData = z.object({ bootcmd: z.array(z.array(z.string())) });
  const boot = async (environment: { name: string; value: string }[]) => {
    const documents = cloudInitDocuments(vmSpec(1, image, { environment }), none);
    const [program = '', ...args] = userData.parse(parse(documents['user-data'])).bootcmd.at(-3) ?? [];
    await run(
      program,
      args.map((arg) => arg.replace('/etc/', `${folder}/`)),
    );
    return readdir(join(folder, 'profile.d'));
  };
  expect(await boot([{ name: 'STAGE', value: 'test' }])).toEqual(['trama-environment.sh']);
  expect(await boot([])).toEqual([]);
});

test('an account is made with the password that its VM says, and has another one when that says another', async () => {
  const hash = `$6$salt$${'a'.repeat(86)}`;
  const userData = z.object({ users: z.tuple([z.looseObject({})]), bootcmd: z.array(z.array(z.string())) });
  const told = (password: string) =>
    userData.parse(parse(cloudInitDocuments(vmSpec(1, image, { password }), none)['user-data']));
  expect(told('builtin').users[0]).toMatchObject({ plain_text_passwd: 'trama', lock_passwd: false });
  expect(told('none').users[0]).toMatchObject({ lock_passwd: true });
  expect(told(hash).users[0]).toMatchObject({ hashed_passwd: hash, lock_passwd: false });
  expect(Object.keys(told('none').users[0]).filter((name) => name.endsWith('passwd'))).toEqual(['lock_passwd']);
  expect(Object.keys(told(hash).users[0])).not.toContain('plain_text_passwd');

  const folder = await mkdtemp(join(tmpdir(), 'trama-password-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const made = join(folder, 'made');
  // programs of the guest's own: whether it has the account, and what its passwords become
  for (const [name, text] of Object.entries({ getent: `[ -e "${made}" ]`, chpasswd: `echo "$* $(cat)" >> "${made}"` }))
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const boot = async (password: string) => {
    const [program = '', ...args] = told(password).bootcmd.at(-2) ?? [];
    await run(
      program,
      args.map((arg) => arg.replaceAll('/var/lib/trama/', `${folder}/state/`)),
      { env },
    );
    return readFile(made, 'utf8').catch(() => null);
  };
  // the first boot: cloud-init makes the account; then somebody sets another password in the guest
  expect(await boot(hash)).toBeNull();
  await writeFile(made, '');
  expect(await boot(hash)).toBe('');
  expect(await boot('none')).toBe('-e trama:*\n');
  expect(await boot('none')).toBe('-e trama:*\n');
  expect(await boot('builtin')).toBe('-e trama:*\n trama:trama\n');
  expect(await boot(hash)).toBe(`-e trama:*\n trama:trama\n-e trama:${hash}\n`);
  expect((await stat(join(folder, 'state/password'))).mode & 0o777).toBe(0o600);

  // a guest of before has the usual one, unless its user has set another: it stays
  await rm(join(folder, 'state'), { recursive: true });
  await writeFile(made, '');
  expect(await boot('builtin')).toBe('');
});

test('a VM’s own cloud-config comes as it was written, and ours is merged into it', () => {
  const userData = 'packages: [nginx]\nbootcmd:\n  - [id]\n# “é”';
  const text = cloudInitDocuments(vmSpec(1, image, { userData }), none)['user-data'] ?? '';
  const [, boundary = ''] = /^Content-Type: multipart\/mixed; boundary="(.+)"\nMIME-Version: 1.0\n\n/.exec(text) ?? [];
  const parts = text.split(`--${boundary}`).slice(1, -1);
  const [own, ours] = parts.map((part) => {
    const [head = '', body = ''] = part.trimStart().split('\n\n');
    return { head, body: Buffer.from(body, 'base64').toString() };
  });
  expect(own?.body).toBe(`#cloud-config\n${userData}\n`);
  expect(own?.head).not.toContain('Merge-Type');
  expect(parse(ours?.body)).toMatchObject({ hostname: 'vm-1', users: [{ name: 'trama' }] });
  expect(ours?.head).toContain('Merge-Type: dict(no_replace,recurse_dict,recurse_list)+list(prepend)+str()');
  expect(text.endsWith(`--${boundary}--\n`)).toBe(true);
});

test('a guest that is called otherwise than its VM is told so, with its domain', () => {
  const documents = cloudInitDocuments(vmSpec(1, image, { hostname: 'web.example.org' }), none);
  expect(parse(documents['user-data'])).toMatchObject({
    hostname: 'web',
    fqdn: 'web.example.org',
    bootcmd: [
      [...Array<unknown>(4).fill(expect.any(String)), '127.0.1.1 web.example.org web # trama\n'],
      expect.anything(),
      expect.anything(),
      expect.anything(),
    ],
  });
  expect(parse(documents['meta-data'])).toMatchObject({ 'local-hostname': 'web.example.org' });
});

test('a guest has the SSH keys of now at every boot, beside those that its user has put there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trama-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const userData = z.object({
    users: z.array(z.object({ ssh_authorized_keys: z.array(z.string()) })),
    bootcmd: z.array(z.array(z.string())),
  });
  const told = (sshKeys: string[]) =>
    userData.parse(parse(cloudInitDocuments(vmSpec(1, image, { sshKeys }), none)['user-data']));
  // programs of the guest's own, which know its account and may give away its files
  for (const [name, text] of Object.entries({ getent: `echo "trama:x:1000:1000::${folder}:/bin/bash"`, chown: 'true' }))
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const boot = async (...keys: string[]) => {
    const [program = '', ...args] = told(keys).bootcmd.at(-1) ?? [];
    await run(program, args, { env });
    return readFile(join(folder, '.ssh/authorized_keys'), 'utf8');
  };
  expect(await boot('ssh-ed25519 AAAA a')).toBe('ssh-ed25519 AAAA a (trama)\n');
  expect(told(['ssh-ed25519 AAAA a']).users[0]?.ssh_authorized_keys).toEqual(['ssh-ed25519 AAAA a (trama)']);
  await writeFile(join(folder, '.ssh/authorized_keys'), 'ssh-rsa BBBB own\nssh-ed25519 AAAA a (trama)\n');
  expect(await boot('ssh-ed25519 CCCC c')).toBe('ssh-rsa BBBB own\nssh-ed25519 CCCC c (trama)\n');
  expect(await boot()).toBe('ssh-rsa BBBB own\n');
  expect((await stat(join(folder, '.ssh/authorized_keys'))).mode & 0o777).toBe(0o600);
});

test('a VM without links has none', () => {
  const documents = cloudInitDocuments(vmSpec(1, image), none);
  expect(parse(documents['network-config'])).toEqual({ version: 2, ethernets: {} });
});
