import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ContractTools } from './contract-harness';
import { attachment, pair, vmSpec, withNic } from './contract-fixtures';
import { readScreen } from './contract-screen';
import type { SliceRef } from './provider';

/** Of the contract, what keeps a slice as it is at one instant: suspending it, and snapshots of it. */
export function testKeeping({ harness, newSlice, id, codeOf }: ContractTools): void {
  const statuses = async (slice: SliceRef) =>
    Object.fromEntries((await harness().provider.observe(slice)).vms.map((vm) => [vm.id, vm.status]));
  const edgesOf = async (slice: SliceRef) =>
    (await harness().provider.observe(slice)).edges.map(({ status }) => status);
  const able = async (what: 'suspend' | 'snapshot') => {
    const { ok, reason } = (await harness().provider.describe()).capabilities[what];
    if (!ok) expect((reason ?? '').length).toBeGreaterThan(10);
    return ok;
  };

  test('suspends a slice with all that is in its memory, also for another server, and resumes it', async () => {
    if (!(await able('suspend'))) return;
    const slice = newSlice();
    const network = { id: id(), name: 'lan' };
    const joined = pair({ a: id(), b: id(), edge: id() }, harness().image);
    const { edge } = joined;
    const plugs = [attachment(id(), joined.a, network.id, 1), attachment(id(), joined.b, network.id, 2)] as const;
    const [plain, b] = [withNic(joined.a, plugs[0].source.nic), withNic(joined.b, plugs[1].source.nic)];
    // a screen is in its memory, too
    const a = { ...plain, graphics: true };
    const idle = vmSpec(id(), harness().image);
    const { provider } = harness();
    for (const vm of [a, b, idle]) await provider.ensureVm(slice, vm);
    await provider.ensureNetwork(slice, network);
    await provider.ensureEdge(slice, edge);
    for (const plug of plugs) await provider.ensureEdge(slice, plug);
    await Promise.all([a, b].map((vm) => provider.startVm(slice, vm)));
    await harness().remember(slice, a.id, 'one');
    await harness().remember(slice, b.id, 'two');

    const { needsMb, freeMb } = await provider.roomToKeep(slice);
    expect(needsMb).toBeGreaterThan(0);
    if (freeMb !== null) expect(freeMb).toBeGreaterThan(0);
    await provider.suspendSlice(slice);
    await provider.suspendSlice(slice);
    expect((await provider.roomToKeep(slice)).needsMb).toBe(0);
    const suspended = { [a.id]: 'suspended', [b.id]: 'suspended', [idle.id]: 'stopped' };
    expect(await statuses(slice)).toEqual(suspended);
    expect(await edgesOf(slice)).not.toContain('up');
    for (const vm of [a, b]) expect(await harness().countMachines(slice, vm.id)).toBe(0);
    const other = await harness().restart();
    expect(await statuses(slice)).toEqual(suspended);
    // nothing else changes what is suspended
    await other.ensureVm(slice, { ...a, ramMb: a.ramMb + 32 });
    await other.updateVm(slice, { ...a, ramMb: a.ramMb + 32 }, { recreate: true });
    expect(await codeOf(other.openConsole(slice, a.id))).toBe('NOT_RUNNING');
    expect(await statuses(slice)).toEqual(suspended);

    await other.resumeSlice(slice);
    await other.resumeSlice(slice);
    expect(await statuses(slice)).toEqual({ [a.id]: 'running', [b.id]: 'running', [idle.id]: 'stopped' });
    expect(await edgesOf(slice)).toEqual(['up', 'up', 'up']);
    expect(await harness().recall(slice, a.id)).toBe('one');
    expect(await harness().recall(slice, b.id)).toBe('two');
    const screen = readScreen(await other.openConsole(slice, a.id, 'vnc'));
    await screen.begin();
    const { width, height, pixels } = await screen.picture();
    expect(pixels.length).toBe(width * height * 4);
    expect(width).toBeGreaterThan(0);
    screen.close();
    expect(await harness().machineRam(slice, a.id)).toBe(a.ramMb);
    for (const vm of [a, b]) expect(await harness().countMachines(slice, vm.id)).toBe(1);

    // one by one: to start is to resume, to stop is to give the memory up
    await other.suspendSlice(slice);
    await other.stopVm(slice, b.id);
    await other.startVm(slice, a);
    expect(await statuses(slice)).toEqual({ [a.id]: 'running', [b.id]: 'stopped', [idle.id]: 'stopped' });
    expect(await harness().recall(slice, a.id)).toBe('one');
    await other.startVm(slice, b);
    expect(await harness().recall(slice, b.id)).toBe('');
    await other.suspendSlice(slice);
    await other.rebootVm(slice, a);
    expect(await harness().recall(slice, a.id)).toBe('');
    await other.removeSlice(slice);
    expect(await statuses(slice)).toEqual({});
  });

  test('goes back to snapshots, to memory and disks of the same instant', async () => {
    if (!(await able('snapshot'))) return;
    const slice = newSlice();
    const { provider, disks } = harness();
    const [running, resting] = [vmSpec(id(), harness().image), vmSpec(id(), disks[0])];
    const [first, second, third] = [id(), id(), id()];
    for (const vm of [running, resting]) await provider.ensureVm(slice, vm);
    await provider.startVm(slice, running);
    const write = async (text: string) => {
      await harness().remember(slice, running.id, text);
      await harness().writeDisk(slice, resting.id, text);
    };
    const read = async () => [await harness().recall(slice, running.id), await harness().readDisk(slice, resting.id)];
    await write('one');
    const taken = await provider.takeSnapshot(slice, first);
    expect(taken.sizeMb).toBeGreaterThan(0);
    expect(await provider.takeSnapshot(slice, first)).toEqual(taken);
    // it went on
    expect(await statuses(slice)).toEqual({ [running.id]: 'running', [resting.id]: 'stopped' });
    expect(await read()).toEqual(['one', 'one']);
    await write('two');
    await provider.takeSnapshot(slice, second);
    await write('later');

    await provider.restoreSnapshot(slice, first);
    await provider.restoreSnapshot(slice, first);
    expect(await statuses(slice)).toEqual({ [running.id]: 'suspended', [resting.id]: 'stopped' });
    expect(await harness().countMachines(slice, running.id)).toBe(0);
    await provider.resumeSlice(slice);
    expect(await read()).toEqual(['one', 'one']);
    const other = await harness().restart();
    await other.restoreSnapshot(slice, second);
    await other.resumeSlice(slice);
    expect(await read()).toEqual(['two', 'two']);

    // of what is suspended, too
    await other.suspendSlice(slice);
    await other.takeSnapshot(slice, third);
    expect(await statuses(slice)).toEqual({ [running.id]: 'suspended', [resting.id]: 'stopped' });
    await other.stopVm(slice, running.id);
    await other.restoreSnapshot(slice, third);
    await other.resumeSlice(slice);
    expect(await read()).toEqual(['two', 'two']);

    for (let times = 0; times < 2; times++) await other.removeSnapshot(slice, first);
    expect(await codeOf(other.restoreSnapshot(slice, first))).toBe('NOT_FOUND');
    expect(await codeOf(other.restoreSnapshot(newSlice(), second))).toBe('NOT_FOUND');
    // nothing was touched
    expect(await statuses(slice)).toEqual({ [running.id]: 'running', [resting.id]: 'stopped' });
    await other.restoreSnapshot(slice, second);
    await other.resumeSlice(slice);
    expect(await read()).toEqual(['two', 'two']);
    await other.removeSlice(slice);
    expect(await statuses(slice)).toEqual({});
    expect(await other.listSlices()).not.toContain(slice.id);
  });

  test('begins a VM of another slice with the disk that one had in a snapshot, and with nothing of its memory', async () => {
    if (!(await able('snapshot'))) return;
    const [slice, twin] = [newSlice(), newSlice()];
    const { provider, disks } = harness();
    const [running, resting] = [vmSpec(id(), harness().image), vmSpec(id(), disks[0])];
    const [first, second] = [id(), id()];
    for (const vm of [running, resting]) await provider.ensureVm(slice, vm);
    await provider.startVm(slice, running);
    await harness().remember(slice, running.id, 'one');
    await harness().writeDisk(slice, resting.id, 'one');
    await provider.takeSnapshot(slice, first);
    await harness().writeDisk(slice, resting.id, 'two');
    await provider.takeSnapshot(slice, second);

    const from = (snapshotId: number, vmId: number) => ({ disk: { slice, snapshotId, vmId } });
    const [booting, copied, larger] = [
      vmSpec(id(), harness().image),
      vmSpec(id(), disks[0]),
      { ...vmSpec(id(), disks[0]), diskGb: resting.diskGb + 2 },
    ];
    expect(await codeOf(provider.ensureVm(twin, copied, from(id(), resting.id)))).toBe('NOT_FOUND');
    for (let times = 0; times < 2; times++) {
      await provider.ensureVm(twin, copied, from(first, resting.id));
      await provider.ensureVm(twin, larger, from(second, resting.id));
      // what had no disk of its own has nothing to give
      await provider.ensureVm(twin, booting, from(first, running.id));
    }
    expect(await statuses(twin)).toEqual({
      [copied.id]: 'stopped',
      [larger.id]: 'stopped',
      [booting.id]: 'stopped',
    });
    const read = (vmId: number) => harness().readDisk(twin, vmId);
    expect([await read(copied.id), await read(larger.id)]).toEqual(['one', 'two']);
    expect((await harness().diskOf(twin, larger.id)).gb).toBe(larger.diskGb);
    await provider.startVm(twin, booting);
    expect(await harness().recall(twin, booting.id)).toBe('');

    // each is its own from then on, whatever becomes of the other, and whatever is asked of it again
    await harness().writeDisk(twin, copied.id, 'later');
    const other = await harness().restart();
    await other.ensureVm(twin, copied, from(second, resting.id));
    await other.restoreSnapshot(slice, first);
    expect(await harness().readDisk(slice, resting.id)).toBe('one');
    await other.removeSlice(slice);
    expect([await read(copied.id), await read(larger.id)]).toEqual(['later', 'two']);
    expect(await codeOf(other.ensureVm(twin, vmSpec(id(), disks[0]), from(first, resting.id)))).toBe('NOT_FOUND');
    await other.removeSlice(twin);
    expect(await other.listSlices()).not.toContain(twin.id);
  });

  test('writes the disk of a VM to a file that stands for itself, whether it runs or not, and leaves nothing in the zone', async () => {
    const slice = newSlice();
    const { provider, disks } = harness();
    const [vm, booting] = [vmSpec(id(), disks[0]), vmSpec(id(), harness().image)];
    const folder = await mkdtemp(join(tmpdir(), 'trama-saved-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const progress: number[] = [];
    const target = (name: string, signal = new AbortController().signal) => ({
      path: join(folder, name),
      maxBytes: 2 ** 30,
      signal,
      onProgress: ({ percent }: { percent: number }) => void progress.push(percent),
    });
    for (const one of [vm, booting]) await provider.ensureVm(slice, one);
    await harness().writeDisk(slice, vm.id, 'one');
    await provider.saveDisk(slice, vm.id, target('stopped'));
    expect(await harness().readSaved(join(folder, 'stopped'))).toBe('one');
    expect(progress.at(-1)).toBe(100);

    await harness().writeDisk(slice, vm.id, 'two');
    await provider.startVm(slice, vm);
    // twice at once is one after the other
    await Promise.all(['first', 'second'].map((name) => provider.saveDisk(slice, vm.id, target(name))));
    expect(await harness().countMachines(slice, vm.id)).toBe(1);
    for (const name of ['first', 'second']) expect(await harness().readSaved(join(folder, name))).toBe('two');
    expect(await harness().readSaved(join(folder, 'stopped'))).toBe('one');

    const saved = await readdir(folder);
    expect(await codeOf(provider.saveDisk(slice, vm.id, target('off', AbortSignal.abort())))).toBe('ABORTED');
    expect(await codeOf(provider.saveDisk(slice, vm.id, { ...target('large'), maxBytes: 1_024 }))).toBe('NO_CAPACITY');
    // what is booted anew each time has none; nor has what is not there
    expect(await codeOf(provider.saveDisk(slice, booting.id, target('none')))).toBe('NOT_FOUND');
    expect(await codeOf(provider.saveDisk(slice, id(), target('none')))).toBe('NOT_FOUND');
    expect(await readdir(folder)).toEqual(saved);
    await provider.stopVm(slice, vm.id, { graceMs: 0 });
    expect(await harness().countDiskSnapshots(slice, vm.id)).toBe(0);
    await provider.removeSlice(slice);
    expect(await provider.listSlices()).not.toContain(slice.id);
  });
}
