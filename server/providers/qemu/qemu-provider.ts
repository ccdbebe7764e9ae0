import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { Semaphore } from '#server/lib/semaphore';
import { canonical } from '#shared/topology/properties';
import { topologyParts } from '#shared/topology/schema';
import { qemuDefaults, type OpenSettings, type SettingsOf } from '#shared/zone-settings';
import { say, saidOf } from '#shared/sentence';
import { aborted, guarded, notDefined, notRunning } from '../errors';
import { ProviderError } from '#server/lib/provider-error';
import type {
  CaptureOptions,
  DiskSource,
  DiskTarget,
  EdgeSpec,
  NetworkJoin,
  NetworkSpec,
  Provider,
  SliceObservation,
  SliceRef,
  VmSpec,
  VmUsage,
} from '../provider';
import { AcceleratorChoice } from './accelerator-choice';
import { captureEdges } from './captures';
import { CountedSlices } from './counted-slices';
import { describeZone, findTools, type InstalledTools } from './describe-zone';
import { EdgeWiring } from './edge-wiring';
import { findMachines, findStrangers, type Stranger } from './find-machines';
import { guestCalls, type GuestCalls } from './guest/guest-calls';
import { HostPorts } from './host-ports';
import { ImageStore } from './images/image-store';
import { InternetAccess } from './internet/internet-access';
import { internetCalls, type InternetCalls } from './internet/internet-calls';
import { machineFigures } from './machine-figures';
import { Networks } from './networks';
import { guestConfig } from './qemu-args';
import { Keeping } from './keeping';
import { observeMachines } from './observation';
import { bootTimeoutsMs, type QemuProviderOptions } from './provider-options';
import { killMachine } from './qemu-process';
import { saveDisk } from './saving';
import { loadSlice, type SliceMachines } from './slice-machines';
import type { VmMachine, VmMachineContext } from './vm-machine';
import { VmDefinitions } from './vm-definitions';
import { probeUser } from './vm-users';
import { Wires } from './wires';
import { ZoneFolder } from './zone-folder';

/** Whether its owner has other keys than its guest was given. */
const isRekeyed = ({ record }: VmMachine, { sshKeys }: VmSpec) => canonical(record.spec.sshKeys) !== canonical(sshKeys);
/** A VM that boots longer than this no longer keeps others from booting. */
const launchSlotMs = 60_000;
/** The provider for one machine: each VM a QEMU process that outlives the server. See ARCHITECTURE.md. */
export async function createQemuProvider(options: QemuProviderOptions): Promise<Provider> {
  const folder = await ZoneFolder.open(options.root, options.users);
  const provider = new QemuProvider(options, folder);
  provider.adoptAll();
  return Object.assign(provider, provider.guestCalls, provider.internetCalls, { machine: machineFigures });
}

