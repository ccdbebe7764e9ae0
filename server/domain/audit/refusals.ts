import { AppError, type ErrorCode } from '#shared/errors';
import { describeError } from '#server/lib/logger';
import { attemptOf, countAttempts } from '../auth/rate-limits';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';
import { refusedObject } from './refused-object';

/** What was refused since somebody may not, not since things are as they are. */
const refusals: ReadonlySet<ErrorCode> = new Set(['FORBIDDEN', 'QUOTA_EXCEEDED', 'LAST_ADMIN']);

/** Whether this is written down. Wrong passwords and codes are, too, by what checks them. */
export function isRefusal(code: ErrorCode): boolean {
  return refusals.has(code);
}

/** What the deed is called: `slices.openConsole` is `slices.open-console`. */
function actionOf(procedure: string): string {
  return procedure.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Writes down that the actor was refused; of the input only which object it was for, by its name if they may see it, and which
 * operation. After many in an hour only one now and then, so that nobody fills the log. Never fails: the refusal stands
 * whether or not it is written down.
 */
export async function recordRefusal(
  ctx: DomainContext,
  { actor, procedure, input, code }: { actor: Actor; procedure: string; input: unknown; code: ErrorCode },
): Promise<void> {
  try {
    await countAttempts(ctx.db, [attemptOf('refused:user', actor.userId)], ctx.clock.now());
    const object = await refusedObject(ctx, { actor, procedure, input });
    await recordAudit(ctx.db, actor, { action: actionOf(procedure), ...object, result: code });
  } catch (error) {
    if (error instanceof AppError && error.code === 'RATE_LIMITED') return;
    ctx.log.warn('a refusal could not be written down', { procedure, error: describeError(error) });
  }
}
