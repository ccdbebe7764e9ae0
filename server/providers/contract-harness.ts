import type { OpenSettings } from '#shared/zone-settings';
import type { ImageSpec, InternetLimits, Provider, SliceRef, VmSpec } from './provider';

/** What the contract needs besides the provider itself, which is made with `contractParts`. */
export interface ContractHarness {
  provider: Provider;
  /** Settings of the provider: as by default, and others. */
  settings: readonly [OpenSettings, OpenSettings];
  /** What its slices may have of the internet, as it is asked for; all of them have this. */
  internetLimits: InternetLimits;
  /** An image that boots and whose console echoes what is typed. Has a ready marker. */
  image: ImageSpec;
  /** Closes the provider and makes a new one on the same state, as a restart of the server does. */
  restart(): Promise<Provider>;
  /** Ends the VM from outside, behind the provider's back. */
  kill(slice: SliceRef, vmId: number): Promise<void>;
  /** Takes the image of the slice's VMs from the zone, behind the provider's back. */
  loseImage(slice: SliceRef): Promise<void>;
  /** Starts a process of somebody else in the VM's folder, and answers how to end it. */
  intrude(slice: SliceRef, vmId: number): Promise<() => Promise<void>>;
  /** How many machines really run for this VM: asked of the infrastructure, not of the provider. */
  countMachines(slice: SliceRef, vmId: number): Promise<number>;
  /** Of the machine that runs for this VM, in MiB. */
  machineRam(slice: SliceRef, vmId: number): Promise<number>;
  /** Two images that VMs have disks of; they need not boot. */
  disks: readonly [ImageSpec, ImageSpec];
  /** Which disk the VM has, other than that of any other, and its size. */
  diskOf(slice: SliceRef, vmId: number): Promise<{ id: string; gb: number }>;
  /** Puts a word into the memory of a VM that runs, and tells which is there; '' for none. */
  remember(slice: SliceRef, vmId: number, word: string): Promise<void>;
  recall(slice: SliceRef, vmId: number): Promise<string>;
  /** The same on the disk of a VM that is stopped. */
  writeDisk(slice: SliceRef, vmId: number, word: string): Promise<void>;
  readDisk(slice: SliceRef, vmId: number): Promise<string>;
  /** The word in a file that a disk was saved to, which needs no other file; '' for none. */
  readSaved(path: string): Promise<string>;
  /** The extra disks that the guest of a VM that runs has, as it sees them. */
  guestDisks(slice: SliceRef, vmId: number): Promise<{ label: string; gb: number }[]>;
  /** Has it write a word to an extra disk, and tells which is there; '' for none. */
  writeInGuest(slice: SliceRef, vmId: number, label: string, word: string): Promise<void>;
  readInGuest(slice: SliceRef, vmId: number, label: string): Promise<string>;
  /** How many snapshots the disk of a VM that is stopped has inside. */
  countDiskSnapshots(slice: SliceRef, vmId: number): Promise<number>;
  /** How long the guest of a VM waits for the answer of another one, in ms, of several tries the shortest; null where none comes. */
  roundTrip(slice: SliceRef, from: VmSpec, to: VmSpec): Promise<number | null>;
  /** How many of the questions that the guest of a VM asks another one without a pause while `work` is done have no answer. */
  lostWhile(slice: SliceRef, from: VmSpec, to: VmSpec, work: () => Promise<void>): Promise<number>;
  /** The address, with prefix length, that the guest of a VM is given at its first NIC when it asks for one there; null where nobody gives any. */
  askForAddress(slice: SliceRef, vm: VmSpec): Promise<string | null>;
  /** The address that the server on the network of its first NIC tells it for a name; null where it tells none. */
  resolve(slice: SliceRef, vm: VmSpec, name: string): Promise<string | null>;
  /** How many processes, or whatever it takes, bend links of the slice. */
  countRelays(slice: SliceRef): Promise<number>;
  /** Ends them from outside, behind the provider's back. */
  killRelays(slice: SliceRef): Promise<void>;
  /** Called last, when all slices are removed; throws if anything is left over. */
  dispose(): Promise<void>;
}

/** What the contract's tests share. */
export interface ContractTools {
  harness: () => ContractHarness;
  newSlice: () => SliceRef;
  id: () => number;
  codeOf: (work: Promise<unknown>) => Promise<string>;
}
