import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { describeError } from '#server/lib/logger';
import { broken, meaningfulTexts, toJson } from '#server/testing/break';
import { fromZod, type Hints } from '#server/testing/from-zod';
import { codeOf, faultIn, serve, type Served } from '#server/testing/http';
import { heapInUse } from '#server/testing/memory';
import { procedures, type Procedure } from '#server/testing/procedures';
import { giveSession, giveToken, makeScene, type Scene } from '#server/testing/scene';
import { line } from '#server/testing/drawings';
import { createWorld, password } from '#server/testing/world';

/**
 * Inputs made from each procedure's own schema and broken in every way, over real HTTP: whatever comes, the answer is a
 * code of ours. The inputs are the same in every run: `TRAMA_FUZZ_SEED` takes others, `TRAMA_FUZZ_INPUTS` more of them.
 */
const seed = Number(process.env['TRAMA_FUZZ_SEED'] ?? 20_261_123);
const wanted = Number(process.env['TRAMA_FUZZ_INPUTS'] ?? 104_000);
const batchSize = 20;

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const logged: string[] = [];
const rejections: unknown[] = [];
const onRejection = (reason: unknown) => rejections.push(reason);
const total = { inputs: 0, requests: 0, looked: 0, accepted: 0, ms: 0, codes: new Map<string, number>() };
const heap: number[] = [];
let served: Served;

beforeAll(async () => {
  ctx.log = {
    info: () => {},
    warn: () => {},
    error: (message, details) => logged.push(`${message} ${JSON.stringify(details)}`),
  };
  process.on('unhandledRejection', onRejection);
  // queries carry their input in the address: as large as a body may be
  served = await serve(world, { maxHeader: 8 * 2 ** 20 });
});
afterAll(async () => {
  process.off('unhandledRejection', onRejection);
  await served.close();
});

/** Fields whose values a schema cannot know: ids of what there is, own and of others; documents; addresses. */
function hintsOf(scene: Scene): Hints {
  const { user, template, slice, vm, deployment } = scene;
  const known = [user, template, slice, vm, deployment].flatMap((group) => Object.values(group));
  const id = fc.constantFrom(
    ...[...known, scene.flavour, scene.image, scene.zone, scene.spareZone, scene.tokenId, scene.sessionId, 1, 2, 3],
  );
  const document = { format: 'trama', version: 1, name: 'fuzz', vms: [], networks: [], edges: [] };
  const text = fc.oneof(
    fc.json(),
    broken(fc.constant<unknown>({ ...document, ...line(2) })).map(toJson),
    fc.constantFrom(...meaningfulTexts, '{"topologia":{"nodes":[{"id":1,"label":"a"}],"edges":[]},"recursos":{}}'),
  );
  const email = fc.constantFrom(scene.email('spare'), scene.email('stranger'), scene.email('owner'));
  const names = ['id', 'userId', 'sliceId', 'vmId', 'templateId', 'zoneId', 'flavourId', 'imageId', 'objectId'];
  return {
    ...Object.fromEntries([...names, 'transferTo'].map((name) => [name, id])),
    email,
    text,
    name: fc.oneof(fc.constantFrom(...meaningfulTexts), fc.string({ minLength: 1, maxLength: 70 })),
    search: fc.constantFrom(...meaningfulTexts),
    cursor: fc.oneof(
      fc.constantFrom(...meaningfulTexts),
      fc.jsonValue({ maxDepth: 1 }).map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    ),
    source: fc.constantFrom('builtin:tiny', '/images/x', 'https://example.org/x', ...meaningfulTexts),
    topology: fc.constantFrom(line(1), line(3), { vms: [], networks: [], edges: [] }),
    currentPassword: fc.constantFrom(password, 'wrong'),
    token: fc.constantFrom(scene.reset, 'wrong'),
    lastEventId: fc.constantFrom('0', '1', '-1', '9'.repeat(20), 'x'),
  };
}

/** Somebody to call as, once more: many of the calls end the session that they come with. */
async function headersOf(scene: Scene, who: number): Promise<Record<string, string>> {
  const cookie = async (person: 'admin' | 'owner') => ({
    cookie: `trama_session=${(await giveSession(ctx, scene, person)).token}`,
  });
  const bearer = async (person: 'admin' | 'owner') => ({
    authorization: `Bearer ${(await giveToken(ctx, scene, { person, scopes: ['manage'] })).token}`,
  });
  switch (who % 9) {
    case 8:
      return {};
    case 0:
    case 4:
      return cookie('owner');
    case 1:
    case 5:
      return bearer('owner');
    case 2:
    case 6:
      return cookie('admin');
    default:
      return bearer('admin');
  }
}

interface Reply {
  status: number;
  body: string;
}

