import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackage } from '../package/build';
import { openSession } from '../rig/api';
import { tramaCli } from './trama-cli';
import { stepByStep } from './steps';
import {
  freePort,
  guestsIn,
  makeDataDir,
  processesIn,
  removeDataDir,
  root,
  sliceFilesIn,
  startTrama,
  type TramaServer,
} from '../rig/trama-server';

const eva = { name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' };
const pair = {
  format: 'trama',
  version: 1,
  name: 'pair',
  vms: ['web', 'db'].map((name) => ({ key: name, name, flavour: 'nano', image: 'tiny' })),
  edges: [{ key: 'link', source: 'web', target: 'db' }],
};

/** The main job by the packed command line alone, in order: each test goes on where the one before ended. */
describe('from a document to running VMs and back, by the command line', () => {
  let dataDir: string;
  let config: string;
  let server: TramaServer;
  let trama: ReturnType<typeof tramaCli>;

  beforeAll(async () => {
    dataDir = await makeDataDir();
    config = path.join(dataDir, 'config');
    trama = tramaCli({ XDG_CONFIG_HOME: config });
    await buildPackage(root);
    server = await startTrama({ dataDir, port: await freePort() });
    await openSession(server.url).api.auth.register.mutate(eva);
  });
  afterAll(async () => {
    await server?.stop();
    await removeDataDir(dataDir);
  });

  stepByStep();

  test('before a login everything says how to sign in', async () => {
    expect(await trama.run(['slices', 'list'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('trama login'),
    });
    const away = tramaCli({ XDG_CONFIG_HOME: config, TRAMA_URL: 'http://127.0.0.1:9', TRAMA_TOKEN: 'trama_pat_x' });
    expect((await away.run(['whoami'])).code).toBe(5);
    expect((await trama.run(['slices', 'explode'])).code).toBe(2);
    expect((await trama.run(['slices', 'list', '--limit', '1000'])).stderr).toContain('from 1 to 100');
  });

  test('login asks for address and password, which is not shown, and keeps a token for this user only', async () => {
    const wrong = await trama.run(['login', server.url, '--email', eva.email, '--password-stdin'], 'wrong password\n');
    expect(wrong.code).toBe(3);
    const login = trama.open(['login', server.url], 'terminal');
    await login.until(/E-mail/);
    login.type(`${eva.email}\r`);
    await login.until(/Password/);
    login.type(`${eva.password}\r`);
    expect(await login.code()).toBe(0);
    expect(login.text()).toContain(`as ${eva.email}`);
    expect(login.text()).not.toContain(eva.password);
    const file = path.join(config, 'trama', 'config.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ url: server.url });
    expect(await trama.json(['whoami'])).toMatchObject({ user: { email: eva.email }, token: { kind: 'pat' } });
    // the session that made the token is gone
    expect(await trama.json(['call', 'auth.sessions'])).toMatchObject({ items: [{ userAgent: 'node' }] });
  });

  test('a document is imported, listed and exported again', async () => {
    const file = path.join(dataDir, 'pair.json');
    await writeFile(file, JSON.stringify(pair));
    expect(await trama.json(['templates', 'import', file])).toMatchObject({ template: { name: 'pair' }, report: [] });
    expect(await trama.json(['templates', 'list'])).toMatchObject({ items: [{ name: 'pair', vms: 2 }] });
    expect((await trama.run(['templates', 'list'])).stdout).toMatch(/NAME.*VMS[^]*pair/);
    const exported: unknown = JSON.parse((await trama.run(['templates', 'export', 'pair'])).stdout);
    expect(exported).toMatchObject({ format: 'trama', name: 'pair', edges: pair.edges });
  });

  test('a slice is created, planned and deployed, with its progress', async () => {
    expect(await trama.json(['slices', 'create', 'lab', '--template', 'pair', '--zone', 'local'])).toMatchObject({
      name: 'lab',
      status: 'draft',
    });
    expect(await trama.json(['slices', 'plan', 'lab'])).toMatchObject({ runnable: true, problems: [] });
    const deploy = await trama.run(['slices', 'deploy', 'lab', '--json']);
    expect(JSON.parse(deploy.stdout)).toMatchObject({ kind: 'deploy', status: 'succeeded', error: null });
    expect(deploy.stderr).toMatch(/deploy \d+\/\d+ {2}start web/);
    expect(deploy.code).toBe(0);
    const shown = await trama.json(['slices', 'show', 'lab']);
    expect(shown).toMatchObject({ status: 'active', vmsRunning: 2, edges: [{ status: 'up' }] });
    expect((await trama.run(['slices', 'internet', 'lab'])).stdout).toMatch(
      /Rate +no limit\nUsed +0\.0 MiB, no limit\n/,
    );
    expect((await trama.run(['slices', 'internet', 'lab', '--reset'])).code).toBe(3);
    expect(await guestsIn(dataDir)).toEqual(
      new Map([
        ['db', 1],
        ['web', 1],
      ]),
    );
  });

  test('the console of one VM reaches the other, and Ctrl-] leaves it', async () => {
    const guest = trama.open(['console', 'lab', 'web'], 'terminal');
    await guest.until(/web# /);
    guest.type("ping -c 1 -w 60 db >/dev/null && echo PI''NG-OK || echo PI''NG-NO\r");
    await guest.until(/PING-(OK|NO)/);
    expect(guest.text()).toContain('PING-OK');
    guest.type('\u001d');
    expect(await guest.code()).toBe(0);
    // what is piped in is typed, and what comes back is data
    const piped = trama.open(['console', 'lab', 'db'], 'pipe');
    piped.type("echo PIP''ED\n");
    await piped.until(/PIPED/);
    piped.type('\u001d');
    expect(await piped.code()).toBe(0);
    expect((await trama.run(['console', 'lab', 'nothing'])).code).toBe(4);
  });

  test('SSH keys are added from a file and from standard input, listed and deleted', async () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP1rt24pWRcXVqpuM15Vl7ROEWqrsD9R0tPFWZIstnBS eva@laptop';
    const file = path.join(dataDir, 'id.pub');
    await writeFile(file, `${key}\n`);
    expect((await trama.run(['ssh-keys', 'add', file])).stderr).toContain('The key eva@laptop is added: SHA256:');
    expect((await trama.run(['ssh-keys', 'add', '-'], key)).stderr).toContain('was there already');
    expect((await trama.run(['ssh-keys', 'add', '-'], 'no key')).stderr).toContain('Line 1: this is no SSH key.');
    expect((await trama.run(['ssh-keys', 'list'])).stdout).toContain('eva@laptop');
    expect(await trama.run(['ssh-keys', 'delete', 'eva@laptop'])).toMatchObject({ code: 0 });
    expect((await trama.run(['ssh-keys', 'delete', 'eva@laptop'])).code).toBe(4);
  });

  test('it is stopped and started, one VM and all', async () => {
    expect(await trama.json(['slices', 'stop', 'lab'])).toMatchObject({ kind: 'stop', status: 'succeeded' });
    expect(await trama.json(['slices', 'show', 'lab'])).toMatchObject({ status: 'stopped', vmsRunning: 0 });
    expect(await trama.json(['slices', 'start', 'lab', '--vm', 'db'])).toMatchObject({ status: 'succeeded' });
    expect(await trama.json(['slices', 'start', 'lab'])).toMatchObject({ kind: 'start', status: 'succeeded' });
    expect(await trama.json(['slices', 'show', 'lab'])).toMatchObject({ status: 'active', vmsRunning: 2 });
  });

  test('what is refused is a sentence and a code, never a stack', async () => {
    const again = await trama.run(['slices', 'create', 'lab', '--template', 'pair', '--zone', 'local']);
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^trama: .+\n$/) });
    const deploy = await trama.run(['slices', 'deploy', 'lab']);
    expect(deploy).toMatchObject({ code: 1, stderr: expect.not.stringContaining('    at ') });
    expect((await trama.run(['slices', 'show', 'nothing'])).code).toBe(4);
    expect((await trama.run(['call', 'flavours.create', '{"name":"x","vcpus":1,"ramMb":64,"diskGb":1}'])).code).toBe(3);
  });

  test('it is destroyed only when that is said, and nothing is left', async () => {
    expect(await trama.run(['slices', 'destroy', 'lab'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await trama.json(['slices', 'destroy', 'lab', '--yes'])).toMatchObject({ status: 'succeeded' });
    expect(await trama.json(['slices', 'list'])).toMatchObject({ items: [] });
    expect((await trama.run(['templates', 'delete', 'pair', '--yes'])).code).toBe(0);
    expect([...(await processesIn(`${dataDir}/zones`)).keys()]).toEqual([]);
    expect(await sliceFilesIn(dataDir)).toEqual([]);
  });

  test('after a logout the token is worth nothing', async () => {
    const { token } = JSON.parse(await readFile(path.join(config, 'trama', 'config.json'), 'utf8')) as {
      token: string;
    };
    expect((await trama.run(['logout'])).code).toBe(0);
    expect((await trama.run(['slices', 'list'])).code).toBe(3);
    const replay = tramaCli({ XDG_CONFIG_HOME: config, TRAMA_URL: server.url, TRAMA_TOKEN: token });
    expect((await replay.run(['slices', 'list'])).code).toBe(3);
  });
});
