/**
 * `npm run bench:flood [-- SECONDS]`: what a guest that prints without end costs the server and other consoles, on real QEMU. Of a quiet
 * guest's console the echo of a typed line is timed, before and while another guest floods one reader that reads and ten that never
 * do; so are plain requests. Then 200 event streams, each with the slice's whole history, are opened and closed, several times over.
 * Memory is what of the server's process is in RAM; what of it is held, and not only left for the next garbage collection, is told beside it.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { consolePath, consoleProtocol } from '#shared/console';
import { openSession, untilDeployed, type ApiSession } from '../../rig/api';
import { openConsole, type GuestConsole } from '../../rig/console';
import { freePort, makeDataDir, removeDataDir, startTrama } from '../../rig/trama-server';

const [floodSeconds = 40] = process.argv.slice(2).map(Number);
const deafReaders = 10;
const streamsEach = 100;
/** So often 200 streams, one after the other: what does not come back adds up. */
const rounds = 4;
/** That the slice's history has at least. */
const events = 400;
const echoes = 100;

async function main(): Promise<void> {
  const dataDir = await makeDataDir();
  const inspector = await freePort();
  const nodeOptions = [`--inspect=127.0.0.1:${inspector}`];
  const server = await startTrama({ dataDir, port: await freePort(), nodeOptions });
  const memory = async () => {
    const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
  };
  try {
    if (server.admin === null) throw new Error('the first start printed no account');
    const session = openSession(server.url);
    await session.api.auth.login.mutate(server.admin);
    const { sliceId, vms } = await deploy(session);
    const [loud, calm] = vms;
    if (loud === undefined || calm === undefined) throw new Error('the slice has no VMs');
    const quiet = await openConsole(session, calm.id);
    await echoTime(quiet, 'warm');
    print('quiet: echo', await echoTimes(quiet));
    print('quiet: a request', await requestTimes(session, sliceId, 5));
    console.log(`before: ${await memory()} MiB`);

    const reading = await openConsole(session, loud.id);
    const deaf: { closed: () => boolean; socket: WebSocket }[] = [];
    for (let count = 0; count < deafReaders; count += 1) deaf.push(await openDeaf(session, loud.id));
    reading.type('yes "the quick brown fox jumps over the lazy dog"');
    let most = 0;
    const looking = setInterval(() => void memory().then((now) => (most = Math.max(most, now))), 250);
    const [flooded, asked] = await Promise.all([echoTimes(quiet), requestTimes(session, sliceId, floodSeconds)]);
    clearInterval(looking);
    print('flooded: echo', flooded);
    print('flooded: a request', asked);
    for (const { socket } of deaf) socket.resume();
    await sleep(5_000);
    const closed = deaf.filter((reader) => reader.closed()).length;
    console.log(
      `under the flood: at most ${most} MiB; ${closed} of ${deafReaders} readers that never read were closed`,
    );
    reading.close();
    (await openConsole(session, loud.id)).type('\u0003');
    await sleep(10_000);
    console.log(`after it: ${await memory()} MiB`);

    for (let count = 0; count < events; count += 1)
      await session.api.slices.rename.mutate({ id: sliceId, name: `flood-${count % 2}` });
    const viewer = await viewerOf(session, sliceId);
    console.log(`before event streams: ${await memory()} MiB, ${await heldMemory(inspector)} MiB of them held`);
    for (let round = 1; round <= rounds; round += 1) {
      const streams = [...(await openStreams(session, sliceId)), ...(await openStreams(viewer, sliceId))];
      await sleep(5_000);
      const open = await memory();
      for (const stream of streams) stream.abort();
      await sleep(10_000);
      console.log(
        `${streams.length} event streams, round ${round}: ${open} MiB; ten seconds after: ${await memory()} MiB, ` +
          `${await heldMemory(inspector)} MiB of them held`,
      );
    }
    quiet.close();
    await untilDeployed(
      session,
      sliceId,
      (await session.api.deployments.start.mutate({ sliceId, kind: 'destroy' })).id,
    );
  } finally {
    await server.stop();
    await removeDataDir(dataDir);
  }
}

