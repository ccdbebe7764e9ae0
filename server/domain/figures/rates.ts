import type { FigureKind } from '#shared/figures';

/** What is read of a VM at a moment: sums since it was started, and what it holds. */
export interface Reading {
  /** ms, by a clock that nobody sets. */
  at: number;
  run: number;
  cpuSeconds: number;
  memoryMb: number;
  diskBytes: number | null;
  trafficBytes: number | null;
}

/** Beyond this nobody has looked for too long to say what was between. */
export const longestStepMs = 90_000;

/** What a sum has grown by in a second; null where it is not known, or began anew. */
function rate(before: number | null | undefined, now: number | null, seconds: number): number | null {
  return before == null || now === null || now < before ? null : (now - before) / seconds;
}

/**
 * What a VM uses, by two readings of it: processor in percent of one, memory in MiB, disk and traffic in bytes a second. Rates are null of the first
 * reading, of another run than the one before, and after a gap. Pure.
 */
export function figuresBetween(before: Reading | null, now: Reading): Record<FigureKind, number | null> {
  const elapsed = before === null ? 0 : now.at - before.at;
  const known = before !== null && before.run === now.run && elapsed > 0 && elapsed <= longestStepMs ? before : null;
  const seconds = elapsed / 1000;
  const cpu = rate(known?.cpuSeconds, now.cpuSeconds, seconds);
  return {
    cpu: cpu === null ? null : cpu * 100,
    memory: now.memoryMb,
    disk: rate(known?.diskBytes, now.diskBytes, seconds),
    traffic: rate(known?.trafficBytes, now.trafficBytes, seconds),
  };
}