/** All of a provider but what leads to its guests, and what its machine says. */
class QemuProvider implements Omit<Provider, keyof GuestCalls | keyof InternetCalls | 'machine'> {
  readonly kind = 'qemu' as const;
  readonly #options: QemuProviderOptions;
  readonly #folder: ZoneFolder;
  readonly #images: ImageStore;
  readonly #launches: Semaphore;
  readonly #ports: HostPorts;
  /** One change at a time per VM or network; the slice's key guards its folder's coming and going. */
  readonly #locks = new KeyedMutex<string>();
  readonly #slices = new Map<number, Promise<SliceMachines>>();
  readonly #listeners = new Set<(change: { sliceId: number }) => void>();
  readonly #context: VmMachineContext;
  readonly #accelerator: AcceleratorChoice;
  readonly #definitions: VmDefinitions;
  readonly #edges: EdgeWiring;
  readonly #networks: Networks;
  readonly #keeping: Keeping;
  readonly #counters = new CountedSlices((sliceId) => this.#slice(sliceId));
  readonly #internet: InternetAccess;
  readonly internetCalls = internetCalls(this.#slices, (sliceId) => this.#slice(sliceId));
  readonly guestCalls = guestCalls((sliceId) => this.#slice(sliceId), this.#locks);
  #tools: Promise<InstalledTools> | null = null;
  #portsKnown: Promise<void> = Promise.resolve();

  constructor(options: QemuProviderOptions, folder: ZoneFolder) {
    this.#options = options;
    this.#folder = folder;
    this.#images = new ImageStore(options.imagesRoot, options.log);
    this.#launches = new Semaphore(options.launchLimit ?? availableParallelism());
    // zones of one machine begin at different places, so that stopped VMs of one keep their ports from the other
    this.#ports = new HostPorts(createHash('sha256').update(folder.root).digest().readUInt32BE());
    const log = options.log ?? (() => undefined);
    const onChange = (sliceId: number) => {
      for (const listener of this.#listeners) listener({ sliceId });
    };
    const { parts = topologyParts, askAgainMs = 10_000 } = options;
    const settings = options.settings ?? qemuDefaults;
    this.#internet = new InternetAccess(options.internetWithin ?? [], settings, options.internetLimits);
    const [wires, forwardAddress, internet] = [new Wires(folder), () => this.#ports.address, this.#internet];
    this.#context = { folder, wires, askAgainMs, parts, forwardAddress, internet, onChange, log };
    this.#take(settings);
    const machines = (sliceId: number) => this.#slice(sliceId);
    this.#edges = new EdgeWiring(this.#context, machines, this.#locks);
    this.#networks = new Networks({ context: this.#context, machines, locks: this.#locks });
    this.#accelerator = new AcceleratorChoice({
      wanted: options.accel ?? 'auto',
      folder,
      users: options.users,
      images: this.#images,
      qemuVersion: async () => (await this.#findTools()).qemu ?? '',
    });
    this.#definitions = new VmDefinitions(this.#context, {
      images: this.#images,
      ports: this.#ports,
      accelerator: this.#accelerator,
      gateway: async (sliceId) => (await this.#slice(sliceId)).gateway,
    });
    this.#keeping = new Keeping(this.#context, (sliceId) => this.#slice(sliceId), this.#locks, {
      definitions: this.#definitions,
      images: this.#images,
    });
  }