/** Sends the inputs as one batch. */
async function send(procedure: Procedure, inputs: unknown[], headers: Record<string, string>): Promise<Reply> {
  // many callers: the limits on attempts are the subject of other tests
  world.pass(3_600_000);
  const json = toJson(Object.fromEntries(inputs.map((input, index) => [String(index), input])));
  const path = `/trpc/${inputs.map(() => procedure.name).join(',')}?batch=1`;
  const response = await (procedure.kind === 'mutation'
    ? fetch(served.url + path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: json,
      })
    : fetch(`${served.url}${path}&input=${encodeURIComponent(json)}`, { headers }));
  return { status: response.status, body: await response.text() };
}

/** A subscription, alone as it has to be: how it begins. */
async function beginOf(procedure: Procedure, input: unknown, headers: Record<string, string>): Promise<Reply> {
  const leave = new AbortController();
  const url = `${served.url}/trpc/${procedure.name}?input=${encodeURIComponent(toJson(input))}`;
  const response = await fetch(url, { headers, signal: leave.signal });
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const body = streams ? '{"result":{"data":null}}' : await response.text();
  leave.abort();
  return { status: response.status, body };
}

/** Why the server should not have answered so; null when it should. */
function fault({ status, body }: Reply): string | null {
  const wrong = faultIn(status, body);
  const trouble = [...logged.splice(0), ...rejections.splice(0).map((reason) => JSON.stringify(describeError(reason)))];
  if (wrong === null && trouble.length === 0) return null;
  return [wrong ?? 'something went wrong', ...trouble.map((entry) => entry.slice(0, 2_000))].join('\n');
}

function countCodes(body: string): void {
  const parsed = JSON.parse(body) as unknown;
  for (const item of Array.isArray(parsed) ? parsed : [parsed]) {
    const code = codeOf(item as Record<string, unknown>) ?? '?';
    total.codes.set(code, (total.codes.get(code) ?? 0) + 1);
    // who may not call is told before the input is looked at
    if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') continue;
    total.looked += 1;
    if (code !== 'INVALID_INPUT') total.accepted += 1;
  }
}

describe('no input breaks', () => {
  // what is larger gets more of them
  const share = (procedure: Procedure) =>
    procedure.kind === 'subscription' ? 0.3 : procedure.input === undefined ? 0.1 : 1;
  const shares = procedures.reduce((sum, procedure) => sum + share(procedure), 0);

  it.each(procedures)('$name', { timeout: 120_000 }, async (procedure) => {
    const started = performance.now();
    let scene = await makeScene(ctx);
    const valid = procedure.input === undefined ? fc.constant(undefined) : fromZod(procedure.input, hintsOf(scene));
    const inputs = broken(valid);
    const count = Math.ceil((wanted * share(procedure)) / shares / batchSize) * batchSize;
    const sample = fc.sample(inputs, { numRuns: count, seed });
    const atOnce = procedure.kind === 'subscription' ? 1 : batchSize;
    const call = async (batch: unknown[], who: number) => {
      const headers = await headersOf(scene, who);
      return procedure.kind === 'subscription'
        ? beginOf(procedure, batch[0], headers)
        : send(procedure, batch, headers);
    };
    for (let from = 0, who = 0; from < sample.length; from += atOnce, who += 1) {
      const batch = sample.slice(from, from + atOnce);
      const reply = await call(batch, who);
      total.requests += 1;
      total.inputs += batch.length;
      const wrong = fault(reply);
      if (wrong === null) {
        countCodes(reply.body);
        continue;
      }
      // one by one, from a fresh start, to show the smallest input that does it
      scene = await makeScene(ctx);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...batch).chain(() => inputs),
          async (input) => {
            const again = fault(await call([input], who));
            if (again !== null) throw new Error(again);
          },
        ),
        { seed, numRuns: 200, endOnFailure: false },
      );
      expect.fail(`seed ${seed}, in a batch only: ${wrong}\n${toJson(batch).slice(0, 4_000)}`);
    }
    total.ms += performance.now() - started;
    // now and then: collecting all garbage takes a while
    if (heap.length * 8 <= procedures.indexOf(procedure)) heap.push(await heapInUse());
  });

  it('leaves the memory as it was', async () => {
    // after the first procedures, which load and compile what all of them need
    const first = heap[1] ?? 0;
    const last = await heapInUse();
    const codes = [...total.codes].toSorted((a, b) => b[1] - a[1]).map(([code, times]) => `${code} ${times}`);
    process.stdout.write(
      `\nFuzz: ${total.inputs} inputs in ${total.requests} requests, ${(total.ms / 1000).toFixed(1)} s, seed ${seed}; ` +
        `heap ${first.toFixed(1)} MiB before, ${last.toFixed(1)} MiB after; ` +
        `${total.looked} came as far as the schema, ${total.accepted} beyond it\n  ${codes.join(', ')}\n`,
    );
    expect(total.inputs).toBeGreaterThanOrEqual(wanted);
    expect(last - first).toBeLessThan(64);
    // the fuzz reaches beyond the schemas
    expect(total.accepted / total.inputs).toBeGreaterThan(0.05);
  });
});

it('pollutes no prototype', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {}).toBe(false);
});
