import { useMemo } from 'react';
import { timesOf } from './figure-text';

/** When the last of a figure's points was measured, and how far they are apart. */
export interface Measured {
  at: string;
  stepSeconds: number;
}

/** When each of so many points was measured, in ms: the same list until there are others, so that nothing is drawn again for it. */
export function useTimes({ at, stepSeconds }: Measured, points: number): number[] {
  return useMemo(() => timesOf({ at, stepSeconds }, points), [at, stepSeconds, points]);
}
