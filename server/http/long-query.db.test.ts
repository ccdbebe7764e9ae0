import { afterAll, beforeAll, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { line } from '#server/testing/drawings';
import { serve, type Served } from '#server/testing/http';
import { insertSlice } from '#server/testing/rows';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
let served: Served;
beforeAll(async () => {
  served = await serve(world);
});
afterAll(() => served.close());

it('a drawing was too long for the address of a query: its plan is asked for by POST, and changes nothing', async () => {
  const ada = await world.person();
  const sliceId = await insertSlice(database.db, ada, await world.zone());
  const change = { from: 'drawing', topology: line(300) };
  const input = JSON.stringify({ sliceId, kind: 'update', baseVersion: 1, change });
  const ask = (path: string, init: RequestInit, headers: Record<string, string> = {}) =>
    fetch(`${served.url}/trpc/${path}`, {
      ...init,
      headers: { cookie: `trama_session=${ada.token}`, 'content-type': 'application/json', ...headers },
    });
  // Node itself refuses it as an address
  expect((await ask(`deployments.plan?input=${encodeURIComponent(input)}`, {})).status).toBe(431);
  const answer = await ask('deployments.plan', { method: 'POST', body: input });
  expect(answer.status).toBe(200);
  const { result } = (await answer.json()) as { result: { data: { changes: { fate: string }[] } } };
  expect(result.data.changes.filter(({ fate }) => fate === 'add').length).toBeGreaterThan(300);
  expect((await world.callerOf(ada).slices.get({ id: sliceId })).topologyVersion).toBe(1);
  // what it opens is queries by POST, to whom they were open: no other site, and no mutation by GET
  const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  expect((await ask('deployments.plan', { method: 'POST', body: input }, elsewhere)).status).toBe(403);
  const rename = encodeURIComponent(JSON.stringify({ id: sliceId, name: 'other' }));
  expect((await ask(`slices.rename?input=${rename}`, {})).status).toBe(405);
});
