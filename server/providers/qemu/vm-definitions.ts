import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moveIntoPlace, writeFileAtomic } from '#server/lib/atomic-file';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import { forwardKey, type ForwardKey } from '#shared/topology/forward';
import { canonical } from '#shared/topology/properties';
import { appliedVm, applicable, changesOf, recreates } from '../applied';
import type { VmSpec } from '../provider';
import type { AcceleratorChoice } from './accelerator-choice';
import type { HostPorts } from './host-ports';
import { assertExtraDisks, settleExtraDisks, type FirstExtraDisk } from './extra-disks';
import { writeSeed } from './images/cloud-init';
import { createOverlay, growDisk } from './images/disk';
import type { ImageStore, PreparedImage } from './images/image-store';
import type { InternetGateway } from './internet/internet-gateway';
import { argsToResume, guestConfig, vmArgs } from './qemu-args';
import { VmMachine, type VmMachineContext } from './vm-machine';

/** What a VM's disks begin with, where that is neither its image nor nothing. */
export interface FirstDisks {
  /** The one that it boots, and the image that it lies over; null where the other VM had none. */
  boot: { imageKey: string; diskGb: number; copyTo: FirstExtraDisk['copyTo'] } | null;
  extra: readonly FirstExtraDisk[];
}

/** What lies in a VM's folder before it runs, and the start of its process on it. The VM's lock is held by the caller. */
export class VmDefinitions {
  readonly #context: VmMachineContext;
  readonly #images: ImageStore;
  readonly #ports: HostPorts;
  readonly #accelerator: AcceleratorChoice;
  readonly #gateway: (sliceId: number) => Promise<InternetGateway>;

  constructor(
    context: VmMachineContext,
    parts: {
      images: ImageStore;
      ports: HostPorts;
      accelerator: AcceleratorChoice;
      gateway: (sliceId: number) => Promise<InternetGateway>;
    },
  ) {
    this.#context = context;
    this.#images = parts.images;
    this.#ports = parts.ports;
    this.#accelerator = parts.accelerator;
    this.#gateway = parts.gateway;
  }

