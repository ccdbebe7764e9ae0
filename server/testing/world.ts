import { eq } from 'drizzle-orm';
import { availabilityZones } from '#drizzle/schema/catalogue';
import { sliceVms } from '#drizzle/schema/slices';
import { users } from '#drizzle/schema/users';
import type { Role } from '#shared/auth';
import type { Scope } from '#shared/scopes';
import type { QuotaLimits } from '#shared/quota';
import type { VmStatus } from '#shared/slice-status';
import type { Database } from '#server/db/client';
import { insertUser } from '#server/db/queries/users';
import type { Actor, DomainContext } from '#server/domain/context';
import { authenticateToken, createSession } from '#server/domain/auth/sessions';
import { createToken } from '#server/domain/auth/tokens';
import { hashPassword } from '#server/domain/auth/passwords';
import { quotaOfUser, setRoleQuota, setUserQuota } from '#server/domain/quotas/quotas';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { appRouter } from '#server/rpc/app-router';
import { createCallerFactory } from '#server/rpc/trpc';
import { simulatorOnly, withoutDatabase } from './context';

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
  snapshots: null,
  imageMb: null,
  internetKbps: null,
  internetMbPerMonth: null,
};

/** The API on a test's database, with a clock that can be moved, a simulator zone, and one provider that is broken. */
export function createWorld(database: { db: Database }) {
  let offsetMs = 0;
  let frozenAt: number | null = null;
  const simulator = createSimulatorProvider({ physical: { vcpus: 8, ramMb: 16_384, diskGb: 100 } });
  const ctx: DomainContext = {
    ...withoutDatabase(simulator, {
      providers: simulatorOnly(simulator),
      clock: { now: () => new Date((frozenAt ?? Date.now()) + offsetMs) },
    }),
    // it is there in tests only, and some put another one in its place
    get db() {
      return database.db;
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
