import { ProviderError } from '#server/lib/provider-error';
import type { GuestRun } from '#shared/guest';
import { say } from '#shared/sentence';
import { nicName } from '#shared/topology/nic-name';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { publicRun, runCommands, type KeptRun } from '../after-boot';
import { notRunning } from '../errors';
import type { GuestCommand, Provider } from '../provider';
import { behavesAs, sentinels } from './sentinels';
import type { SimulatedPart, SimulatedVm } from './simulator-state';

/**
 * What simulated guests say of themselves, and the commands that they know: `echo TEXT`, `exit CODE`, and `sleep SECONDS`, which takes as long as it may and
 * no time.
 */
export function simulatedGuests({
  state,
  enter,
  clock,
}: SimulatedPart): Pick<Provider, 'guestStatus' | 'runInGuest' | 'runAfterBoot' | 'ranAfterBoot'> {
  async function answering(sliceId: number, vmId: number): Promise<SimulatedVm> {
    await enter();
    const vm = state.slices.get(sliceId)?.vms.get(vmId);
    if (vm?.power !== 'on') throw notRunning();
    if (vm.readyAt > clock()) throw notRunning(say('GUEST_NOT_BOOTED'));
    if (behavesAs(vm.spec.name, sentinels.neverAnswers)) throw new ProviderError('TIMEOUT', say('GUEST_SILENT'), true);
    return vm;
  }
  const locks = new KeyedMutex<string>();
  const runsOf = (vm: SimulatedVm | undefined) => (vm?.ran.boot === vm?.boot ? (vm?.ran.runs ?? []) : []);
  return {
    async runAfterBoot(slice, vmId, options) {
      await enter();
      const vm = state.slices.get(slice.id)?.vms.get(vmId);
      if (vm?.power !== 'on') throw notRunning();
      const { boot } = vm;
      const ran = () => {
        if (vm.power !== 'on' || vm.boot !== boot) throw notRunning();
        return runsOf(vm);
      };
      const commands = {
        commands: vm.spec.exec,
        listensWithinMs: 0,
        ran,
        async keep(runs: KeptRun[]) {
          ran();
          vm.ran = { boot, runs };
          state.keep?.(slice.id);
        },
        async run({ line, seconds }: GuestCommand) {
          await answering(slice.id, vmId);
          return simulatedRun(line, seconds);
        },
      };
      await locks.run(`${slice.id}:${vmId}`, () => runCommands(commands, options));
    },
    async ranAfterBoot(slice, vmId) {
      await enter();
      return runsOf(state.slices.get(slice.id)?.vms.get(vmId)).map(publicRun);
    },
    async guestStatus(slice, vmId) {
      const { spec, readyAt } = await answering(slice.id, vmId);
      return {
        nics: spec.nics.map(({ index, mac, address, address6 }) => ({
          ...{ name: nicName(index), mac },
          addresses: [address, ...(address6 === undefined ? [] : [address6])],
        })),
        uptimeSeconds: Math.floor((clock() - readyAt) / 1000),
        load: [0.5, 0.25, 0.125],
        memory: { totalMb: spec.ramMb, availableMb: spec.ramMb / 2 },
        disk: spec.diskGb === 0 ? null : { totalMb: spec.diskGb * 1024, usedMb: spec.diskGb * 256 },
      };
    },
    async runInGuest(slice, vmId, { line, seconds }) {
      await answering(slice.id, vmId);
      return simulatedRun(line, seconds);
    },
  };
}

function simulatedRun(line: string, seconds: number): GuestRun {
  const [, word = '', rest = ''] = /^(\S+) ?([^]*)$/.exec(line) ?? [];
  const done = { output: '', truncated: false, exitCode: 0, timedOut: false, durationMs: 1 };
  switch (word) {
    case 'echo':
      return { ...done, output: `${rest}\n` };
    case 'exit':
      return { ...done, exitCode: Number(rest) };
    case 'sleep':
      return Number(rest) < seconds
        ? { ...done, durationMs: Number(rest) * 1000 }
        : { ...done, exitCode: null, timedOut: true, durationMs: seconds * 1000 };
  }
  return { ...done, output: `sh: ${word}: not found\n`, exitCode: 127 };
}
