import { afterEach, beforeEach } from 'vitest';

/** Has each test of a `describe` stand on the one before: after a failure the rest would only wait for what cannot come. */
export function stepByStep(): void {
  let failed = false;
  beforeEach((step) => step.skip(failed, 'an earlier step failed'));
  afterEach((step) => {
    failed ||= step.task.result?.state === 'fail';
  });
}