  /** Takes over what runs, in the background: so that a VM that dies is noticed without anybody asking. */
  adoptAll(): void {
    this.#portsKnown = (async () => {
      for (const sliceId of await this.listSlices()) await this.#slice(sliceId);
    })().catch((error: unknown) => this.#context.log('could not take over all slices', { error }));
  }

  async configure(settings: OpenSettings): Promise<void> {
    if (settings.provider === 'qemu') this.#take(settings);
  }

  #take({ launchLimit, forwardAddress, ...ranges }: SettingsOf<'qemu'>): void {
    this.#internet.ranges = ranges;
    this.#launches.resize(launchLimit ?? this.#options.launchLimit ?? availableParallelism());
    this.#ports.address = forwardAddress;
  }

  async describe({ refresh = false } = {}) {
    if (refresh) this.#tools = null;
    const tools = await this.#findTools();
    const { root } = this.#folder;
    return describeZone({
      root,
      tools,
      accelerator: this.#accelerator.inWords,
      launchLimit: this.#launches.size,
      forwardAddress: this.#ports.address,
      users: this.#options.users,
      internet: () => this.#internet.capabilities(root, probeUser(this.#options.users), refresh),
    });
  }

  async ensureImage(image: VmSpec['image'], { reread = false } = {}) {
    if (reread) await this.#images.distrust(image);
    const prepared = await this.#images.ensure(image);
    for (const sliceId of await this.listSlices())
      for (const vm of (await this.#slice(sliceId)).vms.values())
        if (vm.record.spec.image.id === image.id)
          await this.#locks.run(`${sliceId}:${vm.name}`, () => this.#definitions.relink(vm, prepared));
    return { sizeMb: prepared.sizeMb };
  }

  async imageState(image: VmSpec['image']) {
    return this.#images.state(image);
  }

  async pruneImages(inUse: readonly VmSpec['image'][]) {
    const used = new Set<string>();
    for (const sliceId of await this.listSlices()) {
      for (const key of await this.#keeping.imagesOf(sliceId)) used.add(key);
      for (const { record } of (await this.#slice(sliceId)).vms.values()) {
        // a disk lies over the files of one key for good; of before keys were written down, none can be told apart
        if (record.spec.image.kind === 'disk' && record.imageKey === null) return { freedMb: 0 };
        if (record.imageKey !== null) used.add(record.imageKey);
      }
    }
    await this.#folder.pruneLinks(used);
    return { freedMb: await this.#images.prune(inUse, await this.#folder.linkedImages()) };
  }

  ensureNetwork(slice: SliceRef, spec: NetworkSpec): Promise<void> {
    return this.#networks.ensure(slice, spec);
  }

  updateNetwork(slice: SliceRef, spec: NetworkSpec): Promise<void> {
    return this.#networks.update(slice, spec);
  }

  removeNetwork(slice: SliceRef, networkId: number): Promise<void> {
    return this.#networks.remove(slice, networkId);
  }

  joinNetworks(join: NetworkJoin): Promise<void> {
    return this.#networks.join(join);
  }

  partNetworks(join: NetworkJoin): Promise<void> {
    return this.#networks.part(join);
  }

  async ensureVm(slice: SliceRef, spec: VmSpec, { disk }: { disk?: DiskSource | undefined } = {}) {
    await this.#allow(spec);
    const image = await this.#images.ensure(spec.image);
    // the ports of all VMs that exist must be known before a new one gets some
    await this.#portsKnown;
    const { vms } = await this.#slice(slice.id);
    return this.#locks.run(`${slice.id}:v${spec.id}`, async () => {
      const vm = vms.get(spec.id);
      const isWhole = vm !== undefined && (await this.#hasFolder(vm));
      // a process without its folder cannot be reached any more, and starts nothing again
      if (vm?.alive && !isWhole) await vm.stop(0);
      if (vm?.alive || vm?.record.kept) return { forwards: vm.forwards() };
      const failed = say('ACT_VM_DEFINE');
      const hasDisk = await this.#context.folder.exists(slice.id, `v${spec.id}/disk.qcow2`);
      const first = disk === undefined || hasDisk ? null : await guarded(this.#keeping.firstDisks(disk), failed);
      if (vm) {
        await guarded(this.#definitions.redefine(vm, spec, { recreate: false, first }), failed);
        return { forwards: vm.forwards() };
      }
      const defined = await guarded(this.#definitions.define(slice.id, undefined, spec, image, first), failed);
      vms.set(spec.id, defined);
      return { forwards: defined.forwards() };
    });
  }

  async startVm(slice: SliceRef, spec: VmSpec, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted) throw aborted(signal);
    const vm = await this.#definedVm(slice.id, spec.id);
    await this.#bringUp(vm, signal, async () => {
      if (vm.panicked || vm.hung) await vm.stop(0);
      if (vm.record.kept) await this.#keeping.resumeOne(vm);
      else if (!vm.alive) {
        // no change of its definition, so nobody has defined it anew for them
        if (isRekeyed(vm, spec)) await vm.save({ spec: { ...vm.record.spec, sshKeys: spec.sshKeys } });
        await this.#definitions.launch(vm);
      }
    });
  }

  async rebootVm(slice: SliceRef, spec: VmSpec, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted) throw aborted(signal);
    const vm = await this.#definedVm(slice.id, spec.id);
    let done = false;
    await this.#bringUp(
      vm,
      signal,
      async () => {
        if (done) return;
        done = true;
        // what a guest would find otherwise than at its start needs a new process: its configuration, where its forwards listen
        const moved = spec.forwards.length > 0 && vm.record.forwardAddress !== this.#ports.address;
        const stale = moved || isRekeyed(vm, spec) || vm.record.bootConfig !== guestConfig(spec);
        if (vm.alive && !vm.panicked && !stale && (await vm.reset())) return;
        await vm.forget();
        if (vm.alive) await vm.stop(stale && !vm.panicked ? 8_000 : 0);
        await this.#definitions.redefine(vm, spec, { recreate: false });
        await this.#definitions.launch(vm);
      },
      true,
    );
  }

  async awaitReady(slice: SliceRef, { id, ready }: VmSpec, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const vm = await this.#definedVm(slice.id, id);
    await guarded(vm.awaitGate(ready, signal ?? new AbortController().signal), say('ACT_GATE'));
  }

  async stopVm(slice: SliceRef, vmId: number, { graceMs = 8_000 } = {}): Promise<void> {
    const { vms, gateway } = await this.#slice(slice.id);
    await this.#locks.run(`${slice.id}:v${vmId}`, async () => {
      const vm = vms.get(vmId);
      if (vm) await guarded(vm.stop(graceMs), say('ACT_VM_STOP'));
      await guarded(gateway.settle(), say('ACT_VM_STOP'));
    });
  }

  async removeVm(slice: SliceRef, vmId: number): Promise<void> {
    const { vms, gateway } = await this.#slice(slice.id);
    await this.#locks.run(`${slice.id}:v${vmId}`, async () => {
      const vm = vms.get(vmId);
      if (!vm) return;
      await guarded(vm.stop(0), say('ACT_VM_STOP'));
      await guarded(vm.remove(), say('ACT_VM_REMOVE'));
      for (const [, port] of vm.record.hostPorts) this.#ports.release(port);
      vms.delete(vmId);
      await guarded(gateway.forget(vmId), say('ACT_VM_REMOVE'));
    });
  }

  roomToKeep(slice: SliceRef) {
    return guarded(this.#keeping.room(slice), say('ACT_SLICE_KEEP'));
  }

  suspendSlice(slice: SliceRef): Promise<void> {
    return this.#keeping.suspend(slice);
  }

  resumeSlice(slice: SliceRef): Promise<void> {
    return this.#keeping.resume(slice);
  }

  async takeSnapshot(slice: SliceRef, snapshotId: number): Promise<{ sizeMb: number }> {
    return this.#keeping.take(slice, snapshotId);
  }

  async restoreSnapshot(slice: SliceRef, snapshotId: number): Promise<void> {
    await this.#portsKnown;
    return this.#keeping.restore(slice, snapshotId);
  }

  removeSnapshot(slice: SliceRef, snapshotId: number): Promise<void> {
    return this.#keeping.remove(slice, snapshotId);
  }

  async saveDisk(slice: SliceRef, vmId: number, to: DiskTarget): Promise<void> {
    return saveDisk(this.#context, this.#locks, await this.#slice(slice.id), { vmId, to });
  }

  async updateVm(slice: SliceRef, spec: VmSpec, { recreate = false } = {}) {
    await this.#allow(spec);
    await this.#portsKnown;
    const vm = await this.#definedVm(slice.id, spec.id);
    return this.#locks.run(`${slice.id}:${vm.name}`, async () => {
      if (vm.panicked || vm.hung) await vm.stop(0);
      const wanted = { ...spec, nics: vm.record.spec.nics };
      await guarded(this.#definitions.redefine(vm, wanted, { recreate }), say('ACT_VM_CHANGE'));
      return { forwards: vm.forwards() };
    });
  }

  async tellNames(slice: SliceRef, specs: Iterable<VmSpec>): Promise<void> {
    const { vms } = await this.#slice(slice.id);
    for (const { id, hosts, routes } of specs) {
      const vm = vms.get(id);
      if (vm) await this.#locks.run(`${slice.id}:${vm.name}`, () => vm.tellNames({ hosts, routes }));
    }
    await this.#networks.serve(slice.id);
  }

  async ensureEdge(slice: SliceRef, edge: EdgeSpec): Promise<void> {
    await this.#edges.ensure(slice, edge);
    await this.#networks.serve(slice.id);
  }

  async updateEdge(slice: SliceRef, edge: EdgeSpec): Promise<void> {
    await this.#edges.update(slice, edge);
    await this.#networks.serve(slice.id);
  }

  async removeEdge(slice: SliceRef, edgeId: number): Promise<void> {
    await this.#edges.remove(slice, edgeId);
    await this.#networks.serve(slice.id);
  }

  async observeMany(slices: readonly SliceRef[]) {
    const seen = new Map<number, SliceObservation>();
    const strangers = await findStrangers(this.#folder.root);
    for (const slice of slices) {
      const observation = await this.#observe(slice, strangers).catch((error: unknown) => {
        this.#context.log('a slice could not be observed', { slice: slice.id, error });
        return null;
      });
      if (observation) seen.set(slice.id, observation);
    }
    return seen;
  }

  async usage(slices?: readonly SliceRef[]) {
    const used = new Map<number, VmUsage[]>();
    for (const id of slices?.map((slice) => slice.id) ?? this.#slices.keys()) {
      const { vms } = await this.#slice(id);
      const figures = await Promise.all([...vms.values()].map((vm) => vm.usage()));
      used.set(
        id,
        figures.filter((one) => one !== null),
      );
    }
    return used;
  }

  async observe(slice: SliceRef): Promise<SliceObservation> {
    return this.#observe(slice, await findStrangers(this.#folder.root));
  }

  async #observe(slice: SliceRef, strangers: readonly Stranger[]): Promise<SliceObservation> {
    const place = { folder: this.#folder, images: this.#images, strangers };
    return observeMachines(await this.#slice(slice.id), place);
  }

  async removeSlice(slice: SliceRef): Promise<void> {
    const { vms, networks, relay, gateway } = await this.#slice(slice.id);
    await Promise.all([...vms.keys()].map((id) => this.removeVm(slice, id)));
    await guarded(gateway.remove(), say('ACT_FILES_REMOVE'));
    await Promise.all([...networks.keys()].map((id) => this.removeNetwork(slice, id)));
    await this.#locks.run(`${slice.id}:relay`, () => guarded(relay.remove(), say('ACT_EDGE_REMOVE')));
    for (const machine of await findMachines(this.#folder.root))
      if (machine.sliceId === slice.id) await killMachine(machine, this.#folder.root);
    await guarded(this.#folder.removeSlice(slice.id), say('ACT_FILES_REMOVE'));
    this.#slices.delete(slice.id);
  }

  async listSlices(): Promise<number[]> {
    const [folders, machines] = await Promise.all([this.#folder.listSlices(), findMachines(this.#folder.root)]);
    return [...new Set([...folders, ...machines.map(({ sliceId }) => sliceId)])].sort((a, b) => a - b);
  }

  async openCapture(slice: SliceRef, options: CaptureOptions) {
    return captureEdges([...(await this.#slice(slice.id)).vms.values()], options);
  }

  async openCounters(slice: SliceRef) {
    return this.#counters.open(slice.id);
  }

  onChange(listener: (change: { sliceId: number }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#portsKnown;
    this.#listeners.clear();
    for (const loading of this.#slices.values()) {
      const { vms, networks, relay, gateway } = await loading;
      relay.close();
      await gateway.close();
      for (const network of networks.values()) network.close();
      await Promise.all([...vms.values()].map((vm) => vm.close()));
    }
    await this.#folder.close();
  }

  #hasFolder({ sliceId, name }: VmMachine): Promise<boolean> {
    return this.#folder.exists(sliceId, name);
  }

  #slice(sliceId: number): Promise<SliceMachines> {
    let slice = this.#slices.get(sliceId);
    if (!slice) {
      slice = loadSlice(this.#context, sliceId).then((loaded) => {
        for (const vm of loaded.vms.values()) for (const [, port] of vm.record.hostPorts) this.#ports.reserve(port);
        return loaded;
      });
      this.#slices.set(sliceId, slice);
      slice.catch(() => this.#slices.delete(sliceId));
    }
    return slice;
  }

  async #allow(spec: VmSpec): Promise<void> {
    if (!spec.internet) return;
    const { internet } = (await this.describe()).capabilities;
    if (!internet.ok) throw new ProviderError('UNSUPPORTED', saidOf(internet.reason ?? '', internet.sentences), false);
  }

  async #definedVm(sliceId: number, vmId: number): Promise<VmMachine> {
    const vm = (await this.#slice(sliceId)).vms.get(vmId);
    if (!vm) throw notDefined('virtual machine');
    return vm;
  }

  /** Runs `act` under the VM's lock, in one of the places for booting VMs, and waits for the guest. */
  async #bringUp(
    vm: VmMachine,
    signal: AbortSignal | undefined,
    act: () => Promise<void>,
    always = false,
  ): Promise<void> {
    const timeoutMs = this.#options.bootTimeoutMs ?? bootTimeoutsMs[vm.record.spec.image.kind];
    if (always || !vm.alive || vm.panicked || vm.hung) {
      const release = await this.#launches.acquire(signal).catch((error: unknown) => {
        throw signal ? aborted(signal) : error;
      });
      const timer = setTimeout(release, launchSlotMs);
      try {
        await this.#locks.run(`${vm.sliceId}:${vm.name}`, async () => {
          if (signal?.aborted) throw aborted(signal);
          const { vms, relay } = await this.#slice(vm.sliceId);
          if (vms.get(vm.record.spec.id) !== vm) throw notRunning(say('VM_WAS_REMOVED'));
          // its links may go over it, and be up again with it: as after a restart of the machine
          await this.#locks.run(`${vm.sliceId}:relay`, () => guarded(relay.wake(), say('ACT_VM_START')));
          await guarded(act(), say('ACT_VM_START'));
        });
        await vm.waitUntilReady(signal, timeoutMs);
      } finally {
        clearTimeout(timer);
        release();
      }
    } else {
      await guarded(vm.goOn(), say('ACT_VM_GO_ON'));
      await vm.waitUntilReady(signal, timeoutMs);
    }
  }

  #findTools(): Promise<InstalledTools> {
    return (this.#tools ??= findTools());
  }
}
