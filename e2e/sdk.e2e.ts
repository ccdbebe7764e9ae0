import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as Sdk from '../client/sdk/index';
import { buildPackage } from '../package/build';
import { openSession } from '../rig/api';
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

let dataDir: string;
let port: number;
let server: TramaServer;
let sdk: typeof Sdk;
let token: string;

beforeAll(async () => {
  dataDir = await makeDataDir();
  port = await freePort();
  await buildPackage(root);
  sdk = (await import(pathToFileURL(path.join(root, 'dist', 'package', 'client.js')).href)) as typeof Sdk;
  server = await startTrama({ dataDir, port });
  const person = openSession(server.url);
  await person.api.auth.register.mutate({ name: 'Ida', email: 'ida@example.org', password: 'correct horse battery' });
  ({ token } = await person.api.tokens.create.mutate({ name: 'programs', scopes: ['manage'] }));
});
afterAll(async () => {
  await server?.stop();
  await removeDataDir(dataDir);
});

/** Types a line and reads until the answer comes. */
async function ask(guest: Sdk.TramaConsole, line: string, answer: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  guest.write(`${line}\r`);
  for await (const bytes of guest) {
    text += decoder.decode(bytes, { stream: true });
    const found = answer.exec(text);
    if (found !== null) return found[0];
  }
  throw new Error(`the console closed after: ${text}`);
}

test('from a drawing to running VMs and back, by the packed SDK, over a restart of the server', async () => {
  const trama = sdk.createTramaClient({ url: server.url, token, retry: { attempts: 20 } });
  const { api } = trama;
  const [flavours, images, zones] = await Promise.all([
    api.flavours.list.query({ search: 'nano' }),
    api.images.list.query({ search: 'tiny' }),
    api.zones.list.query(),
  ]);
  const size = { flavourId: flavours.items[0]?.id ?? 0, imageId: images.items[0]?.id ?? 0, y: 0 };
  const template = await api.templates.create.mutate({
    name: 'pair',
    topology: {
      vms: ['web', 'db'].map((name, index) => ({ key: name, name, ...size, x: index * 200 })),
      networks: [],
      edges: [{ key: 'link', source: 'web', target: 'db' }],
    },
  });
  const zoneId = zones.items[0]?.id ?? 0;
  const create = { name: 'lab', templateId: template.id, zoneId, idempotencyKey: crypto.randomUUID() };
  const slice = await api.slices.create.mutate(create);
  expect((await api.slices.create.mutate(create)).id).toBe(slice.id);
  const refusal = await api.slices.create
    .mutate({ ...create, idempotencyKey: crypto.randomUUID() })
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(sdk.TramaError);
  expect(refusal).toMatchObject({ code: 'NAME_TAKEN', field: 'name', status: 409 });

  // a watcher from before everything, through the restart, to the end
  const ending = new AbortController();
  const seen: Sdk.SliceEvent[] = [];
  const watching = (async () => {
    for await (const event of trama.watch({ sliceId: slice.id, lastEventId: 0, signal: ending.signal })) {
      seen.push(event);
      const { data } = event;
      if (data.type === 'deployment.status' && data.kind === 'destroy' && data.status === 'succeeded') return;
    }
  })();

  const deploy = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  const told: number[] = [];
  const deployed = await trama.waitFor(deploy, { onEvent: ({ id }) => told.push(id) });
  expect(deployed.status).toBe('succeeded');
  // the wait tells what happens from its beginning on, the watcher all
  const done = () => seen.filter(({ data }) => data.type === 'step.status' && data.status === 'done');
  await expect.poll(done).toHaveLength(deployed.stepsTotal);
  expect(told).not.toEqual([]);
  await expect.poll(() => seen.map(({ id }) => id)).toEqual(expect.arrayContaining(told));
  const running = await api.slices.get.query({ id: slice.id });
  expect(running).toMatchObject({ status: 'active', vmsRunning: 2 });
  expect([...(await guestsIn(dataDir)).keys()].toSorted()).toEqual(['db', 'web']);

  const web = running.vmList.find(({ name }) => name === 'web');
  const guest = await trama.console(web?.id ?? 0);
  expect(await ask(guest, "ping -c 1 -w 60 db >/dev/null && echo PI''NG-OK || echo PI''NG-NO", /PING-(OK|NO)/)).toBe(
    'PING-OK',
  );
  guest.close();
  await guest.closed;

  await server.stop();
  server = await startTrama({ dataDir, port });
  const stop = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'stop' });
  expect(await trama.waitFor({ id: stop.id })).toMatchObject({ status: 'succeeded', kind: 'stop' });
  const late = await trama
    .waitFor(await api.deployments.start.mutate({ sliceId: slice.id, kind: 'start' }), { timeoutMs: 1 })
    .catch((error: unknown) => error);
  expect(late).toMatchObject({ code: 'TIMEOUT' });
  await trama.waitFor(await api.deployments.start.mutate({ sliceId: slice.id, kind: 'destroy' }));
  await watching;
  const ids = seen.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  const kinds = seen.flatMap(({ data }) =>
    data.type === 'deployment.status' && data.status === 'succeeded' ? [data.kind] : [],
  );
  expect(kinds).toEqual(expect.arrayContaining(['deploy', 'stop', 'destroy']));

  await api.templates.delete.mutate({ id: template.id });
  const names: string[] = [];
  for await (const { name } of trama.all(api.slices.list, { includeDestroyed: true, limit: 1 })) names.push(name);
  expect(names).toEqual(['lab']);
  expect([...(await processesIn(`${dataDir}/zones`)).keys()]).toEqual([]);
  expect(await sliceFilesIn(dataDir)).toEqual([]);
});
