import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProviderError } from '#server/lib/provider-error';
import { Guest } from './guest';

let folder: string;
let guest: Guest;
let servers: Server[];
/** The guest's ends of its two ports. */
let ends: Record<'guest' | 'agent', Socket>;
let heard: string[];

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) =>
      error instanceof ProviderError
        ? (error as ProviderError & { sentences: { code: string }[] }).sentences[0]?.code
        : error,
  );

/** A guest's port, on which `answer` does with each line what the guest does. */
async function listen(name: 'guest' | 'agent', answer: (line: string, end: Socket) => void): Promise<void> {
  const server = createServer((end) => {
    ends[name] = end;
    let rest = '';
    end.setEncoding('latin1');
    end.on('error', () => undefined);
    end.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(line);
        answer(line, end);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(join(folder, `${name}.sock`), done));
}

async function open(kind: 'disk' | 'kernel'): Promise<void> {
  const place = { socketPath: (_slice: number, path: string) => join(folder, path.replace('v1/', '')) };
  guest = await Guest.open(place, 1, 'v1', kind);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trama-guest-'));
  servers = [];
  heard = [];
  ends = {} as typeof ends;
});
afterEach(async () => {
  vi.useRealTimers();
  guest.close();
  for (const end of Object.values(ends)) end.destroy();
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  await rm(folder, { recursive: true });
});

interface Asked {
  execute: string;
  arguments: Record<string, unknown>;
}
/** As `qemu-ga` is, as far as it is asked; `more` answers what else it is asked. */
const agent =
  (more: (asked: Asked) => unknown) =>
  (line: string, end: Socket): void => {
    const asked = JSON.parse(Buffer.from(line.replace('\u00ff', ''), 'latin1').toString()) as Asked;
    const sync = asked.execute === 'guest-sync-delimited';
    const answer = sync ? { return: asked.arguments['id'] } : more(asked);
    if (answer === undefined) return;
    const text = Buffer.from(`${typeof answer === 'string' ? answer : JSON.stringify(answer)}\n`);
    end.write(sync ? Buffer.concat([Buffer.from([0xff]), text]) : text);
  };

const nics = { return: [{ name: 'ens4', 'hardware-address': '02:00:00:00:00:07', 'ip-addresses': [] }] };
const exited = (out: string, exitcode = 0) => ({
  return: { exited: true, exitcode, 'out-data': Buffer.from(out).toString('base64') },
});

test('an agent is brought in step, asked for its interfaces and has the figures printed', async () => {
  await listen(
    'agent',
    agent(({ execute }) => {
      if (execute === 'guest-network-get-interfaces') return nics;
      return execute === 'guest-exec' ? { return: { pid: 7 } } : exited('uptime 12.5\n');
    }),
  );
  await open('disk');
  const both = await Promise.all([guest.status(), guest.status()]);
  expect(both[0]).toMatchObject({ uptimeSeconds: 12, nics: [{ name: 'ens4' }], load: null });
  expect(both[1]).toBe(both[0]);
  expect(heard.filter((line) => line.includes('guest-sync-delimited'))).toHaveLength(1);
});

test('an agent that may not run anything still says its addresses, and a command is refused', async () => {
  const refused = { error: { class: 'CommandNotFound', desc: 'disabled' } };
  await listen(
    'agent',
    agent(({ execute }) => (execute === 'guest-network-get-interfaces' ? nics : refused)),
  );
  await open('disk');
  expect(await guest.status()).toMatchObject({ uptimeSeconds: null, nics: [{ name: 'ens4' }] });
  expect(await codeOf(guest.run('true', 1))).toBe('GUEST_AGENT_REFUSES');
});

test('a command is run to its end, and its code and output are told', async () => {
  let asked = 0;
  let line: unknown;
  await listen(
    'agent',
    agent(({ execute, arguments: { arg } }) => {
      if (execute === 'guest-exec') {
        line = (arg as string[]).at(-1);
        return { return: { pid: 7 } };
      }
      return ++asked < 3 ? { return: { exited: false } } : exited('it’s\n\u001b[31m', 3);
    }),
  );
  await open('disk');
  expect(await guest.run('echo "it’s"; exit 3', 5)).toMatchObject({
    ...{ output: 'it’s\n', exitCode: 3, truncated: false, timedOut: false },
  });
  expect(line).toBe('echo "it’s"; exit 3');
});

