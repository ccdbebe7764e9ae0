import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import type { recoveryCodesSchema, secondFactorSetupSchema } from '#shared/auth';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import type { Queryable, Transaction } from '#server/db/client';
import {
  authenticatorOf,
  enforceSecret,
  keepSecret,
  removeSecondFactor,
  replaceRecoveryCodes,
  spendRecoveryCode,
  spendStep,
} from '#server/db/queries/second-factor';
import { inTransaction } from '#server/db/transaction';
import { describeError } from '#server/lib/logger';
import { recordAudit, type AuditRecord } from '../audit';
import type { Actor, DomainContext } from '../context';
import { seal, unseal, type SealedFor } from '../seal';
import { confirmPassword } from './confirm-password';
import { attemptOf, countAttempts, forget } from './rate-limits';
import { changingRights, type Changed } from './rights';
import { newSecret, otpauthUri, stepOf } from './totp';

const recoveryCodeCount = 10;
/** Without letters that are taken for digits. 16 of them have 79 bits: a fast hash is enough. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

function newRecoveryCode(): string {
  return Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** In groups of four, for the eye. */
const grouped = (code: string) => code.replaceAll(/(.{4})(?=.)/g, '$1-');
const plain = (code: string) => code.replaceAll(/[\s-]/g, '').toLowerCase();

const codeWrong = () =>
  new AppError('SECOND_FACTOR_WRONG', 'This code is wrong, has expired or was used before.', { field: 'code' });
const alreadyOn = () => new AppError('INVALID_INPUT', say('SECOND_FACTOR_ON'));
const notOn = () => new AppError('INVALID_INPUT', say('SECOND_FACTOR_OFF'));
const sealedFor = (userId: number): SealedFor => ({ purpose: 'secondFactor', bound: `user ${userId}` });

function openSecret(ctx: Pick<DomainContext, 'settings' | 'log'>, userId: number, sealed: string): string {
  try {
    return unseal(ctx.settings.jwtSecret, sealed, sealedFor(userId));
  } catch (error) {
    ctx.log.error('the secret of an authenticator cannot be read; is TRAMA_SECRET another one than before?', {
      userId,
      error: describeError(error),
    });
    throw new AppError(
      'INTERNAL',
      'The server cannot check the codes of your authenticator any more. Use a recovery code, or ask an administrator.',
      { cause: error },
    );
  }
}

/** Whether signing in to the account needs a code. */
async function needsSecondFactor(q: Queryable, userId: number): Promise<boolean> {
  return (await authenticatorOf(q, userId)).enabledAt !== null;
}

/** Whoever proves who they are: at sign-in there is no {@link Actor} yet. */
type Proving = Pick<Actor, 'userId' | 'ip'>;

/** Spends a code of the authenticator or a recovery code, which is written down. False if it is wrong or was spent. */
async function spend(
  ctx: DomainContext,
  tx: Transaction,
  { actor, given }: { actor: Proving; given: string },
): Promise<boolean> {
  const { userId } = actor;
  const code = plain(given);
  const now = ctx.clock.now();
  if (!/^\d{6}$/.test(code)) {
    if (!(await spendRecoveryCode(tx, userId, code, now))) return false;
    await recordAudit(tx, actor, { action: 'auth.recovery-code-used', objectType: 'user', objectId: userId });
    return true;
  }
  const { secret, enabledAt } = await authenticatorOf(tx, userId);
  if (secret === null || enabledAt === null) return false;
  const step = stepOf(openSecret(ctx, userId, secret), code, now);
  return step !== null && spendStep(tx, userId, step);
}

/** Counts the attempt, and with the right code forgets it: the pauses grow with wrong ones only. RATE_LIMITED. */
async function guarded<Result>(
  ctx: DomainContext,
  { actor }: { actor: Proving },
  work: () => Promise<Result | null>,
): Promise<Result> {
  const attempts = [attemptOf('second-factor:user', actor.userId)];
  await countAttempts(ctx.db, attempts, ctx.clock.now());
  const result = await work();
  if (result === null) {
    await recordAudit(ctx.db, actor, {
      action: 'auth.second-factor-failed',
      result: 'SECOND_FACTOR_WRONG',
      objectType: 'user',
      objectId: actor.userId,
    });
    throw codeWrong();
  }
  await forget(ctx.db, attempts);
  return result;
}

/**
 * Does `work` in the transaction that spends the code: neither is done without the other, and a code serves one of two
 * calls at once. SECOND_FACTOR_WRONG on `code`, RATE_LIMITED.
 */
