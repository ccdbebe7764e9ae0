import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { templateEdges, templateNetworks, templateRevisions, templates, templateVms } from '#drizzle/schema/templates';
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
    expect(plan.steps.every((step) => step.resourceId === 0)).toBe(true);
    expect(plan).toMatchObject({ runnable: true, needs: { vcpus: 2, ramMb: 2048, diskGb: 4 }, free: { vcpus: 4 } });
    // three of four are taken now
    await startDeployment(context, { actor, sliceId, kind: 'deploy' });
    const full = await previewDeployment(context, { actor, templateId, zoneId });
    expect(full.runnable).toBe(false);
    expect(full.problems.map((problem) => [problem.code, problem.field])).toEqual([['NO_CAPACITY', 'vcpus']]);
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
