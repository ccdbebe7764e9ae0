import { dice } from '../dice';
import { runLimits } from './limits';
import { inOrder, type LinkStep } from './run';

/** Within which links fail by chance. Times are in seconds. */
export interface ChaosLimits {
  /** Keys of the edges that may fail. */
  edges: readonly string[];
  /** How many of them are down at once at most. */
  atOnce: number;
  /** Mean time between two failures, wherever. */
  failureSeconds: number;
  /** Mean time until one is repaired. */
  repairSeconds: number;
  durationSeconds: number;
  /** The same seed and limits fail the same links at the same times. */
  seed: number;
}

/** Failures to be expected of them, on an average. */
export const failuresOf = ({ failureSeconds, durationSeconds }: ChaosLimits) => durationSeconds / failureSeconds;

/**
 * Failures and repairs as steps of a run: failures come as a Poisson process, repairs take an exponential time, at least a second each. One
 * that would take down more than is allowed is left out; all links are up at the end. Pure.
 */
export function planChaos(limits: ChaosLimits): LinkStep[] {
  const { edges, atOnce, failureSeconds, repairSeconds, durationSeconds } = limits;
  const chance = dice(limits.seed);
  const wait = (mean: number) => -Math.log(1 - chance()) * mean;
  /** When the edges that have failed are up again. */
  const until = new Map<string, number>();
  const steps: LinkStep[] = [];
  for (let time = wait(failureSeconds); steps.length < 2 * runLimits.failures; time += wait(failureSeconds)) {
    const at = Math.max(1, Math.ceil(time));
    if (at >= durationSeconds) break;
    const free = edges.filter((edge) => (until.get(edge) ?? 0) < at);
    const edge = free[Math.floor(chance() * free.length)];
    if (edge === undefined || edges.length - free.length >= atOnce) continue;
    const repaired = Math.min(durationSeconds, at + Math.max(1, Math.round(wait(repairSeconds))));
    until.set(edge, repaired);
    steps.push({ at, edge, deed: 'down' }, { at: repaired, edge, deed: 'up' });
  }
  return inOrder(steps);
}
