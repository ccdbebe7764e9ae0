// @vitest-environment node
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TramaConsole } from '../sdk/index';
import { checkedUrl, writeLogin } from './config';
import { clean, cut, tableLines, width } from './output';
import { runCli } from './program';
import { createPrompter } from './prompt';
import { joinConsole } from './terminal';

class Sink extends Writable {
  text = '';
  isTTY = false;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

let home: string;
let server: http.Server;
let url: string;
const asked: string[] = [];
let answers: (path: string, body: string) => { status?: number; body: unknown } | { events: string };

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'trama-cli-'));
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const procedure = pathname.replace('/trpc/', '');
      asked.push(`${request.method} ${procedure} ${searchParams.get('input') ?? body}`);
      const answer = answers(procedure, body);
      if ('events' in answer) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(answer.events);
        return;
      }
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

const ok = (data: unknown) => ({ body: { result: { data } } });
const refused = (status: number, app: object) => ({
  status,
  body: { error: { message: 'x', code: -32000, data: { code: 'X', httpStatus: status, app } } },
});

/** Runs a command line in this process, with a token for the server unless told otherwise. */
async function trama(
  args: string[],
  env: Record<string, string> = { TRAMA_URL: url, TRAMA_TOKEN: 'trama_pat_x' },
  typed = '',
) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  asked.length = 0;
  const code = await runCli({
    args,
    env: { XDG_CONFIG_HOME: home, ...env },
    stdin: new PassThrough().end(typed),
    stdout,
    stderr,
    signal: new AbortController().signal,
    version: '1.2.3',
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('the server of a zone', () => {
  const homes = { items: [{ id: 2, host: 'rack-2', away: false, seenAt: '', zones: [] }] };
  const home = { id: 1, host: 'rack-1', away: true, seenAt: '' };
  const zones = { items: [{ id: 7, name: 'lab', enabled: true, home }] };
  const answerAll = (procedure: string) =>
    ok(procedure === 'zones.list' ? zones : procedure === 'zones.homes' ? homes : { id: 7, name: 'lab', home });

  it('is changed by name, and what is lost is said before', async () => {
    answers = answerAll;
    const unasked = await trama(['zones', 'move', 'lab', 'rack-2']);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toMatch(/Move lab to rack-2\? What slices have on rack-1 .* is lost\..*Say so with --yes/s);
    const moved = await trama(['zones', 'move', 'lab', 'rack-2', '--accept-loss', '--yes']);
    expect(moved.stderr).toContain('lab is at rack-2.');
    expect(asked.at(-1)).toBe('POST zones.move {"id":7,"homeId":2,"acceptLoss":true}');
    await trama(['zones', 'release', '7', '--yes']);
    expect(asked.at(-1)).toBe('POST zones.release {"id":7,"acceptLoss":false}');
    expect((await trama(['zones', 'move', 'lab', 'rack-9', '--yes'])).stderr).toContain('There is no server rack-9.');
  });
});

describe('what is left over in a zone', () => {
  const zones = { items: [{ id: 7, name: 'cloud', enabled: true, provider: 'openstack' }] };
  const counts = { servers: 2, networks: 1, ports: 4 };
  const own = { name: 'trama-7-a.s12', sliceId: 12, why: 'unknown', zone: null, removable: true, ...counts };
  const foreign = { ...own, name: 'trama-7-b.s12', why: 'foreign', removable: false };

  it('is listed, and removed once that is said, but what others have', async () => {
    answers = (procedure) =>
      ok(procedure === 'zones.list' ? zones : { items: procedure === 'zones.leftovers' ? [own, foreign] : [foreign] });
    const listed = await trama(['zones', 'leftovers', 'cloud']);
    expect(listed.stdout).toMatch(/trama-7-a\.s12 +12 +2 +1 +4 +yes +no slice/);
    const unasked = await trama(['zones', 'leftovers', 'cloud', '--remove']);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('Remove trama-7-a.s12 from cloud')]);
    const removed = await trama(['zones', 'leftovers', 'cloud', '--remove', '--yes']);
    expect(asked.at(-1)).toBe('POST zones.removeLeftovers {"id":7,"names":["trama-7-a.s12"]}');
    expect(removed.stdout).not.toContain('trama-7-a.s12');
  });
});

describe('the connection of a zone to its cloud', () => {
  const step = { name: 'signIn', state: 'failed', reason: 'The cloud does not take the credential.' };
  const zones = {
    items: ['openstack', 'qemu'].map((provider, id) => ({ id, name: provider, enabled: true, provider })),
  };

  it('is tried step by step, and fails where it does not work', async () => {
    answers = (procedure) => ok(procedure === 'zones.list' ? zones : { ok: false, steps: [step] });
    const failed = await trama(['zones', 'test', 'openstack']);
    expect(asked.at(-1)).toBe('POST zones.testConnection {"id":0,"settings":{"provider":"openstack"}}');
    expect([failed.code, failed.stdout]).toEqual([1, expect.stringMatching(/signIn +failed +The cloud does not take/)]);
    answers = (procedure) => ok(procedure === 'zones.list' ? zones : { ok: true, steps: [{ ...step, state: 'ok' }] });
    expect((await trama(['zones', 'test', 'openstack'])).code).toBe(0);
    expect((await trama(['zones', 'test', 'qemu'])).stderr).toContain('qemu is no cloud');
  });
});

