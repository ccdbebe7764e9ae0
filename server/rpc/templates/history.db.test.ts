import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { flavours } from '#drizzle/schema/catalogue';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { limits } from '#shared/limits';

const database = useDatabase();
const world = createWorld(database);

/** A template that was saved with VMs as many as each number says. */
async function saved(...counts: readonly number[]) {
  const person = await world.person();
  const user = world.callerOf(person);
  const [first = 0, ...rest] = counts;
  const { id } = await user.templates.create({ name: 'lab', topology: line(first), message: 'revision 1' });
  for (const [index, count] of rest.entries())
    await user.templates.update({
      ...{ id, topology: line(count), baseRevision: index + 1, message: `  revision ${index + 2} ` },
    });
  return { person, user, id };
}

describe('the revisions of a template', () => {
  it('are told with number, author, time and message, the newest first, page after page', async () => {
    const { person, user, id } = await saved(1, 2, 3);
    const first = await user.templates.revisions({ id, limit: 2 });
    expect(first.items.map(({ number, message }) => [number, message])).toEqual([
      [3, 'revision 3'],
      [2, 'revision 2'],
    ]);
    const { items, nextCursor } = await user.templates.revisions({ id, limit: 2, cursor: first.nextCursor });
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        number: 1,
        author: { id: person.userId, name: expect.any(String) },
        message: 'revision 1',
        restoredFrom: null,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
  });

  it('keep their drawings', async () => {
    const { user, id } = await saved(1, 3);
    expect((await user.templates.revision({ id, number: 1 })).topology.vms).toHaveLength(1);
    const newest = await user.templates.revision({ id, number: 2 });
    expect(newest.topology).toEqual((await user.templates.get({ id })).topology);
    expect(await refusalOf(user.templates.revision({ id, number: 3 }))).toMatchObject({
      code: 'NOT_FOUND',
      params: { what: 'revision' },
    });
  });

  it('have a message of one line, and none where nothing was said', async () => {
    const { user, id } = await saved(1);
    const save = (message: string) => user.templates.update({ id, topology: line(2), baseRevision: 1, message });
    for (const message of ['two\nlines', 'x'.repeat(limits.revisionMessageLength + 1)])
      expect(await outcomeOf(save(message))).toBe('INVALID_INPUT');
    await user.templates.update({ id, topology: line(2), baseRevision: 1 });
    expect((await user.templates.revisions({ id })).items[0]).toMatchObject({ number: 2, message: '' });
  });

  it('are made by a drawing alone: a message beside the same drawing is none', async () => {
    const { user, id } = await saved(1);
    await user.templates.update({ id, name: 'other', topology: line(1), baseRevision: 1, message: 'nothing' });
    expect((await user.templates.revisions({ id })).items).toMatchObject([{ number: 1, message: 'revision 1' }]);
  });

  it('begin with the message of an import', async () => {
    const user = world.callerOf(await world.person());
    const { template } = await user.templates.import({
      text: '{"format":"trama","version":1,"name":"new","vms":[]}',
      message: 'from the old lab',
    });
    expect((await user.templates.revisions({ id: template.id })).items).toMatchObject([
      { number: 1, message: 'from the old lab' },
    ]);
  });

  it('are not shown to whom the template is shown: what was taken out before is not theirs', async () => {
    const { user, id } = await saved(1, 2);
    const person = await world.person();
    const viewer = world.callerOf(person);
    await user.templates.share({ id, email: person.email });
    expect(await outcomeOf(viewer.templates.get({ id }))).toBe('OK');
    expect(await outcomeOf(viewer.templates.revisions({ id }))).toBe('FORBIDDEN');
    expect(await outcomeOf(viewer.templates.revision({ id, number: 1 }))).toBe('FORBIDDEN');
    const stranger = world.callerOf(await world.person('admin'));
    expect(await outcomeOf(stranger.templates.revision({ id, number: 1 }))).toBe('NOT_FOUND');
  });
});

describe('an older revision that is restored', () => {
  const drawings = async (user: Awaited<ReturnType<typeof saved>>['user'], id: number, number: number) =>
    (await user.templates.revision({ id, number })).topology;

  it('is a revision of its own, which says of which it is, and what was there stays', async () => {
    const { user, id } = await saved(1, 3);
    const restored = await user.templates.restore({ id, number: 1, baseRevision: 2, message: 'too many' });
    expect(restored).toMatchObject({ revision: 3, vms: 1 });
    expect(restored.topology).toEqual(await drawings(user, id, 1));
    expect((await user.templates.revisions({ id })).items).toMatchObject([
      { number: 3, restoredFrom: 1, message: 'too many' },
      { number: 2, restoredFrom: null },
      { number: 1, restoredFrom: null },
    ]);
    // and back again, with the addresses that it had
    const back = await user.templates.restore({ id, number: 2, baseRevision: 3 });
    expect(back.topology).toEqual(await drawings(user, id, 2));
    expect(back.revision).toBe(4);
  });

  it('conflicts with what somebody saved since, and is none where it is as the newest is', async () => {
    const { user, id } = await saved(1, 2);
    expect(await refusalOf(user.templates.restore({ id, number: 1, baseRevision: 1 }))).toMatchObject({
      code: 'REVISION_CONFLICT',
      params: { current: 2, base: 1 },
    });
    expect(await user.templates.restore({ id, number: 2, baseRevision: 2 })).toMatchObject({ revision: 2 });
    expect(await outcomeOf(user.templates.restore({ id, number: 9, baseRevision: 2 }))).toBe('NOT_FOUND');
  });

  it('is refused where it has what may not be taken any more, with the VM that has it', async () => {
    const { user, id } = await saved(1);
    const flavour = await database.db.insert(flavours).values({ name: 'old', vcpus: 1, ramMb: 512, diskGb: 1 });
    const flavourId = flavour[0].insertId;
    const old = { ...line(1), vms: line(1).vms.map((vm) => ({ ...vm, flavourId })) };
    await user.templates.update({ id, topology: old, baseRevision: 1 });
    await user.templates.update({ id, topology: line(2), baseRevision: 2 });
    await database.db.update(flavours).set({ retiredAt: new Date() }).where(eq(flavours.id, flavourId));
    const refused = await refusalOf(user.templates.restore({ id, number: 2, baseRevision: 3 }));
    expect(refused).toMatchObject({ code: 'INVALID_TOPOLOGY', node: old.vms[0]?.key });
    expect(await user.templates.get({ id })).toMatchObject({ revision: 3 });
  });
});
