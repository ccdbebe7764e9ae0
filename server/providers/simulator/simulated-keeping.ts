import { writeFile } from 'node:fs/promises';
import { say } from '#shared/sentence';
import type { ExtraDisk } from '#shared/topology/disk';
import { ProviderError } from '#server/lib/provider-error';
import { aborted } from '../errors';
import type { DiskSource, Provider } from '../provider';
import { snapshotOf, type SimulatedSlice, type SimulatedVm, type SimulatorState } from './simulator-state';

/** What of the simulator these calls go by. */
interface Simulator {
  state: SimulatorState;
  enter: (signal?: AbortSignal) => Promise<void>;
  sliceOf: (sliceId: number) => SimulatedSlice;
  turnOff: (vm: SimulatedVm) => void;
  reservePorts: (vm: SimulatedVm) => void;
  dropIfEmpty: (sliceId: number) => void;
}

/** A suspended VM runs on. */
export function goOn(vm: SimulatedVm): void {
  vm.power = 'on';
  vm.suspended = false;
  vm.error = null;
}

/** What a VM that is off is. */
export function restOf(vm: SimulatedVm): 'suspended' | 'failed' | 'stopped' {
  if (vm.suspended) return 'suspended';
  return vm.error ? 'failed' : 'stopped';
}

/** What a VM that is made begins with on its disks: of one in a snapshot, else nothing. */
export function diskIn(
  { slices }: SimulatorState,
  disk: DiskSource | undefined,
): Partial<Pick<SimulatedVm, 'content' | 'diskGb' | 'extraDisks'>> {
  if (disk === undefined) return {};
  const snapshot = slices.get(disk.slice.id)?.snapshots.get(disk.snapshotId);
  if (snapshot === undefined) throw new ProviderError('NOT_FOUND', say('SNAPSHOT_NOT_THERE'), false);
  const kept = snapshot.get(disk.vmId);
  return kept === undefined ? {} : { content: kept.content, diskGb: kept.diskGb, extraDisks: kept.extraDisks };
}

/** The extra disks of a VM that is given these: what stays keeps what is on it, and what is new or smaller is empty. */
export function extraDisksAfter(
  before: SimulatedVm['extraDisks'],
  wanted: readonly ExtraDisk[],
): SimulatedVm['extraDisks'] {
  return Object.fromEntries(
    wanted.map(({ label, sizeGb }) => {
      const known = before[label];
      return [label, { sizeGb, content: known !== undefined && known.sizeGb <= sizeGb ? known.content : '' }];
    }),
  );
}

const savedBytes = 2 ** 20;
/** Where what is on a simulated disk stands in the file that is made of it. */
export const savedContentAt = 65_536;

/** A disk that says by its first sector that it boots, with what is on the VM's. */
function rawDiskOf({ content }: SimulatedVm): Buffer {
  const disk = Buffer.alloc(savedBytes);
  disk.writeUInt16LE(0xaa55, 510);
  disk.write(content, savedContentAt);
  return disk;
}

type Keeping =
  | 'saveDisk'
  | 'tellNames'
  | 'roomToKeep'
  | 'suspendSlice'
  | 'resumeSlice'
  | 'takeSnapshot'
  | 'restoreSnapshot'
  | 'removeSnapshot';

/** The calls that are about all VMs of a slice. */
export function simulatedKeeping(simulator: Simulator): Pick<Provider, Keeping> {
  const { state, enter, sliceOf, turnOff, reservePorts, dropIfEmpty } = simulator;
  return {
    async tellNames(slice, specs) {
      await enter();
      for (const { id, hosts, routes } of specs) {
        const vm = state.slices.get(slice.id)?.vms.get(id);
        if (vm) vm.spec = { ...vm.spec, hosts, routes };
      }
    },
    async roomToKeep(slice) {
      await enter();
      const vms = [...(state.slices.get(slice.id)?.vms.values() ?? [])].filter(({ power }) => power !== 'off');
      return { needsMb: vms.reduce((sum, { spec }) => sum + spec.ramMb, 0), freeMb: null };
    },
    async suspendSlice(slice) {
      await enter();
      for (const vm of state.slices.get(slice.id)?.vms.values() ?? []) {
        if (vm.power === 'off') continue;
        vm.power = 'off';
        vm.suspended = true;
        vm.console.end('The virtual machine was suspended.');
      }
    },
    async resumeSlice(slice) {
      await enter();
      for (const vm of state.slices.get(slice.id)?.vms.values() ?? []) if (vm.suspended) goOn(vm);
    },
    async takeSnapshot(slice, snapshotId) {
      await enter();
      const known = sliceOf(slice.id);
      if (!known.snapshots.has(snapshotId))
        known.snapshots.set(snapshotId, new Map([...known.vms].map(([id, vm]) => [id, snapshotOf(vm)])));
      return { sizeMb: known.vms.size };
    },
    async restoreSnapshot(slice, snapshotId) {
      await enter();
      const vms = state.slices.get(slice.id)?.vms;
      const there = [...(state.slices.get(slice.id)?.snapshots.get(snapshotId) ?? [])].map(([id, kept]) => ({
        vm: vms?.get(id),
        kept,
      }));
      if (there.length === 0 || there.some(({ vm }) => vm === undefined))
        throw new ProviderError('NOT_FOUND', say('SNAPSHOT_NOT_THERE'), false);
      for (const { vm, kept } of there) {
        if (vm === undefined) continue;
        const { ran, ...was } = kept;
        turnOff(vm);
        Object.assign(vm, was, { suspended: ran });
        reservePorts(vm);
      }
    },
    async saveDisk(slice, vmId, { path, maxBytes, signal, onProgress }) {
      await enter(signal);
      if (signal.aborted) throw aborted(signal);
      const vm = state.slices.get(slice.id)?.vms.get(vmId);
      if (vm === undefined) throw new ProviderError('NOT_FOUND', say('VM_NOT_DEFINED'), false);
      const { image, name } = vm.spec;
      if (image.kind !== 'disk') throw new ProviderError('NOT_FOUND', say('VM_WITHOUT_DISK', { vm: name }), false);
      const disk = rawDiskOf(vm);
      if (disk.length > maxBytes) {
        const said = say('DISK_STORES_TOO_MUCH', { file: name, max: Math.floor(maxBytes / 2 ** 20) });
        throw new ProviderError('NO_CAPACITY', said, false);
      }
      await writeFile(path, disk, { flag: 'wx', mode: 0o600 });
      onProgress({ percent: 100, bytes: disk.length });
    },
    async removeSnapshot(slice, snapshotId) {
      await enter();
      state.slices.get(slice.id)?.snapshots.delete(snapshotId);
      dropIfEmpty(slice.id);
    },
  };
}
