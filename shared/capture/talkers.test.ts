import { describe, expect, it } from 'vitest';
import { allDrops, topTalkers, TrafficTotals, type Talker } from './talkers';
import type { LinkTraffic } from './traffic';

const link = (edgeId: number, frames: number, change: Partial<LinkTraffic> = {}): LinkTraffic => ({
  ...{ edgeId, frames, bytes: frames * 100, framesPerSecond: 1, bitsPerSecond: 800 * edgeId },
  ...{ drops: null, dropsPerSecond: null },
  ...change,
});
const dropped = (lost: number) => ({ drops: { forth: { lost, dropped: 1 }, back: { lost: 0, dropped: 2 } } });
const byId = (talkers: readonly Talker[], id: number) => talkers.find((talker) => talker.id === id);

describe('totals since one looks', () => {
  it('begin with the first reading of each link, and go on where a sum begins anew', () => {
    const totals = new TrafficTotals();
    totals.take([link(1, 1_000)]);
    expect(byId(totals.links, 1)).toMatchObject({ frames: 0, bytes: 0, drops: null, bitsPerSecond: 800 });
    totals.take([link(1, 1_005), link(2, 7)]);
    totals.take([link(1, 3), link(2, 9)]);
    expect(byId(totals.links, 1)).toMatchObject({ frames: 8, bytes: 800 });
    expect(byId(totals.links, 2)).toMatchObject({ frames: 2, bytes: 200 });
  });

  it('of drops are unknown until somebody can tell, and stay when nobody can any more', () => {
    const totals = new TrafficTotals();
    totals.take([link(1, 0)]);
    totals.take([link(1, 0, dropped(10))]);
    expect(byId(totals.links, 1)?.drops).toBe(0);
    totals.take([link(1, 0, dropped(14))]);
    totals.take([link(1, 0)]);
    expect(byId(totals.links, 1)?.drops).toBe(4);
    expect([allDrops(null), allDrops(dropped(4).drops)]).toEqual([null, 7]);
  });

  it('have no rate of a link that is read no more, and keep what has passed', () => {
    const totals = new TrafficTotals();
    totals.take([link(1, 0)]);
    totals.take([link(1, 5)]);
    totals.take([]);
    expect(byId(totals.links, 1)).toMatchObject({ frames: 5, bitsPerSecond: 0, framesPerSecond: 0 });
  });

  it('of a VM are those of its links, at either end, and none of a VM without any that was read', () => {
    const totals = new TrafficTotals();
    totals.take([link(1, 0), link(2, 0, dropped(0))]);
    totals.take([link(1, 10), link(2, 5, dropped(3))]);
    const edges = [
      { id: 1, source: 'a', target: 'b' },
      { id: 2, source: 'a', target: 'net' },
      { id: 3, source: 'c', target: 'net' },
    ];
    const vms = totals.vms(
      edges,
      ['a', 'b', 'c'].map((key, index) => ({ key, id: 10 + index })),
    );
    expect(vms.map(({ id }) => id)).toEqual([10, 11]);
    expect(byId(vms, 10)).toMatchObject({ frames: 15, bytes: 1_500, drops: 3, bitsPerSecond: 2_400 });
    expect(byId(vms, 11)).toMatchObject({ frames: 10, drops: null, bitsPerSecond: 800 });
    // links are their own
    expect(byId(totals.links, 1)).toMatchObject({ frames: 10 });
  });
});

it('the top are the fastest and those of which most has passed, the fastest first', () => {
  const talker = (id: number, bitsPerSecond: number, bytes: number): Talker => ({
    ...{ id, bitsPerSecond, bytes, framesPerSecond: 0, frames: 0, drops: null },
  });
  const all = [talker(1, 10, 900), talker(2, 30, 1), talker(3, 20, 2), talker(4, 0, 3), talker(5, 30, 5)];
  expect(topTalkers(all, 1).map(({ id }) => id)).toEqual([5, 1]);
  expect(topTalkers(all, 2).map(({ id }) => id)).toEqual([5, 2, 1]);
  expect(topTalkers(all, 9)).toHaveLength(5);
});
