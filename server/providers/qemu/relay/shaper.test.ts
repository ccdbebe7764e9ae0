import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dice } from '#shared/dice';
import type { LinkQuality } from '#shared/topology/link';
import { Shaper } from './shaper';

/** A frame that says which it is. */
function frame(number: number, bytes = 100): Uint8Array {
  const data = Buffer.alloc(Math.max(bytes, 4));
  data.writeUInt32LE(number);
  return data;
}
const numberOf = (data: Uint8Array) => Buffer.from(data).readUInt32LE();

interface Arrival {
  number: number;
  at: number;
  bytes: number;
}
/** All that arrives until `until`, when the clock goes from one due frame to the next. */
function drain(shaper: Shaper, until = Number.POSITIVE_INFINITY): Arrival[] {
  const arrived: Arrival[] = [];
  for (let at = shaper.nextDue; at !== null && at <= until; at = shaper.nextDue) {
    const data = shaper.due(at);
    if (data === null) throw new Error('It is due at another time than it says.');
    arrived.push({ number: numberOf(data), at, bytes: data.length });
    shaper.shift();
  }
  return arrived;
}
/** Sends so many frames, one each `everyMs`, and answers what arrives. */
function sent(quality: LinkQuality, count: number, { everyMs = 1, bytes = 100, seed = 1 } = {}) {
  const shaper = new Shaper(quality, dice(seed));
  const arrived: Arrival[] = [];
  for (let number = 0; number < count; number += 1) {
    arrived.push(...drain(shaper, number * everyMs));
    shaper.push(frame(number, bytes), number * everyMs);
  }
  return { shaper, arrived: [...arrived, ...drain(shaper)] };
}
/** How far a count of chances may be from what is expected: three standard deviations. */
const threeSigma = (count: number, percent: number) => 3 * Math.sqrt(count * (percent / 100) * (1 - percent / 100));

describe('a wire', () => {
  test('passes everything at once, in its order, unchanged', () => {
    const { arrived } = sent({}, 50);
    expect(arrived).toEqual(Array.from({ length: 50 }, (_, number) => ({ number, at: number, bytes: 100 })));
  });
});

describe('chance', () => {
  const count = 40_000;
  test.each([0.1, 1, 10, 50, 99])('%d of a hundred are lost, duplicated, corrupted: within three sigma', (percent) => {
    const bound = threeSigma(count, percent);
    const expected = (count * percent) / 100;
    const lost = sent({ lossPercent: percent }, count);
    expect(Math.abs(lost.shaper.counts.lost - expected)).toBeLessThanOrEqual(bound);
    expect(lost.arrived.length).toBe(count - lost.shaper.counts.lost);
    const twice = sent({ duplicatePercent: percent }, count);
    expect(Math.abs(twice.arrived.length - count - expected)).toBeLessThanOrEqual(bound);
    const { corrupted } = sent({ corruptPercent: percent }, count).shaper.counts;
    expect(Math.abs(corrupted - expected)).toBeLessThanOrEqual(bound);
  });

  test('everything or nothing', () => {
    expect(sent({ lossPercent: 100 }, 500).arrived).toEqual([]);
    expect(sent({ lossPercent: 0 }, 500).arrived).toHaveLength(500);
    expect(sent({ duplicatePercent: 100 }, 500).arrived).toHaveLength(1000);
  });

  test('corruption is one bit', () => {
    const shaper = new Shaper({ corruptPercent: 100 }, dice(7));
    for (let n = 0; n < 200; n += 1) {
      shaper.push(new Uint8Array(64), n);
      const bits = [...(shaper.due(n) ?? [])].reduce(
        (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
        0,
      );
      shaper.shift();
      expect(bits).toBe(1);
    }
  });
});

describe('delay', () => {
  test('varies evenly within its jitter, and changes no order', () => {
    const { arrived } = sent({ delayMs: 50, jitterMs: 20 }, 2_000, { everyMs: 100 });
    const took = arrived.map(({ number, at }) => at - number * 100);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...took)).toBeLessThanOrEqual(70);
    const mean = took.reduce((sum, one) => sum + one, 0) / took.length;
    // the deviation of an even distribution is its width over the root of twelve
    expect(Math.abs(mean - 50)).toBeLessThan((3 * 40) / Math.sqrt(12 * 2_000));
    const dense = sent({ delayMs: 50, jitterMs: 50 }, 2_000, { everyMs: 1 }).arrived;
    expect(dense.map(({ number }) => number)).toEqual(Array.from({ length: 2_000 }, (_, number) => number));
  });

  test('frames that pass others come before all that are delayed', () => {
    const { arrived } = sent({ delayMs: 50, reorderPercent: 10 }, 10_000);
    const early = arrived.filter(({ number, at }) => at === number);
    expect(Math.abs(early.length - 1_000)).toBeLessThanOrEqual(threeSigma(10_000, 10));
    expect(arrived.filter(({ number, at }) => at === number + 50)).toHaveLength(10_000 - early.length);
  });
});

