import { eq, sql } from 'drizzle-orm';
import { rateLimits } from '#drizzle/schema/users';
import { AppError } from '#shared/errors';
import type { Queryable } from '#server/db/client';
import { callerOf } from '#server/lib/ip';
import { sha256 } from '#server/lib/secrets';

/** After `free` attempts each further one has to wait twice as long as the one before, up to `maxSeconds`. */
interface RatePolicy {
  free: number;
  maxSeconds: number;
  /** Without an attempt for this long, all is forgotten. */
  windowSeconds: number;
}

/** By e-mail the wait stays short, since a stranger can cause it; by address it may grow. */
const policies = {
  'login:email': { free: 5, maxSeconds: 60, windowSeconds: 3600 },
  'login:ip': { free: 30, maxSeconds: 900, windowSeconds: 3600 },
  'register:email': { free: 5, maxSeconds: 60, windowSeconds: 3600 },
  // a class registers from one address
  'register:ip': { free: 100, maxSeconds: 900, windowSeconds: 3600 },
  // that an address is taken is told, so who tries many is slowed down; what turns out to be free is forgiven
  'register-taken:ip': { free: 30, maxSeconds: 900, windowSeconds: 3600 },
  'reset:ip': { free: 20, maxSeconds: 900, windowSeconds: 3600 },
  // by somebody who is signed in; as for a sign-in
  'password:user': { free: 5, maxSeconds: 60, windowSeconds: 3600 },
  // by somebody who is signed in: addresses that are taken are told
  'email:user': { free: 10, maxSeconds: 900, windowSeconds: 3600 },
  // only who knows the password gets here: three codes of a million are good at a time, so the pauses must grow
  'second-factor:user': { free: 5, maxSeconds: 900, windowSeconds: 86_400 },
  // bearer tokens that nobody has
  'token:ip': { free: 30, maxSeconds: 900, windowSeconds: 3600 },
  'token-create:user': { free: 30, maxSeconds: 60, windowSeconds: 3600 },
  // addresses of nobody, typed to share with
  'share:user': { free: 60, maxSeconds: 60, windowSeconds: 3600 },
  // calls that are asked for, of webhooks
  'webhook:user': { free: 30, maxSeconds: 60, windowSeconds: 3600 },
  // refusals that are written down
  'refused:user': { free: 60, maxSeconds: 60, windowSeconds: 3600 },
  'console:user': { free: 120, maxSeconds: 30, windowSeconds: 300 },
  'console:ip': { free: 240, maxSeconds: 30, windowSeconds: 300 },
} as const satisfies Record<string, RatePolicy>;
export type RateLimit = keyof typeof policies;

export interface Attempt {
  limit: RateLimit;
  key: string;
}

/** The attempt to count for what somebody typed: hashed, so that the table holds no addresses. */
export function attemptOf(limit: RateLimit, subject: string | number): Attempt {
  return { limit, key: `${limit}:${sha256(String(subject))}` };
}

/** The same for a network address; nothing to count where it is not known. */
export function attemptOfIp(limit: RateLimit, ip: string | null): Attempt[] {
  return ip === null ? [] : [attemptOf(limit, callerOf(ip))];
}

/** Seconds to wait after `attempts`, in SQL. Attempts beyond 2^20 add nothing: no overflow. */
const delay = (policy: RatePolicy) =>
  sql`case when ${rateLimits.attempts} < ${policy.free} then 0
    else least(${policy.maxSeconds}, pow(2, least(${rateLimits.attempts} - ${policy.free}, 20))) end`;

/**
 * Counts the attempts, all or RATE_LIMITED. Counting comes before what is guarded, in one conditional statement each:
 * a hundred attempts at once, on several servers, are a hundred attempts. {@link forgive} takes back what went well.
 *
 * A row holds no "blocked until": the end of its window says when the last attempt was, and that says the rest.
 */
export async function countAttempts(q: Queryable, attempts: readonly Attempt[], now: Date): Promise<void> {
  for (const { limit, key } of attempts) {
    const policy = policies[limit];
    const windowEndsAt = new Date(now.getTime() + policy.windowSeconds * 1000);
    // not below 0: another server's clock, or a call that overtook this one, may have written a later instant
    const secondsSince = sql`greatest(0, timestampdiff(microsecond, ${rateLimits.windowEndsAt}, ${windowEndsAt}) / 1000000)`;
    const count = async () => {
      const [result] = await q.execute(sql`update ${rateLimits}
        set ${sql.identifier('attempts')} = case when ${rateLimits.windowEndsAt} <= ${now} then 1 else ${rateLimits.attempts} + 1 end,
          ${sql.identifier('window_ends_at')} = greatest(${rateLimits.windowEndsAt}, ${windowEndsAt})
        where ${rateLimits.key} = ${key}
          and (${rateLimits.windowEndsAt} <= ${now} or ${secondsSince} >= ${delay(policy)})`);
      return result.affectedRows > 0;
    };
    const counted = async () => {
      if (await count()) return true;
      const [inserted] = await q.insert(rateLimits).ignore().values({ key, attempts: 1, windowEndsAt });
      // another call may have made the row between the two statements
      return inserted.affectedRows > 0 || count();
    };
    const waiting = () =>
      q
        .select({ wait: sql<string>`${delay(policy)} - ${secondsSince}` })
        .from(rateLimits)
        .where(eq(rateLimits.key, key));
    if (await counted()) continue;
    let [row] = await waiting();
    if (row === undefined) {
      // and a third one, which knew the password, may have had it forgotten
      if (await counted()) continue;
      [row] = await waiting();
    }
    const seconds = Math.max(1, Math.ceil(Number(row?.wait ?? 1)));
    throw new AppError('RATE_LIMITED', `Too many attempts. Try again in ${seconds} s.`, { params: { seconds } });
  }
}

/** Takes one counted attempt back: it turned out to be rightful. */
export async function forgive(q: Queryable, attempts: readonly Attempt[]): Promise<void> {
  for (const { key } of attempts)
    await q
      .update(rateLimits)
      .set({ attempts: sql`greatest(${rateLimits.attempts}, 1) - 1` })
      .where(eq(rateLimits.key, key));
}

/** Forgets all attempts: whoever knows the password of an account is not guessing it. */
export async function forget(q: Queryable, attempts: readonly Attempt[]): Promise<void> {
  for (const { key } of attempts) await q.delete(rateLimits).where(eq(rateLimits.key, key));
}
