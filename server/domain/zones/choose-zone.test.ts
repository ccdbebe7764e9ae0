import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ZoneChoice } from '#shared/slice';
import { bestOf } from './choose-zone';

type Verdict = ZoneChoice['zones'][number];

const verdict = (id: number, change: Partial<Verdict> = {}): Verdict => ({
  zone: { id, name: `zone-${id}` },
  free: null,
  fill: 0.5,
  images: { there: 1, needed: 1 },
  problems: [],
  ...change,
});
const full = [{ code: 'NO_CAPACITY', message: 'There is no room.' }];

test('a zone that cannot take it is never chosen, and none where no zone can', () => {
  expect(bestOf([])).toEqual({ zoneId: null, because: null });
  expect(bestOf([verdict(1, { problems: full })])).toEqual({ zoneId: null, because: null });
  expect(bestOf([verdict(1, { problems: full }), verdict(2)])).toEqual({ zoneId: 2, because: 'only' });
});

test('images that are there come before room, and room before the name', () => {
  const empty = verdict(1, { fill: 0.1, images: { there: 0, needed: 1 } });
  expect(bestOf([empty, verdict(2, { fill: 0.9 })])).toEqual({ zoneId: 2, because: 'images' });
  expect(bestOf([verdict(1, { fill: 0.6 }), verdict(2, { fill: 0.4 })])).toEqual({ zoneId: 2, because: 'free' });
  // what is not known is not taken for room
  expect(bestOf([verdict(1, { fill: null }), verdict(2, { fill: 0.9 })]).zoneId).toBe(2);
  expect(bestOf([verdict(2), verdict(1)]).zoneId).toBe(1);
});

test('whatever the zones are: the choice can take it, is not worse than another that can, and does not hang on their order', () => {
  const zones = fc
    .array(
      fc.record({
        fill: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
        there: fc.nat(3),
        able: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    .map((all) =>
      all.map(({ fill, there, able }, index) =>
        verdict(index + 1, { fill, images: { there, needed: 3 }, problems: able ? [] : full }),
      ),
    );
  fc.assert(
    fc.property(zones, (verdicts) => {
      const { zoneId, because } = bestOf(verdicts);
      const able = verdicts.filter(({ problems }) => problems.length === 0);
      expect(zoneId === null).toBe(able.length === 0);
      expect(because === null).toBe(zoneId === null);
      expect(bestOf(verdicts.toReversed())).toEqual({ zoneId, because });
      const best = able.find(({ zone }) => zone.id === zoneId);
      for (const other of able) {
        expect(other.images.there).toBeLessThanOrEqual(best?.images.there ?? 0);
        if (other.images.there === best?.images.there) expect(best.fill ?? 1).toBeLessThanOrEqual(other.fill ?? 1);
      }
    }),
  );
});
