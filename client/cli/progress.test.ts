import { expect, it } from 'vitest';
import { sampleDeployment, sampleEvent } from '../testing/samples';
import { Progress } from './progress';

it('of an update that failed says what is done and what is not, and how to go on and back', () => {
  const update = sampleDeployment({ kind: 'update', topologyChange: { version: 2, changes: [] } });
  const progress = new Progress(update);
  for (const [seq, status] of (['done', 'failed'] as const).entries()) {
    const step = update.steps[seq];
    if (step === undefined) throw new Error('no step');
    const { key, resource, resourceId, label, action } = step;
    const news = { key, resource, resourceId, label, action, seq, status, attempts: 1, error: null };
    progress.apply(sampleEvent(seq + 1, { type: 'step.status', deploymentId: update.id, ...news }));
  }
  expect(progress.advice?.split('\n')).toEqual([
    '1 of 2 steps are done, and stay so. Not done: create db.',
    'Take it up again: trama slices update 7',
    'Take it back: trama slices update 7 --undo 5',
  ]);
  expect(new Progress(sampleDeployment()).advice).toBeNull();
});
