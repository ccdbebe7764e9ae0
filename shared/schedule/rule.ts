import { z } from 'zod';
import { instantOf, isDay, isTimeZone, wallTimeAt, type WallTime } from './local-time';

const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, 'There is no such time zone: Europe/Madrid, for example, or UTC.')
  .default('UTC')
  .describe('by whose wall clock: Europe/Madrid');
const timeSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day: 08:30.')
  .describe('time of day there: 08:30');
const dateSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'A day: 2028-02-29.')
  .refine((text) => isDay(dayOf(text)), 'There is no such day.')
  .describe('day: 2028-02-29');

/** Days of the week as ISO 8601 numbers them: 1 is Monday, 7 Sunday. */
const weekdaySchema = z.number().int().min(1).max(7);

/** When something is done, by the wall clock of a zone: once, or each week. */
export const scheduleRuleSchema = z.discriminatedUnion('repeat', [
  z.strictObject({ repeat: z.literal('once'), date: dateSchema, time: timeSchema, timeZone: timeZoneSchema }),
  z.strictObject({
    repeat: z.literal('weekly'),
    weekdays: z
      .array(weekdaySchema)
      .min(1, 'Choose at least one day.')
      .max(7)
      .transform((days) => [...new Set(days)].toSorted((a, b) => a - b)),
    time: timeSchema,
    timeZone: timeZoneSchema,
  }),
]);
export type ScheduleRule = z.infer<typeof scheduleRuleSchema>;

function dayOf(text: string): Pick<WallTime, 'year' | 'month' | 'day'> {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return { year, month, day };
}

function timeOf(text: string): Pick<WallTime, 'hour' | 'minute'> {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return { hour, minute };
}

/** The days from `from` days before to `to` days after the one that the zone's calendar shows at `at`. */
function daysAround(at: Date, timeZone: string, from: number, to: number): { date: WallTime; weekday: number }[] {
  const shown = wallTimeAt(at, timeZone);
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const date = new Date(Date.UTC(shown.year, shown.month - 1, shown.day + from + index));
    return {
      date: {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: 0,
        minute: 0,
      },
      weekday: date.getUTCDay() === 0 ? 7 : date.getUTCDay(),
    };
  });
}

/** The rule's moments in the days around `at`, in their order. */
function momentsAround(rule: ScheduleRule, at: Date, from: number, to: number): Date[] {
  const time = timeOf(rule.time);
  if (rule.repeat === 'once') return [instantOf({ ...dayOf(rule.date), ...time }, rule.timeZone)];
  return daysAround(at, rule.timeZone, from, to)
    .filter(({ weekday }) => rule.weekdays.includes(weekday))
    .map(({ date }) => instantOf({ ...date, ...time }, rule.timeZone))
    .toSorted((a, b) => a.getTime() - b.getTime());
}

/** The first moment of the rule after `after`, exclusive; null if none is left. */
export function nextMoment(rule: ScheduleRule, after: Date): Date | null {
  // two days more than a week: where a whole day is left out, its moment falls on the next one
  return momentsAround(rule, after, -1, 9).find((at) => at > after) ?? null;
}

/** The last moment of the rule up to `until`, inclusive; null if there was none. */
export function lastMoment(rule: ScheduleRule, until: Date): Date | null {
  return momentsAround(rule, until, -9, 1).findLast((at) => at <= until) ?? null;
}
