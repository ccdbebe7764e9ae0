/** A deployment of a slice, as far as it says how healing went. */
interface HealAttempt {
  /** The server began it by itself, to heal. */
  byItself: boolean;
  startedAt: Date;
  /** Null: it has not ended. */
  endedAt: Date | null;
}

export interface HealPace {
  /** Wait before the second attempt in a row; each further one waits three times as long. */
  backoffMs: number;
  /** So many in a row are enough: then somebody has to look. */
  limit: number;
  /** What was healed and has lasted for so long begins a new row. Longer than the longest wait between two attempts. */
  stableMs: number;
}

type NextHeal = { when: 'now' } | { when: 'later'; at: Date } | { when: 'never'; attempts: number };

/**
 * Whether a slice that has drifted is healed now. `newest`: its deployments, the newest first; as many as `limit` are enough.
 * Whatever somebody asked for in between begins a new row. Pure.
 */
export function nextHeal(
  newest: readonly HealAttempt[],
  now: Date,
  { backoffMs, limit, stableMs }: HealPace,
): NextHeal {
  let attempts = 0;
  let until = now;
  for (const { byItself, startedAt, endedAt } of newest) {
    const lasted = until.getTime() - (endedAt ?? startedAt).getTime();
    if (!byItself || lasted >= stableMs) break;
    attempts += 1;
    until = startedAt;
  }
  if (attempts === 0) return { when: 'now' };
  if (attempts >= limit) return { when: 'never', attempts };
  const last = newest[0]?.endedAt ?? newest[0]?.startedAt ?? now;
  const at = new Date(last.getTime() + backoffMs * 3 ** (attempts - 1));
  return at <= now ? { when: 'now' } : { when: 'later', at };
}
