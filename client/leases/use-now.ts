import { useEffect, useState } from 'react';

/** The time, in ms since the epoch, as often anew as what is `ms` away needs it: the minutes of days change seldom. */
export function useNow(moment: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const away = Math.abs(moment - now);
    const timer = setTimeout(() => setNow(Date.now()), away < 120_000 ? 1_000 : away < 7_200_000 ? 15_000 : 60_000);
    return () => clearTimeout(timer);
  }, [now, moment]);
  return now;
}