describe('the command line', () => {
  it('tells choices, ranges and defaults from the schemas', async () => {
    const { code, stdout } = await trama(['slices', 'list', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/--limit <number>\s+how many at most; 1 to 100 \(default: 50\)/);
    expect(stdout).toContain('"draft", "deploying"');
    expect(stdout).toContain('--include-destroyed');
    expect(stdout).toContain('--json');
  });

  it.each([
    [['slices', 'list', '--limit', '101'], 'from 1 to 100'],
    [['slices', 'list', '--limit', '1e1'], 'whole number'],
    [['slices', 'list', '--status', 'asleep'], 'Allowed choices'],
    [['tokens', 'create', 'x', '--scopes', 'everything'], 'Allowed choices'],
    [['slices', 'create', 'n'.repeat(64), '-t', 'x'], 'at most 63'],
    [['templates', 'fold'], 'unknown command'],
    [['call', 'slices'], 'slices.list'],
    [['call', 'slices.list', '{'], 'not JSON'],
  ])('refuses %j as wrong use, before anything is asked', async (args, sentence) => {
    const { code, stderr, stdout } = await trama(args);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stdout).toBe('');
    expect(asked).toEqual([]);
  });

  it('tells a password to no server but the one that was named', async () => {
    answers = () => ok(null);
    const named = http.createServer((request, response) => {
      response.writeHead(307, { location: `${url}${request.url}` }).end();
    });
    named.listen(0, '127.0.0.1');
    await once(named, 'listening');
    const address = named.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const options = ['--email', 'a@example.org', '--password-stdin'];
    const { code } = await trama(['login', `http://127.0.0.1:${port}`, ...options], {}, 'correct horse battery\n');
    named.closeAllConnections();
    named.close();
    expect(code).toBe(5);
    expect(asked).toEqual([]);
  });

  it('sends what was said, and leaves the defaults to the server', async () => {
    answers = () => ok({ items: [], nextCursor: null });
    expect((await trama(['slices', 'list', '--of', 'all', '--limit', '7'])).code).toBe(0);
    expect(asked).toEqual(['GET slices.list {"of":"all","limit":7}']);
  });

  it('prints JSON and nothing else for programs', async () => {
    const page = { items: [{ id: 1, name: 'a\u009bb\u202e' }], nextCursor: 'x' };
    answers = () => ok(page);
    const { stdout, stderr } = await trama(['flavours', 'list', '--json']);
    expect(JSON.parse(stdout)).toEqual(page);
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
    expect(stderr).toBe('');
  });

  it('shows names without what a terminal would obey', async () => {
    answers = () =>
      ok({
        items: [{ id: 1, name: 'a\u001b[2Jb', vcpus: 1, ramMb: 64, diskGb: 1, retiredAt: null }],
        nextCursor: null,
      });
    const { stdout } = await trama(['flavours', 'list']);
    expect(stdout).toContain('a\ufffd[2Jb');
    expect(stdout).not.toContain('\u001b');
  });

  it.each([
    [401, 'UNAUTHENTICATED', 3],
    [403, 'FORBIDDEN', 3],
    [404, 'NOT_FOUND', 4],
    [400, 'INVALID_INPUT', 2],
    [409, 'NAME_TAKEN', 1],
  ])('ends %i %s with %i, one sentence and the problems', async (status, code, exit) => {
    const problems = [{ code: 'P', message: 'web has no room.' }];
    answers = () => refused(status, { code, message: 'It cannot be.', problems });
    const ended = await trama(['zones', 'list']);
    expect(ended.code).toBe(exit);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/^trama: It cannot be\.[^\n]*\n {2}- web has no room\.\n$/);
  });

  it('finds by id or by name, and asks which where a name is not enough', async () => {
    answers = (procedure, _body) =>
      procedure === 'templates.get'
        ? refused(404, { code: 'NOT_FOUND', message: 'There is no such template.' })
        : ok({
            items: [
              { id: 4, name: '12' },
              { id: 5, name: '12' },
              { id: 6, name: '123' },
            ],
            nextCursor: null,
          });
    const both = await trama(['templates', 'delete', '12', '--yes']);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('4 or 5') });
    expect((await trama(['templates', 'delete', '1', '--yes'])).code).toBe(4);
  });

  it('tells the audit log in the words of its page, one’s own or everybody’s', async () => {
    const end = {
      id: 9,
      at: '2026-03-01T10:00:00.000Z',
      user: { id: 1, name: 'Ada', email: 'ada@example.org' },
      action: 'deployments.end',
      objectType: 'slice',
      objectId: 6,
      objectName: 'lab',
      ip: null,
      token: null,
      result: 'FAILED',
      details: { kind: 'stop', vmId: 5, vm: 'web', error: 'The zone is away.' },
    };
    const system = { ...end, user: null, result: 'OK', details: { kind: 'deploy', because: 'slices.set-restart' } };
    answers = () => ok({ items: [end, system], nextCursor: null });
    const mine = await trama(['audit', '--result', 'failed', '--object-type', 'slice']);
    expect(asked).toEqual(['GET audit.mine {"result":"failed","objectType":"slice"}']);
    expect(mine.code).toBe(0);
    const [, failed, restarted] = mine.stdout.split('\n');
    expect(failed).toMatch(/ Stop VM +VM web of slice lab +Failed +The zone is away\.$/);
    expect(restarted).toMatch(/ Deploy slice +Slice lab +Done +Its machine was restarted\.$/);
    const all = await trama(['audit', '--everyone', '--limit', '5']);
    expect(asked).toEqual(['GET audit.list {"limit":5}']);
    expect(all.stdout).toMatch(/ Ada +Stop VM /);
    expect(all.stdout).toMatch(/ Trama itself +Deploy slice /);
    expect((await trama(['audit', '--result', 'lost'])).code).toBe(2);
  });

  it('lists what one was told of, and marks it as read where that is asked for', async () => {
    const items = [
      { id: 9, at: '2026-03-01T10:00:00.000Z', readAt: null, message: 'Deploy slice lab: done.', happening: {} },
      { id: 8, at: '2026-03-01T09:00:00.000Z', readAt: '2026-03-01T09:30:00.000Z', message: 'Before.', happening: {} },
    ];
    answers = (procedure) => ok(procedure === 'notifications.list' ? { items, nextCursor: null } : { unread: 0 });
    const shown = await trama(['notifications', '--unread', '--limit', '5']);
    expect(asked).toEqual(['GET notifications.list {"unread":true,"limit":5}']);
    expect(shown.stdout.split('\n')[1]).toMatch(/^2026-03-01T10:00:00\.000Z +\* +Deploy slice lab: done\.$/);
    await trama(['notifications', '--read']);
    expect(asked.at(-1)).toBe('POST notifications.markRead {"upTo":9}');
  });

  it('says at the making, and later, whether a slice starts again after a restart of its machine', async () => {
    const slice = { id: 3, name: 'lab', vms: 2, status: 'active', busy: null, lease: null, restartAfterReboot: true };
    const whole = { ...slice, owner: { name: 'Ada' }, zone: { name: 'local' }, template: null, deployment: null };
    const zone = { id: 1, name: 'local', enabled: true };
    answers = (procedure, body) =>
      procedure === 'zones.list'
        ? ok({ items: [zone] })
        : ok({ ...whole, vmList: [], ...(body.includes('false') && { restartAfterReboot: false }) });
    await trama(['slices', 'create', 'lab', '-t', '4', '--restart-after-reboot']);
    expect(asked.at(-1)).toMatch(/^POST slices.create .*"restartAfterReboot":true/);
    await trama(['slices', 'create', 'lab', '-t', '4']);
    expect(asked.at(-1)).not.toContain('restartAfterReboot');
    await trama(['slices', 'create', 'lab', '-t', '4', '--set', 'servers=3', '--set', 'motd=a=b']);
    expect(asked.at(-1)).toMatch(/^POST slices.create .*"values":{"servers":"3","motd":"a=b"}/);
    expect((await trama(['slices', 'create', 'lab', '-t', '4', '--set', 'servers'])).code).toBe(2);
    expect((await trama(['slices', 'update', '3', '--set', 'servers=3'])).stderr).toContain('goes with --template');
    expect((await trama(['slices', 'show', '3'])).stdout).toMatch(/After a reboot\s+starts again by itself/);
    const off = await trama(['slices', 'set-restart', '3', 'off']);
    expect(asked.at(-1)).toBe('POST slices.setRestart {"id":3,"restartAfterReboot":false}');
    expect(off.stderr).toContain('After a restart of its machine lab stays down.');
    expect((await trama(['slices', 'set-restart', '3', 'perhaps'])).code).toBe(2);
  });

  it('makes a slice with a lease, and waits in line where its zone is full', async () => {
    const slice = { id: 3, name: 'lab', vms: 2, status: 'draft', busy: null, lease: null, waitingSince: null };
    const place = { place: 2, of: 3, since: '2026-03-01T10:00:00.000Z', zone: { id: 1, name: 'local' }, kept: false };
    answers = (procedure) => {
      if (procedure === 'zones.list') return ok({ items: [{ id: 1, name: 'local', enabled: true }] });
      return ok(procedure.startsWith('line.') ? { deploymentId: null, place } : { ...slice, lastEventId: 1 });
    };
    await trama(['slices', 'create', 'lab', '-t', '4', '--for', '4h', '--at-end', 'destroy']);
    expect(asked.at(-1)).toMatch(/^POST slices.create .*"lease":{"expiresAt":"[^"]+Z","atEnd":"destroy"}/);
    expect((await trama(['slices', 'create', 'lab', '-t', '4', '--for', '4h', '--until', '2030-01-01'])).code).toBe(2);
    expect((await trama(['slices', 'create', 'lab', '-t', '4', '--at-end', 'stop'])).code).toBe(2);
    const waits = await trama(['slices', 'deploy', '3', '--queue', '--no-wait']);
    expect(asked.at(-1)).toMatch(/^POST line.join {"sliceId":3,/);
    expect(waits.stderr).toContain(
      'lab waits: place 2 of 3 in the line of zone local, since 2026-03-01T10:00:00.000Z.',
    );
    expect((await trama(['slices', 'line', '3'])).stderr).toContain('lab: place 2 of 3');
    await trama(['slices', 'line', '3', '--leave']);
    expect(asked.at(-1)).toBe('POST line.leave {"sliceId":3}');
  });

  it('plans before it suspends or keeps a slice, asks before it goes back, and finds snapshots by name', async () => {
    const slice = { id: 3, name: 'lab', vms: 2, status: 'active', busy: null, lastEventId: 1 };
    const snapshot = { id: 8, name: 'first', status: 'ready', vms: 2, vmsRunning: 1, sizeMb: 40, topologyVersion: 2 };
    const taken = { createdBy: { id: 1, name: 'Ada' }, createdAt: '2026-03-01T10:00:00.000Z', automatic: false };
    const needs = { vcpus: 0, ramMb: 0, diskGb: 0 };
    let problems: { message: string }[] = [];
    answers = (procedure) => {
      if (procedure === 'snapshots.list') return ok({ items: [{ ...snapshot, ...taken }], nextCursor: null });
      if (procedure === 'snapshots.rename') return ok({ id: 8, name: 'clean' });
      if (procedure === 'deployments.plan')
        return ok({ steps: [], changes: [], baseVersion: null, needs, free: null, problems, runnable: !problems[0] });
      return ok(procedure === 'deployments.start' ? { id: 9, sliceId: 3 } : slice);
    };
    const posted = () => asked.filter((line) => line.startsWith('POST deployments.start'));
    await trama(['slices', 'snapshot', '3', 'first', '--no-wait']);
    expect(asked).toContain('GET deployments.plan {"sliceId":3,"kind":"snapshot","snapshotName":"first"}');
    expect(posted()[0]).toMatch(/"kind":"snapshot","snapshotName":"first","idempotencyKey":/);
    await trama(['slices', 'suspend', '3', '--plan']);
    expect(posted()).toEqual([]);

    const unasked = await trama(['slices', 'restore', '3', 'first']);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toMatch(/Take lab back to first .* gone from them; it is kept in a snapshot .*--yes/s);
    await trama(['slices', 'restore', '3', 'first', '--yes', '--no-wait']);
    expect(posted()[0]).toContain('"kind":"restore","snapshotId":8');
    expect((await trama(['slices', 'restore', '3', 'second', '--yes'])).code).toBe(4);

    expect((await trama(['snapshots', 'list', '3'])).stdout).toMatch(/8 +first +ready +1\/2 +40 +2 +Ada +2026/);
    await trama(['snapshots', 'rename', '3', '8', 'clean']);
    expect(asked.at(-1)).toBe('POST snapshots.rename {"id":8,"name":"clean"}');
    expect((await trama(['snapshots', 'delete', '3', 'first'])).code).toBe(2);
    await trama(['snapshots', 'delete', '3', 'first', '-y']);
    expect(asked.at(-1)).toBe('POST snapshots.remove {"id":8}');

    problems = [{ message: 'VM web cannot be kept in a snapshot in zone lab.' }];
    const refusedNow = await trama(['slices', 'snapshot', '3']);
    expect(refusedNow).toMatchObject({ code: 1, stdout: expect.stringContaining('VM web cannot be kept') });
    expect(posted()).toEqual([]);
  });

  it('clones a slice under a name of its own, into a zone, and makes nothing that could not be deployed', async () => {
    const slice = { id: 3, name: 'lab', vms: 2, status: 'active', busy: null };
    const needs = { vcpus: 0, ramMb: 0, diskGb: 0 };
    const noSteps = { steps: [], changes: [], baseVersion: null, free: null };
    let problems: { message: string }[] = [];
    answers = (procedure) => {
      if (procedure === 'zones.list') return ok({ items: [{ id: 5, name: 'rack', enabled: true }] });
      if (procedure === 'slices.previewClone')
        return ok({ ...noSteps, needs, problems, runnable: !problems[0], anew: [] });
      if (procedure === 'snapshots.list') return ok({ items: [{ id: 8, name: 'first' }], nextCursor: null });
      return ok(procedure === 'slices.clone' ? { ...slice, id: 4, name: 'lab 2' } : { ...slice, sliceId: 4 });
    };
    const posted = () => asked.filter((line) => line.startsWith('POST'));
    const made = await trama(['slices', 'clone', '3', '--as', 'lab 2', '--zone', 'rack']);
    expect(posted()[0]).toMatch(/^POST slices.clone {"id":3,"zoneId":5,"name":"lab 2","idempotencyKey":/);
    expect(made.stderr).toContain('Created lab 2 with 2 VMs; its id is 4.');
    expect((await trama(['slices', 'clone', '3'])).code).toBe(2);
    await trama(['slices', 'clone', '3', '--as', 'lab 2', '--deploy', '--no-wait']);
    expect(posted().map((line) => line.split(' ')[1])).toEqual(['slices.clone', 'deployments.start']);
    await trama(['slices', 'clone', '3', '--as', 'lab 2', '--snapshot', 'first']);
    expect(posted()[0]).toMatch(/^POST slices.clone {"id":3,"snapshotId":8,"name":"lab 2",/);
    problems = [{ message: 'Not enough RAM in zone rack.' }];
    const full = await trama(['slices', 'clone', '3', '--as', 'lab 2', '--deploy']);
    expect(full).toMatchObject({ code: 1, stdout: expect.stringContaining('Not enough RAM in zone rack.') });
    expect(posted()).toEqual([]);
    await trama(['slices', 'clone', '3', '--as', 'lab 2']);
    expect(posted()).toHaveLength(1);
  });

  it('has a zone chosen for a new slice and for a clone, says why, and makes nothing where none can take it', async () => {
    const slice = { id: 3, name: 'lab', vms: 2, status: 'draft', busy: null, zone: { id: 6, name: 'attic' } };
    const full = { zone: { id: 6, name: 'attic' }, problems: [{ message: 'Not enough RAM in zone attic.' }] };
    let choice = { zoneId: 5 as number | null, because: 'images' as string | null };
    answers = (procedure) => {
      if (procedure === 'slices.chooseZone')
        return ok({
          ...choice,
          zones: choice.zoneId === null ? [full] : [{ zone: { id: 5, name: 'rack' }, problems: [] }, full],
        });
      if (procedure === 'snapshots.list') return ok({ items: [{ id: 8, name: 'first' }], nextCursor: null });
      if (procedure === 'slices.previewClone') return ok({ runnable: true, problems: [], anew: [] });
      if (procedure === 'templates.get') return ok({ id: 7, name: 'pair' });
      return ok(slice);
    };
    const posted = () => asked.filter((line) => line.startsWith('POST'));
    const cloned = await trama(['slices', 'clone', '3', '--as', 'twin', '--zone', 'auto']);
    expect(asked).toContain('GET slices.chooseZone {"sliceId":3}');
    expect(cloned.stderr).toContain('Zone rack was chosen: more of its images are there already.');
    expect(posted()[0]).toMatch(/^POST slices.clone {"id":3,"zoneId":5,/);
    await trama(['slices', 'create', 'lab', '--template', '7', '--zone', 'auto']);
    expect(asked).toContain('GET slices.chooseZone {"templateId":7}');
    expect(posted()[0]).toMatch(/^POST slices.create .*"zoneId":5/);
    // its snapshots are in one zone
    const kept = await trama(['slices', 'clone', '3', '--as', 'twin', '--zone', 'auto', '--snapshot', 'first']);
    expect(kept.stderr).toContain('Zone attic was chosen: the snapshot is there.');
    expect(posted()[0]).toMatch(/^POST slices.clone {"id":3,"snapshotId":8,"name":"twin"/);
    choice = { zoneId: null, because: null };
    const none = await trama(['slices', 'clone', '3', '--as', 'twin', '--zone', 'auto']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('No zone can take it now.\n  - attic: Not enough RAM in zone attic.\n');
    expect(posted()).toEqual([]);
  });

  it('lists the addresses of a slice, with what guests say, and writes them as files for other programs', async () => {
    const forward = { protocol: 'tcp', guestPort: 22, hostAddress: '0.0.0.0', hostPort: 20_017 };
    const image = { id: 1, name: 'debian', kind: 'disk' };
    const vm = (id: number, key: string, change: object) => ({
      id,
      key,
      image,
      forwards: [],
      sshUser: null,
      ...change,
    });
    const slice = {
      ...{ id: 3, name: 'lab', status: 'active', busy: null },
      vmList: [
        vm(1, 'a', { status: 'running', forwards: [forward], sshUser: 'trama' }),
        vm(2, 'b', { status: 'stopped' }),
      ],
      edges: [{ id: 11, key: 'e' }],
    };
    const drawnVm = (key: string, name: string) => ({ key, name, hostname: '', imageId: 1, forwards: [] });
    const edge = { key: 'e', source: 'a', target: 'b' };
    const topology = {
      ...{ vms: [drawnVm('a', 'web'), drawnVm('b', 'db')], networks: [] },
      edges: [
        {
          ...edge,
          sourceNic: { index: 0, addresses: ['10.0.0.1/30'] },
          targetNic: { index: 0, addresses: ['10.0.0.2/30'] },
        },
      ],
    };
    const nics = [{ name: 'ens3', mac: '02:00:00:00:00:16', addresses: ['10.9.9.9/24'] }];
    answers = (procedure) =>
      ok(
        procedure === 'slices.topology' ? { topology } : procedure === 'slices.vmStatus' ? { guest: { nics } } : slice,
      );
    const table = await trama(['slices', 'addresses', '3', '--guests']);
    expect(asked.filter((line) => line.includes('vmStatus'))).toEqual(['GET slices.vmStatus {"sliceId":3,"vmId":1}']);
    expect(table.stdout).toMatch(/^VM +NIC .* TO +GUEST HAS +FORWARDS$/m);
    expect(table.stdout).toMatch(
      /^web +0 +– +02:00:00:00:00:16 +10\.0\.0\.1\/30 +db +ens3 10\.9\.9\.9\/24 +0\.0\.0\.0:20017->22$/m,
    );
    const hosts = await trama(['slices', 'addresses', '3', '--format', 'hosts']);
    expect(hosts.stdout).toBe('10.0.0.2\tdb db.web\n10.0.0.1\tweb web.db\n');
    // nobody is asked who need not be
    expect(asked.some((line) => line.includes('vmStatus'))).toBe(false);
    const csv = await trama(['slices', 'addresses', '3', '--format', 'csv']);
    expect(csv.stdout).toContain('\r\nweb,web,debian,0,,02:00:00:00:00:16,10.0.0.1,30,,db,');
    const inventory = await trama(['slices', 'addresses', '3', '--format', 'ansible']);
    expect(inventory.stdout).toContain(
      'ansible_host: 127.0.0.1\n      ansible_port: 20017\n      ansible_user: trama\n',
    );
    const json = await trama(['slices', 'addresses', '3', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      items: [
        { vm: 'db', nic: 0 },
        { vm: 'web', network: null },
      ],
    });
    expect((await trama(['slices', 'addresses', '3', '--format', 'pdf'])).code).toBe(2);
  });

  it('has an image checked, waits for the zones, and fails where one has it broken', async () => {
    const image = (states: string[]) => ({
      id: 7,
      name: 'debian',
      zones: states.map((state, zoneId) => ({
        zoneId,
        zoneName: `z${zoneId}`,
        state,
        reason: state === 'broken' ? 'The checksum differs.' : null,
        doneMb: null,
        totalMb: null,
      })),
    });
    const told = [
      ['verified', 'verified'],
      ['requested', 'fetching'],
      ['verified', 'fetching'],
      ['verified', 'broken'],
    ];
    answers = (procedure) => {
      const next = image(told.shift() ?? []);
      return ok(procedure === 'images.check' ? next : { items: [next], nextCursor: null });
    };
    const check = await trama(['images', 'check', 'debian']);
    expect(asked[1]).toBe('POST images.check {"id":7}');
    expect(told).toEqual([]);
    expect(check).toMatchObject({ code: 1, stderr: expect.stringContaining('debian is broken in z1.') });
    expect(check.stdout).toMatch(/z0\s+verified[^]*z1\s+broken\s.*The checksum differs\./);
    answers = (procedure) =>
      ok(procedure === 'images.check' ? image(['requested']) : { items: [image(['verified'])], nextCursor: null });
    const begun = await trama(['images', 'check', 'debian', '--no-wait']);
    expect(begun).toMatchObject({ code: 0, stdout: expect.stringMatching(/z0\s+requested/) });
    expect((await trama(['images', 'check', 'nothing'])).code).toBe(4);
  });

  it('shares and deletes an image of one’s own, which it finds without reading all', async () => {
    const image = { ...{ id: 7, name: 'lab' }, zones: [] };
    const share = { user: { id: 3, name: 'Ben', email: 'ben@example.org' }, level: 'view', createdAt: '2030' };
    answers = (procedure) =>
      ok(procedure === 'images.list' ? { items: [image], nextCursor: null } : { items: [share], others: 0 });
    const shared = await trama(['images', 'share', 'lab', 'ben@example.org']);
    expect(shared).toMatchObject({ code: 0, stdout: expect.stringMatching(/Ben\s+ben@example\.org/) });
    expect(asked).toEqual([
      'GET images.list {"search":"lab","cursor":null}',
      'POST images.share {"id":7,"email":"ben@example.org"}',
    ]);
    asked.length = 0;
    await trama(['images', 'share', '7', 'ben@example.org', '--remove']);
    expect(asked).toEqual([
      'GET images.list {"cursor":null}',
      'GET images.shares {"id":7}',
      'POST images.unshare {"id":7,"userId":3}',
    ]);
    asked.length = 0;
    expect(await trama(['images', 'delete', 'lab', '--yes'])).toMatchObject({ code: 0 });
    expect(asked.at(-1)).toBe('POST images.deleteOwn {"id":7}');
    answers = () => ok({ items: [], nextCursor: null });
    expect((await trama(['images', 'delete', 'other', '--yes'])).code).toBe(4);
  });

  it('prunes images that nothing uses, own ones only when it is told to', async () => {
    const prepared = { ...{ id: 7, name: 'alma', owner: null, zones: ['local'], roomMb: 300 }, unusedSince: '2030' };
    const own = { ...prepared, id: 8, name: 'lab', owner: { id: 3, name: 'Ben' } };
    answers = (procedure) => ok(procedure === 'images.unused' ? { items: [prepared, own], more: false } : null);
    const dry = await trama(['images', 'prune', '--dry-run']);
    expect(dry.stdout).toMatch(/alma\s.*300/);
    expect(dry.stdout).not.toContain('lab');
    expect((await trama(['images', 'prune'])).code).toBe(2);
    expect(asked.filter((call) => call.includes('prune'))).toEqual([]);
    const done = await trama(['images', 'prune', '--own', '--yes']);
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('2 images: 600 MiB') });
    expect(asked.slice(-2)).toEqual(['POST images.prune {"id":7}', 'POST images.prune {"id":8}']);
  });

  it('changes a zone’s settings, and takes secrets from standard input, never from the command line', async () => {
    const zone = {
      ...{ id: 4, name: 'lab', provider: 'simulator', enabled: true, limits: {}, overcommit: {}, capabilities: null },
      vmLimits: { nics: 24, vcpus: { min: 1, max: 8 }, ramMb: { min: 32, max: 512 }, diskGb: { min: 0, max: 9 } },
      settings: { provider: 'simulator', launchLimit: null, bootDelayMs: 0, accessKey: { set: true } },
    };
    answers = (procedure) => ok(procedure === 'zones.list' ? { items: [zone] } : zone);
    const env = { TRAMA_URL: url, TRAMA_TOKEN: 'trama_pat_x' };
    const shown = await trama(['zones', 'show', 'lab']);
    expect(shown.stdout).toMatch(/ONE VM\s+24 NICs, 1-8 vCPUs[^]*launchLimit\s+–\s[^]*accessKey\s+set, not shown/);
    const set = ['--set', 'launchLimit=3', '--set', 'bootDelayMs=5', '--no-open'];
    const { stdout, stderr } = await trama(
      ['zones', 'update', 'lab', ...set, '--secret', 'accessKey'],
      env,
      'a key \n',
    );
    const sent = { id: 4, name: 'lab', enabled: false, limits: {}, overcommit: {} };
    const settings = { provider: 'simulator', launchLimit: 3, bootDelayMs: 5, accessKey: 'a key ' };
    expect(asked.at(-1)).toBe(`POST zones.update ${JSON.stringify({ ...sent, settings })}`);
    expect(stdout + stderr).not.toContain('a key ');
    await trama(['zones', 'update', '4', '--clear', 'accessKey', '--set', 'launchLimit=']);
    expect(asked.at(-1)).toContain('"settings":{"provider":"simulator","launchLimit":null,"accessKey":null}');
    for (const [wrong, sentence] of [
      [['--set', 'accessKey=a key'], '--secret accessKey'],
      [['--secret', 'bootDelayMs'], 'no secret'],
      [['--set', 'speed=3'], 'it has launchLimit'],
      [['--set', 'bootDelayMs'], 'bootDelayMs=VALUE'],
      [['--secret', 'accessKey'], 'Nothing was given for accessKey'],
    ] as const) {
      const refusal = await trama(['zones', 'update', 'lab', ...wrong]);
      expect(refusal).toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) });
      expect(asked.filter((line) => line.startsWith('POST'))).toEqual([]);
    }
    answers = () => ok({ items: [{ ...zone, settings: null }] });
    expect((await trama(['zones', 'update', 'lab', '--name', 'x'])).code).toBe(3);
  });

  it('does not destroy where nobody can be asked', async () => {
    answers = () => ok({ id: 3, name: 'lab', vms: 2 });
    const { code, stderr } = await trama(['slices', 'destroy', '3']);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  it('calls any procedure, as the kind that it is', async () => {
    answers = (_procedure, body) =>
      body === '' ? refused(405, { code: 'NOT_FOUND', message: 'There is no such procedure.' }) : ok({ done: true });
    const { code, stdout } = await trama(['call', 'slices.rename', '{"id":1,"name":"x"}']);
    expect([code, JSON.parse(stdout)]).toEqual([0, { done: true }]);
    expect(asked).toEqual(['GET slices.rename {"id":1,"name":"x"}', 'POST slices.rename {"id":1,"name":"x"}']);
  });

  it('completes commands, options and choices', async () => {
    const complete = async (...words: string[]) => (await trama(['__complete', '--', ...words])).stdout.split('\n');
    expect(await complete('sl')).toEqual(['slices', '']);
    expect(await complete('slices', 'd')).toEqual(['deploy', 'destroy', '']);
    expect(await complete('slices', 'list', '--of', 'm')).toEqual(['mine', '']);
    expect(await complete('slices', 'list', '--inc')).toEqual(['--include-destroyed', '']);
    for (const shell of ['bash', 'zsh', 'fish'])
      expect((await trama(['completion', shell])).stdout).toContain('__complete');
  });

  it('keeps a token for its user and its server only', async () => {
    const file = await writeLogin({ XDG_CONFIG_HOME: home }, { url, token: 'trama_pat_kept' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url, token: 'trama_pat_kept' });
    answers = () => ok({ items: [] });
    expect((await trama(['zones', 'list'], {})).code).toBe(0);
    // another server is not told it
    const other = await trama(['zones', 'list'], { TRAMA_URL: 'http://127.0.0.1:9' });
    expect(other).toMatchObject({ code: 3, stderr: expect.stringContaining('trama login') });
  });
});

describe('addresses', () => {
  it('are taken without what follows them', () => {
    expect(checkedUrl('http://a:8000/')).toBe('http://a:8000');
    expect(checkedUrl('trama.example.org')).toBe('https://trama.example.org');
    for (const wrong of ['ftp://a', 'http://', 'https://me:secret@a'])
      expect(() => checkedUrl(wrong)).toThrow('not an address');
  });
});

describe('tables', () => {
  const style = (_name: string, text: string) => text;
  const columns = [
    { title: 'ID', value: (row: { id: number; name: string }) => row.id, right: true },
    { title: 'NAME', value: (row: { id: number; name: string }) => row.name, flexible: true },
    { title: 'N', value: () => null },
  ];

  it('are aligned, also with wide characters, and fit the terminal', () => {
    const rows = [
      { id: 1, name: '日本' },
      { id: 20, name: 'a name that is long' },
    ];
    expect(tableLines(rows, columns, { columns: null, style })).toEqual([
      'ID  NAME                 N',
      ' 1  日本                 –',
      '20  a name that is long  –',
    ]);
    const narrow = tableLines(rows, columns, { columns: 16, style });
    expect(narrow.map(width).every((one) => one <= 16)).toBe(true);
    expect(narrow[2]).toBe('20  a name t…  –');
  });

  it('cut by what is seen', () => {
    expect([cut('abc', 3), cut('abcd', 3), cut('日本語', 4)]).toEqual(['abc', 'ab…', '日…']);
    expect(clean('a\n\u0007\u007f\u2066b')).toBe('a\ufffd\ufffd\ufffd\ufffdb');
  });
});

describe('a console on a pipe', () => {
  /** A guest that answers each line with it. */
  function echo(): TramaConsole & { typed: string[]; sizes: string[] } {
    const stream = new PassThrough();
    const typed: string[] = [];
    const sizes: string[] = [];
    return {
      typed,
      sizes,
      resize: (cols, rows) => void sizes.push(`${cols}×${rows}`),
      write(data) {
        typed.push(Buffer.from(data).toString());
        stream.write(data);
      },
      close: () => void stream.end(),
      readOnly: false,
      leftOut: () => 0,
      closed: new Promise((resolve) => stream.on('close', () => resolve('It was stopped.'))),
      async *[Symbol.asyncIterator]() {
        for await (const chunk of stream) yield chunk as Buffer;
      },
    };
  }
  const signal = new AbortController().signal;

  it('types lines as a keyboard does, and leaves by Ctrl-]', async () => {
    const [guest, stdin, stdout] = [echo(), new PassThrough(), new Sink()];
    const joined = joinConsole(guest, { stdin, stdout }, { lingerMs: 60_000, signal });
    stdin.write('é one\ntwo\u001dthree\n');
    expect(await joined).toBeNull();
    expect(guest.typed).toEqual(['é one\rtwo']);
    expect(stdout.text).toBe('é one\rtwo');
  });

  it('told the guest nothing of the terminal’s size; a pipe has none to tell', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stdout = Object.assign(new Sink(), { isTTY: true, columns: 120, rows: 40 });
    const guest = echo();
    const joined = joinConsole(guest, { stdin, stdout }, { lingerMs: 60_000, signal });
    await expect.poll(() => guest.sizes).toEqual(['120×40']);
    stdout.columns = 2000;
    stdout.emit('resize');
    expect(guest.sizes).toEqual(['120×40', '1000×40']);
    stdin.write('\u001d');
    await joined;
    const piped = echo();
    const [pipe, file] = [new PassThrough(), Object.assign(new Sink(), { columns: 80, rows: 24 })];
    pipe.end('\u001d');
    await joinConsole(piped, { stdin: pipe, stdout: file }, { lingerMs: 50, signal });
    expect(piped.sizes).toEqual([]);
  });

  it('leaves some time after the end of what is piped in, and says why it ended by itself', async () => {
    const [guest, stdin, stdout] = [echo(), new PassThrough(), new Sink()];
    stdin.end('one\n');
    expect(await joinConsole(guest, { stdin, stdout }, { lingerMs: 50, signal })).toBeNull();
    expect(stdout.text).toBe('one\r');
    const stopped = echo();
    stopped.close();
    expect(await joinConsole(stopped, { stdin: new PassThrough(), stdout }, { lingerMs: 50, signal })).toBe(
      'It was stopped.',
    );
  });
});

describe('a question', () => {
  it('shows what a terminal would obey instead of having it obeyed', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = new Sink();
    const answer = createPrompter(stdin, stderr).ask('Destroy a\u009b2Jb\u202e? ');
    stdin.write('y\n');
    expect(await answer).toBe('y');
    expect(stderr.text).toContain('Destroy a\ufffd2Jb\ufffd? ');
    expect(stderr.text).not.toContain('\u009b');
  });
});

