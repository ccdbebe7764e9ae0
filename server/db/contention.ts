import { setTimeout as delay } from 'node:timers/promises';
import { isContention, sqlDetails, type SqlDetails } from './errors';

/** Told of every lock conflict that is met, and which attempt it ended; the work is done again unless it was the last. */
export type ContentionListener = (conflict: SqlDetails & { attempt: number }) => void;

/** After these, in milliseconds, `work` is done again. Two that met must not meet again at once, so chance adds to them. */
const pausesMs = [0, 10, 40, 160, 640] as const;

/**
 * Does `work` again after a deadlock, a lock timeout, or a row that changed under it, a handful of times; the last refusal
 * is thrown. Only for what the database has taken back whole when it refuses: a transaction, or a statement of its own.
 */
export async function againAfterContention<Result>(
  work: () => Promise<Result>,
  heard: ContentionListener = () => {},
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error)) throw error;
      heard({ ...sqlDetails(error), attempt });
      const pause = pausesMs[attempt - 1];
      if (pause === undefined) throw error;
      await delay(pause * (0.5 + Math.random()));
    }
  }
}
