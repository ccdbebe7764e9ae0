import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { figureKinds, figuresEverySeconds, figuresKept } from '#shared/figures';
import { FigureRecorder } from './recorder';
import { figuresBetween, longestStepMs, type Reading } from './rates';
import { FigureRing } from './ring';
import { seriesOf, secondsOf } from './series';

const stepMs = figuresEverySeconds * 1000;
const reading = (values: Partial<Reading> = {}): Reading => ({
  at: 0,
  run: 1,
  cpuSeconds: 10,
  memoryMb: 100,
  diskBytes: 1_000,
  trafficBytes: null,
  ...values,
});

describe('a ring', () => {
  test('holds what was put in its last rounds, and a gap wherever nothing was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.option(fc.integer({ min: 0, max: 1_000 }))), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 0, max: 20 }),
        (kept, puts, later) => {
          const ring = new FigureRing(1, kept);
          const model = new Map<number, number | null>();
          let round = -1;
          for (const [steps, value] of puts) {
            round += steps;
            ring.put(round, [value]);
            model.set(round, value);
          }
          const seen = round + later;
          const expected = Array.from({ length: kept }, (_, index) => model.get(seen - kept + 1 + index) ?? null);
          expect([...ring.read(0, seen)].map((value) => (Number.isNaN(value) ? null : value))).toEqual(expected);
          expect(ring.at(0, seen)).toBe(expected.at(-1));
        },
      ),
    );
  });
});

describe('what a VM uses', () => {
  test('is what its sums have grown by, in a second', () => {
    const now = reading({ at: 15_000, cpuSeconds: 13, memoryMb: 120, diskBytes: 16_000 });
    expect(figuresBetween(reading(), now)).toEqual({ cpu: 20, memory: 120, disk: 1_000, traffic: null });
  });

  test('is not known of the first reading, of another run, of sums that begin anew, and after a gap', () => {
    const none = { cpu: null, disk: null, traffic: null };
    const later = reading({ at: 15_000, cpuSeconds: 20, trafficBytes: 5 });
    expect(figuresBetween(null, later)).toEqual({ ...none, memory: 100 });
    // another process of the same number has used more already
    expect(figuresBetween(reading(), { ...later, run: 2 })).toEqual({ ...none, memory: 100 });
    expect(figuresBetween(reading(), { ...later, at: longestStepMs + 1 })).toMatchObject(none);
    expect(figuresBetween(reading({ at: 15_000 }), later)).toMatchObject(none);
    expect(figuresBetween(reading({ cpuSeconds: 30, diskBytes: 2_000 }), later)).toMatchObject(none);
    // counting began in between
    expect(figuresBetween(reading({ trafficBytes: null }), later)).toMatchObject({ traffic: null });
  });

  test('is never negative and never more than what was counted', () => {
    const part = fc.record({
      at: fc.integer({ min: 0, max: 200_000 }),
      run: fc.integer({ min: 1, max: 2 }),
      cpuSeconds: fc.nat(1_000),
      memoryMb: fc.nat(1_000),
      diskBytes: fc.option(fc.nat()),
      trafficBytes: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(part, part, (before, now) => {
        const { cpu, disk, traffic } = figuresBetween(before, now);
        const seconds = (now.at - before.at) / 1000;
        for (const [value, most] of [
          [cpu, now.cpuSeconds * 100],
          [disk, now.diskBytes],
          [traffic, now.trafficBytes],
        ] as const)
          expect(value === null || (value >= 0 && value <= (most ?? 0) / seconds + 1e-6)).toBe(true);
      }),
    );
  });
});

describe('a series', () => {
  const values = fc.array(fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: Number.NaN }), {
    minLength: figuresKept,
    maxLength: figuresKept,
  });

  test('has no more points than were asked for, each within what was measured, and the newest last', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 12, max: figuresKept }), (all, points) => {
        const series = seriesOf(Float32Array.from(all), points);
        const known = all.filter((value) => !Number.isNaN(value));
        expect(series.points.length).toBeLessThanOrEqual(points);
        expect(series.points.length * secondsOf(figuresKept, points)).toBeGreaterThanOrEqual(
          figuresKept * figuresEverySeconds,
        );
        expect(series.peak).toBe(known.length === 0 ? null : Math.max(...known));
        expect(series.now).toBe(Number.isNaN(all.at(-1)) ? null : all.at(-1));
        for (const point of series.points)
          expect(point === null || (point >= Math.min(...known) && point <= Math.max(...known))).toBe(true);
        expect(series.points.every((point) => point === null)).toBe(known.length === 0);
      }),
    );
  });

  test('of all points is what was measured', () => {
    const all = Float32Array.from({ length: figuresKept }, (_, index) => (index === 7 ? Number.NaN : index));
    expect(seriesOf(all, figuresKept).points).toEqual(Array.from(all, (value, index) => (index === 7 ? null : value)));
  });
});

