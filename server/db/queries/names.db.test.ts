import { asc } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { line } from '#server/testing/drawings';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);

async function pages(
  list: (cursor: string | null) => Promise<{ items: { name: string }[]; nextCursor: string | null }>,
) {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list(cursor);
    names.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return names;
}

const sorted = ['R1', 'r2', 'R2a', 'R3-9', 'R3-10', 'R010', 'R11', 'R99999999999', 'Z'];
const mixed = ['R11', 'Z', 'R3-10', 'R1', 'R99999999999', 'R010', 'R2a', 'r2', 'R3-9'];

it('R10 came before R2 in templates, page after page', async () => {
  const actor = await world.person();
  const api = world.callerOf(actor);
  for (const name of mixed) await api.templates.create({ name, topology: line(2) });
  expect(await pages((cursor) => api.templates.list({ of: 'mine', sort: 'name', limit: 2, cursor }))).toEqual(sorted);
  expect(await pages((cursor) => api.templates.list({ of: 'all', sort: 'name', limit: 4, cursor }))).toEqual(sorted);
});

it('R10 came before R2 in flavours, images and zones', async () => {
  const admin = world.callerOf(await world.person('admin'));
  const ours = (names: string[]) => names.filter((name) => mixed.includes(name));
  for (const name of mixed) {
    await admin.flavours.create({ name, vcpus: 1, ramMb: 128, diskGb: 1 });
    await admin.images.create({ name, kind: 'kernel', source: 'builtin:tiny' });
    await admin.zones.create({ name, provider: 'simulator' });
  }
  expect(ours(await pages((cursor) => admin.flavours.list({ limit: 2, cursor })))).toEqual(sorted);
  expect(ours(await pages((cursor) => admin.images.list({ limit: 2, cursor })))).toEqual(sorted);
  expect(ours((await admin.zones.list()).items.map(({ name }) => name))).toEqual(sorted);
});

it('a name with many long numbers sorts, and can be stored', async () => {
  const admin = world.callerOf(await world.person('admin'));
  const name = '1 '.repeat(31) + '1';
  await admin.flavours.create({ name, vcpus: 1, ramMb: 128, diskGb: 1 });
  const rows = await database.db.select({ key: flavours.sortKey }).from(flavours).orderBy(asc(flavours.sortKey));
  expect(rows[0]?.key).toHaveLength(190);
});

it('ano could not be called so beside año', async () => {
  const admin = world.callerOf(await world.person('admin'));
  const topology = line(2);
  const kinds: ((name: string) => Promise<unknown>)[] = [
    (name) => admin.templates.create({ name, topology }),
    (name) => admin.flavours.create({ name, vcpus: 1, ramMb: 128, diskGb: 1 }),
    (name) => admin.images.create({ name, kind: 'kernel', source: 'builtin:tiny' }),
    (name) => admin.zones.create({ name, provider: 'simulator' }),
  ];
  for (const create of kinds) {
    await create('año');
    await create('ano');
    // the same name in other case, and with its tilde as a character of its own
    for (const same of ['AÑO', 'an\u0303o', 'Ano']) expect(await outcomeOf(create(same)), same).toBe('NAME_TAKEN');
  }
});

it('a name could turn the direction of the text around it', async () => {
  const admin = world.callerOf(await world.person('admin'));
  for (const name of ['a\u202egnp.exe', '\u2066x', 'a\u200fb', 'two\u2028lines'])
    expect(await outcomeOf(admin.flavours.create({ name, vcpus: 1, ramMb: 128, diskGb: 1 }))).toBe('INVALID_INPUT');
});
