import type { SliceEvent } from '#shared/deployment/events';
import type { Deployment, DeploymentSummary, Step } from '#shared/deployment/schema';

/** A stretch of time, in ms since the deployment was asked for. */
export interface Stretch {
  from: number;
  to: number;
}

export interface TimelineRow {
  step: Step;
  /** From when it first began until its end, or until now; null for one that never began. */
  whole: Stretch | null;
  /** Its attempts one after the other; one as long as the whole where nothing more is known. */
  attempts: Stretch[];
}

export interface Timeline {
  /** How long the deployment took from being asked for to its end, or until now, in ms; at least 1. */
  length: number;
  /** Until a server had taken it up; null for one that none has. */
  waited: number | null;
  rows: TimelineRow[];
}

/**
 * When what was done, from the steps' own times; of the events come the moments at which attempts began. `now` is where what is
 * under way ends for the time being, in ms since 1970.
 */
export function timelineOf(deployment: Deployment, events: readonly SliceEvent[], now: number): Timeline {
  const zero = Date.parse(deployment.createdAt);
  const begun = attemptsIn(events, deployment.id, zero);
  const open = deployment.finishedAt === null ? Math.max(0, now - zero) : Date.parse(deployment.finishedAt) - zero;
  const rows = deployment.steps.map((step): TimelineRow => {
    if (step.startedAt === null) return { step, whole: null, attempts: [] };
    const from = Math.max(0, Date.parse(step.startedAt) - zero);
    const to = Math.max(from, step.finishedAt === null ? open : Date.parse(step.finishedAt) - zero);
    const later = (begun.get(step.seq) ?? []).filter((moment) => moment > from && moment < to);
    const starts = step.attempts > 1 ? [from, ...later] : [from];
    return {
      step,
      whole: { from, to },
      attempts: starts.map((start, index) => ({ from: start, to: starts[index + 1] ?? to })),
    };
  });
  return {
    length: Math.max(1, open, ...rows.map(({ whole }) => whole?.to ?? 0)),
    waited: deployment.startedAt === null ? null : Math.max(0, Date.parse(deployment.startedAt) - zero),
    rows,
  };
}

/** Of each step, when its second attempt and those after it began. */
function attemptsIn(events: readonly SliceEvent[], deploymentId: number, zero: number): Map<number, number[]> {
  const begun = new Map<number, number[]>();
  for (const { at, data } of events) {
    if (data.type !== 'step.status' || data.deploymentId !== deploymentId) continue;
    if (data.status !== 'running' || data.attempts < 2) continue;
    begun.set(data.seq, [...(begun.get(data.seq) ?? []), Date.parse(at) - zero]);
  }
  return begun;
}

/** What a deployment took until now, in ms: waiting to be taken up, and at work. */
export function timesOf(
  { createdAt, startedAt, finishedAt }: Pick<DeploymentSummary, 'createdAt' | 'startedAt' | 'finishedAt'>,
  now: number,
): { waited: number; worked: number } {
  const [asked, end] = [Date.parse(createdAt), finishedAt === null ? now : Date.parse(finishedAt)];
  const taken = startedAt === null ? end : Date.parse(startedAt);
  return { waited: Math.max(0, taken - asked), worked: Math.max(0, end - taken) };
}

/** A round distance between the lines of a scale of this length, both in ms: at most eight lines fit. */
export function scaleStep(length: number): number {
  const rough = length / 8;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 10 * power;
}