/** Mebibytes that the process behind this port of its inspector still holds after a garbage collection: of its heap, and outside it. */
async function heldMemory(port: number): Promise<number> {
  const targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
  const [target] = targets.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
  if (target === undefined) throw new Error('nothing is inspected there');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  const call = async (method: string, params = {}): Promise<string> => {
    socket.send(JSON.stringify({ id: 1, method, params }));
    const [answer] = await once(socket, 'message');
    return String(answer);
  };
  try {
    await call('HeapProfiler.collectGarbage');
    const expression = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';
    const answer = z.object({ result: z.object({ result: z.object({ value: z.number() }) }) });
    const { result } = answer.parse(JSON.parse(await call('Runtime.evaluate', { expression })));
    return Math.round(result.result.value / 1024 / 1024);
  } finally {
    socket.close();
  }
}

async function deploy(session: ApiSession) {
  const { api } = session;
  const vms = ['loud', 'calm'].map((name) => ({ key: name, name, flavour: 'nano', image: 'tiny' }));
  const document = { format: 'trama', version: 1, name: 'flood', vms, edges: [] };
  const { template } = await api.templates.import.mutate({ text: JSON.stringify(document) });
  const [zone] = (await api.zones.list.query()).items;
  const slice = await api.slices.create.mutate({ name: 'flood', templateId: template.id, zoneId: zone?.id ?? 0 });
  const { id } = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await untilDeployed(session, slice.id, id);
  return { sliceId: slice.id, vms: slice.vmList };
}

/** Milliseconds from the keys to their echo. */
async function echoTime(guest: GuestConsole, word: string): Promise<number> {
  const begun = performance.now();
  guest.type(`: ${word}`);
  await guest.until(new RegExp(`: ${word}\\r`));
  const took = performance.now() - begun;
  // the prompt is there again
  await guest.until(/# /);
  return took;
}

async function echoTimes(guest: GuestConsole): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < echoes; count += 1) {
    times.push(await echoTime(guest, `echo${count}`));
    await sleep(200);
  }
  return times;
}

async function requestTimes({ api }: ApiSession, sliceId: number, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const begun = performance.now();
    await api.slices.get.query({ id: sliceId });
    times.push(performance.now() - begun);
    await sleep(100);
  }
  return times;
}

/** A reader of the console that takes nothing from its socket. */
async function openDeaf(session: ApiSession, vmId: number) {
  const { token } = await session.api.slices.openConsole.mutate({ vmId });
  const url = new URL(consolePath, session.url.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, [consoleProtocol, token], { headers: { cookie: session.cookie() } });
  let isClosed = false;
  socket.on('error', () => undefined).on('close', () => (isClosed = true));
  await once(socket, 'open');
  socket.pause();
  return { socket, closed: () => isClosed };
}

/** Somebody else who sees the slice: one account has only so many streams at once. */
async function viewerOf(owner: ApiSession, sliceId: number): Promise<ApiSession> {
  const eva = { name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' };
  const viewer = openSession(owner.url);
  await viewer.api.auth.register.mutate(eva);
  await owner.api.slices.share.mutate({ id: sliceId, email: eva.email, level: 'view' });
  return viewer;
}

/** Event streams of the slice, from its first event on, which are read as they come. */
async function openStreams({ url, cookie }: ApiSession, sliceId: number): Promise<AbortController[]> {
  const input = encodeURIComponent(JSON.stringify({ sliceId, lastEventId: '0' }));
  const streams: AbortController[] = [];
  for (let count = 0; count < streamsEach; count += 1) {
    const stream = new AbortController();
    const response = await fetch(`${url}/trpc/deployments.watch?input=${input}`, {
      headers: { cookie: cookie() },
      signal: stream.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`stream ${count} was answered by ${response.status}`);
    // what it says, until it is cut off
    response.text().catch(() => undefined);
    streams.push(stream);
  }
  return streams;
}

function print(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms (${times.length})`);
}

await main();
