import type { Applied } from '#shared/deployment/applied';
import { say, together, type Said } from '#shared/sentence';
import type { ForwardState } from '#shared/slice-status';
import { forwardKey, type ForwardKey } from '#shared/topology/forward';
import { linkSchema, type Link } from '#shared/topology/link';
import type { KeptRun } from '../after-boot';
import { ConsoleFanout } from '../console-fanout';
import type { NetworkEnd, VmSpec } from '../provider';

const historyBytes = 64 * 1024;
/** Characters of a console in which a gate's text is looked for. */
const shownLength = 4_096;

/*
 * Specs and what was applied of them are replaced, never changed in themselves, and so is every value in here but maps and sets:
 * `simulator-files.ts` tells by that what to write.
 */

/** What a part of the simulator is made of. */
export interface SimulatedPart {
  state: SimulatorState;
  /** What each call does first. */
  enter: () => Promise<void>;
  /** The time, in ms since the epoch. */
  clock: () => number;
}

export interface SimulatedDisk {
  sizeGb: number;
  /** What its guest has on it. */
  content: string;
}

export interface SimulatedVm {
  spec: VmSpec;
  /** Null: made by a version that kept no account of it. */
  applied: Applied | null;
  power: 'off' | 'on';
  /** It is off and has the memory of when it was suspended. */
  suspended: boolean;
  /** What its guest has in its memory, and on its disk. */
  memory: string;
  content: string;
  /** Which disk it has: another number, another disk, with nothing of the first on it. */
  disk: number;
  /** Its size: it never shrinks. */
  diskGb: number;
  /** By their labels, its extra disks. */
  extraDisks: Readonly<Record<string, SimulatedDisk>>;
  /** Time of the provider's clock from which a VM that is on counts as booted. */
  readyAt: number;
  /** Counts the power cycles, so that a waiter can tell that "its" boot is over. */
  boot: number;
  error: Said | null;
  /** Its image is gone from the zone. */
  lacksImage: boolean;
  /** A program that is not ours and works in its folder. */
  intruder: string | null;
  /** The host's port of each forward. */
  hostPorts: Map<ForwardKey, number>;
  console: ConsoleFanout;
  /** What the console has shown since the VM was started last: the end of it. */
  shown: string;
  /** What has become of its commands, and in which boot. */
  ran: { boot: number; runs: KeptRun[] };
}

/** What a snapshot keeps of a VM. */
export type SnapshotVm = Pick<
  SimulatedVm,
  'spec' | 'applied' | 'memory' | 'content' | 'disk' | 'diskGb' | 'extraDisks' | 'readyAt' | 'boot'
> & { ran: boolean };

/** What a snapshot that is taken now keeps of a VM. */
export function snapshotOf(vm: SimulatedVm): SnapshotVm {
  const { spec, applied, memory, content, disk, diskGb, extraDisks, readyAt, boot } = vm;
  return {
    spec,
    applied,
    memory,
    content,
    disk,
    diskGb,
    extraDisks,
    readyAt,
    boot,
    ran: vm.power === 'on' || vm.suspended,
  };
}

export interface SimulatedSlice {
  vms: Map<number, SimulatedVm>;
  /** Attached edges by network id. */
  networks: Map<number, Set<number>>;
  /** By their ids: of each VM what it was. */
  snapshots: Map<number, Map<number, SnapshotVm>>;
  /** Of networks and edges, by their ids. */
  applied: { networks: Map<number, Applied>; edges: Map<number, Applied> };
  /** By their ids, the joins that networks of the slice are in: each is kept at both ends. */
  joins: Map<number, { networkId: number; far: NetworkEnd }>;
  /** Ids of edges that are bent and of which what bends them has died. */
  dead: Set<number>;
}

/**
 * The simulated infrastructure. Give one to two providers, one after the other, to simulate a restart of the server; one that outlives
 * the process, too, is made by `openSimulatorState`.
 */
export interface SimulatorState {
  slices: Map<number, SimulatedSlice>;
  usedPorts: Set<number>;
  /** `sentinel:sliceId:vmId` of what fails only once and has. */
  failedOnce: Set<string>;
  /** Hash of the access key that every call has to come with; null until the first is given. */
  accessKey: string | null;
  /** Told of everything that changes by itself. */
  listeners: Set<(change: { sliceId: number }) => void>;
  /** Writes down what has changed of a slice, and of what is no slice's, before anybody hears of it; without it the state is in memory only. */
  keep?: (sliceId: number | null) => void;
}