describe('leases and schedules', () => {
  const limit = { maxMinutes: 480, atEnd: ['stop'], warnMinutes: 60 };
  const lease = { expiresAt: '2026-12-24T18:00:00.000Z', atEnd: 'stop', warned: true, ended: false };
  const slice = { id: 3, name: 'lab', lease, vmList: [] };
  const schedules = {
    items: [
      {
        id: 5,
        sliceId: 3,
        kind: 'stop',
        rule: { repeat: 'weekly', weekdays: [1, 2], time: '18:00', timeZone: 'Europe/Madrid' },
        nextAt: '2026-12-28T17:00:00.000Z',
      },
    ],
  };
  const answerAll = (procedure: string) =>
    ok(
      procedure.startsWith('slices.')
        ? slice
        : procedure === 'leases.limits' || procedure === 'leases.setLimit'
          ? { zones: [{ zone: { id: 7, name: 'local' }, limit }], roles: [{ role: 'user', limit }] }
          : procedure === 'zones.list'
            ? { items: [{ id: 7, name: 'local', enabled: true }] }
            : procedure.startsWith('schedules.')
              ? schedules
              : { lease, limit, extendsTo: lease.expiresAt },
    );

  it('are told, with what is allowed, and extended', async () => {
    answers = answerAll;
    const shown = await trama(['slices', 'lease', '3']);
    expect(shown.stdout).toContain('ends soon, 2026-12-24T18:00:00.000Z, then stop');
    expect(shown.stdout).toContain('at most 8 h, then stop, warned 1 h before');
    await trama(['slices', 'extend', '3', '--for', '4h']);
    expect(asked.at(-1)).toBe('POST leases.extend {"id":3,"minutes":240}');
    await trama(['slices', 'extend', '3']);
    expect(asked.at(-1)).toBe('POST leases.extend {"id":3}');
    await trama(['slices', 'lease', '3', '--until', '2026-12-24T18:00Z', '--at-end', 'destroy']);
    expect(asked.at(-1)).toBe('POST leases.set {"id":3,"expiresAt":"2026-12-24T18:00:00.000Z","atEnd":"destroy"}');
    await trama(['slices', 'lease', '3', '--none']);
    expect(asked.at(-1)).toBe('POST leases.set {"id":3,"expiresAt":null}');
  });

  it('refuse what is no time, no day and no end before anything is asked', async () => {
    answers = answerAll;
    for (const args of [
      ['lease', '3', '--until', '2027-02-29T10:00'],
      ['lease', '3', '--for', 'soon'],
      ['lease', '3', '--for', '1h', '--none'],
      ['lease', '3', '--for', '1h', '--at-end', 'start'],
      ['schedule', '3', 'stop', '--at', '18:00'],
      ['schedule', '3', 'stop', '--at', '18:00', '--every', 'someday'],
      ['schedule', '3', 'destroy', '--at', '18:00', '--on', '2027-01-01'],
    ])
      expect((await trama(['slices', ...args])).code, args.join(' ')).toBe(2);
  });

  it('are set by days and the clock of a zone', async () => {
    answers = answerAll;
    const { stdout } = await trama([
      ...['slices', 'schedule', '3', 'stop', '--at', '18:00', '--every', 'mon-tue', '--time-zone', 'Europe/Madrid'],
    ]);
    expect(asked.at(-1)).toBe(
      'POST schedules.add {"sliceId":3,"kind":"stop","rule":{"repeat":"weekly","weekdays":[1,2],"time":"18:00","timeZone":"Europe/Madrid"}}',
    );
    expect(stdout).toContain('mon,tue 18:00 Europe/Madrid');
    await trama(['slices', 'unschedule', '5']);
    expect(asked.at(-1)).toBe('POST schedules.remove {"id":5}');
  });

  it('have limits, of which what is not given stays', async () => {
    answers = answerAll;
    const { stdout } = await trama(['lease-limits', '--zone', 'local', '--max', '2h']);
    expect(asked.at(-1)).toBe(
      'POST leases.setLimit {"of":{"zoneId":7},"limit":{"maxMinutes":120,"warnMinutes":60,"atEnd":["stop"]}}',
    );
    expect(stdout).toContain('zone local');
  });
});

