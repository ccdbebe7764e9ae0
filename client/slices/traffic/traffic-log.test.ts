import { expect, test } from 'vitest';
import type { LinkTraffic } from '#shared/capture/traffic';
import { TrafficLog } from './traffic-log';
import { bytesText, rateText, trafficHint } from './traffic-text';

const link = (edgeId: number, bitsPerSecond: number, dropsPerSecond: number | null = null): LinkTraffic => ({
  ...{ edgeId, frames: 1_200, bytes: 5_000, framesPerSecond: 2.25, bitsPerSecond, dropsPerSecond },
  drops: dropsPerSecond === null ? null : { forth: { lost: 3, dropped: 1 }, back: { lost: 0, dropped: 0 } },
});
const start = 1_700_000_000_000;

test('a graph has one point for each two seconds, of the links that are asked for, and gaps where nothing was read', () => {
  const log = new TrafficLog();
  log.take([link(1, 100), link(2, 10)], start);
  log.take([link(1, 200), link(2, 20)], start + 1_000);
  log.take([link(1, 300)], start + 2_000);
  // the page was hidden meanwhile
  log.take([link(1, 400), link(2, 40)], start + 6_100);
  const { of, series } = log.rate([1, 2]);
  expect(series.points).toHaveLength(150);
  expect(series.points.slice(-5)).toEqual([null, 220, 300, null, 440]);
  expect(series).toMatchObject({ now: 440, mean: 320, peak: 440 });
  expect(of).toEqual({ at: new Date(start + 6_000).toISOString(), stepSeconds: 2 });
  expect(log.rate([2]).series.points.slice(-4)).toEqual([20, null, null, 40]);
  expect(log.rate([3]).series).toMatchObject({ now: null, mean: null, peak: null });
});

test('what is older than five minutes is gone', () => {
  const log = new TrafficLog();
  log.take([link(1, 100)], start);
  log.take([link(1, 200)], start + 298_000);
  expect(log.rate([1]).series.points[0]).toBe(100);
  log.take([link(1, 300)], start + 300_000);
  expect(log.rate([1]).series.points.filter((point) => point !== null)).toEqual([200, 300]);
  log.take([link(1, 400)], start + 10_000_000);
  expect(log.rate([1]).series.points.filter((point) => point !== null)).toEqual([400]);
});

test('drops have a graph only of links of which somebody can tell', () => {
  const log = new TrafficLog();
  log.take([link(1, 100), link(2, 10, 4)], start);
  expect(log.drops([1])).toBeNull();
  expect(log.drops([1, 2])?.series.now).toBe(4);
});

test('figures are said in three digits, and drops where they are known', () => {
  expect([0, 14_230, 2_500_000].map((bitsPerSecond) => rateText({ bitsPerSecond }, 'en'))).toEqual([
    '0 kbit/s',
    '14.2 kbit/s',
    '2.5 Mbit/s',
  ]);
  expect([0, 999, 48_230_000].map((bytes) => bytesText(bytes, 'en'))).toEqual(['0 B', '999 B', '48.2 MB']);
  expect(trafficHint(link(1, 0), 'en')).toEqual({ rate: '2.3', frames: '1,200', bytes: '5,000', drops: null });
  expect(trafficHint(link(1, 0, 1), 'en').drops).toBe('4');
});
