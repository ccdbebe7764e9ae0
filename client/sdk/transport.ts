import type { RetryPolicy } from './retry';

/** What every request needs. */
export interface Transport {
  /** Of the server, without a slash at the end. */
  url: string;
  fetch: typeof globalThis.fetch;
  headers: () => Record<string, string>;
  retry: RetryPolicy;
}

/** Resolves after `ms`, or as soon as the signal fires. */
export function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
