import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meters } from '#server/lib/meters';
import { bytesOfMonth, countAfter, endOfMonth, monthOf, passedSince, reachedPercent } from './count';

const november = new Date('2026-11-27T10:00:00Z');
const december = new Date('2026-12-01T00:00:00Z');
const counted = { month: '2026-11', bytes: 1000, meter: 'b', meterBytes: 300 };

describe('what has passed since it was counted last', () => {
  test('goes on from where a meter was, and counts what came after it as a whole', () => {
    expect(passedSince(counted, [{ meter: 'b', bytes: 450 }])).toBe(150);
    expect(
      passedSince(counted, [
        { meter: 'a', bytes: 9000 },
        { meter: 'b', bytes: 450 },
        { meter: 'c', bytes: 70 },
      ]),
    ).toBe(220);
  });

  test('is all of meters that nobody has counted: the one before is told of no more', () => {
    expect(passedSince(null, [{ meter: 'a', bytes: 5 }])).toBe(5);
    expect(passedSince(counted, [{ meter: 'c', bytes: 70 }])).toBe(70);
    expect(passedSince(counted, [])).toBe(0);
  });

  test('is never less than nothing', () => {
    expect(passedSince(counted, [{ meter: 'b', bytes: 100 }])).toBe(0);
    expect(countAfter(counted, [{ meter: 'b', bytes: 100 }], november)).toEqual(counted);
  });
});

test('a month begins at nothing, and what came meanwhile is the new one’s', () => {
  const after = countAfter(counted, [{ meter: 'b', bytes: 310 }], december);
  expect(after).toEqual({ month: '2026-12', bytes: 10, meter: 'b', meterBytes: 310 });
  expect(bytesOfMonth(counted, december)).toBe(0);
  expect(bytesOfMonth(counted, november)).toBe(1000);
  // a clock that is put back
  expect(countAfter(after, [{ meter: 'b', bytes: 311 }], november)).toMatchObject({ month: '2026-12', bytes: 11 });
  expect([monthOf(december), endOfMonth('2026-11'), endOfMonth('2026-12').toISOString()]).toEqual([
    '2026-12',
    december,
    '2027-01-01T00:00:00.000Z',
  ]);
});

test('what is reached of a total', () => {
  const mb = 2 ** 20;
  expect([0, 7.9 * mb, 8 * mb, 10 * mb - 1, 10 * mb].map((bytes) => reachedPercent(bytes, 10))).toEqual([
    0, 0, 80, 80, 100,
  ]);
  expect(reachedPercent(0, 0)).toBe(100);
  expect(reachedPercent(1e15, null)).toBe(0);
});

/** What happens between two looks of who counts: something passes, or another gateway takes the place of this one. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('passes' as const), bytes: fc.nat(1000) }),
  fc.record({ kind: fc.constant('restarts' as const) }),
  // killed: what has passed since it was read last nobody can read any more
  fc.record({ kind: fc.constant('crashes' as const) }),
  // another server takes over, and knows only what runs
  fc.record({ kind: fc.constant('takenOver' as const) }),
  fc.record({ kind: fc.constant('counted' as const) }),
  // the server was killed after it had read, and before it had written
  fc.record({ kind: fc.constant('readOnly' as const) }),
);

test('whatever happens in between, each byte is counted once, but for what nobody has read of a gateway that was killed', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
      let [passed, lost] = [0, 0];
      let meters = new Meters(100);
      let now = { meter: '0', bytes: 0 };
      let [read, row] = [0, null as ReturnType<typeof countAfter>];
      // of the one that runs, as far as anybody will know
      const known = () => Math.max(read, row?.meter === now.meter ? row.meterBytes : 0);
      const next = () => {
        now = { meter: String(Number(now.meter) + 1), bytes: 0 };
        read = 0;
      };
      for (const one of [...happenings, { kind: 'counted' as const }]) {
        if (one.kind === 'passes') {
          passed += one.bytes;
          now = { ...now, bytes: now.bytes + one.bytes };
        } else if (one.kind === 'restarts') {
          meters.end(now);
          next();
        } else if (one.kind === 'crashes') {
          lost += now.bytes - known();
          meters.end(null);
          next();
        } else if (one.kind === 'takenOver') {
          // ended in a good way, told of, and not counted yet: with its server that is lost, too
          lost += passedSince(row, meters.read(now)) - passedSince(row, [now]);
          meters = new Meters(100);
          read = 0;
        } else {
          const after = countAfter(row, meters.read(now), november);
          read = now.bytes;
          if (one.kind === 'counted') row = after;
        }
      }
      expect((row?.bytes ?? 0) + lost).toBe(passed);
    }),
  );
});
