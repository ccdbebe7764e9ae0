import { AppError, notFound } from '#shared/errors';
import { isSignedIn } from '#server/domain/auth/sessions';
import type { Actor, DomainContext } from '#server/domain/context';
import { refuseCall } from './trpc';

/** How long a subscription may outlive its session, or its share. */
const checkMs = 30_000;

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
  { everyMs = checkMs, may = () => Promise.resolve(true) }: { everyMs?: number; may?: () => Promise<boolean> } = {},
): AsyncGenerator<Item, void, undefined> {
  const ending = new AbortController();
  const leave = () => ending.abort();
  let ended: 'signed out' | 'not theirs' | null = null;
  if (signal?.aborted) return;
  signal?.addEventListener('abort', leave);
  const check = async () => {
    if (!(await isSignedIn(context, actor))) ended = 'signed out';
    else if (!(await may())) ended ??= 'not theirs';
    if (ended !== null) leave();
  };
  const timer = setInterval(() => void check().catch(() => undefined), everyMs);
  try {
    yield* open(ending.signal);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', leave);
  }
  if (ended !== null) refuseCall(ended === 'signed out' ? sessionEnded() : notFound('slice'));
}

const sessionEnded = () => new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
