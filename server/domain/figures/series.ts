import { figuresEverySeconds, type Series } from '#shared/figures';

/** What is said of a figure has as many digits as anybody reads. */
const rounded = (value: number) => Math.round(value * 10) / 10;

/** The mean of what was measured of values; null where nothing was. Pure. */
function meanOf(values: Float32Array): number | null {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? null : rounded(sum / count);
}

/** How many measurements one point stands for, where there may be so many. */
export const stepOf = (kept: number, points: number) => Math.ceil(kept / points);
/** Seconds between two points. */
export const secondsOf = (kept: number, points: number) => stepOf(kept, points) * figuresEverySeconds;

/** A figure's values as they are shown: in `points` points at most, of which each is the mean of as many, counted from the newest. Pure. */
export function seriesOf(values: Float32Array, points: number): Series {
  const step = stepOf(values.length, points);
  const count = Math.ceil(values.length / step);
  const last = values.at(-1) ?? Number.NaN;
  const peak = values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);
  return {
    points: Array.from({ length: count }, (_, index) => {
      const end = values.length - (count - 1 - index) * step;
      return meanOf(values.subarray(Math.max(0, end - step), end));
    }),
    now: Number.isNaN(last) ? null : rounded(last),
    mean: meanOf(values),
    peak: peak === Number.NEGATIVE_INFINITY ? null : rounded(peak),
  };
}
