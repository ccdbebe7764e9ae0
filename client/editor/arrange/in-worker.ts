import type { Arranged, ArrangeRequest } from './arrange';

/**
 * Arranges in a worker of its own, so that the page goes on meanwhile. Rejects when the worker cannot be loaded or fails; when
 * `signal` is aborted it ends the worker and never answers.
 */
export function arrangeInWorker(request: ArrangeRequest, signal: AbortSignal): Promise<Arranged[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./arrange-worker.ts', import.meta.url), { type: 'module' });
    const end = () => worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    worker.addEventListener('message', ({ data }: MessageEvent<Arranged[]>) => {
      end();
      resolve(data);
    });
    worker.addEventListener('error', (event) => {
      end();
      reject(new Error(event.message));
    });
    worker.postMessage(request);
  });
}
