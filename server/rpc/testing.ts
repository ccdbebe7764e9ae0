import { eq } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { sliceVms } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import { AppError, type PublicError } from '#shared/errors';
import type { Scope } from '#shared/scopes';
import type { QuotaLimits } from '#shared/quota';
import type { VmStatus } from '#shared/slice-status';
import type { Topology } from '#shared/topology/schema';
import type { Database } from '#server/db/client';
import { insertUser } from '#server/db/queries/users';
import type { Actor, DomainContext } from '#server/domain/context';
import { authenticateToken, createSession } from '#server/domain/auth/sessions';
import { createToken } from '#server/domain/auth/tokens';
import { hashPassword } from '#server/domain/auth/passwords';
import { quotaOfUser, setRoleQuota, setUserQuota } from '#server/domain/quotas/quotas';
import { createEventBus } from '#server/events/bus';
import { silentLogger } from '#server/lib/logger';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { alone } from '#server/provisioning/testing';
import { appRouter } from './app-router';
import { createCallerFactory } from './trpc';

export const password = 'correct horse battery';
const createCaller = createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;

const unlimited: QuotaLimits = {
  slices: null,
  vms: null,
  vcpus: null,
  ramMb: null,
  diskGb: null,
  runningVms: null,
  runningVcpus: null,
  runningRamMb: null,
};

/** The API on a test's database, with a clock that can be moved, a simulator zone, and one provider that is broken. */
export function createKit(database: { db: Database }) {
  let offsetMs = 0;
  let frozenAt: number | null = null;
  const simulator = createSimulatorProvider({ physical: { vcpus: 8, ramMb: 16_384, diskGb: 100 } });
  const ctx: DomainContext = {
    get db() {
      return database.db;
    },
    bus: createEventBus(),
    providers: {
      forZone: (zone) =>
        zone.provider === 'simulator'
          ? Promise.resolve(simulator)
          : Promise.reject(new AppError('ZONE_UNAVAILABLE', 'QEMU is not installed on this machine.')),
      runnable: () => Promise.resolve(['simulator'] as const),
      close: () => simulator.close(),
    },
    home: alone,
    clock: { now: () => new Date((frozenAt ?? Date.now()) + offsetMs) },
    log: silentLogger,
    settings: {
      registrationOpen: true,
      registrationDomains: null,
      jwtSecret: new TextEncoder().encode('a secret of thirty-two characters'),
      argon2: { memoryCost: 8, timeCost: 1 },
      sessionHours: 12,
      sessionIdleHours: 6,
      auditDays: 365,
      simulator: true,
    },
  };
  let passwordHash: Promise<string> | undefined;
  let people = 0;

  /** Makes a user with the role, signed in. */
  async function person(role: Role = 'user'): Promise<Actor & { email: string; token: string }> {
    passwordHash ??= hashPassword(ctx.settings.argon2, password);
    people += 1;
    const email = `person${people}@example.org`;
    const user = await insertUser(ctx.db, { email, name: `Person ${people}`, passwordHash: await passwordHash, role });
    const { tokenId, token } = await createSession(ctx, ctx.db, user.id, { ip: null, userAgent: null });
    return { userId: user.id, role, tokenId, kind: 'session', scopes: null, ip: null, email, token };
  }

  /** A token of the person's with the scopes, as an actor. */
  async function tokenOf(owner: Actor, scopes: Scope[], days = 90): Promise<Actor & { token: string }> {
    const { token } = await createToken(ctx, { actor: owner, name: 'test', scopes, days });
    const actor = await authenticateToken(ctx, token);
    if (actor === null) throw new Error('the token is not accepted');
    return { ...actor, token };
  }

  /** The API as somebody, or nobody, calls it. `sessions` collects what was to become cookies. */
  function callerOf(
    actor: Actor | null,
    options: {
      ip?: string | null;
      sessions?: ({ token: string; expiresAt: Date } | null)[];
      signal?: AbortSignal;
    } = {},
  ): Caller {
    return createCaller(
      {
        domain: ctx,
        actor,
        client: { ip: options.ip ?? null, userAgent: 'test' },
        setSession: (session) => options.sessions?.push(session),
      },
      options.signal === undefined ? {} : { signal: options.signal },
    );
  }

  return {
    ctx,
    simulator,
    person,
    tokenOf,
    callerOf,
    /** Has the clock stand still but for {@link pass}: for pauses and codes, which a slow machine would outlast. */
    freeze() {
      frozenAt ??= Date.now();
    },
    /** Moves the clock. */
    pass(ms: number) {
      offsetMs += ms;
    },
    /** A zone of the simulator. */
    async zone(values: Partial<typeof availabilityZones.$inferInsert> = {}): Promise<number> {
      const [{ insertId }] = await ctx.db.insert(availabilityZones).values({
        name: 'simulated',
        provider: 'simulator',
        overcommit: { vcpus: 2, ram: 1, disk: 1 },
        ...values,
      });
      return insertId;
    },
    /** Sets quotas: a test's database has none, so nobody has a limit. */
    async quota(of: { role: Role } | { userId: number }, limits: Partial<QuotaLimits>): Promise<void> {
      const admin = await person('admin');
      if ('role' in of) {
        await setRoleQuota(ctx, { actor: admin, role: of.role, limits: { ...unlimited, ...limits } });
        return;
      }
      const { own } = await quotaOfUser(ctx, of);
      await setUserQuota(ctx, { actor: admin, userId: of.userId, quota: { ...own, ...limits } });
    },
    /** Disables an account behind the back of whoever acts with it. */
    async disabled({ userId }: { userId: number }): Promise<void> {
      await ctx.db.update(users).set({ disabledAt: ctx.clock.now() }).where(eq(users.id, userId));
    },
    /** Has a VM observed in a state, as provisioning would. */
    async observed(vmId: number, status: VmStatus): Promise<void> {
      await ctx.db.update(sliceVms).set({ status }).where(eq(sliceVms.id, vmId));
    },
  };
}

/** VMs in a row, each linked to the next, of the seeded `nano` flavour and `tiny` image. */
export function line(count: number, prefix = 'vm'): Topology {
  return {
    vms: Array.from({ length: count }, (_, index) => ({
      key: `${prefix}${index + 1}`,
      name: `${prefix}-${index + 1}`,
      flavourId: 1,
      imageId: 1,
      internet: false,
      forwards: [],
      x: index * 100,
      y: 0,
    })),
    networks: [],
    edges: Array.from({ length: Math.max(0, count - 1) }, (_, index) => ({
      key: `e${index + 1}`,
      source: `${prefix}${index + 1}`,
      target: `${prefix}${index + 2}`,
    })),
  };
}

/** The public error that a call ends with. Fails if it does not fail. */
export async function refusalOf(call: Promise<unknown>): Promise<PublicError> {
  try {
    await call;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof AppError) return cause.toPublic();
    throw error;
  }
  throw new Error('It was not refused.');
}

/** The code that a call ends with: ours, or `INVALID_INPUT` where the input's schema refused it, or `OK`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // a subscription's own errors come as they are: the transport wraps them
    if (error instanceof AppError) return error.code;
    if (error.cause instanceof AppError) return error.cause.code;
    if ('code' in error && error.code === 'BAD_REQUEST') return 'INVALID_INPUT';
    throw error;
  }
}
