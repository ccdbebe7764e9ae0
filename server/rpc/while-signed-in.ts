import { AppError, notFound } from '#shared/errors';
import { limits } from '#shared/limits';
import { askAgainMs, isSignedIn } from '#server/domain/auth/sessions';
import type { Actor, DomainContext } from '#server/domain/context';
import { Places } from '#server/lib/places';
import { repeatedly } from '#server/lib/repeatedly';
import { refuseCall } from './trpc';

/**
 * What `open` gives until `signal` fires or the actor's session ends, or they `may` no more see what it is about: then
 * UNAUTHENTICATED or NOT_FOUND, since a client takes up again what merely breaks off. Both are asked when the account's
 * rights have changed, and every now and then. While the database is away nobody's
 * session ends. One user has `limits.streamsPerUser` of them at once: TOO_MANY_STREAMS for the next, until one has ended.
 */
export async function* whileSignedIn<Item>(
  context: Pick<DomainContext, 'db' | 'bus' | 'clock' | 'settings'>,
  actor: Actor,
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => AsyncIterable<Item>,
  { everyMs = askAgainMs, may = () => Promise.resolve(true) }: { everyMs?: number; may?: () => Promise<boolean> } = {},
): AsyncGenerator<Item, void, undefined> {
  const ending = new AbortController();
  const leave = () => ending.abort();
  let ended: 'signed out' | 'not theirs' | null = null;
  if (signal?.aborted) return;
  const giveBack = takeStream(context.db, actor.userId);
  signal?.addEventListener('abort', leave);
  const check = async () => {
    if (!(await isSignedIn(context, { actor }))) ended = 'signed out';
    else if (!(await may())) ended ??= 'not theirs';
    if (ended !== null) leave();
  };
  const asking = repeatedly(everyMs, check);
  const stopListening = context.bus.listenAccount(actor.userId, asking.now);
  // what was taken while this call was on its way was told to nobody
  asking.now();
  try {
    yield* open(ending.signal);
  } finally {
    asking.stop();
    stopListening();
    giveBack();
    signal?.removeEventListener('abort', leave);
  }
  if (ended !== null) refuseCall(ended === 'signed out' ? sessionEnded() : notFound('slice'));
}

const sessionEnded = () => new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');

/** The streams that each user has open, at each server of this process. */
const streams = new WeakMap<DomainContext['db'], Places<number>>();

/** Counts one more stream of the user; the answer takes it back. TOO_MANY_STREAMS. */
function takeStream(db: DomainContext['db'], userId: number): () => void {
  const places = streams.get(db) ?? new Places<number>(limits.streamsPerUser);
  streams.set(db, places);
  const giveBack = places.take(userId);
  if (giveBack !== null) return giveBack;
  const { limit } = places;
  const sentence = `This account has ${limit} event streams open, which is the most. End some of them and try again.`;
  return refuseCall(new AppError('TOO_MANY_STREAMS', sentence, { params: { limit } }));
}
