import type { MeterReading } from '#server/lib/meters';
import type { CountedRow } from '#server/db/queries/internet';

/** What is counted of a slice in a month. */
type Counted = Pick<CountedRow, 'month' | 'bytes' | 'meter' | 'meterBytes'>;

/** The month of UTC that a moment is in, `2026-11`. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/** The first moment of UTC that is no more in the month. */
export function endOfMonth(month: string): Date {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1));
}

/**
 * What has passed by these readings, which stand in the order of their meters, since it was counted last. A meter that was counted goes on from where it
 * was; those after it count as a whole, those before it not at all. None goes back.
 */
export function passedSince(before: Counted | null, readings: readonly MeterReading[]): number {
  const known = readings.findIndex(({ meter }) => meter === before?.meter);
  return readings
    .slice(Math.max(known, 0))
    .reduce(
      (sum, { meter, bytes }) =>
        sum + (meter === before?.meter ? Math.max(0, bytes - (before?.meterBytes ?? 0)) : bytes),
      0,
    );
}

/** What is counted once these readings are; the total of a month that is over is none of the next one's. */
export function countAfter(before: Counted | null, readings: readonly MeterReading[], now: Date): Counted | null {
  const last = readings.at(-1);
  if (last === undefined) return null;
  // a clock that is put back begins no month anew
  const month = before !== null && before.month > monthOf(now) ? before.month : monthOf(now);
  const sofar = before?.month === month ? before.bytes : 0;
  const meterBytes = last.meter === before?.meter ? Math.max(last.bytes, before.meterBytes) : last.bytes;
  return { month, bytes: sofar + passedSince(before, readings), meter: last.meter, meterBytes };
}

/** What a slice has had in the month that is now. */
export const bytesOfMonth = (counted: Pick<Counted, 'month' | 'bytes'> | null, now: Date): number =>
  counted !== null && counted.month >= monthOf(now) ? counted.bytes : 0;

/** How much of a total of `mb` MiB was reached, of what owners are told of: a part that comes near it, or all. */
export function reachedPercent(bytes: number, mb: number | null): 0 | 80 | 100 {
  if (mb === null) return 0;
  const most = mb * 2 ** 20;
  if (bytes >= most) return 100;
  return bytes >= 0.8 * most ? 80 : 0;
}
