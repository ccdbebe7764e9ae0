import type { FigureKind } from '#shared/figures';
import { formatRam } from '../ui/format';

/** Three digits, and the largest unit that leaves one before the point. */
export function inUnits(value: number, units: readonly string[], language: string): string {
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(value / 1000 ** power);
  return `${number} ${units[power] ?? ''}`;
}

/** A figure of a VM as people read it: `41 %` of one processor, `128 MiB`, `1.2 MB/s` of disk, `14.2 kbit/s` of traffic. */
export function figureText(kind: FigureKind, value: number, language: string): string {
  switch (kind) {
    case 'cpu':
      return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: value < 100 ? 1 : 0 }).format(
        value / 100,
      );
    case 'memory':
      return formatRam(value < 1024 ? Math.round(value) : value, language);
    case 'disk':
      return inUnits(value, ['B/s', 'kB/s', 'MB/s', 'GB/s'], language);
    case 'traffic':
      return inUnits(value * 8, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'], language);
  }
}

/** The time of day to the minute, of the reader's time zone. */
export function timeOfDay(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(ms);
}

/** When each point of a series was measured, in ms, the oldest first. */
export function timesOf({ at, stepSeconds }: { at: string; stepSeconds: number }, points: number): number[] {
  return Array.from({ length: points }, (_, index) => Date.parse(at) - (points - 1 - index) * stepSeconds * 1000);
}
