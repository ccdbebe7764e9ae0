import { expect, test } from 'vitest';
import type { Step, StepAction, StepStatus } from '#shared/deployment/schema';
import { sampleDeployment } from '../../testing/samples';
import { diffOf } from './step-diff';

function steps(...of: [resourceId: number, action: StepAction, status?: StepStatus][]): Step[] {
  const [sample] = sampleDeployment().steps;
  if (sample === undefined) throw new Error('The sample has no step');
  return of.map(([resourceId, action, status = 'done'], seq) => ({ ...sample, seq, resourceId, action, status }));
}

const told = (of: Step[]) =>
  diffOf(of).map(({ kind, parts }) => [kind, ...parts.map(({ step, missed }) => [step.resourceId, missed])]);

test('what is added starts and what is changed is stopped for it: each part is said once', () => {
  expect(told(steps([1, 'create'], [1, 'start'], [2, 'stop'], [2, 'update'], [2, 'start'], [3, 'start']))).toEqual([
    ['added', [1, null]],
    ['changed', [2, null]],
    ['started', [3, null]],
  ]);
  expect(told(steps([1, 'stop'], [1, 'remove'], [2, 'stop']))).toEqual([
    ['removed', [1, null]],
    ['stopped', [2, null]],
  ]);
});

test('a VM that was made and would not start was told as added, and nothing of its failure', () => {
  expect(told(steps([1, 'create'], [1, 'start', 'failed'], [2, 'create', 'skipped']))).toEqual([
    ['added', [1, 'failed'], [2, 'skipped']],
  ]);
});

test('what only prepares or clears away changes nothing', () => {
  expect(told(steps([1, 'prepare'], [2, 'sweep']))).toEqual([]);
});
