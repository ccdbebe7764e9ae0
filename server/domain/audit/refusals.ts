import { z } from 'zod';
import { AppError, type ErrorCode } from '#shared/errors';
import { idSchema } from '#shared/primitives';
import { describeError } from '#server/lib/logger';
import { attemptOf, countAttempts } from '../auth/rate-limits';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';

/** What was refused since somebody may not, not since things are as they are. */
const refusals: ReadonlySet<ErrorCode> = new Set(['FORBIDDEN', 'QUOTA_EXCEEDED', 'LAST_ADMIN']);

/** Whether this is written down. Wrong passwords and codes are, too, by what checks them. */
export function isRefusal(code: ErrorCode): boolean {
  return refusals.has(code);
}

/** Which object an input names, by the noun of its procedure: `id` is one of these, others say what they are. */
const nouns: Record<string, string> = {
  templates: 'template',
  slices: 'slice',
  deployments: 'deployment',
  flavours: 'flavour',
  images: 'image',
  zones: 'zone',
  users: 'user',
  tokens: 'api_token',
  auth: 'api_token',
};
const named = z.union([
  z.object({ id: idSchema }),
  z.object({ sliceId: idSchema }),
  z.object({ vmId: idSchema }),
  z.object({ userId: idSchema }),
]);

function objectOf(procedure: string, input: unknown): { objectType?: string; objectId?: number } {
  const parsed = named.safeParse(input);
  if (!parsed.success) return {};
  if ('sliceId' in parsed.data) return { objectType: 'slice', objectId: parsed.data.sliceId };
  if ('vmId' in parsed.data) return { objectType: 'slice_vm', objectId: parsed.data.vmId };
  if ('userId' in parsed.data) return { objectType: 'user', objectId: parsed.data.userId };
  const objectType = nouns[procedure.split('.', 1)[0] ?? ''];
  return objectType === undefined ? {} : { objectType, objectId: parsed.data.id };
}

/** What the deed is called: `slices.openConsole` is `slices.open-console`. */
function actionOf(procedure: string): string {
  return procedure.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Writes down that the actor was refused; of the input only which object it was for. After many in an hour only one now and
 * then, so that nobody fills the log. Never fails: the refusal stands whether or not it is written down.
 */
export async function recordRefusal(
  ctx: DomainContext,
  { actor, procedure, input, code }: { actor: Actor; procedure: string; input: unknown; code: ErrorCode },
): Promise<void> {
  try {
    await countAttempts(ctx.db, [attemptOf('refused:user', actor.userId)], ctx.clock.now());
    await recordAudit(ctx.db, actor, { action: actionOf(procedure), ...objectOf(procedure, input), result: code });
  } catch (error) {
    if (error instanceof AppError && error.code === 'RATE_LIMITED') return;
    ctx.log.warn('a refusal could not be written down', { procedure, error: describeError(error) });
  }
}