describe('changes of links', () => {
  const edge = { id: 11, key: 'e1', source: 'a', target: 'b', sourceAddress: '10.0.0.1/30', targetAddress: null };
  const vmList = ['r1', 'r2'].map((name, n) => ({ id: n + 1, key: n === 0 ? 'a' : 'b', name }));
  const lab = { id: 3, name: 'lab', vmList, networks: [], edges: [edge] };
  const run = {
    ...{ id: 1, kind: 'sequence', status: 'running', restore: true, startedAt: '2026-03-01T12:00:00.000Z' },
    ...{ elapsedMs: 20_000, durationSeconds: 90, chaos: null },
    steps: [
      { at: 10, edge: 'e1', deed: 'down' },
      { at: 30, edge: 'e1', deed: 'bend', link: { delayMs: 100 } },
    ],
    outcomes: [{ outcome: 'done', error: null, sentences: null }],
  };
  const answerAll = (procedure: string) => ok(procedure.startsWith('slices.') ? lab : { run });

  it('are given step by step, on the command line or in a file, and told', async () => {
    answers = answerAll;
    const { stdout, stderr } = await trama([
      ...['links', 'schedule', '3', '--at', '10', 'down', 'r1:r2', '--at', '30', 'bend', 'r1:r2', 'delayMs=100'],
    ]);
    const steps = JSON.stringify(run.steps);
    expect(asked.at(-1)).toBe(`POST links.schedule {"id":3,"steps":${steps},"restore":true}`);
    expect(stdout).toMatch(/10 s\s+r1–r2\s+down\s+done\n\s*30 s\s+r1–r2\s+bend \{"delayMs":100\}\s+to come/);
    expect(stderr).toContain('next step in 10 s, over in 70 s');
    const file = path.join(home, 'steps');
    await writeFile(file, '10 down r1:r2\n30 bend 11 delayMs=100\n');
    await trama(['links', 'schedule', '3', file, '--for', '2m', '--no-restore']);
    expect(asked.at(-1)).toBe(`POST links.schedule {"id":3,"steps":${steps},"restore":false,"durationSeconds":120}`);
    await trama(['links', 'stop', '3', '--keep']);
    expect(asked.at(-1)).toBe('POST links.stop {"id":3,"restore":false}');
  });

  it('come by chance within limits', async () => {
    answers = answerAll;
    await trama([
      ...['links', 'chaos', '3', '--links', 'r1', '--fail', '30', '--repair', '10s', '--for', '1h', '--seed', '7'],
    ]);
    const limits = { atOnce: 1, failureSeconds: 30, repairSeconds: 10, durationSeconds: 3_600, seed: 7 };
    expect(asked.at(-1)).toBe(`POST links.chaos ${JSON.stringify({ id: 3, edges: ['e1'], ...limits })}`);
  });

  it('are refused before anything is changed where they are none', async () => {
    answers = answerAll;
    for (const args of [
      ['schedule', '3'],
      ['schedule', '3', '--at', 'down', 'r1:r2'],
      ['schedule', '3', '--at', '10', 'cut', 'r1:r2'],
      ['chaos', '3', '--fail', 'often'],
      ['chaos', '3', '--for', '2d'],
      ['chaos', '3', '--at-once', '0'],
    ])
      expect((await trama(['links', ...args])).code, args.join(' ')).toBe(2);
    expect((await trama(['links', 'schedule', '3', '--at', '10', 'down', 'r1:r9'])).code).toBe(4);
    expect(asked.some((call) => call.startsWith('POST'))).toBe(false);
  });
});

