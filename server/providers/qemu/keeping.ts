import { mkdir, open, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { say } from '#shared/sentence';
import { linkIntoPlace, moveIntoPlace, writeFileAtomic } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { ProviderError } from '#server/lib/provider-error';
import { runCommand } from '#server/lib/run-command';
import { guarded, isDiskFull } from '../errors';
import type { DiskSource, RoomToKeep, SliceRef } from '../provider';
import { disksOf, type DiskLabel } from './disk-args';
import { copyOfDisk, diskImage, dropDiskSnapshot, hasDisk, takeDiskSnapshot, type DiskTag } from './disk-snapshots';
import type { ImageStore } from './images/image-store';
import { keptSchema, vmRecordSchemaOf } from './records';
import type { SliceMachines } from './slice-machines';
import { aliveIn, eachOf, finishSuspending, goOn, suspendingFile } from './suspending';
import type { FirstDisks, VmDefinitions } from './vm-definitions';
import type { VmMachine, VmMachineContext } from './vm-machine';

/** So much stays free on the zone's disk, whatever is kept. */
const spareBytes = 64 * 2 ** 20;
const mib = 2 ** 20;
/** Of a large disk on a slow one. */
const copyTimeoutMs = 3_600_000;

/** What is done to all VMs of a slice at one instant. See ARCHITECTURE.md, "What is kept of a slice". */
export class Keeping {
  readonly #context: VmMachineContext;
  readonly #machines: (sliceId: number) => Promise<SliceMachines>;
  readonly #locks: KeyedMutex<string>;
  readonly #definitions: VmDefinitions;
  readonly #images: ImageStore;

  constructor(
    context: VmMachineContext,
    machines: (sliceId: number) => Promise<SliceMachines>,
    locks: KeyedMutex<string>,
    parts: { definitions: VmDefinitions; images: ImageStore },
  ) {
    this.#context = context;
    this.#machines = machines;
    this.#locks = locks;
    this.#definitions = parts.definitions;
    this.#images = parts.images;
  }

  /** What keeping the slice would take of the disk at most, and what it has to give. */
  async room(slice: SliceRef): Promise<RoomToKeep> {
    const live = aliveIn(await this.#machines(slice.id));
    const needs = (await Promise.all(live.map((vm) => vm.memoryInUse()))).reduce((sum, one) => sum + one, 0);
    const { bavail, bsize } = await statfs(this.#context.folder.root);
    const free = Math.max(0, bavail * bsize - spareBytes);
    return { needsMb: Math.ceil(needs / mib), freeMb: Math.floor(free / mib) };
  }

  suspend(slice: SliceRef): Promise<void> {
    return this.#whole(slice, async (machines) => {
      const { folder } = this.#context;
      await goOn(machines);
      const live = aliveIn(machines);
      if (live.length > 0) {
        assertKeepable(live);
        await this.#assertRoom(slice);
        await eachOf(live, (vm) => vm.pause());
        try {
          const written = await eachOf(live, async (vm) => {
            const { kept } = await vm.writeMemory(`${vm.memoryFile}.new`);
            return [vm.record.spec.id, kept] as const;
          });
          // from here on they are suspended, whoever is killed
          const suspending = JSON.stringify(Object.fromEntries(written));
          await writeFileAtomic(join(folder.slicePath(slice.id), suspendingFile), suspending);
        } catch (error) {
          await goOn(machines);
          throw asNoRoom(error);
        }
      }
      await finishSuspending(this.#context, slice.id, machines);
      await machines.gateway.settle();
    });
  }

  resume(slice: SliceRef): Promise<void> {
    return this.#whole(slice, async (machines) => {
      await goOn(machines);
      const suspended = [...machines.vms.values()].filter((vm) => vm.record.kept !== null);
      await this.#load(machines, suspended);
      await eachOf(suspended, proceed);
    });
  }

  /** Of one VM, whose lock the caller holds. */
  async resumeOne(vm: VmMachine): Promise<void> {
    await this.#load(await this.#machines(vm.sliceId), [vm]);
    await proceed(vm);
  }

  take(slice: SliceRef, snapshotId: number): Promise<{ sizeMb: number }> {
    return this.#whole(slice, async (machines) => {
      await goOn(machines);
      const path = this.#path(slice.id, snapshotId);
      const known = await this.#manifest(slice.id, snapshotId);
      if (known) return { sizeMb: sizeOf(known) };
      await this.#drop(machines, slice.id, snapshotId);
      const live = aliveIn(machines);
      assertKeepable(live);
      await this.#assertRoom(slice);
      await mkdir(path, { recursive: true, mode: 0o700 });
      await eachOf(live, (vm) => vm.pause());
      try {
        const vms = await eachOf([...machines.vms.values()], (vm) => this.#keep(vm, snapshotId));
        const manifest: Manifest = { vms };
        await writeFileAtomic(join(path, 'manifest.json'), JSON.stringify(manifest));
        await goOn(machines);
        return { sizeMb: sizeOf(manifest) };
      } catch (error) {
        await goOn(machines);
        await this.#drop(machines, slice.id, snapshotId);
        throw asNoRoom(error);
      }
    });
  }

  restore(slice: SliceRef, snapshotId: number): Promise<void> {
    return this.#whole(slice, async (machines) => {
      const manifest = await this.#manifest(slice.id, snapshotId);
      if (!manifest) throw new ProviderError('NOT_FOUND', say('SNAPSHOT_NOT_THERE'), false);
      const path = this.#path(slice.id, snapshotId);
      const there = manifest.vms.map((kept) => {
        const vm = machines.vms.get(kept.record.spec.id);
        if (!vm) throw new ProviderError('NOT_FOUND', say('SNAPSHOT_NOT_THERE'), false);
        return { vm, kept };
      });
      await eachOf(there, ({ vm, kept }) => this.#assertWhole(vm, kept, snapshotId));
      await eachOf(there, async ({ vm, kept }) => {
        await vm.stop(0);
        for (const label of disksIn(kept)) await diskImage(this.#context, vm, label, ['-a', tagOf(snapshotId)]);
        if (kept.kept) await linkIntoPlace(join(path, `${vm.name}.memory`), vm.memoryFile);
        // its ports are those that it has now: others may have those of then
        const { hostPorts: _then, ...record } = kept.record;
        await vm.save({ ...record, kept: kept.kept, expected: 'off', ready: false, error: null });
        await this.#definitions.assignPorts(vm);
      });
    });
  }

  remove(slice: SliceRef, snapshotId: number): Promise<void> {
    return this.#whole(slice, async (machines) => this.#drop(machines, slice.id, snapshotId));
  }

  /** What the disks of a VM of another slice begin with; null where the VM had none in the snapshot. */
  async firstDisks({ slice, snapshotId, vmId }: DiskSource): Promise<FirstDisks | null> {
    const manifest = await this.#manifest(slice.id, snapshotId);
    if (!manifest) throw new ProviderError('NOT_FOUND', say('SNAPSHOT_NOT_THERE'), false);
    const kept = manifest.vms.find(({ record }) => record.spec.id === vmId);
    if (kept === undefined || disksIn(kept).length === 0) return null;
    const { imageKey, spec } = kept.record;
    const vm = (await this.#machines(slice.id)).vms.get(vmId);
    if ((kept.disk && imageKey === null) || !vm)
      throw new ProviderError('NOT_FOUND', say('SNAPSHOT_DISK_GONE', { vm: spec.name }), false);
    // whatever else is done to the slice as a whole waits; its VMs may run, be started and stopped: what a snapshot has does not change
    const copy = (label: DiskLabel, over: string | null) => (path: string) =>
      this.#locks.run(`${slice.id}:whole`, async () => {
        await this.#assertWhole(vm, { ...kept, kept: null }, snapshotId);
        await this.#copyDisk(vm, { label, tag: tagOf(snapshotId) }, { imageKey: over, path });
      });
    return {
      boot: kept.disk && imageKey !== null ? { imageKey, diskGb: spec.diskGb, copyTo: copy(null, imageKey) } : null,
      extra: spec.disks.map((disk) => ({ ...disk, copyTo: copy(disk.label, null) })),
    };
  }

  async #copyDisk(vm: VmMachine, disk: DiskTag, to: { imageKey: string | null; path: string }): Promise<void> {
    const backing = to.imageKey === null ? [] : await this.#backingOf(to.imageKey);
    await copyOfDisk(this.#context, vm, { ...disk, folder: `copy-${vm.name}` }, async (copy) => {
      const options = { cwd: copy.cwd, timeoutMs: copyTimeoutMs, ...copy.runAs };
      await runCommand('qemu-img', ['convert', ...copy.from, ...backing, ...copy.files], options);
      await (await copy.open()).close();
      await moveIntoPlace(copy.path, to.path);
    });
  }

  async #backingOf(imageKey: string): Promise<string[]> {
    const [image = ''] = await readdir(join(this.#context.folder.root, 'images', imageKey));
    return ['-B', `../../images/${imageKey}/${image}`, '-F', 'qcow2'];
  }

  /** Keys of the images that VMs of the slice's snapshots lie over. */
  async imagesOf(sliceId: number): Promise<string[]> {
    const names = await readdir(join(this.#context.folder.slicePath(sliceId), 'snapshots')).catch(noneThere);
    const manifests = await Promise.all(names.map((name) => this.#manifest(sliceId, Number(name))));
    return manifests.flatMap((one) => one?.vms ?? []).flatMap(({ record: { imageKey } }) => imageKey ?? []);
  }

  /** With all locks of the slice's VMs and networks, in one order; rejects with {@link ProviderError} only. */
  async #whole<Result>(slice: SliceRef, work: (machines: SliceMachines) => Promise<Result>): Promise<Result> {
    const machines = await this.#machines(slice.id);
    const names = [
      ...[...machines.vms.values()].map(({ name }) => name),
      ...[...machines.networks.values()].map(({ name }) => name),
    ].sort();
    const locked = names.reduceRight<() => Promise<Result>>(
      (inner, name) => () => this.#locks.run(`${slice.id}:${name}`, inner),
      () => work(machines),
    );
    return guarded(this.#locks.run(`${slice.id}:whole`, locked), say('ACT_SLICE_KEEP'));
  }

  /** All wait to go on, or all are suspended as before. */
  async #load(machines: SliceMachines, vms: readonly VmMachine[]): Promise<void> {
    if (vms.length === 0) return;
    await eachOf([...machines.networks.values()], (network) => network.wake());
    await this.#locks.run(`${machines.relay.sliceId}:relay`, () => machines.relay.wake());
    try {
      await eachOf(vms, (vm) => this.#definitions.load(vm));
    } catch (error) {
      await eachOf(vms, (vm) => vm.endKept());
      throw error;
    }
  }

  /** Of one VM whose process is paused, or that has none. */
  async #keep(vm: VmMachine, snapshotId: number): Promise<KeptVm> {
    const { record } = vm;
    const path = join(this.#path(vm.sliceId, snapshotId), `${vm.name}.memory`);
    const disk = record.spec.image.kind === 'disk' && (await hasDisk(this.#context, vm));
    for (const label of disksIn({ record, disk }))
      await takeDiskSnapshot(this.#context, vm, { label, tag: tagOf(snapshotId) });
    if (vm.alive) {
      const { kept, bytes } = await vm.writeMemory(path);
      return { record, disk, kept, bytes };
    }
    if (record.kept === null) return { record, disk, kept: null, bytes: 0 };
    await linkIntoPlace(vm.memoryFile, path);
    return { record, disk, kept: record.kept, bytes: await sizeOfFile(path) };
  }

  async #assertWhole(vm: VmMachine, was: KeptVm, snapshotId: number): Promise<void> {
    const { kept } = was;
    const { imageKey, spec } = was.record;
    const place = { vm: spec.name };
    if (kept && !(await isThere(join(this.#path(vm.sliceId, snapshotId), `${vm.name}.memory`))))
      throw new ProviderError('NOT_FOUND', say('SNAPSHOT_NOT_THERE'), false);
    if (imageKey !== null && !(await this.#images.isWhole(imageKey))) {
      const damaged = say('VM_DISK_DAMAGED', { ...place, image: spec.image.name });
      throw new ProviderError('IMAGE_INVALID', damaged, false);
    }
    for (const label of disksIn(was)) {
      const isThere = await hasDisk(this.#context, vm, label);
      const listed = isThere ? (await diskImage(this.#context, vm, label, ['-l', '-U'])).stdout : '';
      if (!new RegExp(`\\s${tagOf(snapshotId)}\\s`).test(listed))
        throw new ProviderError('NOT_FOUND', say('SNAPSHOT_DISK_GONE', place), false);
    }
  }

  /** Takes away what there is of a snapshot, whole or not. */
  async #drop(machines: SliceMachines, sliceId: number, snapshotId: number): Promise<void> {
    const path = this.#path(sliceId, snapshotId);
    // first: what is removed by halves cannot be restored
    await rm(join(path, 'manifest.json'), { force: true });
    const tag = tagOf(snapshotId);
    await eachOf([...machines.vms.values()], async (vm) => {
      for (const label of disksOf(vm.record.spec)) await dropDiskSnapshot(this.#context, vm, { label, tag });
    });
    await rm(path, { recursive: true, force: true });
  }

  async #assertRoom(slice: SliceRef): Promise<void> {
    const { needsMb: needs, freeMb: free } = await this.room(slice);
    if (free !== null && needs > free)
      throw new ProviderError('NO_CAPACITY', say('KEEP_NO_ROOM', { needs, free }), false);
  }

  #path(sliceId: number, snapshotId: number): string {
    return join(this.#context.folder.slicePath(sliceId), 'snapshots', String(snapshotId));
  }

  async #manifest(sliceId: number, snapshotId: number): Promise<Manifest | null> {
    try {
      const text = await readFile(join(this.#path(sliceId, snapshotId), 'manifest.json'), 'utf8');
      return manifestOf(this.#context).parse(JSON.parse(text));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    }
  }
}

async function proceed(vm: VmMachine): Promise<void> {
  // first: what has gone on has another disk than the one that its memory knows
  await vm.save({ kept: null, expected: 'on' });
  await vm.proceed();
  await vm.dropMemory();
}

const manifestOf = (context: VmMachineContext) =>
  z.object({
    vms: z.array(
      z.object({
        record: vmRecordSchemaOf(context.parts),
        /** The disk that it boots has a snapshot inside; its extra disks, which its record names, have one all. */
        disk: z.boolean(),
        kept: keptSchema.nullable(),
        bytes: z.number(),
      }),
    ),
  });
type Manifest = z.infer<ReturnType<typeof manifestOf>>;
type KeptVm = Manifest['vms'][number];

/** The disks of a VM of which the snapshot has something. */
const disksIn = ({ record, disk }: Pick<KeptVm, 'record' | 'disk'>): DiskLabel[] => [
  ...(disk ? [null] : []),
  ...record.spec.disks.map(({ label }) => label),
];

const sizeOf = ({ vms }: Manifest) => Math.ceil(vms.reduce((sum, { bytes }) => sum + bytes, 0) / mib);
const tagOf = (snapshotId: number) => `trama-${snapshotId}`;

function assertKeepable(vms: readonly VmMachine[]): void {
  const bad = vms.find((vm) => !vm.keepable);
  if (bad) throw new ProviderError('UNAVAILABLE', say('VM_NOT_KEEPABLE', { vm: bad.record.spec.name }), false);
}

/** The disk ran full while it was written to: said as it would have been before. */
function asNoRoom(error: unknown): unknown {
  return isDiskFull(error) ? new ProviderError('NO_CAPACITY', say('KEEP_RAN_FULL'), false, error) : error;
}

async function sizeOfFile(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

const isThere = (path: string) =>
  sizeOfFile(path).then(
    () => true,
    () => false,
  );

function noneThere(error: unknown): string[] {
  if (hasCode(error, 'ENOENT')) return [];
  throw error;
}