describe('rate', () => {
  test('no span of time gets more than the rate and one frame', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 100_000 }),
        fc.array(
          fc.record({ bytes: fc.integer({ min: 60, max: 1_514 }), gapMs: fc.double({ min: 0, max: 20, noNaN: true }) }),
          {
            minLength: 1,
            maxLength: 80,
          },
        ),
        (rateKbps, frames) => {
          const shaper = new Shaper({ rateKbps, queuePackets: 10_000 }, dice(1));
          let now = 0;
          for (const [number, { bytes, gapMs }] of frames.entries()) shaper.push(frame(number, bytes), (now += gapMs));
          const arrived = drain(shaper);
          expect(arrived).toHaveLength(frames.length);
          let bits = 0;
          const [first] = arrived;
          for (const { at, bytes } of arrived.slice(1)) {
            bits += bytes * 8;
            expect(bits).toBeLessThanOrEqual((at - (first?.at ?? 0)) * rateKbps + 1e-6 * bits);
          }
        },
      ),
    );
  });

  test('what is offered too fast comes at the rate, and what has no room is dropped', () => {
    const { arrived, shaper } = sent({ rateKbps: 800, queuePackets: 50 }, 1_000, { everyMs: 0.1, bytes: 1_000 });
    // a frame takes 10 ms; while 1,000 are offered in 99.9 ms, 9 are sent and 50 wait
    expect(arrived).toHaveLength(59);
    expect(shaper.counts.dropped).toBe(941);
    expect(arrived.at(-1)?.at).toBeCloseTo(590, 6);
  });
});

describe('a change', () => {
  const quality: fc.Arbitrary<LinkQuality> = fc.record({
    delayMs: fc.integer({ min: 0, max: 500 }),
    rateKbps: fc.oneof(fc.constant(undefined), fc.integer({ min: 64, max: 10_000 })),
    queuePackets: fc.constant(10_000),
  });
  test('loses and reorders nothing that is under way, and delays nothing by more than the new link takes', () => {
    fc.assert(
      fc.property(fc.array(quality, { minLength: 2, maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (links, each) => {
        const shaper = new Shaper(links[0] ?? {}, dice(1));
        const arrived: Arrival[] = [];
        let [now, number] = [0, 0];
        for (const link of links) {
          arrived.push(...drain(shaper, now));
          shaper.change(link, now);
          for (let n = 0; n < each; n += 1, number += 1, now += 2) {
            arrived.push(...drain(shaper, now));
            shaper.push(frame(number), now);
          }
        }
        arrived.push(...drain(shaper));
        expect(arrived.map((one) => one.number)).toEqual(Array.from({ length: number }, (_, at) => at));
        const times = arrived.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
    const shaper = new Shaper({ delayMs: 60_000 }, dice(1));
    shaper.push(frame(1), 0);
    shaper.change({}, 100);
    expect(drain(shaper)).toMatchObject([{ number: 1, at: 100 }]);
  });
});
