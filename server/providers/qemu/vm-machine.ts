/* oxlint-disable max-lines -- one VM's state is one thing: what starts, pauses, keeps and ends it shares it */
import { open, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConsoleKind } from '#shared/image';
import type { ForwardState, VmStatus } from '#shared/slice-status';
import type { TopologyParts } from '#shared/topology/schema';
import { forwardKey } from '#shared/topology/forward';
import { canonical } from '#shared/topology/properties';
import { say, told, type Said } from '#shared/sentence';
import { appliedVm } from '../applied';
import { aborted, notRunning } from '../errors';
import { ProviderError } from '#server/lib/provider-error';
import { repeatedly } from '#server/lib/repeatedly';
import type { ConsoleStream, VmSpec, VmUsage } from '../provider';
import { createLog, fileLimitOf } from './bounded-log';
import { NicCaptures, type CapturedNic } from './captures';
import { Changes } from '../changes';
import { roomOf } from './describe-zone';
import { diskDevice, disksOf, type DiskLabel } from './disk-args';
import { findMachines, type FoundMachine } from './find-machines';
import { ConsoleGate, isAnswering } from './guest-gate';
import { Guest } from './guest/guest';
import type { InternetAccess } from './internet/internet-access';
import { argumentsOf, callOffWriting, memoryInUse, untilLoaded, writeMemory } from './kept-memory';
import { MarkerScanner } from './marker-scanner';
import { guestConfig, internetSocket, screenRamMb, type MachineName } from './qemu-args';
import { connectMonitor, killMachine, spawnMachine, waitForEnd } from './qemu-process';
import type { QmpClient, QmpHandlers } from './qmp-client';
import type { Kept, VmRecord } from './records';
import { Screens } from './screens';
import { SerialLine, untilConsoleTaken } from './serial-line';
import { VmForwards } from './vm-forwards';
import { VmNics } from './vm-nics';
import { usageOf } from './vm-usage';
import type { Wires } from './wires';
import type { ZoneFolder } from './zone-folder';

export interface VmMachineContext {
  folder: ZoneFolder;
  wires: Wires;
  /** How often each monitor is asked whether it answers. */
  askAgainMs: number;
  /** The properties that VMs, networks and edges have. */
  parts: TopologyParts;
  /** Where forwards of VMs that are started now listen. */
  forwardAddress(): string;
  /** The way to the internet that the zone has. */
  internet: InternetAccess;
  /** Something changed that nobody asked for. */
  onChange(sliceId: number): void;
  log(message: string, details?: Record<string, unknown>): void;
}

/** How QEMU calls what was paused by the server, also while or after its memory is written. */
const waiting = ['paused', 'postmigrate', 'finish-migrate', 'prelaunch'] as const;
const kernelPanic = 'Kernel panic - not syncing';
const starved = say('VM_STARVED');
const noAnswer = say('VM_SILENT');
const panic = say('GUEST_PANIC');

/** One VM: its record, and while it runs its process, monitor and console. Calls that change it must not overlap. */
export class VmMachine {
  readonly sliceId: number;
  readonly name: MachineName;
  readonly nics: VmNics;
  readonly forwarding: VmForwards;
  readonly #captures: NicCaptures;
  readonly #screens: Screens;
  record: VmRecord;
  readonly #context: VmMachineContext;
  readonly #changes = new Changes();
  #machine: FoundMachine | null = null;
  #monitor: QmpClient | null = null;
  #serial: SerialLine | null = null;
  #guest: Guest | null = null;
  /** The guest was told of another configuration than that which it was started with. */
  #toldOtherwise = false;
  /** Its process is not of this server: another may have left something in it. */
  #inherited = false;
  #scanner = new MarkerScanner([]);
  #gate = new ConsoleGate(null, false);
  #launching = false;
  /** Its monitor has answered when it was asked last. */
  #answers = true;
  #asking: { stop(): void } | null = null;
  #panicked = false;
  #paused = false;
  /** Paused by QEMU, since what the guest writes has no room on the zone's disk. */
  #starved = false;
  /** The guest switched itself off, in its own words. */
  #guestShutdown = false;
  #closed = false;
  #removed = false;
  #saving: Promise<void> = Promise.resolve();
  /** The write that has not begun. */
  #queued: Promise<void> | null = null;
  #ending: Promise<void> | null = null;