describe('networks across slices', () => {
  const lan = { key: 'n1', name: 'lan' };
  const lab = { id: 3, name: 'lab', zone: { id: 1, name: 'here' }, vmList: [], edges: [], networks: [lan] };
  const theirs = { slice: 'core', network: 'lan', owner: 'Ann' };
  const listed = { ...theirs, ...{ id: 7, zoneId: 1, own: false, description: 'For all', admission: 'asked' } };
  const published = { ...listed, subnet: '10.64.0.0/24', ipv6: null, joins: 1, createdAt: '2026-03-01T12:00:00.000Z' };
  const join = {
    ...{ id: 9, network: 'n1', other: theirs, subnet: '10.64.0.0/24', range: '10.64.0.128/28' },
    ...{ acceptedAt: null, state: 'apart', outdated: true, error: null, sentences: null },
    createdAt: '2026-03-01T12:00:00.000Z',
  };
  const own = {
    ...{ id: 5, network: 'n1', name: 'lan', description: '', admission: 'asked', subnet: '10.64.0.0/24' },
    ...{ range: '10.64.0.0/25', joins: [{ ...join, id: 10, other: { slice: 'guest', network: 'net', owner: 'Bea' } }] },
  };
  const answer = (networks: object) => (procedure: string) => {
    if (procedure === 'networks.list') return ok({ items: [published], nextCursor: null });
    return ok(procedure.startsWith('slices.') ? lab : networks);
  };

  it('are listed, joined and left', async () => {
    answers = answer({ published: [], joins: [join] });
    expect((await trama(['networks', 'list'])).stdout).toMatch(/7\s+core\/lan\s+Ann\s+10\.64\.0\.0\/24/);
    const { stdout, stderr } = await trama(['networks', 'join', '3', 'lan', 'core/lan', '--addresses', '20']);
    expect(asked.at(-1)).toBe('POST networks.join {"id":3,"network":"n1","publicationId":7,"addresses":20}');
    expect(stdout).toMatch(/lan\s+9\s+joins core\/lan of Ann\s+10\.64\.0\.128\/28 of 10\.64\.0\.0\/24\s+asked/);
    expect(stderr).toContain('slices update 3 --joins');
    await trama(['networks', 'leave', '3', 'core']);
    expect(asked.at(-1)).toBe('POST networks.leave {"id":9}');
  });

  it('are published, answered for and withdrawn', async () => {
    answers = answer({ published: [own], joins: [] });
    await trama(['networks', 'publish', '3', 'lan', '--admission', 'all', '--range', '10.64.0.0/26']);
    expect(asked.at(-1)).toBe('POST networks.publish {"id":3,"network":"n1","admission":"all","range":"10.64.0.0/26"}');
    await trama(['networks', 'accept', '3', 'guest']);
    expect(asked.at(-1)).toBe('POST networks.answer {"id":10,"accept":true}');
    await trama(['networks', 'refuse', '3', '10']);
    expect(asked.at(-1)).toBe('POST networks.answer {"id":10,"accept":false}');
    await trama(['networks', 'withdraw', '3', 'lan']);
    expect(asked.at(-1)).toBe('POST networks.withdraw {"id":5}');
  });

  it('are refused before anything is changed where they are none', async () => {
    answers = answer({ published: [], joins: [] });
    for (const [code, ...args] of [
      [4, 'publish', '3', 'wan'],
      [2, 'publish', '3', 'lan', '--admission', 'some'],
      [4, 'withdraw', '3', 'lan'],
      [4, 'join', '3', 'lan', 'nowhere'],
      [2, 'join', '3', 'lan', '7', '--addresses', '0'],
      [4, 'accept', '3', 'guest'],
      [4, 'leave', '3', 'core'],
    ] as const)
      expect((await trama(['networks', ...args])).code, args.join(' ')).toBe(code);
    expect(asked.some((call) => call.startsWith('POST'))).toBe(false);
  });
});

