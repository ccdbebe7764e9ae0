import type { Change, Loss } from '#shared/deployment/applied';
import type { PlanChange, PlanStep } from '#shared/deployment/schema';

const effects: Record<Change['effect'], string> = {
  live: 'while it runs',
  restart: 'by a restart',
  recreate: 'made anew',
};

/** What the steps of a plan change and what is lost by it, a line for each change: `vm web: ramMb 128 -> 256, by a restart`. */
export function changeLines(steps: readonly Pick<PlanStep, 'resource' | 'label' | 'update'>[]): string[] {
  return steps.flatMap(({ resource, label, update }) => {
    if (update === null) return [];
    const changes = update.changes.map(
      ({ property, from, to, effect }) =>
        `${resource} ${label}: ${property} ${from ?? 'default'} -> ${to ?? 'default'}, ${effects[effect]}`,
    );
    return [...changes, ...lostLines(resource, label, update.loses)];
  });
}

const losses: Record<Loss, string> = {
  memory: 'what is in memory',
  disk: 'all that is on its disk',
  extraDisk: 'all that is on extra disks that go or shrink',
};

function lostLines(part: string, label: string, loses: readonly Loss[]): string[] {
  const lost = loses.map((loss) => losses[loss]);
  return lost.length === 0 ? [] : [`${part} ${label}: ${lost.join(' and ')} is lost`];
}

const fates: Record<PlanChange['fate'], string> = {
  add: 'is added',
  remove: 'is removed',
  none: 'changes in the drawing only',
  live: 'changes while it runs',
  restart: 'changes by a restart',
  recreate: 'is made anew',
};

/** What an update makes of each part, and what is lost by it: `+ vm db: is added`. */
export function updateLines(changes: readonly PlanChange[]): string[] {
  return changes.flatMap(({ part, label, fate, properties, loses }) => {
    const sign = fate === 'add' ? '+' : fate === 'remove' ? '-' : '~';
    const values = properties.map(({ property, from, to }) => `${property} ${from ?? 'default'} -> ${to ?? 'default'}`);
    const what = values.length === 0 ? '' : ` (${values.join(', ')})`;
    return [
      `${sign} ${part} ${label}: ${fates[fate]}${what}`,
      ...lostLines(part, label, loses).map((line) => `  ${line}`),
    ];
  });
}
