import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { inTransaction } from '#server/db/transaction';
import { appendEvents } from '#server/events/append';
import { whileSignedIn } from '#server/rpc/while-signed-in';
import { serve, type Served } from '#server/testing/http';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { insertSlice, simulatedZone } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';
import { limits } from '#shared/limits';

type Person = Awaited<ReturnType<ReturnType<typeof createWorld>['person']>>;

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
let served: Served;
beforeAll(async () => {
  served = await serve(world);
});
afterAll(() => served.close());

const open = async function* (signal: AbortSignal) {
  yield 'first';
  if (!signal.aborted) await once(signal, 'abort');
};
const breaking = async function* () {
  yield 'first';
  await Promise.reject(new Error('broken'));
};

/** A stream of theirs that is begun, and how to end it as the client does. */
async function begin(person: Person, content: (signal: AbortSignal) => AsyncGenerator<string> = open) {
  const client = new AbortController();
  const stream = whileSignedIn(ctx, person, client.signal, content, { everyMs: 20 });
  await stream.next();
  return { stream, client };
}

it('one user could hold any number of event streams', async () => {
  const ada = await world.person();
  const all = [];
  for (let count = 1; count < limits.streamsPerUser; count += 1) all.push(await begin(ada));
  const full = async () =>
    expect(await refusalOf(begin(ada))).toMatchObject({
      code: 'TOO_MANY_STREAMS',
      params: { limit: limits.streamsPerUser },
    });

  // the last place is free again however its stream ends, and what was refused takes none
  const left = await begin(ada);
  await full();
  left.client.abort();
  expect(await left.stream.next()).toMatchObject({ done: true });
  const returned = await begin(ada);
  await full();
  await returned.stream.return();
  const broken = await begin(ada, breaking);
  await full();
  await expect(broken.stream.next()).rejects.toThrow('broken');
  const last = await begin(ada);
  await full();
  // who has none is not kept from it
  const eve = await begin(await world.person());
  eve.client.abort();
  await eve.stream.next();

  await world.callerOf(ada).auth.logout();
  expect(await Promise.all([last, ...all].map(({ stream }) => outcomeOf(stream.next())))).toEqual(
    Array.from({ length: limits.streamsPerUser }, () => 'UNAUTHENTICATED'),
  );
  const again = await begin(ada);
  again.client.abort();
  await again.stream.next();
});

it('a connection that the client drops gives its place back, and the refusal is told in the stream', async () => {
  const ada = await world.person();
  const held = [];
  for (let count = 1; count < limits.streamsPerUser; count += 1) held.push(await begin(ada));
  /** Follows the changes until `enough` has been said; drops the connection then. */
  const follow = async (enough: string, meanwhile: () => Promise<void> = async () => {}) => {
    const client = new AbortController();
    const answer = await fetch(`${served.url}/trpc/slices.changes?input=%7B%7D`, {
      headers: { cookie: `trama_session=${ada.token}`, accept: 'text/event-stream' },
      signal: client.signal,
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let said = '';
    while (!said.includes(enough)) {
      const part = await reader?.read();
      if (part?.value === undefined) break;
      said += part.value;
    }
    await meanwhile();
    client.abort();
    return said;
  };
  await follow('event: connected', async () => {
    await expect.poll(() => outcomeOf(attempt(ada)), { timeout: 30_000 }).toBe('TOO_MANY_STREAMS');
    const refused = await follow('TOO_MANY_STREAMS');
    expect(refused).toContain('event: serialized-error');
    expect(refused).toContain('TOO_MANY_STREAMS');
  });
  await expect.poll(() => outcomeOf(attempt(ada)), { timeout: 30_000 }).toBe('OK');
  for (const { client, stream } of held) {
    client.abort();
    await stream.next();
  }
});

it('a stream whose reader takes nothing is ended: it would hold its place for ever', { timeout: 120_000 }, async () => {
  const hasty = await serve(world, { unreadMs: 200 });
  onTestFinished(() => hasty.close());
  const ada = await world.person();
  const sliceId = await insertSlice(database.db, ada, await simulatedZone(database.db));
  // more than the sockets between the two take
  const large = Array.from({ length: 30 }, () => ({ type: 'slice.drift' as const, drifted: ['x'.repeat(50_000)] }));
  for (let batch = 0; batch < 10; batch += 1)
    await inTransaction(database.db, (tx) => appendEvents(tx, sliceId, large));
  const listen = vi.spyOn(ctx.bus, 'listen');
  onTestFinished(() => listen.mockRestore());
  const input = encodeURIComponent(JSON.stringify({ sliceId, lastEventId: '0' }));
  const request = http.get(`${hasty.url}/trpc/deployments.watch?input=${input}`, {
    headers: { cookie: `trama_session=${ada.token}` },
  });
  request.on('error', () => undefined);
  await once(request, 'response');
  await vi.waitFor(() => expect(listen).toHaveBeenCalled(), { timeout: 30_000 });
  await expect.poll(() => ctx.bus.listening, { timeout: 30_000 }).toBe(false);
  request.destroy();
});

/** Begins a stream and ends it at once. */
async function attempt(person: Person): Promise<void> {
  const { stream } = await begin(person);
  await stream.return();
}
