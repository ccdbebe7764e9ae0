import { beforeEach, expect, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import type { Actor } from '#server/domain/context';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { startDeployment } from '#server/domain/deployments/start';
import { getSliceTopology, wholeSlice } from '#server/domain/slices/read-slices';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState, type SimulatorState } from '#server/providers/simulator/simulator-state';
import { testContext } from '#server/testing/context';
import { small } from '#server/testing/drawings';
import { ended, testOptions, until } from '#server/testing/provisioning';
import { insertActor, insertSlice, simulatedZone } from '#server/testing/rows';
import { heir, Life } from './life';
import type { ProvisioningOptions } from './options';
import { createLeaseOwner } from './owner';
import { createProvisioning } from './provisioning';

const database = useDatabase();
let state: SimulatorState;
let actor: Actor;
let zoneId: number;

beforeEach(async () => {
  state = createSimulatorState();
  actor = await insertActor(database.db);
  zoneId = await simulatedZone(database.db);
});

/** Nothing happens by the clock: the n-th act is the same one in every run. */
const still = { pollMs: 3_600_000, observeGapMs: 3_600_000, observeEveryMs: 3_600_000 };
function server(options: Partial<ProvisioningOptions> = {}, life = new Life(), owner = createLeaseOwner()) {
  const context = testContext(life.database(database.db), life.provider(createSimulatorProvider({ state })));
  return { context, owner, provisioning: createProvisioning(context, { ...testOptions, ...options }, owner) };
}

/** A slice that runs, of which an update waits that gives `a` more RAM, takes `b` away and adds `d`, linked to `a` and `lan`. */
async function queuedUpdate() {
  const sliceId = await insertSlice(database.db, actor, zoneId, small);
  const { context, provisioning } = server();
  provisioning.worker.start();
  await ended(context, actor, sliceId, (await startDeployment(context, { actor, sliceId, kind: 'deploy' })).id);
  await provisioning.stop();
  const { topology, version } = await getSliceTopology(context, { actor, id: sliceId });
  const [a, b] = topology.vms;
  if (a?.key !== 'a' || b?.key !== 'b') throw new Error('another drawing');
  const joinsB = ({ source, target }: { source: string; target: string }) => source === 'b' || target === 'b';
  const { id } = await startDeployment(context, {
    actor,
    sliceId,
    kind: 'update',
    baseVersion: version,
    change: {
      from: 'drawing',
      topology: {
        ...topology,
        vms: [{ ...a, flavourId: 2 }, ...topology.vms.slice(2), { ...a, key: 'd', name: 'd' }],
        edges: [
          ...topology.edges.filter((edge) => !joinsB(edge)),
          { key: 'new', source: 'd', target: 'a' },
          { key: 'new-lan', source: 'd', target: 'lan' },
        ],
      },
    },
  });
  return { sliceId, id };
}

test.each(['before', 'after'] as const)(
  'a server that is killed %s any act or commit of an update: another ends it, each part once',
  async (when) => {
    let resumed = 0;
    for (let at = when === 'before' ? 1 : 2; ; at += 2) {
      const { sliceId, id } = await queuedUpdate();
      const life = new Life(at, when);
      const first = server(still, life);
      first.provisioning.worker.start();
      const hasEnded = async () => (await getDeployment({ db: database.db }, { actor, id })).finishedAt !== null;
      await until(first.context, sliceId, async () => life.dead || (await hasEnded()));
      void first.provisioning.stop();
      const survived = !life.dead;
      if (!survived && !(await hasEnded())) resumed++;

      const second = server({}, new Life(), heir(first.owner));
      second.provisioning.worker.start();
      expect(await ended(second.context, actor, sliceId, id)).toMatchObject({ status: 'succeeded', error: null });
      await second.provisioning.stop();
      const slice = await wholeSlice(database.db, { actor, id: sliceId });
      expect(slice).toMatchObject({ status: 'active', topologyVersion: 2 });
      expect(slice.edges.every(({ status }) => status === 'up')).toBe(true);
      // those that stay run on, the one with another size was started once more, and nothing is left of the one that went
      const boots = [...(state.slices.get(sliceId)?.vms.values() ?? [])].map(({ spec, boot }) => [spec.name, boot]);
      expect(Object.fromEntries(boots)).toEqual({ a: 2, c: 1, d: 1 });
      const { edges } = await createSimulatorProvider({ state }).observe({ id: sliceId });
      expect(edges).toHaveLength(slice.edges.length);
      if (survived) break;
      expect(at).toBeLessThan(120);
    }
    expect(resumed).toBeGreaterThan(6);
  },
  600_000,
);
