import { repeatedly } from './repeatedly';

export interface BackgroundLoop {
  everyMs: number;
  /** Also now, not only after the first pause. */
  atOnce?: boolean;
  /** Has a round done out of turn, too: it is given what does that, and answers what ends it. */
  wokenBy?: (wake: () => void) => () => void;
  /** One round of the work; `signal`: the server is stopping. What it throws is told to `onError`, and the next one comes. */
  round: (signal: AbortSignal) => Promise<void>;
  onError: (error: unknown) => void;
  /** How long stopping waits for the round under way, where one may take long and can be left; otherwise to its end. */
  patienceMs?: number;
}

/** Work that a server does beside everything else, again and again, one round at a time. Answers what stops it. */
export function startBackgroundLoop(loop: BackgroundLoop): () => Promise<void> {
  const stopping = new AbortController();
  let underWay = Promise.resolve();
  const one = async () => {
    try {
      await loop.round(stopping.signal);
    } catch (error) {
      // what was interrupted has not failed
      if (!stopping.signal.aborted) loop.onError(error);
    }
  };
  const rounds = repeatedly(loop.everyMs, () => (underWay = one()));
  if (loop.atOnce === true) rounds.now();
  const sleepOn = loop.wokenBy?.(rounds.now);
  return async () => {
    sleepOn?.();
    rounds.stop();
    stopping.abort();
    const { patienceMs } = loop;
    if (patienceMs === undefined) return underWay;
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([underWay, enough]).finally(() => clearTimeout(timer));
  };
}