export function createSimulatorState(): SimulatorState {
  return { slices: new Map(), usedPorts: new Set(), failedOnce: new Set(), accessKey: null, listeners: new Set() };
}

export function newSlice(): SimulatedSlice {
  return {
    vms: new Map(),
    networks: new Map(),
    snapshots: new Map(),
    applied: { networks: new Map(), edges: new Map() },
    joins: new Map(),
    dead: new Set(),
  };
}

export function newVm(spec: VmSpec): SimulatedVm {
  return {
    spec,
    applied: null,
    power: 'off',
    suspended: false,
    memory: '',
    content: '',
    disk: 1,
    diskGb: spec.diskGb,
    extraDisks: {},
    readyAt: 0,
    boot: 0,
    error: null,
    lacksImage: false,
    intruder: null,
    hostPorts: new Map(),
    console: newConsole(),
    shown: '',
    ran: { boot: 0, runs: [] },
  };
}

/** A console that has shown `history`. */
export function newConsole(history = new Uint8Array()): ConsoleFanout {
  const console = new ConsoleFanout(historyBytes);
  console.push(history);
  return console;
}

/** Shows something on the VM's console. */
export function show(vm: SimulatedVm, data: Uint8Array): void {
  vm.shown = (vm.shown + new TextDecoder().decode(data)).slice(-shownLength);
  vm.console.push(data);
}

/** What is wrong with a VM: why it failed, and what is so however it runs. */
export function troubleOf({ spec: { name: vm, image }, ...found }: SimulatedVm): Said | null {
  const { error, lacksImage, intruder } = found;
  const flaws = [
    ...(error === null ? [] : [error]),
    ...(lacksImage ? [say('VM_IMAGE_GONE', { vm, image: image.name })] : []),
    ...(intruder === null ? [] : [say('VM_FOREIGN_PROCESS', { vm, program: intruder, pid: 1 })]),
  ];
  return flaws.length === 0 ? null : together(...flaws);
}

/** Where a VM's ports are forwarded to it from. */
export function forwardsOf(vm: SimulatedVm): ForwardState[] {
  return vm.spec.forwards.map(({ protocol, guestPort }) => ({
    protocol,
    guestPort,
    hostAddress: '127.0.0.1',
    hostPort: vm.hostPorts.get(forwardKey({ protocol, guestPort })) ?? null,
  }));
}

/** Has a VM hold a port of the host for each of its forwards, and no others. */
export function reservePorts(state: SimulatorState, vm: SimulatedVm): void {
  const wanted = new Set(vm.spec.forwards.map(forwardKey));
  for (const [key, hostPort] of vm.hostPorts) {
    if (wanted.has(key)) continue;
    vm.hostPorts.delete(key);
    state.usedPorts.delete(hostPort);
  }
  for (const key of wanted) {
    if (vm.hostPorts.has(key)) continue;
    let hostPort = 20_000;
    while (state.usedPorts.has(hostPort)) hostPort++;
    state.usedPorts.add(hostPort);
    vm.hostPorts.set(key, hostPort);
  }
}

/** Something of a VM changes behind the provider's back, without a word. */
export function spoil(
  state: SimulatorState,
  sliceId: number,
  vmId: number,
  change: Partial<Pick<SimulatedVm, 'lacksImage' | 'intruder'>>,
): void {
  const vm = state.slices.get(sliceId)?.vms.get(vmId);
  if (vm === undefined) return;
  Object.assign(vm, change);
  state.keep?.(sliceId);
}

/** The VM dies by itself, as by a crash of its host process. Does nothing if it is off. */
export function crashVm(state: SimulatorState, sliceId: number, vmId: number): void {
  const vm = state.slices.get(sliceId)?.vms.get(vmId);
  if (vm?.power !== 'on') return;
  vm.power = 'off';
  vm.error = say('VM_ENDED');
  vm.console.end('The virtual machine ended unexpectedly.');
  state.keep?.(sliceId);
  for (const listener of state.listeners) listener({ sliceId });
}

/** What was applied of an edge's link. */
export function appliedLink(slice: SimulatedSlice | undefined, edgeId: number): Link | undefined {
  return linkSchema.optional().parse(slice?.applied.edges.get(edgeId)?.properties['link']);
}
