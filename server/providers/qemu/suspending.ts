import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { moveIntoPlace } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import type { NetworkMachine } from './network-machine';
import { keptSchema } from './records';
import type { RelayMachine } from './relay-machine';
import type { VmMachine, VmMachineContext } from './vm-machine';

/** Those of a slice. */
interface Machines {
  vms: Map<number, VmMachine>;
  networks: Map<number, NetworkMachine>;
  relay: RelayMachine;
}

export const aliveIn = ({ vms }: Pick<Machines, 'vms'>) => [...vms.values()].filter((vm) => vm.alive);

/** All at once; when one fails, it is told when all have ended. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const settled = await Promise.allSettled(items.map(work));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** Beside the machines of a slice, once the memories of all its VMs are there. */
export const suspendingFile = 'suspending.json';
const suspendingSchema = z.record(z.string(), keptSchema);

/** Has go on what was paused and is not suspended; nothing of it is kept. */
export async function goOn({ vms }: Pick<Machines, 'vms'>): Promise<void> {
  await eachOf([...vms.values()], async (vm) => {
    if (vm.waits && vm.record.kept === null) await vm.proceed();
    await rm(`${vm.memoryFile}.new`, { force: true });
    if (vm.record.kept === null) await rm(vm.memoryFile, { force: true });
  });
}

/**
 * Carries to its end what a server before this one may have begun: VMs whose memories are all there are suspended, those that were
 * only paused go on.
 */
export async function finishSuspending(
  context: VmMachineContext,
  sliceId: number,
  { vms, networks, relay }: Machines,
): Promise<void> {
  const path = join(context.folder.slicePath(sliceId), suspendingFile);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  const suspending = text === null ? {} : suspendingSchema.parse(JSON.parse(text));
  await eachOf(Object.entries(suspending), async ([id, kept]) => {
    const vm = vms.get(Number(id));
    if (!vm) return;
    await moveIntoPlace(`${vm.memoryFile}.new`, vm.memoryFile).catch((error: unknown) => {
      // it was moved before the other server was killed
      if (!hasCode(error, 'ENOENT')) throw error;
    });
    await vm.save({ kept, expected: 'off', error: null });
    await vm.endKept();
  });
  if (text !== null) await rm(path, { force: true });
  await goOn({ vms });
  const kept = [...vms.values()].some((vm) => vm.record.kept !== null);
  if (kept && aliveIn({ vms }).length === 0) await eachOf([...networks.values(), relay], (one) => one.rest());
}
