import { figureKinds, figuresEverySeconds, figuresKept, type FigureKind } from '#shared/figures';
import { figuresBetween, type Reading } from './rates';
import { FigureRing } from './ring';

interface RecordedVm {
  zoneId: number;
  sliceId: number;
  vmId: number;
  last: Reading;
  figures: FigureRing;
}

/** Of a zone: the sums of processor and memory, the number of VMs, and what the machine that it is on uses in all. */
const zoneFigures = ['cpu', 'memory', 'vms', 'machineCpu', 'machineMemory'] as const;
export type ZoneFigure = (typeof zoneFigures)[number];

/** What was read of a zone's machine at a moment, and how large it is. */
export interface MachineReading extends Pick<Reading, 'at' | 'cpuSeconds' | 'memoryMb'> {
  processors: number;
  totalMemoryMb: number;
}
/** What a reading of a machine lacks of one of a VM: whoever keeps it does not outlive a run of the machine. */
const ofMachine = { run: 0, diskBytes: null, trafficBytes: null };

interface RecordedZone {
  figures: FigureRing;
  machine: MachineReading | null;
}

/**
 * What the VMs of this server have used in the last hour, in its memory only. Rounds are numbered, one each {@link figuresEverySeconds}, by a
 * clock that nobody sets; what comes after a longer time counts as many further.
 */
export class FigureRecorder {
  readonly #mostVms: number;
  readonly #vms = new Map<number, RecordedVm>();
  readonly #zones = new Map<number, RecordedZone>();
  #round = -1;
  #roundAt = 0;
  #first: number | null = null;

  /** @param mostVms of which anything is kept, 4 KiB each: of more, those that ran last */
  constructor(mostVms = 10_000) {
    this.#mostVms = mostVms;
  }

  /** Since when it is recorded, and when the last round was: ms of the clock that rounds are begun by. Null before the first. */
  get times(): { first: number; last: number } | null {
    return this.#first === null ? null : { first: this.#first, last: this.#roundAt };
  }

  /** Begins the next round. @param now ms */
  begin(now: number): void {
    const passed = Math.round((now - this.#roundAt) / (figuresEverySeconds * 1000));
    this.#round += this.#first === null ? 1 : Math.max(1, passed);
    this.#roundAt = now;
    this.#first ??= now;
    for (const [vmId, { figures }] of this.#vms) if (figures.last <= this.#round - figuresKept) this.#vms.delete(vmId);
    for (const [zoneId, { figures }] of this.#zones)
      if (figures.last <= this.#round - figuresKept) this.#zones.delete(zoneId);
  }

  /** What was read in this round of all VMs of a zone that run, and of the machine that it is on, if it is on one. */
  record(
    zoneId: number,
    read: Iterable<{ sliceId: number; vmId: number; reading: Reading }>,
    machine: MachineReading | null = null,
  ): void {
    const sums = { cpu: 0, memory: 0, vms: 0 };
    let rated = 0;
    for (const { sliceId, vmId, reading } of read) {
      const before = this.#vms.get(vmId);
      const now = figuresBetween(before?.last ?? null, reading);
      const figures = before?.figures ?? new FigureRing(figureKinds.length, figuresKept);
      figures.put(
        this.#round,
        figureKinds.map((kind) => now[kind]),
      );
      // those that were put last stand last
      this.#vms.delete(vmId);
      this.#vms.set(vmId, { zoneId, sliceId, vmId, last: reading, figures });
      sums.cpu += now.cpu ?? 0;
      rated += now.cpu === null ? 0 : 1;
      sums.memory += now.memory ?? 0;
      sums.vms += 1;
    }
    const known = this.#zones.get(zoneId);
    const ring = known?.figures ?? new FigureRing(zoneFigures.length, figuresKept);
    this.#zones.set(zoneId, { figures: ring, machine: machine ?? known?.machine ?? null });
    // VMs that were all read for the first time say nothing of the processor yet: that is no zero
    const cpu = sums.vms > 0 && rated === 0 ? null : sums.cpu;
    const before = known?.machine == null ? null : { ...known.machine, ...ofMachine };
    const whole = machine && figuresBetween(before, { ...machine, ...ofMachine });
    ring.put(this.#round, [cpu, sums.memory, sums.vms, whole?.cpu ?? null, whole?.memory ?? null]);
    for (const vmId of this.#vms.keys()) {
      if (this.#vms.size <= this.#mostVms) break;
      this.#vms.delete(vmId);
    }
  }

  /** VMs of a slice of which there is anything, those that use the processor most now first. */
  ofSlice(sliceId: number): number[] {
    return this.#busiest((vm) => vm.sliceId === sliceId).map(({ vmId }) => vmId);
  }

  /** VMs of a zone that run, those that use the processor most first. */
  busiestOfZone(zoneId: number, most: number): { vmId: number; cpu: number; memory: number }[] {
    return this.#busiest((vm) => vm.zoneId === zoneId && vm.figures.last === this.#round)
      .slice(0, most)
      .map(({ vmId, figures }) => ({ vmId, cpu: this.#now(figures, 'cpu'), memory: this.#now(figures, 'memory') }));
  }

  /** A figure of a VM over the hour. */
  vm(vmId: number, kind: FigureKind): Float32Array {
    const { figures } = this.#vms.get(vmId) ?? { figures: new FigureRing(figureKinds.length, figuresKept) };
    return figures.read(figureKinds.indexOf(kind), this.#round);
  }

  zone(zoneId: number, figure: ZoneFigure): Float32Array {
    const figures = this.#zones.get(zoneId)?.figures ?? new FigureRing(zoneFigures.length, figuresKept);
    return figures.read(zoneFigures.indexOf(figure), this.#round);
  }

  /** How large the machine is that a zone is on; null where that is not one machine, or nothing was read of it yet. */
  machine(zoneId: number): Pick<MachineReading, 'processors' | 'totalMemoryMb'> | null {
    const machine = this.#zones.get(zoneId)?.machine ?? null;
    return machine && { processors: machine.processors, totalMemoryMb: machine.totalMemoryMb };
  }

  #busiest(wanted: (vm: RecordedVm) => boolean): RecordedVm[] {
    return [...this.#vms.values()]
      .filter(wanted)
      .map((vm) => ({ vm, cpu: this.#now(vm.figures, 'cpu') }))
      .toSorted((a, b) => b.cpu - a.cpu || a.vm.vmId - b.vm.vmId)
      .map(({ vm }) => vm);
  }

  #now(figures: FigureRing, kind: FigureKind): number {
    return figures.at(figureKinds.indexOf(kind), this.#round) ?? 0;
  }
}
