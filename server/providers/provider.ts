import type { MeterReading } from '#server/lib/meters';
import type { Applied } from '#shared/deployment/applied';
import type { BootRun, GuestRun, GuestStatus } from '#shared/guest';
import type { ConsoleKind } from '#shared/image';
import type { Said } from '#shared/sentence';
import type { FlavourOffer } from '#shared/cloud-flavours';
import type { ImageOffer } from '#shared/cloud-images';
import type { Capabilities, Fact, ProviderKind, VmLimits } from '#shared/zone';
import type { OpenSettings } from '#shared/zone-settings';
import type { EdgeStatus, ForwardState, VmStatus } from '#shared/slice-status';
import type { Resources } from '#shared/primitives';
import type { EdgeProperties, VmProperties } from '#shared/topology/schema';

/**
 * What a provider is to the rest of the system: a handful of idempotent calls, keyed by our own ids, that make real
 * what the database says. Every provider passes `contract.ts`.
 *
 * Rules for all calls: calling twice equals calling once; what is not there is removed without an error; a call may be
 * repeated after a crash at any instant; a failure is a {@link ProviderError}. A provider never sees the database.
 */
export interface Provider {
  readonly kind: ProviderKind;
  /**
   * Takes the zone's settings, at once and for all who hold this provider: what begins from now on goes by them. What runs is left
   * as it is, and what waits for its turn to boot waits by the new pacing.
   */
  configure(settings: OpenSettings): Promise<void>;
  /** What the zone can do and what it has. Cached by the provider as it sees fit; `refresh` asks again. */
  describe(options?: { refresh?: boolean }): Promise<ZoneDescription>;
  /** Makes the image's files available, building or fetching them at first need. Concurrent calls share one run.
   *  `reread`: also files that were found good before are read whole. */
  ensureImage(image: ImageSpec, options?: { reread?: boolean }): Promise<{ sizeMb: number }>;
  /** What is here of an image, without preparing it. */
  imageState(image: ImageSpec): Promise<ImageState>;
  /** Removes prepared images that are neither of `inUse` nor under a VM's disk. Null where the provider keeps none. */
  pruneImages(inUse: readonly ImageSpec[]): Promise<{ freedMb: number } | null>;
  ensureNetwork(slice: SliceRef, network: NetworkSpec): Promise<void>;
  removeNetwork(slice: SliceRef, networkId: number): Promise<void>;
  /**
   * Defines the VM (folder, overlay, configuration), not running. Does nothing if it is running already; of one that is there and
   * does not run, all is taken but what it would have to be made anew for. `disk`: one that has no disk yet begins with what another VM,
   * of the same image, had on its own in a snapshot, where that had one. NOT_FOUND where the snapshot is not there.
   */
  ensureVm(slice: SliceRef, vm: VmSpec, options?: { disk?: DiskSource | undefined }): Promise<VmPlacement>;
  /**
   * Gives a VM that is there another spec, as far as its state allows: what takes effect live at once, what takes a restart
   * while it does not run, and what it has to be made anew for only then and with `recreate`, which loses its disk. What is not
   * allowed stays as it was, and goes on being observed so. It is neither started nor stopped, and its NICs are its edges'.
   */
  updateVm(slice: SliceRef, vm: VmSpec, options?: { recreate?: boolean }): Promise<VmPlacement>;
  /** Gives a network that is there another spec. Its links may be down for a moment. */
  updateNetwork(slice: SliceRef, network: NetworkSpec): Promise<void>;
  /**
   * As {@link ensureEdge}, and what is there of the edge in another way is changed: numbers and addresses of its NICs, and
   * NICs of VMs that are no longer its ends. Guests that run see another address at their next start. Another `link` counts from the
   * next frame on, and no frame is lost for it.
   */
  updateEdge(slice: SliceRef, edge: EdgeSpec): Promise<void>;
  /**
   * Keeps the names of their neighbours of these VMs, and their routes, and tells guests that run and listen where they have changed; others hear
   * them at their next start. VMs that are not there are passed over.
   */
  tellNames(slice: SliceRef, vms: Iterable<VmSpec>): Promise<void>;
  /**
   * Resolves when the VM runs and, if its image has a ready marker, the guest has printed it. A VM that runs already
   * is only waited for. At most the launch limit boot at once; the others wait their turn inside this call.
   * Waiting ends early, with an `ABORTED` error, when `signal` fires; the VM is left as it is.
   */
  startVm(slice: SliceRef, vm: VmSpec, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Resolves when a VM that has been started is ready, as its spec's `ready` says it: at once where that is null, or has been so
   * since its last start. NOT_RUNNING, which a repeat after a start can help, when it is or gets stopped. Ends early, with
   * `ABORTED`, when `signal` fires; how long it is waited for, the caller decides.
   */
  awaitReady(slice: SliceRef, vm: VmSpec, options?: { signal?: AbortSignal }): Promise<void>;
  /** Asks the guest to power down, waits up to `graceMs` (default 8,000), then ends it. */
  stopVm(slice: SliceRef, vmId: number, options?: { graceMs?: number }): Promise<void>;
  /** Resets a running VM and waits as {@link startVm} does; starts one that is stopped. */
  rebootVm(slice: SliceRef, vm: VmSpec, options?: { signal?: AbortSignal }): Promise<void>;
  removeVm(slice: SliceRef, vmId: number): Promise<void>;
  /** What {@link suspendSlice} or {@link takeSnapshot} would take of the zone's disk now, at most, and what there is. Touches nothing. */
  roomToKeep(slice: SliceRef): Promise<RoomToKeep>;
  /**
   * Keeps all VMs that run, at one instant, with their memory, and ends them: `suspended`, nothing runs. All or none: while it has not
   * said so, {@link resumeSlice} has them go on. What cannot be kept, or has no room (NO_CAPACITY), is refused before anything is
   * touched. VMs that do not run stay as they are. A suspended VM is changed by nothing but resuming, stopping, which gives up its
   * memory, and removing it; to start it is to resume it, to reboot it gives up its memory.
   */
  suspendSlice(slice: SliceRef): Promise<void>;
  /** Has all suspended VMs go on from where they were, together, and tells guests that listen the time. */
  resumeSlice(slice: SliceRef): Promise<void>;
  /**
   * Keeps the disks of all VMs and the memory of those that run or are suspended, at one instant, and has them go on. One of this
   * id that is whole stays as it is. Refused as of {@link suspendSlice}; nothing is left of one that fails.
   */
  takeSnapshot(slice: SliceRef, snapshotId: number): Promise<{ sizeMb: number }>;
  /**
   * The VMs of the snapshot become what they were at its instant, suspended those that ran or were suspended; what they
   * were until now is lost. Repeated after it failed half-way, it becomes whole. Refused (NOT_FOUND, IMAGE_INVALID) before anything is touched
   * where the snapshot, its disks or its images are not there.
   */
  restoreSnapshot(slice: SliceRef, snapshotId: number): Promise<void>;
  removeSnapshot(slice: SliceRef, snapshotId: number): Promise<void>;
  /**
   * Writes what the VM's own disk holds at one instant to a new file, as a disk that stands for itself; the VM may run, be started, stopped and
   * changed meanwhile. Of one that runs it is what a power cut would leave. What comes is not to be trusted more than an upload. Nothing
   * of it stays in the zone. NOT_FOUND where the VM has no disk of its own; NO_CAPACITY, also where it takes more than `maxBytes`; ABORTED.
   */
  saveDisk(slice: SliceRef, vmId: number, to: DiskTarget): Promise<void>;
  /**
   * Both ends attached, and with carrier unless the edge is `down`; its frames meet what its `link` says. Adds the NIC to a running VM that lacks
   * it. Does not need the VMs to run.
   */
  ensureEdge(slice: SliceRef, edge: EdgeSpec): Promise<void>;
  /** Also one whose ends nobody knows any more. */
  removeEdge(slice: SliceRef, edgeId: number): Promise<void>;
  /**
   * Makes networks of two slices one segment, until {@link partNetworks}, also over restarts of either and of the server; heals one that is broken. A
   * network that is removed is parted from all. NOT_RUNNING unless both are up: then nothing of either reaches the other one.
   */
  joinNetworks(join: NetworkJoin): Promise<void>;
  /** Also of networks that are no more. */
  partNetworks(join: NetworkJoin): Promise<void>;
  /** Everything that exists of the slice here, as seen now. An empty answer means: nothing is left. */
  observe(slice: SliceRef): Promise<SliceObservation>;
  /**
   * As {@link observe}, of many slices in one call: what a provider lists by API it lists once, not once per slice. One that
   * cannot be observed is missing in the answer and does not keep the others from being in it.
   */
  observeMany(slices: readonly SliceRef[]): Promise<Map<number, SliceObservation>>;
  /**
   * What VMs have used since they were started, by the slices' ids: those that run. Sums of a VM only grow while it runs, and begin anew
   * when it is started. Without `slices`, of all that this provider has looked at since it began.
   */
  usage(slices?: readonly SliceRef[]): Promise<Map<number, VmUsage[]>>;
  /**
   * What has passed between guests and the internet, both ways together, by the slices' ids: of those that have a way there, or had one lately. A slice may have had several meters,
   * one after the other: they are told in that order, those that have ended for a while.
   */
  internetUse(): Promise<Map<number, MeterReading[]>>;
  /** Goes by what {@link InternetLimits} a slice has by now, and says once it does. What nobody tells, it takes up within seconds. */
  limitInternet(slice: SliceRef): Promise<void>;
  /** What the machine that all its VMs run on uses, also for others than them: cheap enough to be asked often. Null where that is not one machine, or not told. */
  machine(): Promise<MachineUsage | null>;
  /** Removes whatever is left of the slice: VMs, networks, snapshots, files, reservations. */
  removeSlice(slice: SliceRef): Promise<void>;
  /** Ids of all slices of which anything exists here. The reconciler finds orphans with it. */
  listSlices(): Promise<number[]>;
  /** The same for who shares the place with other zones: with theirs. */
  found?(): Promise<Found[]>;
  /**
   * Attaches to a console of the VM; many may. The serial one begins with what it showed lately; the graphical one (`vnc`) is an RFB server's end
   * of a connection of its own (RFC 6143, version 3.8, no authentication). NOT_RUNNING; UNSUPPORTED for a kind that the VM was started without.
   * `glance`: only for a look at what it shows; it does not count as {@link VmUsage.consoles}.
   */
  openConsole(
    slice: SliceRef,
    vmId: number,
    kind?: ConsoleKind,
    options?: { glance?: boolean },
  ): Promise<ConsoleStream>;
  /**
   * What the guest of a VM says of itself now: a stranger's words, within bounds, to be shown and believed for nothing. NOT_RUNNING, also before it
   * has booted; TIMEOUT where nobody in it answers; UNAVAILABLE where what it says is no answer.
   */
  guestStatus(slice: SliceRef, vmId: number): Promise<GuestStatus>;
  /** Runs a command line in the guest, by its shell, and ends it after `seconds`. Rejects as {@link guestStatus}, and was not run then. */
  runInGuest(slice: SliceRef, vmId: number, command: GuestCommand): Promise<GuestRun>;
  /**
   * Runs what was applied of the VM's `exec` and has not been begun since its last start, in order, and says of each command what became of it. None is
   * begun twice, whoever is killed when; what was told may be told once more then. Where the guest does not run it that is what becomes of it, and no
   * error. Ends early, with `ABORTED`, when `signal` fires.
   */
  runAfterBoot(slice: SliceRef, vmId: number, options: AfterBoot): Promise<void>;
  /** What has become of them so far. Empty for a VM that is not there. */
  ranAfterBoot(slice: SliceRef, vmId: number): Promise<BootRun[]>;
  /**
   * Follows the frames of edges, both ways, as a NIC at one of their ends has them. NOT_RUNNING unless each has an end that runs. It is
   * there only while it is read: it ends with its VMs, with this provider, and leaves nothing to a next one.
   */
  openCapture(slice: SliceRef, options: CaptureOptions): Promise<CaptureStream>;
  /** Counts what passes on all edges of a slice that have an end that runs, those that are started later too, while anybody has them open. */
  openCounters(slice: SliceRef): Promise<EdgeCounters>;
  /** Calls back when something of a slice may have changed by itself (a VM ended). Returns the way to stop it. */
  onChange(listener: (change: { sliceId: number }) => void): () => void;
  /** Lets go of sockets and timers. VMs go on running. */
  close(): Promise<void>;
}

export interface VmUsage {
  vmId: number;
  /** Another one each time that it is started: sums of two runs have nothing to do with each other. */
  run: number;
  /** Of the host's processors. */
  cpuSeconds: number;
  /** Of the host's memory, held now. */
  memoryMb: number;
  /** Read and written on all its disks; null where it has none, or the provider cannot tell. */
  diskBytes: number | null;
  /** In and out of all its NICs; null where the provider cannot tell: what a guest sends and hears takes processor time, too. */
  trafficBytes: number | null;
  /** Consoles that are open, but for glances. */
  consoles: number;
}

/**
 * What the guests of a slice may have of the internet, all together. Who makes a provider says whom it is to ask: when guests are led out, and again and
 * again while they are.
 */
export interface InternetLimits {
  /** In each direction, in kbit/s of 1,000 bits; null: as fast as it goes. */
  kbps: number | null;
  /** They have had all that they may have for now, and are led out no more. */
  usedUp: boolean;
}

export interface MachineUsage {
  processors: number;
  /** Of all its processors together: a sum that only grows, from a moment that says nothing. */
  cpuSeconds: number;
  /** In use, so that nobody else could have it. */
  memoryMb: number;
  totalMemoryMb: number;
}

export interface ZoneDescription {
  physical: Resources;
  capabilities: Capabilities;
  vmLimits: VmLimits;
  facts: Fact[];
  /** What it counts beside vCPUs, RAM and disk, where it does. */
  counted?: readonly CountedRoom[];
  /** The sizes in which it has VMs, where it has only some. */
  flavours?: FlavourOffer;
  /** The images that VMs are made of, where they have to be there already. */
  images?: ImageOffer;
  observedAt: Date;
}

/** Things of which a zone has a number. */
export interface CountedRoom {
  what: 'servers' | 'networks' | 'subnets' | 'ports';
  /** How many can still be made. */
  free: number;
  /** How many each part of a slice takes. A link joins two VMs, an attachment a VM and a network. */
  takes: Partial<Record<'slice' | 'vm' | 'network' | 'link' | 'attachment', number>>;
}

/** In MiB; `freeMb` null where nothing bounds it. */
export interface RoomToKeep {
  needsMb: number;
  freeMb: number | null;
}

export interface SliceRef {
  id: number;
}

/** What a VM had on its disk in a snapshot of its slice, which may be gone itself. */
export interface DiskSource {
  slice: SliceRef;
  snapshotId: number;
  vmId: number;
}

/** Where a disk is written to. */
export interface DiskTarget {
  /** On this machine, absolute; there is nothing yet. The server's own. */
  path: string;
  /** Of what is stored. */
  maxBytes: number;
  signal: AbortSignal;
  /** How far it is: `percent` of the disk, and what of it is stored. */
  onProgress: (done: { percent: number; bytes: number }) => void;
}

export interface ImageSpec {
  id: number;
  name: string;
  kind: 'kernel' | 'disk';
  /** `builtin:NAME` (`shared/builtin-images.ts`), an absolute path or an http(s) URL. For `kernel` a folder with `vmlinuz` and `initrd.gz`. */
  source: string;
  /** Of the disk file; for a `kernel` image of `vmlinuz` followed by `initrd.gz`. */
  sha256: string | null;
  readyMarker: string | null;
}

/**
 * `fetching` also while it is copied or checked; `totalMb` null while nobody has said it. `building`: a built-in one, once what it is made of is
 * here. `unbuildable`: a built-in one that is not here and that this machine cannot make.
 */
export type ImageState =
  | { state: 'absent' }
  | { state: 'building' }
  | { state: 'unbuildable'; reason: Said }
  | { state: 'fetching'; doneMb: number; totalMb: number | null }
  | { state: 'verified'; sizeMb: number }
  | { state: 'broken'; reason: Said };

export interface NetworkSpec {
  id: number;
  name: string;
  /** It has a server that gives its NICs' addresses, and knows its VMs' names. */
  dhcp?: boolean | undefined;
}

/** With the properties that the topology states for VMs (`shared/topology/schema.ts`). */
export interface VmSpec extends VmProperties {
  id: number;
  /** Host name of the guest. */
  name: string;
  /** RFC 4122; derived from our ids, so that a repeat finds the same VM. */
  uuid: string;
  vcpus: number;
  ramMb: number;
  diskGb: number;
  /** Of the catalogue's flavour that its size is of; none where it says a size of its own. */
  flavourId?: number | undefined;
  image: ImageSpec;
  nics: NicSpec[];
  /** Names the guest should know: `/etc/hosts`. Addresses without prefix length. */
  hosts: { address: string; name: string }[];
  /** Subnets that it reaches through others: by which address, beside which of its NICs. */
  routes: { to: string; via: string; edgeId: number }[];
  /** Lines of `authorized_keys` by which its owner may sign in, where the image takes them; known to the guest from its next start on. */
  sshKeys: string[];
}

export interface NicSpec {
  edgeId: number;
  /** Order inside the VM, from 0; stable. */
  index: number;
  mac: string;
  /** Octets of the largest packet; not there: 1500. */
  mtu?: number | undefined;
  /** With prefix length, `10.0.0.1/30`. */
  address: string;
  /** The same of IPv6, where it has one beside. */
  address6?: string | undefined;
  /** Its guest asks for the IPv4 address, which is that one, in place of being told. */
  dhcp?: boolean | undefined;
  /** What is at the other end. */
  peer: { vmId: number } | { networkId: number };
}

/** With the properties that the topology states for edges. */
export interface EdgeSpec extends EdgeProperties {
  id: number;
  source: { vmId: number; nic: NicSpec };
  target: { vmId: number; nic: NicSpec } | { networkId: number };
}

/** Networks of different slices in one zone that are one segment, as if their hubs were one. */
export interface NetworkJoin {
  id: number;
  /** Whose addresses it has, and who joined; which is which makes no difference to frames. */
  ends: readonly [NetworkEnd, NetworkEnd];
}

export interface NetworkEnd {
  sliceId: number;
  networkId: number;
}

export interface VmPlacement {
  forwards: ForwardState[];
}

/**
 * `applied`: what was applied of the spec that was given last, see `applied.ts`; what could not be applied yet is not in it. Null
 * where nobody knows, as of what an older version has made: that is not a difference.
 */
export interface SliceObservation {
  observedAt: Date;
  vms: {
    id: number;
    status: Exclude<VmStatus, 'absent'>;
    /** Why it failed; of one that is as it should be otherwise, what is wrong with it all the same. */
    error: Said | null;
    /** What it was made from, or boots, is gone from the zone; `ensureImage` brings it back. */
    lacksImage?: boolean;
    forwards: ForwardState[];
    applied: Applied | null;
  }[];
  /** `joins`: ids of those by which it is one with networks of other slices. */
  networks: { id: number; status: EdgeStatus; applied: Applied | null; joins?: number[] }[];
  /** Edges of which at least one end exists; `up` when both have carrier, and what passes frames on between them works. */
  edges: { id: number; status: EdgeStatus; applied: Applied | null }[];
}

/** Raw bytes both ways. A reader that is slow never holds up the guest. */
/** That there is something of a slice in a zone's place. */
export interface Found {
  name: string;
  /** Of the zone that made it, as the names of what it makes begin; null where no other zone can be. */
  mark: string | null;
  sliceId: number;
  parts: { servers: number; networks: number; ports: number } | null;
}

export interface ConsoleStream {
  /**
   * Of a graphical console, of which no byte may be missing: what comes is held back between the two, and frames are left out at the source. Null
   * of a serial one, whose oldest output may be dropped for a slow reader.
   */
  flow: { pause(): void; resume(): void } | null;
  write(data: Uint8Array): void;
  /** Tells the guest how many characters the reader's terminal shows. Without effect where the guest does not listen. */
  resize(cols: number, rows: number): void;
  /** Called for the history first, then as output comes. Only one listener. */
  onData(listener: (data: Uint8Array) => void): void;
  /** Called with how many bytes are missing before what comes next. Only of a console that another server relays, which may have left them out. */
  onLoss?(listener: (bytes: number) => void): void;
  /** The VM stopped or the console went away. */
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

export interface AfterBoot {
  signal: AbortSignal;
  tell: (run: BootRun) => Promise<void>;
}

export interface GuestCommand {
  line: string;
  seconds: number;
}

export interface CaptureOptions {
  edgeIds: readonly number[];
  /** Bytes that are kept of each frame. */
  snapLength: number;
}

export interface CapturedFrame {
  edgeId: number;
  /** When it passed, by the wall clock: microseconds since 1970. Of one edge never earlier than of the frame before. */
  at: number;
  /** On the link, in bytes. */
  length: number;
  /** From the Ethernet header on. */
  data: Uint8Array;
}

/** A reader that is slow never holds up the guest: the oldest frames are dropped for it. */
export interface CaptureStream {
  /** What has come since the last call, once there is something, and how many frames were dropped before; null when it has ended, or the signal fires. */
  next(signal: AbortSignal): Promise<{ frames: CapturedFrame[]; dropped: number } | null>;
  close(): void;
}

/** Frames that did not arrive in one direction of an edge: by chance, as it was asked for, and for want of room. */
export interface EdgeDrops {
  lost: number;
  dropped: number;
}

/** What has passed on an edge, both ways, since it is counted. */
export interface EdgeTraffic {
  frames: number;
  bytes: number;
  /** From its source to its target, and back. Null where nobody can tell, as of an edge that has been a plain wire all the time. */
  drops: { forth: EdgeDrops; back: EdgeDrops } | null;
}

export interface EdgeCounters {
  /** By the edges' ids, those that have an end that runs. Figures of an edge only grow. */
  read(): Promise<Map<number, EdgeTraffic>>;
  close(): void;
}