export function withSecondFactor<Result extends object>(
  ctx: DomainContext,
  { actor, code }: { actor: Proving; code: string },
  work: (tx: Transaction, changed: Changed) => Promise<Result>,
): Promise<Result> {
  return guarded(ctx, { actor }, () =>
    changingRights(ctx, async (tx, changed) =>
      (await spend(ctx, tx, { actor, given: code })) ? work(tx, changed) : null,
    ),
  );
}

const recordOf = (actor: Actor, action: string): AuditRecord => ({
  action,
  objectType: 'user',
  objectId: actor.userId,
});

/** A new secret for the actor's authenticator. It is asked for at sign-in only after {@link enableSecondFactor}. */
export async function beginSecondFactor(
  ctx: DomainContext,
  { actor, currentPassword }: { actor: Actor; currentPassword: string },
): Promise<z.infer<typeof secondFactorSetupSchema>> {
  const user = await confirmPassword(ctx, { actor, currentPassword });
  const secret = newSecret();
  const sealed = seal(ctx.settings.jwtSecret, secret, sealedFor(actor.userId));
  await inTransaction(ctx.db, async (tx) => {
    if (!(await keepSecret(tx, actor.userId, sealed))) throw alreadyOn();
    await recordAudit(tx, actor, recordOf(actor, 'auth.begin-second-factor'));
  });
  return { secret, uri: otpauthUri(secret, user.email) };
}

/** Ten new codes in place of all earlier ones; the answer is the only place where they can be read. */
async function renewCodes(tx: Transaction, userId: number): Promise<z.infer<typeof recoveryCodesSchema>> {
  const codes = Array.from({ length: recoveryCodeCount }, newRecoveryCode);
  await replaceRecoveryCodes(tx, userId, codes);
  return { codes: codes.map(grouped) };
}

/**
 * Puts the authenticator in force, once a code has shown that it works. Answers the recovery codes.
 * SECOND_FACTOR_WRONG on `code`; INVALID_INPUT when there is nothing to put in force; RATE_LIMITED.
 */
export async function enableSecondFactor(
  ctx: DomainContext,
  { actor, code }: { actor: Actor; code: string },
): Promise<z.infer<typeof recoveryCodesSchema>> {
  const { secret, enabledAt } = await authenticatorOf(ctx.db, actor.userId);
  if (enabledAt !== null) throw alreadyOn();
  if (secret === null) throw new AppError('INVALID_INPUT', say('SECOND_FACTOR_NOT_BEGUN'));
  return guarded(ctx, { actor }, async () => {
    const now = ctx.clock.now();
    const step = stepOf(openSecret(ctx, actor.userId, secret), plain(code), now);
    if (step === null) return null;
    return inTransaction(ctx.db, async (tx) => {
      if (!(await enforceSecret(tx, actor.userId, { secret, step, now }))) throw alreadyOn();
      await recordAudit(tx, actor, recordOf(actor, 'auth.enable-second-factor'));
      return renewCodes(tx, actor.userId);
    });
  });
}

/** Turns the second factor off. INVALID_CREDENTIALS on `currentPassword`, SECOND_FACTOR_WRONG on `code`, RATE_LIMITED. */
export async function disableSecondFactor(
  ctx: DomainContext,
  { actor, currentPassword, code }: { actor: Actor; currentPassword: string; code: string },
): Promise<void> {
  await confirmPassword(ctx, { actor, currentPassword });
  if (!(await needsSecondFactor(ctx.db, actor.userId))) throw notOn();
  await withSecondFactor(ctx, { actor, code }, async (tx) => {
    await removeSecondFactor(tx, actor.userId);
    await recordAudit(tx, actor, recordOf(actor, 'auth.disable-second-factor'));
    return {};
  });
}

/** New recovery codes in place of all earlier ones. Errors as of {@link disableSecondFactor}. */
export async function renewRecoveryCodes(
  ctx: DomainContext,
  { actor, currentPassword, code }: { actor: Actor; currentPassword: string; code: string },
): Promise<z.infer<typeof recoveryCodesSchema>> {
  await confirmPassword(ctx, { actor, currentPassword });
  if (!(await needsSecondFactor(ctx.db, actor.userId))) throw notOn();
  return withSecondFactor(ctx, { actor, code }, async (tx) => {
    const codes = await renewCodes(tx, actor.userId);
    await recordAudit(tx, actor, recordOf(actor, 'auth.renew-recovery-codes'));
    return codes;
  });
}
