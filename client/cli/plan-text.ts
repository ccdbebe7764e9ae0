import type { Change } from '#shared/deployment/applied';
import type { PlanStep } from '#shared/deployment/schema';

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
    const lost = update.loses.map((loss) => (loss === 'disk' ? 'all that is on its disk' : 'what is in memory'));
    return lost.length === 0 ? changes : [...changes, `${resource} ${label}: ${lost.join(' and ')} is lost`];
  });
}