test('what an agent says that is no answer, or one to an older question, is passed over', async () => {
  await listen('agent', (line, end) => {
    end.write('garbage\n{"return": 1}\n[[[\nnull\n{"error": {}}\n');
    agent(({ execute }) => (execute === 'guest-network-get-interfaces' ? nics : { return: 'nonsense' }))(line, end);
  });
  await open('disk');
  expect(await codeOf(guest.status())).toBe('GUEST_NONSENSE');
});

test('an agent that says half an answer, or none, is silent; and is brought in step anew', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let whole = false;
  await listen(
    'agent',
    agent(({ execute }) => {
      if (execute === 'guest-exec') return { return: { pid: 7 } };
      if (execute === 'guest-exec-status') return exited('load 1 2 3\n');
      return whole ? nics : undefined;
    }),
  );
  await open('disk');
  const silent = codeOf(guest.status());
  await vi.waitFor(() => expect(heard.at(-1)).toContain('guest-network-get-interfaces'));
  ends.agent.write('{"return": [{"name":');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await silent).toBe('GUEST_NO_AGENT');
  whole = true;
  const said = guest.status();
  await vi.waitFor(() => expect(heard.at(-1)).toContain('guest-exec'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await said).toMatchObject({ load: [1, 2, 3] });
  expect(heard.filter((line) => line.includes('guest-sync-delimited'))).toHaveLength(2);
});

test('a guest that talks without end is not read any more, and is listened to again later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await listen('guest', (line, end) => {
    const [verb, id = ''] = line.split(' ');
    if (verb === 'status') end.write(`= ${id} uptime 5\n. ${id} 0\n`);
  });
  await open('kernel');
  expect(await guest.status()).toMatchObject({ uptimeSeconds: 5 });
  let taken = 0;
  const pour = () => {
    while (ends.guest.write(Buffer.alloc(64 * 1024, 'hello\n'))) taken++;
  };
  ends.guest.on('drain', pour);
  pour();
  await vi.waitFor(async () => expect(await codeOf(guest.status())).toBe('GUEST_FLOODS'));
  const before = taken;
  await new Promise((done) => setImmediate(done));
  // what fits between the two is all that it could say
  expect(taken - before).toBeLessThan(64);
  ends.guest.off('drain', pour);
  await vi.advanceTimersByTimeAsync(600_000);
  await vi.waitFor(async () => expect(await codeOf(guest.status())).toBe('none'));
});

test('a listener answers questions that are mixed, and takes a command in pieces', async () => {
  await listen('guest', (line, end) => {
    const [verb, id = '', , command = ''] = line.split(' ');
    if (verb === 'here') end.write(`. ${id} 0\n`);
    if (verb !== 'run') return;
    expect(Buffer.from(command, 'base64').toString()).toBe('false');
    const printed = Buffer.from('x'.repeat(100)).toString('base64');
    end.write(
      `= ${id} ${printed.slice(0, 76)}\n= 000000000000 other\nhello\n= ${id} ${printed.slice(76)}\n. ${id} 1\n`,
    );
  });
  await open('kernel');
  expect(await guest.run('false', 5)).toMatchObject({ output: 'x'.repeat(100), exitCode: 1 });
});

test('where nobody listens a command is not sent, so that nobody runs it later; and where there is no port, it says so', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await listen('guest', () => undefined);
  await open('kernel');
  const silent = codeOf(guest.run('poweroff', 5));
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await silent).toBe('GUEST_SILENT');
  expect(heard.map((line) => line.split(' ')[0])).toEqual(['here']);
  guest.close();
  await open('disk');
  expect(await codeOf(guest.status())).toBe('GUEST_NO_PORT');
});
