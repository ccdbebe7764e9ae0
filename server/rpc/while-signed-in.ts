import { TRPCError } from '@trpc/server';
import { AppError } from '#shared/errors';
import { isSignedIn } from '#server/domain/auth/sessions';
import type { Actor, DomainContext } from '#server/domain/context';

/** How long a subscription may outlive its session. */
const checkMs = 30_000;

/**
 * What `open` gives until `signal` fires or the actor's session ends: then UNAUTHENTICATED, since a client takes up again
 * what merely breaks off. While the database is away nobody's session ends.
 */
export async function* whileSignedIn<Item>(
  context: Pick<DomainContext, 'db' | 'clock' | 'settings'>,
  actor: Actor,
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => AsyncIterable<Item>,
  everyMs = checkMs,
): AsyncGenerator<Item, void, undefined> {
  const ending = new AbortController();
  const leave = () => ending.abort();
  let signedOut = false;
  if (signal?.aborted) return;
  signal?.addEventListener('abort', leave);
  const timer = setInterval(() => {
    isSignedIn(context, actor).then(
      (is) => {
        signedOut ||= !is;
        if (!is) leave();
      },
      () => undefined,
    );
  }, everyMs);
  try {
    yield* open(ending.signal);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', leave);
  }
  if (signedOut) {
    const cause = new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    throw new TRPCError({ code: 'UNAUTHORIZED', message: cause.message, cause });
  }
}
