import { describe, expect, it } from 'vitest';
import type { StepAction, StepStatus } from '#shared/deployment/schema';
import type { VmStatus } from '#shared/slice-status';
import { sampleDeployment, sampleVm } from '../testing/samples';
import { runningSteps } from './actions';

describe('what is going on', () => {
  const shown = (action: StepAction, step: StepStatus, status: VmStatus, live = true) => {
    const [first] = sampleDeployment().steps;
    if (first === undefined) throw new Error('no step');
    const deployment = sampleDeployment({
      status: live ? 'running' : 'succeeded',
      steps: [{ ...first, action, status: step }],
    });
    return runningSteps(deployment, [sampleVm(1, 'web', { status })]).get('vm:1')?.action;
  };

  it('a VM that was being stopped was shown running before it was shown stopped', () => {
    expect(shown('stop', 'running', 'running')).toBe('stop');
    // the step is done, and nobody has looked yet
    expect(shown('stop', 'done', 'running')).toBe('stop');
    expect(shown('remove', 'done', 'running')).toBe('remove');
    expect(shown('stop', 'done', 'stopped')).toBeUndefined();
  });

  it('is nothing for what is waiting, over, or seen already', () => {
    expect(shown('stop', 'pending', 'running')).toBeUndefined();
    expect(shown('start', 'done', 'running')).toBeUndefined();
    expect(shown('stop', 'done', 'running', false)).toBeUndefined();
  });
});
