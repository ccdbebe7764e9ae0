import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { slices, sliceVms } from '#drizzle/schema/slices';
import { cancelDeployment } from '#server/domain/deployments/cancel';
import { queueDeployment, startDeployment } from '#server/domain/deployments/start';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import type { Actor, DomainContext } from '#server/domain/context';
import { testContext } from '#server/testing/context';
import { drawing } from '#server/testing/drawings';
import { carryOut, ended, testProvisioning, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import type { Provisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let context: DomainContext;
let provisioning: Provisioning;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  context = testContext(database.db, createSimulatorProvider({ state, delays: { slowBoot: 3_600_000 } }));
  provisioning = testProvisioning(context);
  provisioning.worker.start();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});
afterEach(() => provisioning.stop());

const ends = (sliceId: number) =>
  database.db
    .select()
    .from(auditLog)
    .where(eq(auditLog.action, 'deployments.end'))
    .orderBy(asc(auditLog.id))
    .then((rows) => rows.filter((row) => row.objectId === sliceId));
const named = async (sliceId: number, name: string) => {
  await database.db.update(slices).set({ name }).where(eq(slices.id, sliceId));
  return sliceId;
};

describe('the log said nothing of how an operation ended', () => {
  test('one that succeeded: which one, of which slice and VM, for whom', async () => {
    const sliceId = await named(await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a', 'b'] })), 'lab');
    const { id } = await carryOut(context, actor, sliceId, 'deploy');
    const [vm] = await database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId)).orderBy(sliceVms.id);
    const stop = await carryOut(context, actor, sliceId, 'stop', vm?.id);
    const whole = { objectType: 'slice', objectName: 'lab', userId: actor.userId, tokenId: null, result: 'OK' };
    expect(await ends(sliceId)).toMatchObject([
      { ...whole, details: { deploymentId: id, kind: 'deploy', vmId: null } },
      { ...whole, details: { deploymentId: stop.id, kind: 'stop', vmId: vm?.id, vm: 'a' } },
    ]);
  });

  test('one that failed: with its cause', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a', 'fail-start'] }));
    const { error } = await carryOut(context, actor, sliceId, 'deploy');
    expect(error).toMatch(/^VM fail-start could not be started/);
    expect(await ends(sliceId)).toMatchObject([{ result: 'FAILED', details: { kind: 'deploy', error } }]);
  });

  test('one that was cancelled, and one that a destroy took over from', async () => {
    const slow = drawing({ vms: ['a', 'slow-start'] });
    const hung = async () => {
      const sliceId = await insertSlice(database.db, actor, zoneId, slow);
      const { id } = await startDeployment(context, { actor, sliceId, kind: 'deploy' });
      await until(context, sliceId, async () => {
        const rows = await database.db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId));
        return rows.some((row) => row.status === 'starting');
      });
      return { sliceId, id };
    };
    const cancelled = await hung();
    await cancelDeployment(context, { actor, id: cancelled.id });
    await ended(context, actor, cancelled.sliceId, cancelled.id);
    expect(await ends(cancelled.sliceId)).toMatchObject([{ result: 'CANCELLED', details: { kind: 'deploy' } }]);

    const superseded = await hung();
    await carryOut(context, actor, superseded.sliceId, 'destroy');
    expect(await ends(superseded.sliceId)).toMatchObject([
      { result: 'CANCELLED', details: { kind: 'deploy', superseded: true } },
      { result: 'OK', details: { kind: 'destroy' } },
    ]);
  });

  test('one that the system asked for: why, and from whose decision it follows', async () => {
    const sliceId = await insertSlice(database.db, actor, zoneId, drawing({ vms: ['a'] }));
    const system = { kind: 'system', onBehalfOf: actor.userId, because: 'users.delete' } as const;
    const id = await queueDeployment(context, { actor: system, sliceId, kind: 'destroy' });
    await ended(context, actor, sliceId, id);
    expect(await ends(sliceId)).toMatchObject([
      {
        userId: null,
        result: 'OK',
        details: {
          kind: 'destroy',
          because: 'users.delete',
          onBehalfOf: actor.userId,
          onBehalfOfName: expect.any(String),
        },
      },
    ]);
  });
});
