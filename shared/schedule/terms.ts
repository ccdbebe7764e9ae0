import { deploymentKinds, operationOf, type DeploymentKind } from '../deployment/operations';

/** What is wanted of VMs that do not run after it, whatever they were. */
const restingWants: readonly string[] = ['stopped', 'kept', 'absent'];

/** What can be done at the end of a lease: every operation after which nothing of the slice runs. */
export const leaseEnds: readonly DeploymentKind[] = deploymentKinds.filter((kind) =>
  restingWants.includes(operationOf(kind).wants.slice),
);
/** What can be done at a time: what takes no more than the right to operate. */
export const scheduledKinds: readonly DeploymentKind[] = deploymentKinds.filter(
  (kind) => operationOf(kind).level === 'operate',
);

/** Some minutes as `2 d 4 h 30 min`, which reads alike in every language here. */
export function minutesText(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const said = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return said.length === 0 ? '0 min' : said.join(' ');
}

/** Minutes of `90m`, `4h`, `2d`, `1w`, or several of them: `1d12h`. Null for what is none of these. */
export function minutesOf(text: string): number | null {
  const compact = text.toLowerCase().replaceAll(/\s+/g, '');
  if (!/^(\d{1,7}(w|d|h|min|m))+$/.test(compact)) return null;
  const units: Record<string, number> = { w: 10_080, d: 1_440, h: 60, min: 1, m: 1 };
  const parts = compact.matchAll(/(\d+)(w|d|h|min|m)/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
}

/** How the days of a week are written for programs, Monday first: as ISO 8601 numbers them from 1. */
export const weekdayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Days as numbers, of `mon,wed` or `mon-fri`. Null for what is none. */
export function weekdaysOf(text: string): number[] | null {
  const numberOf = (name: string) =>
    weekdayNames.findIndex((known) => known === name.trim().toLowerCase().slice(0, 3)) + 1;
  const days = text.split(',').flatMap((part) => {
    const [from = 0, to = from, ...more] = part.split('-').map(numberOf);
    if (from === 0 || to === 0 || to < from || more.length > 0) return [0];
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return days.includes(0) ? null : days;
}
