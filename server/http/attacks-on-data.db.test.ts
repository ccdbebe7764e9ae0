import fc from 'fast-check';
import { count } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { templates } from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import { nameSchema } from '#shared/primitives';
import { line } from '#server/testing/drawings';
import { refusalOf } from '#server/testing/outcomes';
import { createWorld, type Caller } from '#server/testing/world';
import { actorOf } from '#server/testing/access-callers';
import { meaningfulTexts } from '#server/testing/break';
import { fromZod } from '#server/testing/from-zod';
import { serve, type Served } from '#server/testing/http';
import { procedures, type Procedure } from '#server/testing/procedures';
import { giveSession, makeScene, type Scene } from '#server/testing/scene';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
let served: Served;
let scene: Scene;
let owner: Caller;

beforeAll(async () => {
  served = await serve(world);
});
afterAll(() => served.close());
beforeEach(async () => {
  scene = await makeScene(ctx);
  owner = world.callerOf(await actorOf(ctx, scene, { name: 'owner', person: 'owner', scopes: 'session' }));
});

/** The field by which an input says what it is about. */
const primary = ['id', 'sliceId', 'vmId', 'templateId', 'userId'] as const;
interface ByIdProcedure extends Procedure {
  field: string;
}
const byId: ByIdProcedure[] = procedures.flatMap((procedure) => {
  const def = procedure.input === undefined ? undefined : objectDef(procedure);
  const field = primary.find((name) => def !== undefined && name in def);
  // the catalogue is everybody's to read, marking and dropping reach only what is one's own, whatever is asked for, and a subscription begins
  // with what `slices.get` gives
  const shown =
    ['zones.get', 'zones.figures', 'notifications.markRead', 'drafts.drop'].includes(procedure.name) ||
    procedure.kind === 'subscription';
  return field === undefined || shown ? [] : [{ ...procedure, field }];
});
function objectDef({ input }: Procedure): Record<string, unknown> {
  const { def } = (input as unknown as { _zod: { def: { shape?: Record<string, unknown> } } })._zod;
  return def.shape ?? {};
}

describe('ids tell nothing', () => {
  it('and there are many to try', () => {
    expect(byId.length).toBeGreaterThan(35);
  });

  it.each(byId)('$name answers a stranger as if there were no such thing', { timeout: 300_000 }, async (procedure) => {
    const { name, field, input, kind } = procedure;
    if (input === undefined) return;
    const hints = {
      zoneId: fc.constant(scene.zone),
      userId: fc.constant(scene.user.spare),
      email: fc.constant('x@y.zz'),
      flavours: fc.constant('2=m1.small'),
      images: fc.constant('3=debian'),
    };
    const schema = input as typeof input & { safeParse(value: unknown): { success: boolean } };
    const [template] = fc
      .sample(fromZod(input, hints), { numRuns: 300, seed: 7 })
      .filter((value) => schema.safeParse(value).success);
    expect(template).toBeDefined();
    const { user, slice, vm, deployment } = scene;
    const known = [user, scene.template, slice, vm, deployment].flatMap((group) => Object.values(group));
    const around = new Set(known.flatMap((id) => Array.from({ length: 101 }, (_, step) => id - 50 + step)));
    // a session for each batch: the clock goes on between them, since the limits on attempts are another test's subject
    const sessions: { token: string; tokenId: number }[] = [];
    for (let left = around.size; left > 0; left -= 19) {
      world.pass(4_000_000);
      sessions.push(await giveSession(ctx, scene, 'stranger'));
    }
    world.pass(-4_000_000 * sessions.length);
    // what a stranger may see, is, or has
    const visible = new Set([scene.template.published, user.stranger, ...sessions.map(({ tokenId }) => tokenId)]);
    const ids = [...around].filter((id) => id > 0 && !visible.has(id));
    const answers = new Map<string, number[]>();
    for (let from = 0; from < ids.length; from += 19) {
      world.pass(4_000_000);
      const stranger = sessions.shift();
      if (stranger === undefined) throw new Error('too few sessions');
      // one that nothing has goes with each batch
      const some = [...ids.slice(from, from + 19), 8_000_000_000];
      const inputs = Object.fromEntries(some.map((id, index) => [index, { ...(template as object), [field]: id }]));
      const path = `${served.url}/trpc/${some.map(() => name).join(',')}?batch=1`;
      const headers = { cookie: `trama_session=${stranger.token}`, 'content-type': 'application/json' };
      const response =
        kind === 'mutation'
          ? await fetch(path, { method: 'POST', headers, body: JSON.stringify(inputs) })
          : await fetch(`${path}&input=${encodeURIComponent(JSON.stringify(inputs))}`, { headers });
      const said = JSON.parse(await response.text()) as unknown[];
      expect(said).toHaveLength(some.length);
      for (const [index, answer] of said.entries()) {
        const text = JSON.stringify(answer);
        answers.set(text, [...(answers.get(text) ?? []), some[index] ?? 0]);
      }
    }
    // one answer, byte for byte, for all of them
    expect([...answers.keys()].map((text) => text.slice(0, 300))).toHaveLength(1);
    // a list that is narrowed to what one does not see is empty
    const none = name === 'slices.list' ? /"items":\[\]/ : /"code":"(NOT_FOUND|FORBIDDEN)"/;
    expect([...answers.keys()][0]).toMatch(none);
  });
});

