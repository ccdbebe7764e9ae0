import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planChaos, type ChaosLimits } from './chaos';
import { runLimits } from './limits';

const seconds = (max: number) => fc.integer({ min: 1, max });
const anyLimits: fc.Arbitrary<ChaosLimits> = fc.record({
  edges: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }),
  atOnce: fc.integer({ min: 1, max: 6 }),
  failureSeconds: seconds(60),
  repairSeconds: seconds(60),
  durationSeconds: seconds(3_600),
  seed: fc.integer({ min: 0, max: runLimits.seed }),
});
const ofAny = (check: (limits: ChaosLimits) => void) => fc.assert(fc.property(anyLimits, check));

describe('chaos', () => {
  it('is the same of the same seed', () =>
    ofAny((limits) => {
      expect(planChaos(limits)).toEqual(planChaos(limits));
    }));

  it('has its steps within its time and in their order, and no more than a run may have', () =>
    ofAny((limits) => {
      const steps = planChaos(limits);
      expect(steps.length).toBeLessThanOrEqual(runLimits.steps);
      let before = 1;
      for (const { at } of steps) {
        expect(at).toBeGreaterThanOrEqual(before);
        before = at;
      }
      expect(before).toBeLessThanOrEqual(limits.durationSeconds);
    }));

  it('fails only what may, no more at once than allowed, and has all up at its end', () =>
    ofAny((limits) => {
      const down = new Set<string>();
      for (const { edge, deed } of planChaos(limits)) {
        expect(limits.edges).toContain(edge);
        expect(down.has(edge)).toBe(deed === 'up');
        if (deed === 'up') down.delete(edge);
        else down.add(edge);
        expect(down.size).toBeLessThanOrEqual(limits.atOnce);
      }
      expect([...down]).toEqual([]);
    }));

  it('fails as often as it is said, and is repaired in the time that is said, on an average', () => {
    const edges = Array.from({ length: 50 }, (_, n) => `e${n}`);
    const base = { edges, atOnce: 50, failureSeconds: 60, repairSeconds: 20, durationSeconds: 7_200 };
    const runs = Array.from({ length: 100 }, (_, seed) => planChaos({ ...base, seed }));
    const failures = runs.flatMap((steps) => steps.filter(({ deed }) => deed === 'down'));
    // 120 are expected of each run: of a hundred runs the mean is off by 1.1
    expect(Math.abs(failures.length / runs.length - 120)).toBeLessThan(5);
    const lasting = runs.flatMap((steps) =>
      steps.flatMap(({ at, edge, deed }) => {
        const up = steps.find((other) => other.edge === edge && other.deed === 'up' && other.at > at);
        return deed === 'down' && up !== undefined ? [up.at - at] : [];
      }),
    );
    const mean = lasting.reduce((sum, one) => sum + one, 0) / lasting.length;
    expect(Math.abs(mean - 20)).toBeLessThan(1);
  });

  it('fails others of another seed', () => {
    const limits = { edges: ['a', 'b', 'c'], atOnce: 1, failureSeconds: 10, repairSeconds: 5, durationSeconds: 600 };
    expect(planChaos({ ...limits, seed: 1 })).not.toEqual(planChaos({ ...limits, seed: 2 }));
  });
});
