import { eq } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { deployments } from '#drizzle/schema/deployments';
import { sliceEdges, sliceNetworks, slices, sliceVms } from '#drizzle/schema/slices';
import { roles, users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import type { DeploymentKind } from '#shared/deployment/operations';
import { allocateAddresses } from '#shared/topology/addresses';
import type { Topology } from '#shared/topology/schema';
import type { Database } from '#server/db/client';
import { only } from '#server/db/rows';
import type { Actor, DomainContext, Home, ProviderRegistry } from '#server/domain/context';
import { createEventBus } from '#server/events/bus';
import { systemClock } from '#server/lib/clock';
import { silentLogger } from '#server/lib/logger';
import type { Provider } from '#server/providers/provider';
import { getDeployment } from '#server/domain/deployments/read-deployments';
import { startDeployment } from '#server/domain/deployments/start';
import type { ProvisioningOptions } from './options';
import { createProvisioning, type Provisioning } from './provisioning';

/** Short times, so that tests wait for events and not for timers; a lease that outlasts a machine that stands still. */
export const testOptions: Partial<ProvisioningOptions> = {
  leaseMs: 60_000,
  heartbeatMs: 100,
  pollMs: 25,
  retryDelaysMs: [1, 1],
  observeGapMs: 1,
  observeEveryMs: 20,
  reconcileMs: 3_600_000,
  databaseRetryMs: 10,
};

/** A drawing: VM names, networks and links by name. `flavourId` and `imageId` 1 are seeded. */
export function drawing(options: {
  vms: readonly string[];
  networks?: readonly string[];
  edges?: readonly (readonly [string, string])[];
}): Topology {
  const at = { x: 0, y: 0 };
  return {
    vms: options.vms.map((name) => ({
      key: name,
      name,
      flavourId: 1,
      imageId: 1,
      internet: false,
      forwards: [{ protocol: 'tcp', guestPort: 22 }],
      ...at,
    })),
    networks: (options.networks ?? []).map((name) => ({ key: name, name, ...at })),
    edges: (options.edges ?? []).map(([source, target], index) => ({ key: `e${index}`, source, target })),
  };
}

/** VMs `a`, `b`, `c` in a line, two of them in a network too. */
export const small = drawing({
  vms: ['a', 'b', 'c'],
  networks: ['lan'],
  edges: [
    ['a', 'b'],
    ['b', 'c'],
    ['a', 'lan'],
    ['c', 'lan'],
  ],
});

let serial = 0;

/** A person who may sign in nowhere, as an actor. */
export async function insertActor(db: Database, role: Role = 'user'): Promise<Actor> {
  const roleRow = only(await db.select().from(roles).where(eq(roles.name, role)), role);
  const number = ++serial;
  const [user] = await db.insert(users).values({
    email: `user${number}@example.test`,
    name: `User ${number}`,
    passwordHash: 'none',
    roleId: roleRow.id,
  });
  return { userId: user.insertId, role, tokenId: 1, kind: 'session', scopes: null, ip: null };
}

/** The seeded zone, on the simulator. */
export async function simulatedZone(
  db: Database,
  limits: { vcpus?: number; ramMb?: number; diskGb?: number } = {},
): Promise<number> {
  const zone = only(await db.select().from(availabilityZones).limit(1), 'a zone');
  await db
    .update(availabilityZones)
    .set({
      provider: 'simulator',
      limitVcpus: limits.vcpus ?? 1_000_000,
      limitRamMb: limits.ramMb ?? 9_000_000,
      limitDiskGb: limits.diskGb ?? 1_000_000,
      overcommit: { vcpus: 1, ram: 1, disk: 1 },
    })
    .where(eq(availabilityZones.id, zone.id));
  return zone.id;
}

/** A draft slice with its rows, as one is made from a template. */
export async function insertSlice(
  db: Database,
  actor: Actor,
  zoneId: number,
  topology: Topology = small,
): Promise<number> {
  const [slice] = await db.insert(slices).values({ ownerId: actor.userId, zoneId, name: `slice-${++serial}` });
  const sliceId = slice.insertId;
  const addresses = allocateAddresses(topology);
  const vmIds = new Map<string, number>();
  if (topology.vms.length > 0) {
    await db.insert(sliceVms).values(
      topology.vms.map(({ key, name, flavourId, imageId, internet, forwards, x, y }) => ({
        sliceId,
        key,
        name,
        flavourId,
        imageId,
        vcpus: 1,
        ramMb: 128,
        diskGb: 1,
        internet,
        forwards: forwards.map((forward) => ({ ...forward, hostAddress: null, hostPort: null })),
        x,
        y,
      })),
    );
    for (const row of await db.select().from(sliceVms).where(eq(sliceVms.sliceId, sliceId))) vmIds.set(row.key, row.id);
  }
  const networkIds = new Map<string, number>();
  for (const network of topology.networks) {
    const subnet = addresses.networks.get(network.key) ?? '';
    const [row] = await db.insert(sliceNetworks).values({ sliceId, ...network, subnet });
    networkIds.set(network.key, row.insertId);
  }
  const edges = topology.edges.flatMap((edge) => {
    const address = addresses.edges.get(edge.key);
    const sourceVmId = vmIds.get(edge.source);
    if (address === undefined || sourceVmId === undefined) return [];
    return {
      sliceId,
      key: edge.key,
      sourceVmId,
      targetVmId: vmIds.get(edge.target) ?? null,
      targetNetworkId: networkIds.get(edge.target) ?? null,
      ...address,
    };
  });
  if (edges.length > 0) await db.insert(sliceEdges).values(edges);
  return sliceId;
}

/** The provider for every zone. */
export function registryOf(provider: Provider): ProviderRegistry {
  return {
    forZone: () => Promise.resolve(provider),
    runnable: () => Promise.resolve(['simulator'] as const),
    close: () => provider.close(),
  };
}

/** A server that no other one shares the database with. */
export const alone: Home = { id: null, everything: true, accompanied: false };

export function testContext(db: Database, provider: Provider, overrides: Partial<DomainContext> = {}): DomainContext {
  return {
    db,
    bus: createEventBus(),
    providers: registryOf(provider),
    home: alone,
    clock: systemClock,
    log: silentLogger,
    settings: {
      registrationOpen: true,
      registrationDomains: null,
      jwtSecret: new Uint8Array(32),
      argon2: { memoryCost: 8, timeCost: 1 },
      sessionHours: 1,
      sessionIdleHours: 1,
      auditDays: 365,
      simulator: true,
    },
    ...overrides,
  };
}

/** Resolves when `test` says so, asked after every event of the slice and now and then for other servers' writes. */
export async function until<Value>(
  context: Pick<DomainContext, 'bus'>,
  sliceId: number,
  test: () => Promise<Value | null | undefined | false>,
  patienceMs = 60_000,
): Promise<Value> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    let stopListening = () => {};
    let timer: NodeJS.Timeout | undefined;
    const news = new Promise<void>((resolve) => {
      stopListening = context.bus.listen(sliceId, () => resolve());
      timer = setTimeout(resolve, 50);
    });
    try {
      const value = await test();
      if (value !== null && value !== undefined && value !== false) return value;
      if (performance.now() > deadline) throw new Error('What the test waits for did not happen.');
      await news;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }
}

/** The deployment once it has ended. */
export function ended(context: DomainContext, actor: Actor, sliceId: number, id: number, patienceMs?: number) {
  return until(
    context,
    sliceId,
    async () => {
      // asked after every event: the whole deployment only once it has ended
      const [row] = await context.db
        .select({ finishedAt: deployments.finishedAt })
        .from(deployments)
        .where(eq(deployments.id, id));
      return row?.finishedAt == null ? null : getDeployment(context, { actor, id });
    },
    patienceMs,
  );
}

/** Starts an operation and waits for its end. */
export async function carryOut(
  context: DomainContext,
  actor: Actor,
  sliceId: number,
  kind: DeploymentKind,
  vmId?: number,
  patienceMs?: number,
) {
  const { id } = await startDeployment(context, { actor, sliceId, kind, vmId });
  return ended(context, actor, sliceId, id, patienceMs);
}

export function testProvisioning(context: DomainContext, options: Partial<ProvisioningOptions> = {}): Provisioning {
  return createProvisioning(context, { ...testOptions, ...options });
}
