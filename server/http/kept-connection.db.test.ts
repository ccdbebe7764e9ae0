import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { serve, type Served } from '#server/testing/http';
import { createWorld } from '#server/testing/world';
import { limits } from '#shared/limits';

const database = useDatabase();
const world = createWorld(database);
let served: Served;
beforeAll(async () => {
  served = await serve(world);
});
afterAll(() => served.close());

/** A connection that is kept, with all that the server has said on it. */
function open() {
  const socket = connect(served.port, '127.0.0.1');
  let said = '';
  let ended = false;
  socket.on('data', (data) => (said += data.toString('latin1')));
  socket.on('close', () => (ended = true));
  socket.on('error', () => undefined);
  return {
    socket,
    statuses: () => [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]),
    ended: () => ended,
  };
}
function ask(socket: Socket, method: string, path: string, headers: readonly string[] = []): void {
  const head = [`${method} ${path} HTTP/1.1`, `host: 127.0.0.1:${served.port}`, ...headers];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
}
const json = 'content-type: application/json';

it.each([
  ['without a session', 1_000, '401'],
  ['that is too large', limits.bodyBytes + 1, '413'],
])('a connection was closed under the next call after one %s whose body came late', async (_what, length, status) => {
  const { socket, statuses, ended } = open();
  ask(socket, 'POST', '/trpc/templates.create', [json, `content-length: ${length}`]);
  await expect.poll(statuses).toEqual([status]);
  // longer than the half second in which the rest of it had to be there
  await sleep(1_000);
  socket.write(' '.repeat(length));
  ask(socket, 'GET', '/healthz');
  await expect.poll(statuses).toEqual([status, '200']);
  expect(ended()).toBe(false);
  socket.destroy();
});
