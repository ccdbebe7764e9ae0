import { idleBytesPerSecond, idleCpuShare, type IdleAction, type IdleRule } from '#shared/idle';

interface Used {
  vmId: number;
  cpuSeconds: number;
  trafficBytes: number | null;
}

/** What was seen of a slice at a moment. */
export interface Look {
  at: Date;
  /** Of its VMs that run. */
  vms: readonly (Used & { consoles: number })[];
}

/** What is known of it since. */
export interface Watched {
  seenAt: Date;
  used: readonly Used[];
  idleMs: number;
}

/** Looks that are further apart have not watched what was between them: a server was away, or a clock was set. */
export const watchedGapMs = 180_000;

/**
 * For how long nothing has happened in a slice, after another look. Only what was watched counts: after a gap, or when the clock
 * goes back, it begins anew, so that nothing is ever stopped for a time that nobody has seen. Pure.
 */
export function idleAfter(before: Watched | null, { at, vms }: Look): number {
  if (before === null) return 0;
  const elapsed = at.getTime() - before.seenAt.getTime();
  if (elapsed <= 0 || elapsed > watchedGapMs) return 0;
  const known = new Map(before.used.map((used) => [used.vmId, used]));
  if (known.size !== vms.length || vms.length === 0) return 0;
  const isQuiet = vms.every((vm) => {
    const last = known.get(vm.vmId);
    // started since, or anew
    if (last === undefined || vm.cpuSeconds < last.cpuSeconds) return false;
    const seconds = elapsed / 1000;
    const sent = vm.trafficBytes === null || last.trafficBytes === null ? 0 : vm.trafficBytes - last.trafficBytes;
    return (
      vm.consoles === 0 &&
      (vm.cpuSeconds - last.cpuSeconds) / seconds < idleCpuShare &&
      sent >= 0 &&
      sent / seconds < idleBytesPerSecond
    );
  });
  return isQuiet ? before.idleMs + elapsed : 0;
}

const strength: Record<IdleAction, number> = { suggest: 0, suspend: 1, stop: 2 };

/** Of the rules that hold, the one that has come due and was not done yet: of several the strongest. Pure. */
export function dueRule(rules: readonly IdleRule[], idleMs: number, doneMinutes: number): IdleRule | null {
  const due = rules.filter(({ minutes }) => minutes > doneMinutes && minutes * 60_000 <= idleMs);
  return due.toSorted((a, b) => strength[b.action] - strength[a.action] || b.minutes - a.minutes)[0] ?? null;
}
