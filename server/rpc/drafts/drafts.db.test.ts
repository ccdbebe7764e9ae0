import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { templateDrafts, templateRevisions } from '#drizzle/schema/templates';
import { limits } from '#shared/limits';
import { deleteExpired } from '#server/domain/housekeeping';
import { line } from '#server/testing/drawings';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
world.freeze();
const day = 24 * 3_600_000;
const document = (name: string, vms = 1) => ({ name, description: '', topology: line(vms) });

async function scene() {
  const owner = await world.person();
  const viewer = await world.person();
  const [as, other] = [world.callerOf(owner), world.callerOf(viewer)];
  const { id } = await as.templates.create({ name: 'Lab', topology: line(1) });
  await as.templates.share({ id, email: viewer.email });
  return { owner, viewer, as, other, id };
}

it('keeps one draft of each template and of a new one, as it was drawn, for who drew it alone', async () => {
  const { as, other, id, viewer } = await scene();
  expect(await as.drafts.get({ templateId: id })).toBeNull();
  await as.drafts.save({ templateId: id, revision: 1, document: document('first') });
  const unnamed = document('', 3);
  await as.drafts.save({ templateId: null, revision: null, document: unnamed });
  world.pass(1_000);
  const { savedAt } = await as.drafts.save({ templateId: id, revision: 1, document: document('second', 2) });
  expect(savedAt).toBe(ctx.clock.now().toISOString());
  expect(await as.drafts.get({ templateId: id })).toEqual({
    ...{ savedAt, revision: 1, base: null },
    document: document('second', 2),
  });
  expect(await as.drafts.get({ templateId: null })).toMatchObject({ revision: null, document: unnamed });
  expect(await other.drafts.get({ templateId: id })).toBeNull();
  await other.drafts.drop({ templateId: id });
  expect(await as.drafts.get({ templateId: id })).not.toBeNull();
  await as.drafts.drop({ templateId: id });
  await as.drafts.drop({ templateId: id });
  expect(await as.drafts.get({ templateId: id })).toBeNull();
  expect(await outcomeOf(other.drafts.save({ templateId: id, revision: 1, document: document('no') }))).toBe(
    'FORBIDDEN',
  );
  expect(await ctx.db.$count(templateDrafts, eq(templateDrafts.userId, viewer.userId))).toBe(0);
});

it('is no revision and is not written down', async () => {
  const { as, id } = await scene();
  const before = await ctx.db.$count(auditLog);
  await as.drafts.save({ templateId: id, revision: 1, document: document('drawn', 4) });
  expect(await ctx.db.$count(templateRevisions, eq(templateRevisions.templateId, id))).toBe(1);
  expect((await as.templates.get({ id })).vms).toBe(1);
  expect(await ctx.db.$count(auditLog)).toBe(before);
});

it('comes with what it began with, once the template has another drawing, for its owner alone', async () => {
  const { as, other, viewer, id } = await scene();
  const begun = await as.templates.get({ id });
  await as.drafts.save({ templateId: id, revision: 1, document: document('drawn', 4) });
  await as.templates.update({ id, topology: line(2), baseRevision: 1 });
  expect(await as.drafts.get({ templateId: id })).toMatchObject({ revision: 1, base: begun.topology });
  // who may edit it is not shown what was drawn before, either
  await as.templates.share({ id, email: viewer.email, level: 'edit' });
  await other.drafts.save({ templateId: id, revision: 1, document: document('drawn', 3) });
  expect(await other.drafts.get({ templateId: id })).toMatchObject({ revision: 1, base: null });
});

it('is bounded: in size, in number for each user, and in how often it comes', async () => {
  const { as, owner, id } = await scene();
  const topology = line(1);
  const files = Array.from({ length: 8 }, (_, at) => ({
    ...{ path: `/etc/${at}`, content: 'x'.repeat(limits.fileLength), mode: '0644' },
  }));
  const vms = line(16).vms.map((vm) => ({ ...vm, files }));
  const large = { name: 'large', description: '', topology: { ...topology, vms } };
  expect(await outcomeOf(as.drafts.save({ templateId: id, revision: 1, document: large }))).toBe('PAYLOAD_TOO_LARGE');

  const ids: number[] = [];
  for (let at = 0; at < limits.draftsPerUser + 2; at++) {
    world.pass(1_000);
    const made = await as.templates.create({ name: `Lab ${at}`, topology });
    ids.push(made.id);
    await as.drafts.save({ templateId: made.id, revision: 1, document: document(`draft ${at}`) });
  }
  expect(await ctx.db.$count(templateDrafts, eq(templateDrafts.userId, owner.userId))).toBe(limits.draftsPerUser);
  const there = await Promise.all(ids.map(async (templateId) => (await as.drafts.get({ templateId })) !== null));
  expect(there).toEqual(ids.map((_, at) => at >= 2));

  world.pass(60_000);
  const sent = [];
  for (let at = 0; at < 30; at++)
    sent.push(await outcomeOf(as.drafts.save({ templateId: id, revision: 1, document: document(`draft ${at}`) })));
  expect(sent.filter((outcome) => outcome === 'OK')).toHaveLength(20);
  expect(sent.at(-1)).toBe('RATE_LIMITED');
});

it('is gone for whom the template is not there any more, and deleted when nobody goes on with it', async () => {
  const { as, id } = await scene();
  await as.drafts.save({ templateId: id, revision: 1, document: document('drawn') });
  await as.templates.delete({ id });
  expect((await refusalOf(as.drafts.get({ templateId: id }))).code).toBe('NOT_FOUND');
  world.pass(90 * day);
  expect((await deleteExpired(ctx)).drafts).toBe(0);
  world.pass(1);
  expect((await deleteExpired(ctx)).drafts).toBe(1);
});
