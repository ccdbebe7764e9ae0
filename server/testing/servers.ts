import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { availabilityZones } from '#drizzle/schema/catalogue';
import type { Database } from '#server/db/client';
import type { DomainContext } from '#server/domain/context';
import { createHomeKeeper, type HomeKeeper } from '#server/domain/homes/home';
import { systemClock } from '#server/lib/clock';
import { silentLogger } from '#server/lib/logger';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { createSimulatorState } from '#server/providers/simulator/simulator-state';
import { Life } from '#server/provisioning/life';
import { createLeaseOwner } from '#server/provisioning/owner';
import { createProvisioning, type Provisioning } from '#server/provisioning/provisioning';
import { registryOf, testContext } from './context';
import { testOptions } from './provisioning';
import { simulatedZone } from './rows';

/** A machine with a data folder of its own: what its VMs are outlives the servers that run on it. */
export const machine = (name: string) => ({
  name,
  identity: randomUUID(),
  state: createSimulatorState(),
  dead: new Set<string>(),
});
export type Machine = ReturnType<typeof machine>;

export interface Server {
  life: Life;
  context: DomainContext;
  provisioning: Provisioning;
  keeper: HomeKeeper;
  kill(): void;
  stop(): Promise<void>;
}

/** A server process on a machine, at work. */
export async function startServer(database: Database, on: Machine, bootId: string | null = null): Promise<Server> {
  const life = new Life();
  const db = life.database(database);
  const provider = life.provider(createSimulatorProvider({ state: on.state }));
  const made = createLeaseOwner();
  const isDead = (name: string) => on.dead.has(name);
  const owner = { name: made.name, retire: () => made.retire(), isDead };
  const keeper = createHomeKeeper(
    { db, log: silentLogger, providers: registryOf(provider), clock: systemClock },
    {
      signs: { identity: on.identity, host: on.name, relayUrl: 'http://127.0.0.1:1', version: '0', server: owner.name },
      exclusive: false,
      bootId,
      isDead,
      beatMs: 50,
    },
  );
  const context = testContext(db, provider, { home: keeper.home });
  const provisioning = createProvisioning(context, { ...testOptions, reconcileMs: 50 }, owner);
  keeper.onGain(() => context.bus.offerWork());
  await keeper.start();
  provisioning.run();
  const kill = () => {
    life.dead = true;
    on.dead.add(owner.name);
  };
  const stop = async () => {
    if (life.dead) return;
    await provisioning.stop();
    await keeper.stop();
  };
  onTestFinished(async () => {
    if (!life.dead) await stop();
  });
  return { life, context, provisioning, keeper, kill, stop };
}

/** Two machines with a server each, and a zone of each. */
export async function twoServers(database: Database) {
  const [a, b] = [machine('a'), machine('b')];
  const zoneA = await simulatedZone(database);
  const serverA = await startServer(database, a);
  const serverB = await startServer(database, b);
  const [inserted] = await database.insert(availabilityZones).values({
    name: 'b',
    provider: 'simulator',
    homeId: serverB.keeper.home.id,
    limitVcpus: 1_000,
    limitRamMb: 1_000_000,
    limitDiskGb: 1_000,
    overcommit: { vcpus: 1, ram: 1, disk: 1 },
  });
  return { a, b, serverA, serverB, zoneA, zoneB: inserted.insertId };
}

/** How many VMs of the slice exist on the machine, running or not. */
export const vmsOn = ({ state }: Machine, sliceId: number) => state.slices.get(sliceId)?.vms.size ?? 0;
