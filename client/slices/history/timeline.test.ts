import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventData } from '#shared/deployment/events';
import type { Deployment, Step } from '#shared/deployment/schema';
import { sampleDeployment, sampleEvent } from '../../testing/samples';
import { scaleStep, timelineOf, timesOf } from './timeline';

const zero = Date.parse('2030-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(zero + ms).toISOString();

function stepOf(change: Partial<Step>): Step {
  const [step] = sampleDeployment().steps;
  if (step === undefined) throw new Error('The sample has no step');
  return { ...step, ...change };
}

const running = (seq: number, attempts: number): EventData => ({
  type: 'step.status',
  deploymentId: 5,
  seq,
  key: `vm:${seq}/create`,
  resource: 'vm',
  resourceId: seq + 1,
  label: 'web',
  action: 'create',
  status: 'running',
  attempts,
  error: null,
});

test('bars are the steps’ own times; what never began has none, what is under way ends now', () => {
  const deployment = sampleDeployment({
    startedAt: at(400),
    steps: [
      stepOf({ seq: 0, status: 'done', attempts: 1, startedAt: at(500), finishedAt: at(2_500) }),
      stepOf({ seq: 1, status: 'running', attempts: 1, startedAt: at(2_600) }),
      stepOf({ seq: 2, status: 'pending' }),
    ],
  });
  const { length, waited, rows } = timelineOf(deployment, [], zero + 4_000);
  expect({ length, waited }).toEqual({ length: 4_000, waited: 400 });
  expect(rows.map(({ whole }) => whole)).toEqual([{ from: 500, to: 2_500 }, { from: 2_600, to: 4_000 }, null]);
});

test('attempts begin when the events say so, and each ends where the next begins', () => {
  const deployment = sampleDeployment({
    status: 'succeeded',
    finishedAt: at(20_000),
    steps: [stepOf({ seq: 0, status: 'done', attempts: 3, startedAt: at(1_000), finishedAt: at(9_000) })],
  });
  // a sample's events are a second apart
  const events = [sampleEvent(1, running(0, 1)), sampleEvent(4, running(0, 2)), sampleEvent(6, running(0, 3))];
  const [row] = timelineOf(deployment, events, zero + 60_000).rows;
  expect(row?.attempts).toEqual([
    { from: 1_000, to: 4_000 },
    { from: 4_000, to: 6_000 },
    { from: 6_000, to: 9_000 },
  ]);
  // of other deployments nothing is taken
  const others = events.map((event) => ({ ...event, data: { ...event.data, deploymentId: 6 } as EventData }));
  expect(timelineOf(deployment, others, zero).rows[0]?.attempts).toEqual([{ from: 1_000, to: 9_000 }]);
});

test('whatever the times are, bars lie within the whole, and attempts fill their step without a gap', () => {
  const moment = fc.integer({ min: 0, max: 3_600_000 });
  const step = fc.record({
    from: moment,
    took: fc.option(moment, { nil: null }),
    attempts: fc.integer({ min: 1, max: 4 }),
  });
  const retries = fc.array(
    fc.record({ seq: fc.nat(5), attempts: fc.integer({ min: 2, max: 4 }), second: fc.nat(3600) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), retries, moment, (steps, again, now) => {
      const deployment: Deployment = sampleDeployment({
        steps: steps.map(({ from, took, attempts }, seq) =>
          stepOf({ seq, attempts, startedAt: at(from), finishedAt: took === null ? null : at(from + took) }),
        ),
      });
      const events = again
        .toSorted((one, other) => one.second - other.second)
        .map(({ seq, attempts, second }) => sampleEvent(second, running(seq, attempts)));
      const { length, rows } = timelineOf(deployment, events, zero + now);
      for (const { whole, attempts } of rows) {
        expect(whole).not.toBeNull();
        expect(attempts[0]?.from).toBe(whole?.from);
        expect(attempts.at(-1)?.to).toBe(whole?.to);
        for (const [index, one] of attempts.entries()) {
          expect(one.to).toBeGreaterThanOrEqual(one.from);
          if (index > 0) expect(one.from).toBe(attempts[index - 1]?.to);
        }
        expect(whole?.to ?? 0).toBeLessThanOrEqual(length);
      }
    }),
  );
});

test('waiting and work are told apart, whether it has begun, ended, or neither', () => {
  const times = { createdAt: at(0), startedAt: at(300), finishedAt: at(1_000) };
  expect(timesOf(times, zero + 9_999)).toEqual({ waited: 300, worked: 700 });
  expect(timesOf({ ...times, finishedAt: null }, zero + 500)).toEqual({ waited: 300, worked: 200 });
  expect(timesOf({ ...times, startedAt: null, finishedAt: null }, zero + 500)).toEqual({ waited: 500, worked: 0 });
  // cancelled before anybody took it up
  expect(timesOf({ ...times, startedAt: null }, zero + 500)).toEqual({ waited: 1_000, worked: 0 });
});

test('the lines of a scale are round and few', () => {
  expect([1, 900, 8_000, 70_000, 3_600_000].map(scaleStep)).toEqual([1, 200, 1_000, 10_000, 500_000]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (length) => {
      expect(length / scaleStep(length)).toBeLessThanOrEqual(8);
    }),
  );
});
