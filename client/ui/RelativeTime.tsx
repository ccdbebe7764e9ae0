import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatExact, formatRelative } from './format';

/** How long a relative text stays right, in ms: seconds change often, days hardly ever. */
function freshFor(ageMs: number): number {
  if (ageMs < 60_000) return 10_000;
  if (ageMs < 3_600_000) return 30_000;
  return 600_000;
}

function useRelative(moment: number, ahead: boolean): string {
  const { i18n } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), freshFor(Math.abs(now - moment)));
    return () => clearTimeout(timer);
  }, [now, moment]);
  // what happened after the last tick, or by a clock that is ahead of this one, is not in the future
  return formatRelative(ahead ? moment : Math.min(moment, now), now, i18n.language);
}

/**
 * A moment in the past, or with `ahead` also one to come, relative to now, the exact one on hover. It keeps itself right while it is on the
 * screen.
 */
export function RelativeTime({ at, ahead = false }: { at: string; ahead?: boolean }) {
  const { i18n } = useTranslation();
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={formatExact(moment, i18n.language)} style={{ whiteSpace: 'nowrap' }}>
      <RelativeText at={at} ahead={ahead} />
    </time>
  );
}

/** As {@link RelativeTime}, as bare text: for drawings, in which there are no elements of HTML. */
export function RelativeText({ at, ahead = false }: { at: string; ahead?: boolean }) {
  return useRelative(Date.parse(at), ahead);
}
