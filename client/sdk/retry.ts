import type { TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { abortedBy, isPassing, toTramaError, type TramaError } from './errors';
import type { AppRouter } from './types';

export interface RetryOptions {
  /** Attempts in all; 5 unless told. 1: never again. */
  attempts?: number;
  /** The pause after the first failure, which doubles with each; 250 unless told. */
  firstDelayMs?: number;
  /** The longest pause, also when the server asks for more: the call fails then. 30,000 unless told. */
  maxDelayMs?: number;
}
export type RetryPolicy = Required<RetryOptions>;

export function retryPolicy(options: RetryOptions | false | undefined): RetryPolicy {
  const policy = { attempts: 5, firstDelayMs: 250, maxDelayMs: 30_000 };
  return options === false ? { ...policy, attempts: 1 } : { ...policy, ...options };
}

/**
 * Milliseconds before attempt `failures + 1`, or null for never. The server's own seconds where it names them; else
 * doubling, by chance between half and the whole, so that many clients do not come back at once.
 */
export function delayAfter(error: TramaError, failures: number, policy: RetryPolicy): number | null {
  if (!isPassing(error) || failures >= policy.attempts) return null;
  const seconds = error.params?.['seconds'];
  if (typeof seconds === 'number') return seconds * 1000 <= policy.maxDelayMs ? seconds * 1000 : null;
  return pauseAfter(failures, policy);
}

export function pauseAfter(failures: number, policy: RetryPolicy): number {
  const whole = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.min(failures - 1, 20));
  return whole * (0.5 + Math.random() / 2);
}

/** Whether doing it twice is the same as once. */
function isSafe(op: { type: string; input: unknown }): boolean {
  if (op.type === 'query') return true;
  const { input } = op;
  if (op.type !== 'mutation' || typeof input !== 'object' || input === null || !('idempotencyKey' in input))
    return false;
  return typeof input.idempotencyKey === 'string';
}

/** Makes every error a TramaError, and does safe calls again. */
export function retryLink(url: string, policy: RetryPolicy): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        let current: { unsubscribe(): void } | undefined;
        const giveUp = () => {
          clearTimeout(timer);
          current?.unsubscribe();
          observer.error(abortedBy(op.signal));
        };
        const attempt = (failures: number) => {
          current = next(op).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error(caught) {
              const error = op.signal?.aborted === true ? abortedBy(op.signal) : toTramaError(caught, url);
              const wait = isSafe(op) ? delayAfter(error, failures + 1, policy) : null;
              if (wait === null) observer.error(error);
              else timer = setTimeout(() => attempt(failures + 1), wait);
            },
          });
        };
        if (op.signal?.aborted === true) giveUp();
        else attempt(0);
        op.signal?.addEventListener('abort', giveUp);
        return () => {
          op.signal?.removeEventListener('abort', giveUp);
          clearTimeout(timer);
          current?.unsubscribe();
        };
      });
}