it('lists forwarded ports with the address to copy', async () => {
  const at = { hostAddress: '127.0.0.1', hostPort: 20_001 };
  const forwards = [
    { protocol: 'udp', guestPort: 53, ...at },
    { protocol: 'tcp', guestPort: 22, hostAddress: null, hostPort: null },
  ];
  const slice = { id: 5, name: 'lab', vmList: [{ id: 1, name: 'web', forwards }] };
  answers = (procedure) => ok(procedure === 'slices.get' ? slice : { items: [slice], nextCursor: null });
  const { stdout } = await trama(['forwards', 'lab']);
  expect(stdout).toMatch(/web\s+53\s+udp\s+127\.0\.0\.1:20001\n.*22\s+tcp/);
  const { stdout: json } = await trama(['forwards', 'lab', '--json']);
  expect(json).toContain('127.0.0.1:20001');
});

it('slices top says what the VMs use now, those that use most first, and – for what was not measured', async () => {
  const none = { points: [], now: null, mean: null, peak: null };
  const series = (now: number, peak = now) => ({ points: [now], now, mean: now, peak });
  const vm = (vmId: number, cpu: unknown) => ({ vmId, cpu, memory: series(130), disk: none, traffic: series(1_775) });
  const vms = [vm(2, series(41.3, 99)), vm(1, series(0.4))];
  const times = { at: '2026-03-01T12:00:00.000Z', since: null, stepSeconds: 300 };
  const lab = { id: 5, name: 'lab', vmList: [1, 2].map((id) => ({ id, key: String(id), name: `vm-${id}` })) };
  answers = (procedure) =>
    ok(
      procedure === 'slices.figures'
        ? { ...times, measured: 2, vms }
        : procedure === 'slices.get'
          ? lab
          : { items: [lab], nextCursor: null },
    );
  const { code, stdout } = await trama(['slices', 'top', 'lab']);
  expect(code).toBe(0);
  expect(stdout.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
    ['VM', 'CPU', 'PEAK', 'MEMORY', 'DISK', 'TRAFFIC'],
    ['vm-2', '41.3%', '99%', '130 MiB', '–', '14.2 kbit/s'],
    ['vm-1', '0.4%', '0.4%', '130 MiB', '–', '14.2 kbit/s'],
    [''],
  ]);
  expect((await trama(['slices', 'top', 'lab', '--json'])).stdout).toContain('"stepSeconds": 300');
});

