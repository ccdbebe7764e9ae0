import type { PlanStep, StepAction } from '#shared/deployment/schema';

export const phases = ['stop', 'remove', 'prepare', 'create', 'change', 'connect', 'start', 'keep', 'goBack'] as const;
export type Phase = (typeof phases)[number];

const phaseOf: Record<StepAction, Phase> = {
  prepare: 'prepare',
  create: 'create',
  update: 'change',
  connect: 'connect',
  start: 'start',
  await: 'start',
  reboot: 'start',
  stop: 'stop',
  disconnect: 'remove',
  remove: 'remove',
  sweep: 'remove',
  suspend: 'keep',
  resume: 'start',
  restore: 'goBack',
};

/**
 * The steps by what they are for, each phase in the order of its first step. Steps of different phases may run at the
 * same time: what holds them apart is `dependsOn`.
 */
export function byPhase<Item extends Pick<PlanStep, 'action'>>(
  steps: readonly Item[],
): { phase: Phase; steps: Item[] }[] {
  const groups = new Map<Phase, Item[]>();
  for (const step of steps) {
    const group = groups.get(phaseOf[step.action]);
    if (group === undefined) groups.set(phaseOf[step.action], [step]);
    else group.push(step);
  }
  return [...groups].map(([phase, items]) => ({ phase, steps: items }));
}
