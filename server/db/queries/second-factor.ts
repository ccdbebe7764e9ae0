import { and, eq, isNotNull, isNull, lt, or } from 'drizzle-orm';
import { recoveryCodes, users } from '#drizzle/schema/users';
import type { Queryable } from '#server/db/client';
import { sha256 } from '#server/lib/secrets';

/** The encrypted secret of a user's authenticator, and since when it is in force. */
export async function authenticatorOf(
  q: Queryable,
  userId: number,
): Promise<{ secret: string | null; enabledAt: Date | null }> {
  const [row] = await q
    .select({ secret: users.totpSecret, enabledAt: users.totpEnabledAt })
    .from(users)
    .where(eq(users.id, userId));
  return row ?? { secret: null, enabledAt: null };
}

/** Keeps a secret that is not in force yet. False if there is one that is. */
export async function keepSecret(q: Queryable, userId: number, secret: string): Promise<boolean> {
  const [kept] = await q
    .update(users)
    .set({ totpSecret: secret })
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt)));
  return kept.affectedRows > 0;
}

/** Puts the kept secret in force, `step` being spent. False if it is another by now, or one is in force already. */
export async function enforceSecret(
  q: Queryable,
  userId: number,
  { secret, step, now }: { secret: string; step: number; now: Date },
): Promise<boolean> {
  const [enforced] = await q
    .update(users)
    .set({ totpEnabledAt: now, totpLastStep: step })
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt), eq(users.totpSecret, secret)));
  return enforced.affectedRows > 0;
}

/** Spends the code of a time step: of two that spend the same or an earlier one, one succeeds. */
export async function spendStep(q: Queryable, userId: number, step: number): Promise<boolean> {
  const [spent] = await q
    .update(users)
    .set({ totpLastStep: step })
    .where(
      and(
        eq(users.id, userId),
        isNotNull(users.totpEnabledAt),
        or(isNull(users.totpLastStep), lt(users.totpLastStep, step)),
      ),
    );
  return spent.affectedRows > 0;
}

/** Spends a recovery code: of two that spend the same one, one succeeds. */
export async function spendRecoveryCode(q: Queryable, userId: number, code: string, now: Date): Promise<boolean> {
  const [spent] = await q
    .update(recoveryCodes)
    .set({ usedAt: now })
    .where(
      and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, sha256(code)), isNull(recoveryCodes.usedAt)),
    );
  return spent.affectedRows > 0;
}

/** Puts recovery codes in place of all earlier ones; only their hashes are kept. */
export async function replaceRecoveryCodes(q: Queryable, userId: number, codes: readonly string[]): Promise<void> {
  await q.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  if (codes.length > 0) await q.insert(recoveryCodes).values(codes.map((code) => ({ userId, codeHash: sha256(code) })));
}

/** Forgets authenticator and recovery codes. Answers whether a second factor was in force. */
export async function removeSecondFactor(q: Queryable, userId: number): Promise<boolean> {
  const [removed] = await q
    .update(users)
    .set({ totpSecret: null, totpEnabledAt: null, totpLastStep: null })
    .where(and(eq(users.id, userId), isNotNull(users.totpEnabledAt)));
  await replaceRecoveryCodes(q, userId, []);
  return removed.affectedRows > 0;
}
