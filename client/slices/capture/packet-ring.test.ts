// @vitest-environment node
import { expect, test } from 'vitest';
import { parseFilter } from '#shared/capture/filter';
import { PacketRing } from './packet-ring';

const frame = (edgeId: number, bytes = 60) => ({
  edgeId,
  at: edgeId,
  length: bytes,
  data: btoa('\u0000'.repeat(12) + (edgeId % 2 === 0 ? '\u0008\u0006' : '\u0008\u0000') + '\u0000'.repeat(bytes - 14)),
});

test('holds the newest frames, and says how many it has left out', () => {
  const ring = new PacketRing();
  for (let n = 0; n < 45; n += 1)
    ring.push({ frames: Array.from({ length: 1_000 }, (_, at) => frame(n * 1_000 + at)), dropped: 1 });
  expect(ring.rows.at(-1)?.number).toBe(45_000);
  expect(ring.rows.length).toBeLessThanOrEqual(20_000);
  expect(ring.rows.length + ring.dropped).toBe(45_000 + 45);
  expect(ring.shown.map(({ number }) => number)).toEqual(ring.rows.map(({ number }) => number));
  for (let n = 0; n < 1_100; n += 1) ring.push({ frames: [frame(1, 65_535)], dropped: 0 });
  expect(ring.rows.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(64 * 2 ** 20);
});

test('shows what its filter wants, of what is there and of what comes, also once older ones are gone', () => {
  const ring = new PacketRing();
  const arp = parseFilter('arp');
  ring.push({ frames: [frame(1), frame(2)], dropped: 0 });
  if (arp.ok) ring.filter(arp.matches);
  ring.push({ frames: [frame(3), frame(4)], dropped: 0 });
  expect(ring.shown.map(({ at }) => at)).toEqual([2, 4]);
  ring.push({ frames: Array.from({ length: 21_000 }, () => frame(5)), dropped: 0 });
  expect(ring.shown).toEqual([]);
  ring.clear();
  expect([ring.rows, ring.shown, ring.dropped]).toEqual([[], [], 0]);
  ring.push({ frames: [frame(6)], dropped: 0 });
  expect(ring.shown.map(({ number }) => number)).toEqual([1]);
});
