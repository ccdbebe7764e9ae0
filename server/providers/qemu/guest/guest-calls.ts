import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { say } from '#shared/sentence';
import { publicRun, runCommands, type Commands } from '../../after-boot';
import { guarded, notRunning } from '../../errors';
import type { Provider } from '../../provider';
import type { VmMachine } from '../vm-machine';

export type GuestCalls = Pick<Provider, 'openConsole' | 'guestStatus' | 'runInGuest' | 'runAfterBoot' | 'ranAfterBoot'>;

/** Their consoles, what guests are asked, and what they are told to do. `machinesOf`: of a slice. */
export function guestCalls(
  machinesOf: (sliceId: number) => Promise<{ vms: ReadonlyMap<number, VmMachine> }>,
  locks: KeyedMutex<string>,
): GuestCalls {
  const running = async (sliceId: number, vmId: number) => {
    const vm = (await machinesOf(sliceId)).vms.get(vmId);
    if (!vm) throw notRunning();
    return vm;
  };
  return {
    async openConsole(slice, vmId, kind = 'serial', { glance = false } = {}) {
      return (await running(slice.id, vmId)).openConsole(kind, glance);
    },
    async guestStatus(slice, vmId) {
      return guarded((await running(slice.id, vmId)).guest.status(), say('ACT_GUEST'));
    },
    async runInGuest(slice, vmId, { line, seconds }) {
      return guarded((await running(slice.id, vmId)).guest.run(line, seconds), say('ACT_GUEST'));
    },
    async runAfterBoot(slice, vmId, options) {
      const vm = await running(slice.id, vmId);
      await locks.run(`${slice.id}:${vm.name}:exec`, () => runCommands(commandsOf(vm), options));
    },
    async ranAfterBoot(slice, vmId) {
      return (await machinesOf(slice.id)).vms.get(vmId)?.record.ran.map(publicRun) ?? [];
    },
  };
}

/** Somebody may begin to listen a little after a guest has booted; one that does not say that it has may be booting. */
const listensWithinMs = { told: 30_000, silent: 300_000 };

/** What a VM runs after the boot that it has had, and keeps of it in its record: until its process ends or is reset. */
function commandsOf(vm: VmMachine): Commands {
  let known = vm.record.ran;
  const { pid } = vm;
  const ran = () => {
    // a start, and a reset, begin with none
    if (vm.pid !== pid || pid === null || vm.record.ran !== known) throw notRunning();
    return known;
  };
  return {
    commands: vm.record.spec.exec,
    listensWithinMs: listensWithinMs[vm.record.spec.image.readyMarker === null ? 'silent' : 'told'],
    ran,
    async keep(changed) {
      ran();
      const kept = vm.save({ ran: changed });
      known = changed;
      await kept;
    },
    run: ({ line, seconds }) => vm.guest.run(line, seconds),
  };
}
