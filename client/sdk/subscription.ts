import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { errorOfAnswer, isPassing, toTramaError, type TramaError } from './errors';
import { serverSentEvents } from './event-stream';
import { delayAfter, pauseAfter, type RetryPolicy } from './retry';
import { pause, type Transport } from './transport';
import type { AppRouter } from './types';

interface Subscription {
  path: string;
  input: unknown;
  signal: AbortSignal | null | undefined;
  /** Each time the server has taken the subscription up: at first, and after an interruption. */
  onConnected?: () => void;
}

/** An item and, where the procedure tracks them, its id. */
interface Item {
  id: string | null;
  data: unknown;
}

/** The server pings more often than this; a connection that is silent for longer is dead. */
const silenceMs = 45_000;

/**
 * The items of a subscription. It takes up what breaks off, behind the last id that was seen: until the first connection
 * as often as `retry` says, after it until the server refuses. Ends, without an error, when the signal fires or the
 * procedure ends; throws a TramaError for what the server refuses.
 */
export async function* subscribe(transport: Transport, subscription: Subscription): AsyncGenerator<Item, void> {
  const { signal } = subscription;
  const over = () => signal?.aborted === true;
  let lastEventId: string | null = null;
  let failures = 0;
  let everConnected = false;
  while (!over()) {
    let error: TramaError | null = null;
    const attempt = new AbortController();
    const leave = () => attempt.abort();
    signal?.addEventListener('abort', leave);
    let silence = setTimeout(leave, silenceMs);
    try {
      const body = await openStream(transport, subscription, lastEventId, attempt.signal);
      for await (const { event, data, id } of serverSentEvents(body)) {
        clearTimeout(silence);
        silence = setTimeout(leave, silenceMs);
        if (event === 'return') return;
        if (event === 'serialized-error') throw errorOfAnswer({ error: JSON.parse(data) }, undefined);
        if (event === 'connected') {
          failures = 0;
          everConnected = true;
          subscription.onConnected?.();
        } else if (event === null) {
          lastEventId = id ?? lastEventId;
          yield { id, data: JSON.parse(data) };
        }
      }
    } catch (caught) {
      error = toTramaError(caught, transport.url);
      // a stream that fails inside of the server begins anew, as the page's does
      const passing = isPassing(error) || error.code === 'ABORTED' || (everConnected && error.code === 'INTERNAL');
      if (!over() && !passing) throw error;
    } finally {
      clearTimeout(silence);
      signal?.removeEventListener('abort', leave);
      attempt.abort();
    }
    if (over()) return;
    failures += 1;
    await pause(waitBefore(error, failures, everConnected, transport.retry), signal);
  }
}

/** Milliseconds until the next attempt; throws the error when there is none. */
function waitBefore(error: TramaError | null, failures: number, everConnected: boolean, retry: RetryPolicy): number {
  if (error === null || error.code === 'ABORTED') return pauseAfter(failures, retry);
  const policy = everConnected ? { ...retry, attempts: Infinity } : retry;
  const wait = delayAfter(error, failures, policy);
  if (wait !== null) return wait;
  if (!everConnected) throw error;
  return retry.maxDelayMs;
}

async function openStream(
  transport: Transport,
  { path, input }: Subscription,
  lastEventId: string | null,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const object = typeof input === 'object' && input !== null ? input : {};
  const whole = lastEventId === null ? object : { ...object, lastEventId };
  const query = `input=${encodeURIComponent(JSON.stringify(whole))}`;
  const response = await transport.fetch(`${transport.url}/trpc/${path}?${query}`, {
    headers: { ...transport.headers(), accept: 'text/event-stream' },
    cache: 'no-store',
    signal,
  });
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
    const body: unknown = await response.json().catch(() => null);
    throw errorOfAnswer(body, response.status);
  }
  return response.body;
}

/** For `client.api.….subscribe(…)`. */
export function subscriptionLink(transport: Transport): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        const ending = new AbortController();
        const signal = op.signal == null ? ending.signal : AbortSignal.any([op.signal, ending.signal]);
        const onConnected = () => observer.next({ result: { type: 'started' } });
        const read = async () => {
          for await (const { id, data } of subscribe(transport, {
            path: op.path,
            input: op.input,
            signal,
            onConnected,
          }))
            observer.next({ result: id === null ? { data } : { id, data: { id, data } } });
          observer.next({ result: { type: 'stopped' } });
          observer.complete();
        };
        read().catch((error: unknown) => observer.error(toTramaError(error, transport.url)));
        return () => ending.abort();
      });
}