describe('a recorder', () => {
  const vm = (vmId: number, values: Partial<Reading>, sliceId = 1) => ({ sliceId, vmId, reading: reading(values) });

  test('sums up a zone, and leaves a gap where a VM did not run and where nobody measured', () => {
    const recorder = new FigureRecorder();
    recorder.begin(0);
    recorder.record(1, [vm(1, {}), vm(2, {})]);
    recorder.begin(stepMs);
    recorder.record(1, [vm(1, { at: stepMs, cpuSeconds: 13 }), vm(2, { at: stepMs, cpuSeconds: 11.5 })]);
    recorder.begin(2 * stepMs);
    recorder.record(1, [vm(1, { at: 2 * stepMs, cpuSeconds: 14.5, memoryMb: 50 })]);
    // two rounds were missed: the machine slept
    recorder.begin(5 * stepMs);
    recorder.record(1, []);
    const end = (figures: Float32Array) => [...figures.slice(-6)];
    expect(end(recorder.zone(1, 'vms'))).toEqual([2, 2, 1, Number.NaN, Number.NaN, 0]);
    expect(end(recorder.zone(1, 'cpu'))).toEqual([Number.NaN, 30, 10, Number.NaN, Number.NaN, 0]);
    expect(end(recorder.zone(1, 'memory'))).toEqual([200, 200, 50, Number.NaN, Number.NaN, 0]);
    const gap = Array.from({ length: 3 }, () => Number.NaN);
    expect(end(recorder.vm(1, 'cpu'))).toEqual([Number.NaN, 20, 10, ...gap]);
    expect(end(recorder.vm(2, 'memory'))).toEqual([100, 100, Number.NaN, ...gap]);
    expect(recorder.times).toEqual({ first: 0, last: 5 * stepMs });
  });

  test('has what the machine of a zone uses beside what its VMs do, of one that says so', () => {
    const recorder = new FigureRecorder();
    const machine = (at: number, cpuSeconds: number) => ({
      ...{ at, cpuSeconds, processors: 8, memoryMb: 3_000, totalMemoryMb: 16_000 },
    });
    expect(recorder.machine(1)).toBeNull();
    for (const [round, cpuSeconds] of [100, 130, null, 190].entries()) {
      recorder.begin(round * stepMs);
      recorder.record(1, [], cpuSeconds === null ? null : machine(round * stepMs, cpuSeconds));
      recorder.record(2, []);
    }
    expect(recorder.machine(1)).toEqual({ processors: 8, totalMemoryMb: 16_000 });
    expect(recorder.machine(2)).toBeNull();
    expect([...recorder.zone(1, 'machineCpu').slice(-4)]).toEqual([Number.NaN, 200, Number.NaN, 200]);
    expect([...recorder.zone(1, 'machineMemory').slice(-4)]).toEqual([3_000, 3_000, Number.NaN, 3_000]);
  });

  test('says who uses most, of a slice and of a zone', () => {
    const recorder = new FigureRecorder();
    for (const round of [0, 1]) {
      recorder.begin(round * stepMs);
      const at = { at: round * stepMs };
      recorder.record(1, [
        vm(1, { ...at, cpuSeconds: round * 3 }),
        vm(2, { ...at, cpuSeconds: round * 6 }),
        vm(3, { ...at, cpuSeconds: round * 9 }, 2),
      ]);
      recorder.record(2, [vm(4, { ...at, cpuSeconds: round * 12 }, 4)]);
    }
    expect(recorder.ofSlice(1)).toEqual([2, 1]);
    expect(recorder.busiestOfZone(1, 2).map(({ vmId, cpu }) => [vmId, Math.round(cpu)])).toEqual([
      [3, 60],
      [2, 40],
    ]);
  });

  test('forgets who has not run for an hour, and those that ran longest ago when there are too many', () => {
    const recorder = new FigureRecorder(5);
    recorder.begin(0);
    recorder.record(1, [vm(1, {})]);
    recorder.begin((figuresKept - 1) * stepMs);
    expect(recorder.ofSlice(1)).toEqual([1]);
    recorder.begin(figuresKept * stepMs);
    expect(recorder.ofSlice(1)).toEqual([]);
    recorder.record(1, [vm(2, {})]);
    recorder.record(
      1,
      Array.from({ length: 5 }, (_, index) => vm(10 + index, {})),
    );
    expect(recorder.ofSlice(1)).toEqual([10, 11, 12, 13, 14]);
    expect(figureKinds.map((kind) => recorder.vm(2, kind).every(Number.isNaN))).toEqual(figureKinds.map(() => true));
  });
});
