import type { GuestNic, VmInside } from './guest';
import type { VmStatus } from './slice-status';

/** So many guests are asked at once: one that says nothing takes its time, and a browser has six connections to a server for all that it does. */
const atOnce = 3;

/**
 * Asks the guests of all VMs that run what they have on their NICs, a few at a time. `onAnswer` is told of each as it comes; null: it does not say. Rejects when
 * the server cannot be asked, and asks no more then.
 */
export async function askGuests(
  vms: readonly { id: number; status: VmStatus }[],
  ask: (vmId: number) => Promise<Pick<VmInside, 'guest'>>,
  onAnswer: (vmId: number, nics: readonly GuestNic[] | null) => void,
): Promise<void> {
  const left = vms.filter(({ status }) => status === 'running');
  const lane = async () => {
    for (let vm = left.shift(); vm !== undefined; vm = left.shift())
      try {
        const { guest } = await ask(vm.id);
        onAnswer(vm.id, guest?.nics ?? null);
      } catch (error) {
        left.length = 0;
        throw error;
      }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