it('shows which links and VMs talk most, with rates of the last second and sums since it looks', async () => {
  const vmList = ['web', 'db'].map((name, at) => ({ id: at + 1, key: name, name }));
  const edges = [
    { id: 9, key: 'e', source: 'web', target: 'db', sourceAddress: '10.0.0.1/30', targetAddress: '10.0.0.2/30' },
    { id: 8, key: 'f', source: 'web', target: 'n', sourceAddress: '10.64.0.1/24', targetAddress: null },
  ];
  const lab = { id: 5, name: 'lab', vmList, edges, networks: [{ id: 1, key: 'n', name: 'lan' }] };
  const link = (edgeId: number, frames: number, bitsPerSecond: number, lost: number | null) => ({
    ...{ edgeId, frames, bytes: frames * 100, framesPerSecond: 1.5, bitsPerSecond, dropsPerSecond: null },
    drops: lost === null ? null : { forth: { lost, dropped: 0 }, back: { lost: 0, dropped: 0 } },
  });
  const readings = [
    [link(9, 100, 0, 5), link(8, 50, 0, null)],
    [link(9, 110, 8_000, 7), link(8, 52, 14_200, null)],
    [link(9, 130, 16_000, 7), link(8, 52, 0, null)],
  ];
  const events = readings.map((links) => `data: ${JSON.stringify({ links })}\n\n`).join('');
  answers = (procedure) =>
    procedure === 'captures.traffic'
      ? { events: `event: connected\ndata: {}\n\n${events}event: return\ndata:\n\n` }
      : ok(procedure === 'slices.get' ? lab : { items: [lab], nextCursor: null });
  const once = await trama(['slices', 'top', 'lab', '--links']);
  expect(asked.at(-1)).toContain('{"sliceId":5}');
  expect(once.stdout.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
    ['LINK', 'RATE', 'FRAMES/S', 'FRAMES', 'BYTES', 'LOST'],
    ['web–lan', '14.2 kbit/s', '1.5', '2', '200', '–'],
    ['web–db', '8 kbit/s', '1.5', '10', '1000', '2'],
    [''],
    ['VM', 'RATE', 'FRAMES/S', 'FRAMES', 'BYTES', 'LOST'],
    ['web', '22.2 kbit/s', '3.0', '12', '1200', '2'],
    ['db', '8 kbit/s', '1.5', '10', '1000', '2'],
    [''],
  ]);
  const watched = await trama(['slices', 'top', 'lab', '--links', '--watch', '--json']);
  const lines = watched.stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toMatchObject([
    { links: [{ id: 8 }, { id: 9, frames: 10 }] },
    { links: [{ id: 9, frames: 30 }, { id: 8 }] },
  ]);
});

