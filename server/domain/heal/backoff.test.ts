import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextHeal } from './backoff';

const pace = { backoffMs: 10_000, limit: 5, stableMs: 600_000 };
const at = (ms: number) => new Date(ms);

describe('healing', () => {
  test('a VM that crashes at once ends after as many attempts as there may be, each later than the one before', () => {
    fc.assert(
      fc.property(
        fc.record({ backoffMs: fc.integer({ min: 1, max: 20_000 }), limit: fc.integer({ min: 1, max: 6 }) }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        ({ backoffMs, limit }, lasts, looksEvery) => {
          const own = { backoffMs, limit, stableMs: 100_000_000 };
          const attempts: { byItself: boolean; startedAt: Date; endedAt: Date }[] = [];
          const waits: number[] = [];
          let now = 0;
          for (;;) {
            const next = nextHeal(attempts, at(now), own);
            if (next.when === 'never') {
              expect(next.attempts).toBe(limit);
              break;
            }
            if (next.when === 'later') {
              expect(next.at.getTime()).toBeGreaterThan(now);
              now = Math.max(next.at.getTime(), now + looksEvery);
              continue;
            }
            const before = attempts[0]?.endedAt.getTime();
            if (before !== undefined) waits.push(now - before);
            attempts.unshift({ byItself: true, startedAt: at(now), endedAt: at(now + lasts) });
            now += lasts;
            expect(attempts.length).toBeLessThanOrEqual(limit);
          }
          expect(attempts).toHaveLength(limit);
          for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(backoffMs * 3 ** index);
        },
      ),
    );
  });

  const attempt = (startedAt: number, byItself = true) => ({
    byItself,
    startedAt: at(startedAt),
    endedAt: at(startedAt + 1000),
  });
  test('begins at once when nothing was healed lately, or what was has lasted', () => {
    expect(nextHeal([], at(0), pace)).toEqual({ when: 'now' });
    const old = [4, 3, 2, 1, 0].map((n) => attempt(n * 20_000));
    expect(nextHeal(old, at(81_000 + pace.stableMs), pace)).toEqual({ when: 'now' });
    expect(nextHeal(old, at(81_000 + pace.stableMs - 1), pace)).toEqual({ when: 'never', attempts: 5 });
  });

  test('begins a new row after what somebody has asked for', () => {
    const row = [attempt(400_000), attempt(380_000, false), ...[3, 2, 1, 0].map((n) => attempt(n * 20_000))];
    expect(nextHeal(row, at(402_000), pace)).toEqual({ when: 'later', at: at(411_000) });
    expect(nextHeal(row.slice(1), at(402_000), pace)).toEqual({ when: 'now' });
  });
});
