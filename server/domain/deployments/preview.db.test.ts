import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { templateEdges, templateNetworks, templateRevisions, templates, templateVms } from '#drizzle/schema/templates';
import { say } from '#shared/sentence';
import { writeImageState } from '#server/domain/images/image-states';
import { previewDeployment } from '#server/domain/deployments/plan';
import { startDeployment } from '#server/domain/deployments/start';
import type { Actor, DomainContext } from '#server/domain/context';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { testContext } from '#server/testing/context';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';

const database = useDatabase();
let context: DomainContext;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  context = testContext(database.db, createSimulatorProvider());
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db, { vcpus: 4 });
});

/** Two nano VMs, linked and in a network, in the second revision; the first is empty. */
async function insertTemplate(): Promise<number> {
  const { db } = database;
  const [template] = await db.insert(templates).values({ ownerId: actor.userId, name: 'lab', revision: 2 });
  const templateId = template.insertId;
  await db.insert(templateRevisions).values({ templateId, number: 1, createdBy: actor.userId });
  const [revision] = await db.insert(templateRevisions).values({ templateId, number: 2, createdBy: actor.userId });
  const revisionId = revision.insertId;
  const ids: number[] = [];
  for (const key of ['web', 'db']) {
    const [vm] = await db
      .insert(templateVms)
      .values({ revisionId, key, name: key, flavourId: 1, imageId: 1, forwards: [], x: 0, y: 0 });
    ids.push(vm.insertId);
  }
  const [network] = await db.insert(templateNetworks).values({ revisionId, key: 'n1', name: 'lan', x: 0, y: 0 });
  await db.insert(templateEdges).values([
    { revisionId, key: 'e1', sourceVmId: ids[0] ?? 0, targetVmId: ids[1] ?? 0 },
    { revisionId, key: 'e2', sourceVmId: ids[1] ?? 0, targetNetworkId: network.insertId },
  ]);
  return templateId;
}

describe('a preview', () => {
  test('shows the steps, what they need and what the zone has left', async () => {
    const templateId = await insertTemplate();
    const sliceId = await insertSlice(database.db, actor, zoneId);
    const plan = await previewDeployment(context, { actor, templateId, zoneId });
    expect(plan.steps.map((step) => step.key)).toEqual([
      'image:tiny/prepare',
      'network:lan/create',
      'vm:web/create',
      'vm:db/create',
      'edge:web–db/connect',
      'edge:db–lan/connect',
      'vm:web/start',
      'vm:db/start',
    ]);
    // of all of it only the image has a row
    expect(plan.steps.map((step) => step.resourceId)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    expect(plan).toMatchObject({ runnable: true, needs: { vcpus: 2, ramMb: 2048, diskGb: 4 }, free: { vcpus: 4 } });
    // three of four are taken now
    await startDeployment(context, { actor, sliceId, kind: 'deploy' });
    const full = await previewDeployment(context, { actor, templateId, zoneId });
    expect(full.runnable).toBe(false);
    expect(full.problems.map((problem) => [problem.code, problem.field])).toEqual([['NO_CAPACITY', 'vcpus']]);
  });

  test('says of an image that its zone cannot make why, and a deploy is not begun', async () => {
    const templateId = await insertTemplate();
    const sliceId = await insertSlice(database.db, actor, zoneId);
    const key = { imageId: 1, zoneId };
    const state = { state: 'unbuildable', reason: say('TOOL_MISSING', { tool: 'cpio', packages: 'cpio' }) } as const;
    await writeImageState(database.db, { ...key, state, now: new Date() });
    const plan = await previewDeployment(context, { actor, templateId, zoneId });
    expect(plan.runnable).toBe(false);
    expect(plan.problems.map(({ code, node, field }) => [code, node, field])).toEqual([
      ['IMAGE_UNBUILDABLE', 'web', 'imageId'],
      ['IMAGE_UNBUILDABLE', 'db', 'imageId'],
    ]);
    expect(plan.problems[0]?.message).toContain('cpio');
    const refused = startDeployment(context, { actor, sliceId, kind: 'deploy' });
    await expect(refused).rejects.toMatchObject({ code: 'PLAN_NOT_RUNNABLE' });
    // what the machine has got since
    await writeImageState(database.db, { ...key, state: { state: 'verified', sizeMb: 5 }, now: new Date() });
    expect((await previewDeployment(context, { actor, templateId, zoneId })).runnable).toBe(true);
  });

  test('says that the zone cannot be asked', async () => {
    const templateId = await insertTemplate();
    context.providers = { ...context.providers, forZone: () => Promise.reject(new Error('secret')) };
    const plan = await previewDeployment(context, { actor, templateId, zoneId });
    expect(plan).toMatchObject({ runnable: false, problems: [{ code: 'ZONE_UNAVAILABLE' }] });
    expect(JSON.stringify(plan)).not.toContain('secret');
  });

  test("is not given of a stranger's template nor in a zone that is not there", async () => {
    const templateId = await insertTemplate();
    const stranger = await insertActor(database.db);
    await expect(previewDeployment(context, { actor: stranger, templateId, zoneId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(previewDeployment(context, { actor, templateId, zoneId: 999_999 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