  constructor(context: VmMachineContext, sliceId: number, record: VmRecord) {
    this.#context = context;
    this.sliceId = sliceId;
    this.record = record;
    this.name = `v${record.spec.id}`;
    this.nics = new VmNics(this, context, {
      command: (command, args) => this.#command(command, args),
      change: (signals) => this.#changes.next(signals),
    });
    this.#screens = new Screens(context.folder, sliceId, this.name);
    this.#captures = new NicCaptures(this, context.folder, (command, args) => this.#command(command, args));
    this.forwarding = new VmForwards(this, context.folder, (command, args) => this.#command(command, args));
  }

  get alive(): boolean {
    return this.#machine !== null;
  }
  /** Of its process. */
  get pid(): number | null {
    return this.#machine?.pid ?? null;
  }
  get ready(): boolean {
    return this.alive && !this.#panicked && (this.record.ready || this.record.spec.image.readyMarker === null);
  }
  /** Whether its NICs have carrier. */
  get up(): boolean {
    return this.alive && !this.#panicked;
  }
  get panicked(): boolean {
    return this.#panicked;
  }
  /** Its process is there and does not answer: only ending it helps. */
  get hung(): boolean {
    return this.alive && !this.#launching && (this.#monitor === null || !this.#answers);
  }

  status(): { status: Exclude<VmStatus, 'absent'>; error: Said | null } {
    if (this.#machine === null && this.record.kept) return { status: 'suspended', error: null };
    if (this.#machine === null)
      return { status: this.record.error === null ? 'stopped' : 'failed', error: this.record.error };
    if (this.#panicked) return { status: 'failed', error: panic };
    if (this.#launching) return { status: 'starting', error: null };
    if (this.hung) return { status: 'notResponding', error: noAnswer };
    if (this.#paused) return { status: 'paused', error: this.#starved ? starved : null };
    return { status: this.ready ? 'running' : 'starting', error: null };
  }

  forwards(): ForwardState[] {
    const ports = new Map(this.record.hostPorts);
    const hostAddress = this.alive ? this.record.forwardAddress : this.#context.forwardAddress();
    return this.record.spec.forwards.map(({ protocol, guestPort }) => ({
      protocol,
      guestPort,
      hostAddress,
      hostPort: ports.get(forwardKey({ protocol, guestPort })) ?? null,
    }));
  }

  /** Changes the record, at once in memory; resolves when it is on disk. */
  save(change: Partial<VmRecord>): Promise<void> {
    this.record = { ...this.record, ...change };
    const write = async () => {
      this.#queued = null;
      if (!this.#removed) await this.#context.folder.writeRecord(this.sliceId, this.name, this.record);
    };
    // one after another, so that an older record never overwrites a newer one; one write does for all who wait for it
    this.#queued ??= this.#saving.then(write, write);
    this.#saving = this.#queued;
    return this.#saving;
  }

  /** Removes the stopped VM's files. Nothing is written any more. */
  async remove(): Promise<void> {
    this.#removed = true;
    // whoever asked for that write is told of its failure; here only its end counts
    await this.#saving.catch(() => undefined);
    await this.#context.folder.removeMachine(this.sliceId, this.name);
    this.#changes.notify();
  }

  /** Takes over what a former server left: a running process, or the trace of one that ended meanwhile. */
  async adopt(found: FoundMachine | null): Promise<void> {
    if (found) {
      this.#machine = found;
      this.#inherited = true;
      this.#watch();
      await this.#connect();
      // what does not work is shown, and tried again
      if (this.record.spec.forwards.length > 0) await this.forwarding.settle().catch(() => undefined);
      if (this.record.expected !== 'on') await this.save({ expected: 'on' });
      return;
    }
    if (this.record.expected === 'off') return;
    // QEMU takes its sockets away when it ends in order; a killed one leaves them
    const crashed = await this.#context.folder.exists(this.sliceId, `${this.name}/qmp.sock`);
    await this.save({
      expected: 'off',
      ready: false,
      error: crashed ? say('VM_ENDED') : null,
    });
  }

  /** Starts the process and connects to it. `started` is kept with it, and so not of one that is found running. */
  async launch(args: readonly string[], started: Pick<VmRecord, 'forwardAddress'>): Promise<void> {
    const { folder } = this.#context;
    const machines = await findMachines(folder.root);
    const running = machines.find(({ sliceId, name }) => sliceId === this.sliceId && name === this.name);
    if (running) {
      // never two: a server that was killed may have started it and not lived to write it down
      await this.adopt(running);
      return;
    }
    const { spec, applied } = this.record;
    const known = applied ?? appliedVm(spec, this.#context.parts);
    const bootConfig = guestConfig(spec);
    const anew = { expected: 'on', ready: false, shown: null, error: null } as const;
    await this.save({ ...started, ...anew, ran: [], bootConfig, applied: known });
    await rm(join(folder.machinePath(this.sliceId, this.name), 'ser.log'), { force: true });
    await this.#begin(args, null, async () => {});
  }

  /** Starts the process, connects to it and waits until it is `up`; one that does not come so far is ended. */
  async #begin(args: readonly string[], inherits: FileHandle | null, up: () => Promise<void>): Promise<void> {
    const { folder } = this.#context;
    const path = folder.machinePath(this.sliceId, this.name);
    const stale = [
      'qmp.sock',
      'ser.sock',
      'guest.sock',
      'agent.sock',
      'vnc.sock',
      internetSocket,
      ...this.record.spec.nics.map((nic) => `e${nic.edgeId}`),
    ];
    await Promise.all(stale.map((file) => rm(join(path, file), { force: true })));
    await this.nics.point();
    await folder.settleUser(this.sliceId);
    const fileLimit = fileLimitOf(this.record.spec);
    // of one that goes on, the console does too
    if (!(await folder.exists(this.sliceId, `${this.name}/ser.log`))) {
      const log = await createLog(join(path, 'ser.log'), fileLimit, await folder.userOf(this.sliceId));
      await log.close();
    }
    this.#panicked = this.#paused = this.#starved = this.#guestShutdown = this.#toldOtherwise = false;
    this.#answers = true;
    this.#inherited = false;
    // its monitor has not been reached yet: that is a start, not a process that does not answer
    this.#launching = true;
    try {
      this.#machine = await spawnMachine(folder, this.sliceId, this.name, args, fileLimit, { inherits });
      await this.#connect();
      await up();
      if (this.record.spec.forwards.length > 0) await this.forwarding.settle();
      this.#launching = false;
      this.#watch();
    } catch (error) {
      this.#launching = false;
      const machine = this.#machine;
      this.#machine = null;
      this.#serial?.close('The virtual machine ended.');
      this.#serial = null;
      this.forwarding.close();
      if (machine) await killMachine(machine, folder.root);
      const said = error instanceof ProviderError ? told(error.sentences) : say('ACT_VM_START');
      // what is suspended is still
      await this.save({ expected: 'off', error: this.record.kept ? null : said });
      this.#changes.notify();
      throw error;
    }
    this.#changes.notify();
  }

  /** Whether its memory can be asked for: it runs, boots, or waits since the server before this one had paused it. */
  get keepable(): boolean {
    return this.up && !this.hung && !this.#starved && !this.#launching;
  }
  /** It was paused by the server, and waits. */
  get waits(): boolean {
    return this.keepable && this.#paused;
  }

  async pause(): Promise<void> {
    await this.#command('stop');
    this.#paused = true;
  }

  /** Has it go on; its guest is told the time. */
  async proceed(): Promise<void> {
    if (this.#monitor) await callOffWriting(this.#monitor);
    await this.#command('cont');
    this.#paused = false;
    this.#guest?.tellTime();
    this.#changed();
  }

  /** Null while it does not run. */
  async usage(): Promise<VmUsage | null> {
    const used = this.#machine === null ? null : await usageOf(this.#machine, this.hung ? null : this.#monitor);
    if (used === null) return null;
    const consoles = (this.#serial?.readers ?? 0) + this.#screens.readers;
    return { vmId: this.record.spec.id, ...used, trafficBytes: null, consoles };
  }

  memoryInUse(): Promise<number> {
    const { ramMb, graphics } = this.record.spec;
    const mostMb = ramMb + (graphics ? screenRamMb : 0);
    return this.#machine === null ? Promise.resolve(0) : memoryInUse(this.#machine.pid, mostMb);
  }

  /** Writes the memory of the VM, which is paused, and answers how it goes on with it, and the bytes. */
  async writeMemory(path: string): Promise<{ kept: Kept; bytes: number }> {
    if (!this.#monitor || !this.#machine) throw notRunning();
    const { folder } = this.#context;
    const bytes = await writeMemory({ folder, sliceId: this.sliceId, name: this.name }, this.#monitor, path);
    const forwardNic = await this.forwarding.slot();
    return { kept: { args: await argumentsOf(this.#machine.pid), ready: this.record.ready, forwardNic }, bytes };
  }

  /** A snapshot inside one of its disks: is made, or removed, while its process has the disk. */
  async diskSnapshot(
    command: 'blockdev-snapshot-internal-sync' | 'blockdev-snapshot-delete-internal-sync',
    { label, tag }: { label: DiskLabel; tag: string },
  ) {
    await this.#command(command, { device: diskDevice(label), name: tag });
  }

  /** Ends the process of a VM whose memory is kept. */
  async endKept(): Promise<void> {
    const machine = this.#machine;
    if (machine === null) return;
    await this.save({ expected: 'off' });
    const quits = !this.hung && (await this.#asked('quit', 5_000).catch(() => false));
    const { root } = this.#context.folder;
    if (!quits || !(await waitForEnd(machine, root, 5_000))) await killMachine(machine, root);
    await this.#ended();
  }

  /** Gives up the memory of a VM that is suspended. */
  async forget(): Promise<void> {
    if (this.record.kept === null) return;
    await this.save({ kept: null, ready: false });
    await rm(this.memoryFile, { force: true });
  }

  /** Takes away the memory of a VM that has gone on. Its name is gone when it resolves, its room on the disk soon after. */
  async dropMemory(): Promise<void> {
    // a file that is open loses only its name: to free hundreds of MiB takes as long as all the rest of a resume
    const held = await open(this.memoryFile, 'r').catch(() => null);
    await rm(this.memoryFile, { force: true });
    if (held) this.#background(held.close());
  }

  get memoryFile(): string {
    return `${this.#context.folder.machinePath(this.sliceId, this.name)}.memory`;
  }

  /** Starts the process with the memory that is kept; it waits to go on. */
  async load(args: readonly string[], started: Pick<VmRecord, 'forwardAddress'>): Promise<void> {
    const { kept } = this.record;
    if (kept === null) return;
    // one that the server before this one had started and not had go on
    if (this.#machine) await this.endKept();
    const memory = await open(this.memoryFile, 'r').catch(() => null);
    if (memory === null)
      throw new ProviderError('VM_CRASHED', say('VM_MEMORY_LOST', { vm: this.record.spec.name }), false);
    try {
      // it has to be written before the VM goes on, not before its process reads the memory
      const written = this.save({ ...started, ready: kept.ready, error: null });
      written.catch(() => undefined);
      await this.#begin([...args, '-incoming', 'fd:3', '-S'], memory, async () => {
        await written;
        const monitor = this.#monitor;
        const loaded = monitor !== null && (await untilLoaded(monitor, () => this.#machine !== null));
        if (!loaded) throw new ProviderError('VM_CRASHED', say('VM_ENDED_STARTING'), true);
        this.#paused = true;
      });
    } finally {
      await memory.close();
    }
  }

  /** Waits for the guest's word that it has booted. */
  async waitUntilReady(signal: AbortSignal | undefined, timeoutMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      if (this.ready) return;
      if (this.#panicked) throw new ProviderError('VM_CRASHED', panic, true);
      if (!this.alive) {
        if (this.record.error !== null) throw new ProviderError('VM_CRASHED', this.record.error, true);
        throw notRunning(say('VM_WAS_STOPPED'));
      }
      if (this.#closed) throw new ProviderError('UNAVAILABLE', say('SERVER_STOPPING'), true);
      if (deadline.aborted) throw new ProviderError('TIMEOUT', say('GUEST_LATE'), true);
      await this.#changes.next([deadline, ...(signal ? [signal] : [])]);
    }
  }

  /** Waits until the VM, which runs, is as `ready` says. */
  async awaitGate(ready: VmSpec['ready'], signal: AbortSignal): Promise<void> {
    const waited = ready?.seconds === undefined ? null : AbortSignal.timeout(ready.seconds * 1000);
    for (;;) {
      if (signal.aborted) throw aborted(signal);
      if (!this.ready) throw notRunning(say('VM_ENDED_WAITING'));
      if (this.#closed) throw new ProviderError('UNAVAILABLE', say('SERVER_STOPPING'), true);
      if (ready === null || waited?.aborted) return;
      if (ready.marker !== undefined && this.#hasShown(ready.marker)) return;
      if (ready.tcpPort === undefined) await this.#changes.next(waited ? [signal, waited] : [signal]);
      else if (await this.#answersAt(ready.tcpPort, signal)) return;
    }
  }

  #hasShown(marker: string): boolean {
    if (this.record.shown === marker) return true;
    if (this.#gate.marker !== marker) {
      // it was started with another one
      this.#gate = new ConsoleGate(marker, false);
      this.#gate.push(this.#serial?.sinceBoot() ?? new Uint8Array());
    }
    return this.#gate.isOpen;
  }

  async #answersAt(guestPort: number, signal: AbortSignal): Promise<boolean> {
    const forward = this.forwards().find((one) => one.protocol === 'tcp' && one.guestPort === guestPort);
    const port = forward?.hostPort ?? undefined;
    if (port === undefined) throw new ProviderError('UNSUPPORTED', say('GATE_NO_FORWARD', { port: guestPort }), false);
    const connections = async () => {
      const text = await this.#command('human-monitor-command', { 'command-line': 'info usernet' });
      return typeof text === 'string' ? text : '';
    };
    return isAnswering({ address: this.record.forwardAddress, port }, connections, signal);
  }

  /** Has a guest go on that waits for room on the disk. NO_CAPACITY while there is none. */
  async goOn(): Promise<void> {
    if (!this.#starved) return;
    const { bavail, bsize } = await statfs(this.#context.folder.root);
    // by the rule that lets one begin: with less it would stop again at once
    if (!roomOf(bavail * bsize).capability.ok) throw new ProviderError('NO_CAPACITY', starved, true);
    await this.#command('cont');
  }

  /** Asks the guest to switch off, waits `graceMs`, then ends the process. */
  async stop(graceMs: number): Promise<void> {
    const machine = this.#machine;
    if (machine) {
      await this.save({ expected: 'off' });
      // a guest that has not booted does not hear the power button; without a disk there is nothing to lose
      const listens = this.up && !this.#paused && (this.ready || disksOf(this.record.spec).length > 0);
      const { root } = this.#context.folder;
      // one that does not answer is not waited for twice
      const ask = async (command: string) =>
        !this.hung && (this.#answers = await this.#asked(command, 5_000).catch(() => false));
      const asked = listens && graceMs > 0 && (await ask('system_powerdown'));
      const gone = asked && (await waitForEnd(machine, root, graceMs));
      if (!gone) {
        const quits = await ask('quit');
        if (!quits || !(await waitForEnd(machine, root, 2_000))) await killMachine(machine, root);
      }
      await this.#ended();
    }
    await this.forget();
    if (this.record.error !== null || this.record.expected === 'on') await this.save({ expected: 'off', error: null });
  }

  /** Resets the guest. A process that does not answer is ended instead: false, it has to be launched again. */
  async reset(): Promise<boolean> {
    await this.save({ ready: false, shown: null, ran: [] });
    this.#beginsAnew();
    this.#changes.notify();
    if (!this.hung && (await this.#asked('system_reset'))) return true;
    await this.stop(0);
    return false;
  }

  async openConsole(kind: ConsoleKind, glance: boolean): Promise<ConsoleStream> {
    if (!this.alive || !this.#serial?.connected) throw notRunning();
    if (kind === 'vnc') return this.#screens.open(this.record, glance);
    return this.#serial.attach((cols, rows) => this.#guest?.resize(cols, rows), glance);
  }

  /** Who is asked in its guest. NOT_RUNNING where nobody can be, yet or any more. */
  get guest(): Guest {
    if (!this.alive || this.#paused || this.#guest === null) throw notRunning();
    if (!this.ready) throw notRunning(say('GUEST_NOT_BOOTED'));
    return this.#guest;
  }

  /** Has the frames of one of its NICs; the answer lets go of them. */
  capture(nic: CapturedNic): Promise<() => void> {
    return this.#captures.begin(nic);
  }

  /** Lets go of everything; the VM runs on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    await this.#captures.close();
    this.forwarding.close();
    this.#monitor?.close();
    this.#monitor = null;
    this.#serial?.close('The server let go of the console.');
    this.#screens.close('The server let go of the console.');
    this.#guest?.close();
    this.#changes.notify();
    // whoever adopts it next reads the record: nothing of ours may be written after that
    await this.#saving.catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const machine = this.#machine;
    if (!machine) return;
    const { readyMarker } = this.record.spec.image;
    this.#scanner = new MarkerScanner(readyMarker === null ? [kernelPanic] : [kernelPanic, readyMarker]);
    const gate = this.record.spec.ready?.marker ?? null;
    this.#gate = new ConsoleGate(gate, gate !== null && this.record.shown === gate);
    const fileLimit = fileLimitOf(this.record.spec);
    const handlers: QmpHandlers = {
      onEvent: (event, data) => this.#onEvent(event, data),
      onClose: () => this.#onMonitorClosed(machine),
    };
    const monitor = await connectMonitor(this.#context.folder, machine, handlers, fileLimit);
    this.#monitor = monitor;
    this.#answers = true;
    const state: unknown = await monitor.execute('query-status');
    const status = typeof state === 'object' && state !== null && 'status' in state ? state.status : null;
    this.#panicked = status === 'guest-panicked' || status === 'internal-error';
    this.#starved = status === 'io-error';
    this.#paused = (waiting as readonly unknown[]).includes(status) || this.#starved;
    await this.nics.setCarriers();
    if (this.#serial?.connected) return;
    // a process that reads its memory answers late: one that has just been started is not asked
    if (this.#inherited) await this.#captures.endStale();
    const vm = { sliceId: this.sliceId, id: this.record.spec.id, fileLimit };
    this.#serial = new SerialLine(this.#context.folder, vm, (data) => this.#onOutput(data));
    await this.#serial.open(() => untilConsoleTaken(monitor));
    const { kind } = this.record.spec.image;
    this.#guest = await Guest.open(this.#context.folder, this.sliceId, this.name, kind);
    this.tellGuest();
  }

  /** Tells a guest that runs what it is not the way it was started with any more: it may have NICs that it knows nothing of. */
  tellGuest(): void {
    const config = guestConfig(this.record.spec);
    if (config === this.record.bootConfig && !this.#toldOtherwise) return;
    this.#toldOtherwise = true;
    this.#guest?.configure(config);
  }

  /** Keeps the names of its neighbours and its routes, and tells its guest where they have changed. */
  async tellNames(told: Pick<VmSpec, 'hosts' | 'routes'>): Promise<void> {
    const { spec } = this.record;
    if (canonical({ ...spec, ...told }) === canonical(spec)) return;
    await this.save({ spec: { ...spec, ...told } });
    this.tellGuest();
  }

  /** What the console has shown says nothing of the boot that follows. */
  #beginsAnew(): void {
    this.#scanner.reset();
    this.#gate.reset();
    this.#serial?.bootsAnew();
  }

  #onOutput(data: Uint8Array): void {
    if (this.#gate.push(data)) {
      this.#background(this.save({ shown: this.#gate.marker }));
      this.#changes.notify();
    }
    if (this.record.ready) return;
    const found = this.#scanner.push(data);
    if (found.includes(1)) {
      this.#background(this.save({ ready: true }));
      this.#changed();
    } else if (found.includes(0)) {
      this.#panicked = true;
      this.#changed();
    }
  }

  #onEvent(event: string, data: Record<string, unknown>): void {
    if (event === 'RESET') {
      this.#panicked = false;
      this.#beginsAnew();
      if (this.record.ready || this.record.shown !== null) this.#background(this.save({ ready: false, shown: null }));
    } else if (event === 'SHUTDOWN') this.#guestShutdown = data['reason'] === 'guest-shutdown';
    else if (event === 'GUEST_PANICKED') this.#panicked = true;
    else if (event === 'STOP') this.#paused = true;
    else if (event === 'RESUME') this.#paused = this.#starved = false;
    else if (event === 'BLOCK_IO_ERROR') this.#starved = data['nospace'] === true && data['action'] === 'stop';
    else if (event === 'DEVICE_DELETED') {
      if (typeof data['device'] === 'string') this.nics.deleted(data['device']);
      this.#changes.notify();
      return;
    } else return;
    this.#changed();
  }

  #onMonitorClosed(machine: FoundMachine): void {
    this.#monitor = null;
    if (this.#closed || this.#machine !== machine) return;
    this.#background(
      (async () => {
        if (await waitForEnd(machine, this.#context.folder.root, 5_000)) await this.#ended();
        else if (this.#machine === machine) await this.#connect();
      })(),
    );
  }

  /** The process is gone. Whoever finds out first does the work, the others wait for it. */
  #ended(): Promise<void> {
    if (this.#machine === null) return this.#ending ?? Promise.resolve();
    this.#machine = null;
    this.#unwatch();
    this.#monitor?.close();
    this.#monitor = null;
    const asked = this.record.expected === 'off';
    const inOrder = asked || this.#guestShutdown;
    const error = inOrder ? null : say('VM_ENDED');
    this.forwarding.close();
    const end = error?.message ?? 'The virtual machine stopped.';
    this.#serial?.close(end);
    this.#screens.close(end);
    this.#guest?.close();
    this.#serial = this.#guest = null;
    this.#panicked = this.#paused = this.#starved = false;
    this.#ending = this.save({ expected: 'off', ready: false, error }).finally(() => {
      this.#ending = null;
      if (asked) this.#changes.notify();
      else this.#changed();
    });
    return this.#ending;
  }

  /** Asks the monitor now and then whether it answers, and connects to one that could not be reached. */
  #watch(): void {
    this.#unwatch();
    this.#asking = repeatedly(this.#context.askAgainMs, () => this.#look());
  }

  #unwatch(): void {
    this.#asking?.stop();
    this.#asking = null;
  }

  async #look(): Promise<void> {
    const machine = this.#machine;
    if (!machine || this.#launching || this.#closed) return;
    const before = this.hung;
    // refused or silent: that it does not answer is what is shown, and the next look asks again
    if (this.#monitor === null) await this.#connect().catch(() => undefined);
    else {
      const answers = await this.#asked('query-status').catch(() => false);
      // it may have ended, or been launched again, meanwhile
      if (this.#machine === machine) this.#answers = answers;
      // while there is no room yet it waits on
      if (answers) await this.goOn().catch(() => undefined);
      if (answers) await this.forwarding.mend().catch(() => undefined);
    }
    if (this.#machine === machine && this.hung !== before) this.#changed();
  }

  async #asked(command: string, timeoutMs?: number): Promise<boolean> {
    return (await this.#monitor?.took(command, timeoutMs)) ?? false;
  }

  async #command(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    if (!this.#monitor) throw notRunning();
    return this.#monitor.execute(command, args);
  }

  #changed(): void {
    this.#changes.notify();
    this.#context.onChange(this.sliceId);
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#context.log('virtual machine: background work failed', { slice: this.sliceId, machine: this.name, error });
    });
  }
}
