import { expect, test } from 'vitest';
import { appliedVm } from './applied';
import { vmSpec } from './contract-fixtures';
import type { ContractTools } from './contract-harness';
import type { SliceRef } from './provider';

/** Part of the contract: disks beside the one that a VM boots. */
export function testExtraDisks({ harness, newSlice, id }: ContractTools): void {
  test('keeps what is on extra disks over stops, changes and snapshots, and loses it only where it is told to', async () => {
    const [slice, twin] = [newSlice(), newSlice()];
    const snapshot = id();
    const { provider } = harness();
    const two = [
      { label: 'data', sizeGb: 1 },
      { label: 'logs', sizeGb: 3 },
    ];
    const vm = vmSpec(id(), harness().image, { disks: two });
    const disksSeen = async (of: SliceRef, vmId: number) =>
      new Map((await harness().guestDisks(of, vmId)).map(({ label, gb }) => [label, gb]));
    const seen = () => disksSeen(slice, vm.id);
    const read = (label: string) => harness().readInGuest(slice, vm.id, label);
    const write = (label: string, word: string) => harness().writeInGuest(slice, vm.id, label, word);
    const applied = async (from = provider) => (await from.observe(slice)).vms[0]?.applied;
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
    expect(await seen()).toEqual(
      new Map([
        ['data', 1],
        ['logs', 3],
      ]),
    );
    expect([await read('data'), await read('logs')]).toEqual(['', '']);
    await write('data', 'one');
    await write('logs', 'two');

    // with what is in its memory, and of both disks
    await provider.takeSnapshot(slice, snapshot);
    await write('data', 'later');
    await write('logs', 'later');
    await provider.restoreSnapshot(slice, snapshot);
    await provider.resumeSlice(slice);
    expect([await read('data'), await read('logs')]).toEqual(['one', 'two']);

    // while it runs nothing of its disks is changed
    const other = {
      ...vm,
      disks: [
        { label: 'data', sizeGb: 2 },
        { label: 'more', sizeGb: 1 },
      ],
    };
    await provider.updateVm(slice, other, { recreate: true });
    expect(await applied()).toEqual(appliedVm(vm));
    await provider.stopVm(slice, vm.id);
    // nor is one given up that nobody said is to go
    await provider.updateVm(slice, other);
    const later = await harness().restart();
    expect(await applied(later)).toEqual(appliedVm(vm));
    await later.updateVm(slice, other, { recreate: true });
    await later.updateVm(slice, other, { recreate: true });
    expect(await applied(later)).toEqual(appliedVm(other));
    await later.startVm(slice, other);
    expect(await seen()).toEqual(
      new Map([
        ['data', 2],
        ['more', 1],
      ]),
    );
    expect([await read('data'), await read('more')]).toEqual(['one', '']);
    // one of another slice begins with those of a snapshot, and has one more
    const last = id();
    await later.takeSnapshot(slice, last);
    await write('data', 'two');
    const copy = vmSpec(id(), harness().image, {
      disks: [
        { label: 'empty', sizeGb: 1 },
        { label: 'data', sizeGb: 3 },
      ],
    });
    for (let times = 0; times < 2; times++)
      await later.ensureVm(twin, copy, { disk: { slice, snapshotId: last, vmId: vm.id } });
    await later.removeSlice(slice);
    await later.startVm(twin, copy);
    expect(await disksSeen(twin, copy.id)).toEqual(
      new Map([
        ['data', 3],
        ['empty', 1],
      ]),
    );
    const ofCopy = (label: string) => harness().readInGuest(twin, copy.id, label);
    expect([await ofCopy('data'), await ofCopy('empty')]).toEqual(['one', '']);
    await later.removeSlice(twin);
    for (const { id: gone } of [slice, twin]) expect(await later.listSlices()).not.toContain(gone);
  });
}
