import type { StepStatus } from './schema';

/**
 * Whether a step has done its work. The one answer of server, browser and command line: one that was left out after a
 * failure or a cancellation (`skipped`) needs nothing more, but nothing of it was done.
 */
export function isStepDone(status: StepStatus): boolean {
  return status === 'done';
}

/** How many of the steps have done their work. */
export function countDone(steps: Iterable<{ status: StepStatus }>): number {
  let done = 0;
  for (const step of steps) if (isStepDone(step.status)) done++;
  return done;
}
