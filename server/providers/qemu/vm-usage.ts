import { z } from 'zod';
import type { FoundMachine } from './find-machines';
import { processFigures } from './process-figures';

const blockStats = z.array(z.object({ stats: z.object({ rd_bytes: z.number(), wr_bytes: z.number() }) }));

/** A monitor that does not answer at once is not waited for: many VMs are asked. */
const patienceMs = 2_000;

interface Monitor {
  execute(command: string, args?: Record<string, unknown>, timeoutMs?: number): Promise<unknown>;
}

/** When the process of each machine began, once it was looked at. */
const began = new WeakMap<FoundMachine, number>();

/**
 * What a VM's process has used; null when it is gone, also where another one has its number by now. `run` tells two runs of the VM apart.
 */
export async function usageOf(machine: FoundMachine, monitor: Monitor | null) {
  const [figures, diskBytes] = await Promise.all([
    processFigures(machine.pid),
    monitor === null ? null : diskBytesOf(monitor),
  ]);
  if (figures === null) return null;
  const { startedAt: run, ...used } = figures;
  if ((began.get(machine) ?? run) !== run) return null;
  began.set(machine, run);
  return { ...used, run, diskBytes };
}

/** What its guest has read and written on all its disks, in bytes; null where it has none, or does not say. */
async function diskBytesOf(monitor: Monitor): Promise<number | null> {
  try {
    const disks = blockStats.parse(await monitor.execute('query-blockstats', {}, patienceMs));
    if (disks.length === 0) return null;
    return disks.reduce((sum, { stats }) => sum + stats.rd_bytes + stats.wr_bytes, 0);
  } catch {
    return null;
  }
}
