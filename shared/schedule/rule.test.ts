import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, isTimeZone, wallTimeAt } from './local-time';
import { lastMoment, nextMoment, scheduleRuleSchema, type ScheduleRule } from './rule';

// with half hours, a change of half an hour, one at midnight, one whole day left out, and none
const zones = [
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Asia/Beirut',
  'America/Santiago',
  'Pacific/Apia',
  'Pacific/Chatham',
  'UTC',
] as const;
const zone = fc.constantFrom(...zones);
const instant = fc
  .date({ min: new Date('2010-01-01T00:00:00Z'), max: new Date('2037-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 60_000) * 60_000));
const pad = (value: number) => String(value).padStart(2, '0');
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${pad(hour)}:${pad(minute)}`);
const weekly = fc
  .record({
    repeat: fc.constant('weekly' as const),
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    time,
    timeZone: zone,
  })
  .map((rule): ScheduleRule => rule);

/** What `Intl` itself says the clock shows, as text. */
const shown = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
const at = (text: string, timeZone: string) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
  return instantOf({ year, month, day, hour, minute }, timeZone).toISOString();
};

describe('the wall clock of a zone', () => {
  it('shows what Intl shows, at any moment in any zone', () => {
    fc.assert(
      fc.property(instant, zone, (moment, timeZone) => {
        const { year, month, day, hour, minute } = wallTimeAt(moment, timeZone);
        expect(`${year}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}`).toBe(shown(moment, timeZone));
      }),
    );
  });

  it('leads back to the moment, or to the first of two at which it shows the same', () => {
    fc.assert(
      fc.property(instant, zone, (moment, timeZone) => {
        const back = instantOf(wallTimeAt(moment, timeZone), timeZone);
        expect(shown(back, timeZone)).toBe(shown(moment, timeZone));
        expect(back.getTime()).toBeLessThanOrEqual(moment.getTime());
        expect(moment.getTime() - back.getTime()).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });

  it('that is put forward leaves times out: what was asked for comes as much later', () => {
    expect(at('2026-03-29 02:30', 'Europe/Madrid')).toBe('2026-03-29T01:30:00.000Z');
    expect(at('2026-03-29 03:30', 'Europe/Madrid')).toBe('2026-03-29T01:30:00.000Z');
    // a change of half an hour
    expect(at('2026-10-04 02:15', 'Australia/Lord_Howe')).toBe('2026-10-03T15:45:00.000Z');
    // a whole day that never was
    expect(at('2011-12-30 12:00', 'Pacific/Apia')).toBe('2011-12-30T22:00:00.000Z');
  });

  it('that is put back shows times twice: the first one counts', () => {
    expect(at('2026-10-25 02:30', 'Europe/Madrid')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-10-25 03:00', 'Europe/Madrid')).toBe('2026-10-25T02:00:00.000Z');
  });

  it('is of a zone that exists by a name, never of an offset', () => {
    for (const name of [...zones, 'Etc/GMT+3']) expect(isTimeZone(name)).toBe(true);
    for (const name of ['', 'Mars/Olympus', '+01:00', '01:00', 'Europe', 'Europe/Madrid '])
      expect(isTimeZone(name)).toBe(false);
  });
});

describe('a weekly rule', () => {
  it('finds the same next moment as looking at the clock all the time', () => {
    fc.assert(
      // all on quarters of an hour, so that looking every quarter misses none
      fc.property(weekly, instant, fc.nat(3), (some, moment, quarter) => {
        const rule: ScheduleRule = { ...some, time: `${some.time.slice(0, 3)}${pad(quarter * 15)}` };
        const after = new Date(Math.floor(moment.getTime() / 900_000) * 900_000);
        const next = nextMoment(rule, after);
        if (next === null || rule.repeat === 'once') throw new Error('A week has no such day.');
        expect(next.getTime()).toBeGreaterThan(after.getTime());
        // nothing between the two is a day of the rule at its time, unless the clock shows it for the second time
        for (let minute = after.getTime() + 900_000; minute < next.getTime(); minute += 900_000) {
          const { hour, minute: shownMinute } = wallTimeAt(new Date(minute), rule.timeZone);
          const date = new Date(minute).toLocaleDateString('en-US', { timeZone: rule.timeZone, weekday: 'short' });
          const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(date) + 1;
          if (!rule.weekdays.includes(weekday) || `${pad(hour)}:${pad(shownMinute)}` !== rule.time) continue;
          const first = instantOf(wallTimeAt(new Date(minute), rule.timeZone), rule.timeZone);
          expect(first.getTime()).toBeLessThanOrEqual(after.getTime());
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never has two moments without one between them left out: what is next after the last is after the moment', () => {
    fc.assert(
      fc.property(weekly, instant, (rule, moment) => {
        const last = lastMoment(rule, moment);
        const next = nextMoment(rule, moment);
        if (last === null || next === null) throw new Error('A week has no such day.');
        expect(last.getTime()).toBeLessThanOrEqual(moment.getTime());
        expect(nextMoment(rule, last)).toEqual(next);
        expect(lastMoment(rule, last)).toEqual(last);
        expect(lastMoment(rule, next)).toEqual(next);
      }),
    );
  });

  it('comes once in the night in which its time is shown twice, and in the one in which it is left out', () => {
    const rule: ScheduleRule = {
      repeat: 'weekly',
      weekdays: [6, 7, 1],
      time: '02:30',
      timeZone: 'Europe/Madrid',
    };
    const from = (text: string) => {
      const moments: string[] = [];
      let moment: Date | null = new Date(text);
      while (moments.length < 3) {
        moment = nextMoment(rule, moment ?? new Date(NaN));
        moments.push(moment?.toISOString() ?? 'none');
      }
      return moments;
    };
    expect(from('2026-10-23T12:00:00Z')).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
    expect(from('2026-03-27T12:00:00Z')).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });
});

describe('a rule for once', () => {
  const once = (date: string, timeZone = 'Europe/Madrid') => ({ repeat: 'once', date, time: '18:00', timeZone });

  it('has one moment, before which it is next and after which it is over', () => {
    const rule = scheduleRuleSchema.parse(once('2028-02-29'));
    const moment = new Date('2028-02-29T17:00:00.000Z');
    expect(nextMoment(rule, new Date('2026-01-01T00:00:00Z'))).toEqual(moment);
    expect(nextMoment(rule, moment)).toBeNull();
    expect(lastMoment(rule, moment)).toEqual(moment);
    expect(lastMoment(rule, new Date(moment.getTime() - 1))).toBeNull();
  });

  it('takes 29 February in leap years only, and no day, time or zone that is not there', () => {
    expect(scheduleRuleSchema.safeParse(once('2028-02-29')).success).toBe(true);
    for (const wrong of [
      once('2027-02-29'),
      once('2100-02-29'),
      once('2026-04-31'),
      once('2026-13-01'),
      once('26-01-01'),
      once('2026-01-01', 'Mars/Olympus'),
      { ...once('2026-01-01'), time: '24:00' },
      { ...once('2026-01-01'), time: '8:00' },
    ])
      expect(scheduleRuleSchema.safeParse(wrong).success).toBe(false);
  });
});