  /** Writes the record, the guest's configuration and, its disks (`first`: as copies of those), for disk images also a seed. The VM does not run. */
  async define(
    sliceId: number,
    known: VmMachine | undefined,
    spec: VmSpec,
    image: PreparedImage,
    first: FirstDisks | null = null,
  ): Promise<VmMachine> {
    const { folder } = this.#context;
    const before = new Map(known?.record.hostPorts);
    const hostPorts = [...(await this.#ports.assign(before, spec.forwards))];
    const vm =
      known ??
      new VmMachine(this.#context, sliceId, {
        spec: { ...spec, disks: [] },
        hostPorts,
        expected: 'off',
        ready: false,
        shown: null,
        error: null,
        bootConfig: null,
        imageKey: null,
        forwardAddress: this.#ports.address,
        applied: null,
        edges: [],
        down: [],
        ran: [],
        kept: null,
      });
    const path = folder.machinePath(sliceId, vm.name);
    if (known) await this.#changeDisk(known, spec, path);
    await vm.save({ spec: { ...spec, disks: vm.record.spec.disks }, hostPorts, applied: null });
    await settleExtraDisks(this.#context, vm, spec.disks, first?.extra);
    await vm.save({ spec });
    const files = await folder.linkImage(image.key, image.files);
    if (spec.image.kind === 'kernel') await writeFileAtomic(join(path, 'config'), guestConfig(spec), 0o644);
    else {
      const [base = ''] = image.files;
      if (!(await folder.exists(sliceId, `${vm.name}/disk.qcow2`))) {
        // moved into place whole: half a disk, from a server that was killed, would never be made again
        const overlay = join(path, 'new.qcow2');
        await rm(overlay, { force: true });
        const source = first?.boot ?? null;
        if (source === null)
          await createOverlay(spec.image, { base, backing: `../${files[0] ?? ''}`, overlay }, spec.diskGb);
        else await source.copyTo(overlay);
        await folder.giveAway(sliceId, overlay);
        if (source !== null && spec.diskGb > source.diskGb) {
          const grown = { folder: folder.slicePath(sliceId), file: `${vm.name}/new.qcow2`, diskGb: spec.diskGb };
          await growDisk(grown, await folder.userOf(sliceId));
        }
        // first: who is killed between the two has the image of a disk that is not there yet, and not a disk of an image that goes
        await vm.save({ imageKey: source?.imageKey ?? image.key });
        await moveIntoPlace(overlay, join(path, 'disk.qcow2'));
      }
      await this.#writeSeed(vm);
    }
    await vm.save({ applied: appliedVm(spec, this.#context.parts) });
    return vm;
  }

  /**
   * Gives a VM that is there another spec, but for what cannot be changed while it runs, or without that it is made anew, which
   * only `recreate` allows.
   */
  async redefine(
    vm: VmMachine,
    wanted: VmSpec,
    { recreate, first = null }: { recreate: boolean; first?: FirstDisks | null },
  ): Promise<void> {
    const { parts } = this.#context;
    // the memory of one that is suspended is of the definition of then
    const stopped = !vm.alive && vm.record.kept === null;
    const next = applicable(vm.record.spec, wanted, { restart: stopped, recreate: recreate && stopped }, parts);
    if (!stopped) {
      if (canonical(next.forwards) !== canonical(vm.record.spec.forwards)) await this.#forward(vm, next.forwards);
      // what else is live of today's properties is only kept
      await vm.save({ spec: next, applied: appliedVm(next, parts) });
    } else await this.define(vm.sliceId, vm, next, await this.#images.ensure(next.image), first);
  }

  /** Gives a VM that runs, or is suspended, other forwards. What it has already stays where it is; the first of them listens where the zone says now. */
  async #forward(vm: VmMachine, forwards: VmSpec['forwards']): Promise<void> {
    const { spec, hostPorts: before } = vm.record;
    const forwardAddress = spec.forwards.length === 0 ? this.#ports.address : vm.record.forwardAddress;
    const hostPorts = [...(await this.#ports.assign(new Map(before), forwards, forwardAddress))];
    await vm.save({ spec: { ...spec, forwards }, hostPorts, forwardAddress });
    try {
      await vm.forwarding.settle();
    } catch (error) {
      // whoever tries again tries other ports: somebody may have taken these meanwhile
      const known = new Set(before.map(([key]) => key));
      for (const [key, port] of hostPorts) if (!known.has(key)) this.#ports.release(port);
      const left = forwards.filter((forward) => known.has(forwardKey(forward)));
      await vm.save({ spec: { ...spec, forwards: left }, hostPorts: hostPorts.filter(([key]) => known.has(key)) });
      throw error;
    }
  }

  /** The host's ports of a VM that is about to be started, where they can be listened on. */
  async #freePorts(vm: VmMachine): Promise<Map<ForwardKey, number>> {
    const hostPorts = new Map(vm.record.hostPorts);
    for (const { protocol, guestPort } of vm.record.spec.forwards) {
      const key = forwardKey({ protocol, guestPort });
      const hostPort = hostPorts.get(key);
      if (hostPort === undefined || (await this.#ports.isFree(hostPort, protocol))) continue;
      // somebody else listens there by now; it stays reserved for this run, so that it is not tried again
      hostPorts.set(key, await this.#ports.allocate(protocol));
      this.#ports.release(hostPort);
      await vm.save({ hostPorts: [...hostPorts] });
    }
    return hostPorts;
  }

  /** The host's ports of a VM that has become what it was once, with the forwards of then. */
  async assignPorts(vm: VmMachine): Promise<void> {
    const { spec, hostPorts } = vm.record;
    await vm.save({ hostPorts: [...(await this.#ports.assign(new Map(hostPorts), spec.forwards))] });
  }

  /** Starts the process of a VM that is suspended, with its memory; it waits to go on. */
  async load(vm: VmMachine): Promise<void> {
    const { kept, imageKey, spec } = vm.record;
    if (kept === null) return;
    const { forwardNic } = kept;
    const forwardAddress = this.#ports.address;
    const args = argsToResume(kept.args, spec, { hostPorts: await this.#freePorts(vm), forwardAddress, forwardNic });
    // read while the memory is: until all are known to be whole no VM goes on, and where one is not they end
    const [whole, loaded] = await Promise.allSettled([
      imageKey === null ? true : this.#images.isWhole(imageKey),
      this.#led(vm, () => vm.load(args, { forwardAddress })),
    ]);
    if (whole.status === 'fulfilled' && !whole.value)
      throw new ProviderError(
        'IMAGE_INVALID',
        say('VM_DISK_DAMAGED', { vm: spec.name, image: spec.image.name }),
        false,
      );
    for (const one of [whole, loaded]) if (one.status === 'rejected') throw one.reason;
  }

  /** Starts its process, with the way to the internet before it where it asks for one. */
  async #led({ sliceId, record: { spec } }: VmMachine, start: () => Promise<void>): Promise<void> {
    if (!spec.internet) return start();
    await (await this.#gateway(sliceId)).lead(spec.id, start);
  }

  /** Has the zone hold again what a VM was made from, or boots, where that is gone and can be had. */
  async relink(vm: VmMachine, prepared: PreparedImage): Promise<void> {
    const { folder } = this.#context;
    const { imageKey, spec } = vm.record;
    if (imageKey === null || (await folder.hasImage(imageKey, spec.image.kind))) return;
    if (imageKey !== prepared.key && (await this.#images.isWhole(imageKey)))
      await folder.linkImage(imageKey, this.#images.filesOf(imageKey, spec.image.kind));
    else if (imageKey === prepared.key || spec.image.kind === 'kernel') {
      await folder.linkImage(prepared.key, prepared.files);
      await vm.save({ imageKey: prepared.key });
    }
  }

  async #writeSeed({ record: { spec }, sliceId, name }: VmMachine): Promise<void> {
    const path = join(this.#context.folder.machinePath(sliceId, name), 'seed.iso');
    await writeSeed(spec, path);
  }

  /** Before the new spec is written down: who is killed between the two finds that there is still something to change. */
  async #changeDisk({ record, sliceId, name }: VmMachine, spec: VmSpec, path: string): Promise<void> {
    const { folder, parts } = this.#context;
    const changes = changesOf('vm', appliedVm(record.spec, parts), appliedVm(spec, parts), parts);
    if (recreates(changes)) {
      // the seed first: without it nobody starts what has no disk
      for (const file of ['seed.iso', 'disk.qcow2']) await rm(join(path, file), { force: true });
      return;
    }
    const file = `${name}/disk.qcow2`;
    const grows = spec.image.kind === 'disk' && spec.diskGb > record.spec.diskGb;
    if (grows && (await folder.exists(sliceId, file)))
      await growDisk({ folder: folder.slicePath(sliceId), file, diskGb: spec.diskGb }, await folder.userOf(sliceId));
  }

  /** Starts the VM's process as its record says. */
  async launch(vm: VmMachine): Promise<void> {
    const { folder } = this.#context;
    const { spec } = vm.record;
    const image = await this.#images.ensure(spec.image);
    await assertExtraDisks(this.#context, vm);
    const { imageKey } = vm.record;
    if (
      spec.image.kind === 'disk' &&
      imageKey !== null &&
      imageKey !== image.key &&
      !(await this.#images.isWhole(imageKey))
    )
      throw new ProviderError(
        'IMAGE_INVALID',
        say('VM_DISK_DAMAGED', { vm: spec.name, image: spec.image.name }),
        false,
      );
    const [kernel = '', initrd = ''] = await folder.linkImage(image.key, image.files);
    if (spec.image.kind === 'kernel') await vm.save({ imageKey: image.key });
    const accelerator = await this.#accelerator.choose();
    const files =
      spec.image.kind === 'kernel' ? ({ kind: 'kernel', kernel, initrd } as const) : ({ kind: 'disk' } as const);
    // the definition may have gained or lost a NIC since it was written
    if (files.kind === 'kernel')
      await writeFileAtomic(join(folder.machinePath(vm.sliceId, vm.name), 'config'), guestConfig(spec), 0o644);
    // the seed is written last: without it the definition was cut short, by a crash or a full disk
    else if (!(await folder.exists(vm.sliceId, `${vm.name}/seed.iso`))) await this.define(vm.sliceId, vm, spec, image);
    else await this.#writeSeed(vm);
    const hostPorts = await this.#freePorts(vm);
    const forwardAddress = this.#ports.address;
    const args = vmArgs(spec, { accelerator, files, hostPorts, forwardAddress });
    const start = () =>
      vm.launch(args, { forwardAddress }).catch(async (error: unknown) => {
        // whatever QEMU found wrong with the files, they are read anew before the next try
        await this.#images.distrust(spec.image);
        throw error;
      });
    await this.#led(vm, start);
  }
}