describe('a guest', () => {
  const slice = { id: 5, name: 'lab', vmList: [{ id: 1, key: 'a', name: 'web' }], networks: [], edges: [] };
  const guest = {
    nics: [{ name: 'eth0', mac: '02:00:00:00:00:07', addresses: ['10.0.0.1/30', 'fd00::1/64'] }],
    ...{ uptimeSeconds: 12, load: [0.5, 0.25, 0], memory: { totalMb: 96, availableMb: 64 }, disk: null },
  };
  const run = { output: 'one\ntwo\n', truncated: false, exitCode: 0, timedOut: false, durationMs: 5 };
  const answering = (answer: unknown) => (procedure: string) => {
    if (procedure === 'slices.vmStatus' || procedure === 'slices.exec') return ok(answer);
    return ok(procedure === 'slices.get' ? slice : { items: [slice], nextCursor: null });
  };

  it('says how it is, or fails with why it does not', async () => {
    answers = answering({ guest, reason: null, askedAt: '2030-01-01T00:00:00.000Z', exec: [] });
    const { code, stdout } = await trama(['slices', 'status', 'lab', 'web']);
    expect(code).toBe(0);
    for (const text of ['12 s', '0.5 0.25 0', '64 MiB of 96 MiB available', 'eth0', '10.0.0.1/30, fd00::1/64'])
      expect(stdout).toContain(text);
    answers = answering({ guest: null, reason: 'It has not booted.', askedAt: '2030-01-01T00:00:00.000Z', exec: [] });
    expect(await trama(['slices', 'status', 'lab', 'web'])).toMatchObject({
      ...{ code: 1, stderr: 'trama: web: unknown. It has not booted.\n' },
    });
  });

  it('runs a command line, prints what it prints, and ends as it does', async () => {
    answers = answering(run);
    expect(await trama(['exec', 'lab', 'web', '--', 'ip', '-6', 'route'])).toMatchObject({
      code: 0,
      stdout: run.output,
    });
    expect(asked.at(-1)).toContain('"sliceId":5,"vmId":1,"command":"ip -6 route"');
    answers = answering({ ...run, exitCode: 3, truncated: true });
    const failed = await trama(['exec', '--seconds', '5', 'lab', 'web', 'exit 3']);
    expect(failed).toMatchObject({ code: 3, stderr: 'It printed more, which is left out.\ntrama: It ended with 3.\n' });
    expect(asked.at(-1)).toContain('"seconds":5');
    answers = answering({ ...run, exitCode: null, timedOut: true });
    expect(await trama(['exec', 'lab', 'web', 'sleep 99'])).toMatchObject({ code: 1 });
  });
});

describe('a capture', () => {
  const slice = {
    id: 5,
    name: 'lab',
    vmList: [
      { id: 1, key: 'a', name: 'web' },
      { id: 2, key: 'b', name: 'db' },
    ],
    networks: [],
    edges: [{ id: 9, key: 'e', source: 'a', target: 'b', sourceAddress: '10.0.0.1/30', targetAddress: '10.0.0.2/30' }],
  };
  const frame = (at: number) => ({ edgeId: 9, at, length: 100, data: Buffer.alloc(60, 7).toString('base64') });
  const batches = [
    { frames: [frame(1_700_000_000_000_001), frame(1_700_000_000_000_002)], dropped: 0 },
    { frames: [frame(1_700_000_000_000_003)], dropped: 4 },
  ];
  const answerAll = (procedure: string) => {
    if (procedure !== 'captures.follow')
      return ok(procedure === 'slices.get' ? slice : { items: [slice], nextCursor: null });
    const events = batches.map((batch) => `data: ${JSON.stringify(batch)}\n\n`).join('');
    return { events: `event: connected\ndata: {}\n\n${events}event: return\ndata:\n\n` };
  };

  it('is written as pcapng, with the names of the link, and what was left out is told', async () => {
    answers = answerAll;
    const file = path.join(home, 'link.pcapng');
    const { code, stderr } = await trama(['capture', 'lab', 'db:web', '-w', file, '--snap-length', '64']);
    expect(code).toBe(0);
    expect(asked.at(-1)).toContain('"edgeIds":[9],"snapLength":64');
    expect(stderr).toContain('3 frames. 4 were left out');
    const bytes = await readFile(file);
    expect(bytes.readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(bytes.toString()).toContain('web–db');
    expect(bytes.toString('latin1').split('\x07'.repeat(60))).toHaveLength(4);
  });

  it('ends after as many frames as were asked for, and shows them in lines', async () => {
    answers = answerAll;
    const { stdout } = await trama(['capture', '5', 'web', '-c', '1']);
    expect(stdout).toBe(
      '2023-11-14T22:13:20.000Z web–db 07:07:07:07:07:07 → 07:07:07:07:07:07 Ethernet 100 Type 0x0707\n',
    );
  });

  it.each([
    [['capture', 'lab', 'web:cache'], 'has no link web:cache; it has 9 (web–db)'],
    [['capture', 'lab', '-c', '0'], 'whole number from 1'],
    [['capture', 'lab', '-w', '/nowhere/x'], 'no such file'],
    [['capture', 'lab', '--filter', 'tcp and'], 'Something is missing behind “and”.'],
  ])('%j is refused', async (args, sentence) => {
    answers = answerAll;
    const { code, stderr } = await trama(args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(sentence);
  });
});
