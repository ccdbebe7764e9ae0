import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueRule, idleAfter, watchedGapMs, type Watched } from './judge';

const minute = 60_000;
const vm = { vmId: 1, cpuSeconds: 10, trafficBytes: 1_000, consoles: 0 };
const before: Watched = { seenAt: new Date(0), used: [vm], idleMs: 5 * minute };
const after = (change: Partial<typeof vm>, ms = minute) =>
  idleAfter(before, { at: new Date(ms), vms: [{ ...vm, ...change }] });

test('quiet adds up; processor time, traffic, a console or another VM begins anew', () => {
  expect(after({})).toBe(6 * minute);
  expect(after({ cpuSeconds: 10.5, trafficBytes: 2_000 })).toBe(6 * minute);
  expect(after({ cpuSeconds: 14 })).toBe(0);
  expect(after({ trafficBytes: 1_000_000 })).toBe(0);
  expect(after({ consoles: 1 })).toBe(0);
  // started anew, and another one
  expect(after({ cpuSeconds: 1 })).toBe(0);
  expect(after({ vmId: 2 })).toBe(0);
  expect(idleAfter(before, { at: new Date(minute), vms: [] })).toBe(0);
  expect(idleAfter(null, { at: new Date(minute), vms: [vm] })).toBe(0);
});

test('a time that nobody has watched, and a clock that is put back or on, count for nothing', () => {
  expect(after({}, watchedGapMs + 1)).toBe(0);
  expect(after({}, 0)).toBe(0);
  expect(after({}, -60 * minute)).toBe(0);
});

test('a zone that does not tell of traffic is judged by the rest', () => {
  const used = { ...vm, trafficBytes: null };
  expect(idleAfter({ ...before, used: [used] }, { at: new Date(minute), vms: [used] })).toBe(6 * minute);
});

test('however looks come, no more idle time is counted than was watched in a row', () => {
  const steps = fc.array(fc.record({ ms: fc.integer({ min: -minute, max: 2 * watchedGapMs }), busy: fc.boolean() }));
  fc.assert(
    fc.property(steps, (looks) => {
      let at = 0;
      let cpuSeconds = 0;
      let row = 0;
      let known: Watched | null = null;
      for (const { ms, busy } of looks) {
        at += ms;
        if (busy) cpuSeconds += 1_000;
        const look = { at: new Date(at), vms: [{ ...vm, cpuSeconds }] };
        const idleMs = idleAfter(known, look);
        row = busy || known === null || ms <= 0 || ms > watchedGapMs ? 0 : row + ms;
        expect(idleMs).toBe(row);
        known = { seenAt: look.at, used: look.vms, idleMs };
      }
    }),
  );
});

test('each rule is done once, in the order of their times, and of several that are due the strongest', () => {
  const rules = [
    { minutes: 30, action: 'suggest' },
    { minutes: 120, action: 'stop' },
  ] as const;
  expect(dueRule(rules, 29 * minute, 0)).toBeNull();
  expect(dueRule(rules, 30 * minute, 0)?.action).toBe('suggest');
  expect(dueRule(rules, 119 * minute, 30)).toBeNull();
  expect(dueRule(rules, 120 * minute, 30)?.action).toBe('stop');
  expect(dueRule(rules, 500 * minute, 0)?.action).toBe('stop');
  expect(dueRule(rules, 500 * minute, 120)).toBeNull();
});
