/**
 * Wall clocks of IANA time zones by `Intl`, which has the zone rules of the running Node or browser: no library, and no copy of the
 * rules that could age. All pure.
 */

/** A moment as a wall clock shows it: year, month and day from 1, hour, minute. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const day = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}

/** Whether it is the name of an IANA time zone: `Europe/Madrid`, `UTC`. Offsets such as `+01:00` are not: they know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is such a day: 29 February in leap years only. */
export function isDay({ year, month, day: date }: Pick<WallTime, 'year' | 'month' | 'day'>): boolean {
  const at = new Date(Date.UTC(year, month - 1, date));
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
}

/** What the wall clock of the zone shows at `at`, with seconds, as milliseconds since 1970 of a clock that knows no zones. */
function shownAt(at: number, timeZone: string): number {
  const parts = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatOf(timeZone).formatToParts(at))
    if (type in parts) parts[type as keyof typeof parts] = Number(value);
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** What the wall clock of the zone shows at that moment. */
export function wallTimeAt(at: Date, timeZone: string): WallTime {
  const shown = new Date(shownAt(at.getTime(), timeZone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
  };
}

/**
 * The moment at which the wall clock of the zone shows `wall`. Where clocks are put back it shows that twice: the first time counts. Where
 * they are put forward it never shows it: as long after the gap's beginning as asked for, so that 02:30 becomes 03:30.
 */
export function instantOf(wall: WallTime, timeZone: string): Date {
  const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  // clocks are changed at most once in two days: these are the offsets before and after
  const before = shown - day;
  const after = shown + day;
  const earlier = shown - (shownAt(before, timeZone) - before);
  const later = shown - (shownAt(after, timeZone) - after);
  const real = [earlier, later].filter((at) => shownAt(at, timeZone) === shown);
  return new Date(real.length === 0 ? earlier : Math.min(...real));
}
