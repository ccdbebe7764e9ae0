/** At most one decimal, in the language of the reader. */
function decimal(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
}

/** MiB as people read it: `512 MiB`, `1.5 GiB`, `2 TiB`. */
export function formatRam(ramMb: number, language = 'en'): string {
  if (Math.abs(ramMb) < 1024) return `${decimal(ramMb, language)} MiB`;
  return formatDisk(ramMb / 1024, language);
}

/** GiB as people read it: `0 GiB`, `20 GiB`, `1.5 TiB`; `2,000 GiB`, since that is not 2 TiB. */
export function formatDisk(diskGb: number, language = 'en'): string {
  const isWhole = Number.isInteger((diskGb / 1024) * 10);
  if (Math.abs(diskGb) < 1024 || !isWhole) return `${decimal(diskGb, language)} GiB`;
  return `${decimal(diskGb / 1024, language)} TiB`;
}

/** A plain number with the language's separators. */
export function formatCount(count: number, language = 'en'): string {
  return decimal(count, language);
}

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `3 minutes ago`, `in 2 hours`; below ten seconds: `now`. Times in ms since the epoch. */
export function formatRelative(at: number, now: number, language: string): string {
  const seconds = (at - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of units)
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return Math.abs(seconds) < 10 ? format.format(0, 'second') : format.format(Math.trunc(seconds), 'second');
}

/** The time of day to the minute, in the reader's time zone: `10:32`. */
export function formatTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(at);
}

/** The moment to the minute, in the reader's time zone. */
export function formatMoment(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** The exact moment, in the reader's time zone, which it names. */
export function formatExact(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}
