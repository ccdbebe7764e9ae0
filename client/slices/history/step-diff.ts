import { isStepDone } from '#shared/deployment/progress';
import type { Step, StepAction, StepStatus } from '#shared/deployment/schema';

const changeKinds = [
  'added',
  'changed',
  'removed',
  'started',
  'stopped',
  'rebooted',
  'suspended',
  'resumed',
  'restored',
] as const;
type ChangeKind = (typeof changeKinds)[number];

/** What a step is to the slice; of what only prepares or clears away, nothing. */
const kindOf: Record<StepAction, ChangeKind | null> = {
  prepare: null,
  create: 'added',
  connect: 'added',
  update: 'changed',
  start: 'started',
  await: null,
  stop: 'stopped',
  reboot: 'rebooted',
  disconnect: 'removed',
  remove: 'removed',
  sweep: null,
  suspend: 'suspended',
  resume: 'resumed',
  restore: 'restored',
};

/** What was to become of a part: the step that says so, and how the first step on the part ended that was not done, if any. */
export interface PartChange {
  step: Step;
  missed: StepStatus | null;
}

/**
 * What a deployment was to change of its slice, by what becomes of each part. What is added starts, what is removed stops, and what is changed
 * may do both: neither is said again.
 */
export function diffOf(steps: readonly Step[]): { kind: ChangeKind; parts: PartChange[] }[] {
  const missed = new Map<string, StepStatus>();
  for (const step of steps)
    if (!isStepDone(step.status) && !missed.has(partOf(step))) missed.set(partOf(step), step.status);
  const told = new Set<string>();
  const groups = changeKinds.map((kind) => {
    const own = steps.filter((step) => kindOf[step.action] === kind && !told.has(partOf(step)));
    for (const step of own) told.add(partOf(step));
    return { kind, parts: own.map((step) => ({ step, missed: missed.get(partOf(step)) ?? null })) };
  });
  return groups.filter((group) => group.parts.length > 0);
}

function partOf({ resource, resourceId }: Step): string {
  return `${resource}:${resourceId}`;
}
