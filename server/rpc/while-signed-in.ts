import { AppError, notFound } from '#shared/errors';
import { askAgainMs, isSignedIn } from '#server/domain/auth/sessions';
import type { Actor, DomainContext } from '#server/domain/context';
import { repeatedly } from '#server/lib/repeatedly';
import { refuseCall } from './trpc';

/**
 * What `open` gives until `signal` fires or the actor's session ends, or they `may` no more see what it is about: then
 * UNAUTHENTICATED or NOT_FOUND, since a client takes up again what merely breaks off. While the database is away nobody's
 * session ends.
 */
export async function* whileSignedIn<Item>(
  context: Pick<DomainContext, 'db' | 'clock' | 'settings'>,
  actor: Actor,
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => AsyncIterable<Item>,
  { everyMs = askAgainMs, may = () => Promise.resolve(true) }: { everyMs?: number; may?: () => Promise<boolean> } = {},
): AsyncGenerator<Item, void, undefined> {
  const ending = new AbortController();
  const leave = () => ending.abort();
  let ended: 'signed out' | 'not theirs' | null = null;
  if (signal?.aborted) return;
  signal?.addEventListener('abort', leave);
  const check = async () => {
    if (!(await isSignedIn(context, { actor }))) ended = 'signed out';
    else if (!(await may())) ended ??= 'not theirs';
    if (ended !== null) leave();
  };
  const stopAsking = repeatedly(everyMs, check);
  try {
    yield* open(ending.signal);
  } finally {
    stopAsking();
    signal?.removeEventListener('abort', leave);
  }
  if (ended !== null) refuseCall(ended === 'signed out' ? sessionEnded() : notFound('slice'));
}

const sessionEnded = () => new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
