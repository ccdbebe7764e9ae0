import { describe, expect, test } from 'vitest';
import { bends, directionsOf, linkPresets, linkSchema } from './link';
import { topologyEdgeSchema } from './schema';

const wrongFields = (link: unknown) =>
  linkSchema
    .safeParse(link)
    .error?.issues.map(({ path, code }) => [code === 'unrecognized_keys' ? code : path.join('.')][0]) ?? [];

describe('what a link may be', () => {
  test.each([
    [{ delayMs: 1e9 }, ['delayMs']],
    [{ delayMs: -1 }, ['delayMs']],
    [{ delayMs: Number.NaN }, ['delayMs']],
    [{ delayMs: '20' }, ['delayMs']],
    [{ lossPercent: 101 }, ['lossPercent']],
    [{ lossPercent: -0.1 }, ['lossPercent']],
    [{ duplicatePercent: Number.POSITIVE_INFINITY }, ['duplicatePercent']],
    [{ rateKbps: 0 }, ['rateKbps']],
    [{ rateKbps: 1.5 }, ['rateKbps']],
    [{ rateKbps: 1e12 }, ['rateKbps']],
    [{ rateKbps: 8, queuePackets: 0 }, ['queuePackets']],
    [{ delayMs: 10, jitterMs: 11 }, ['jitterMs']],
    [{ reorderPercent: 1 }, ['reorderPercent']],
    [{ queuePackets: 10 }, ['queuePackets']],
    [{ back: { lossPercent: 101 } }, ['back.lossPercent']],
    [{ back: { delayMs: 1, jitterMs: 2 } }, ['back.jitterMs']],
    [{ back: { back: {} } }, ['unrecognized_keys']],
    [{ delay: 3 }, ['unrecognized_keys']],
  ])('%j is refused, on its field', (link, fields) => {
    expect(wrongFields(link)).toEqual(fields);
    expect(topologyEdgeSchema.safeParse({ key: 'e', source: 'a', target: 'b', link }).success).toBe(false);
  });

  test('presets may be, and bend', () => {
    for (const preset of Object.values(linkPresets)) {
      expect(linkSchema.parse(preset)).toEqual(preset);
      expect(bends(preset)).toBe(true);
    }
  });
});

test('both directions are alike unless the way back is said', () => {
  expect(directionsOf({ delayMs: 5 })).toEqual({ forth: { delayMs: 5 }, back: { delayMs: 5 } });
  expect(directionsOf({ delayMs: 5, back: {} })).toEqual({ forth: { delayMs: 5 }, back: {} });
  expect([undefined, {}, { delayMs: 0 }, { back: { lossPercent: 0 } }].map((link) => bends(link))).toEqual([
    ...[false, false, false, false],
  ]);
  expect(bends({ back: { lossPercent: 1 } })).toBe(true);
});
