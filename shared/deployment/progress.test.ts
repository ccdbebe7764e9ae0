import { expect, test } from 'vitest';
import { countDone, isStepDone } from './progress';
import { stepStatuses } from './schema';

test('steps that were left out after a failure are not counted as done', () => {
  const steps = (['done', 'done', 'failed', 'skipped', 'skipped'] as const).map((status) => ({ status }));
  expect(countDone(steps)).toBe(2);
});

test('only a step that has done its work is done', () => {
  expect(stepStatuses.filter(isStepDone)).toEqual(['done']);
  expect(countDone([])).toBe(0);
});