const nasty = [
  ...new Set([
    ...meaningfulTexts,
    '%',
    '_',
    '!',
    "O'Neil",
    '\\',
    "\\'",
    '"',
    '100%',
    'a_b',
    'a%b',
    '!!',
    ';--',
    '*/',
    '#',
  ]),
].filter((text) => nameSchema.safeParse(text).success);

describe('names are only names', () => {
  it('in SQL: what was written is read, what is searched is taken literally, and no table is gone', async () => {
    expect(nasty.length).toBeGreaterThan(20);
    const before = await ctx.db.$count(users);
    // what each of them is found by besides, as it is drawn in all
    const drawn = ['nano', 'tiny', 'vm', '1'];
    const names = new Set<string>();
    const written = new Map<string, string>();
    for (const text of nasty) {
      const outcome = await owner.templates.create({ name: text, topology: line(1) }).then(
        ({ id, name }) => ({ id, name }),
        // two that a collation takes for one
        () => null,
      );
      if (outcome === null) continue;
      names.add(outcome.name);
      written.set(outcome.name, text);
      // in one form, however its accents were typed
      expect((await owner.templates.get({ id: outcome.id })).name).toBe(text.trim().normalize('NFC'));
    }
    expect(names.size).toBeGreaterThan(nasty.length - 5);
    for (const [name, search] of written) {
      const { items } = await owner.templates.list({ search, limit: 100 });
      const found = items.map((item) => item.name);
      expect(found).toContain(name);
      if (drawn.some((word) => word.startsWith(search.toLowerCase()))) continue;
      // a wildcard would find them all
      expect(found.length, `search for ${search}`).toBeLessThan(names.size / 2);
    }
    expect(await ctx.db.$count(users)).toBe(before);
  });

  it('in the order and the place of a list', async () => {
    for (const cursor of [
      ...meaningfulTexts,
      ...meaningfulTexts.map((text) => Buffer.from(JSON.stringify([text, text])).toString('base64url')),
    ]) {
      const outcome = await owner.templates.list({ cursor, sort: 'name' }).then(
        () => 'OK',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      expect(['OK', 'BAD_REQUEST']).toContain(outcome);
    }
  });
});

describe('an imported file', () => {
  const template = '{"format":"trama","version":1,"name":"evil","vms":[]';
  it.each<[string, string]>([
    ['__proto__ at the top', `${template},"__proto__":{"polluted":true}}`],
    ['__proto__ below', `${template},"networks":[{"__proto__":{"polluted":true}}]}`],
    ['constructor.prototype', `${template},"constructor":{"prototype":{"polluted":true}}}`],
    ['an escaped __proto__', `${template},"\\u005f_proto__":{"polluted":true}}`],
    [
      '__proto__ in the predecessor’s format',
      '{"topologia":{"nodes":[],"edges":[],"__proto__":{"polluted":1}},"recursos":{}}',
    ],
    [
      '__proto__ as the id of a node',
      '{"topologia":{"nodes":[{"id":"__proto__","label":"a"}],"edges":[]},"recursos":{"__proto__":{"polluted":1}}}',
    ],
    ['100,000 levels', `${template},"edges":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['levels that do not end', '{"a":'.repeat(500_000)],
    ['more VMs than there may be', `{"format":"trama","version":1,"name":"many","vms":[${'{},'.repeat(100_000)}{}]}`],
    ['a number without end', `${template},"edges":[${'9'.repeat(1_000_000)}]}`],
    ['a script', '<script>alert(1)</script>'],
  ])('with %s is refused, and nothing is polluted', async (_what, text) => {
    expect(['INVALID_DOCUMENT', 'INVALID_TOPOLOGY', 'INVALID_INPUT']).toContain(
      (await refusalOf(owner.templates.import({ text }))).code,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const [row] = await ctx.db.select({ templates: count() }).from(templates);
    // the scene's own
    expect(row?.templates).toBe(3);
  });
});
