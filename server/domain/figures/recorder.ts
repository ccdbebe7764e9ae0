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

/** Of a zone: the sums of processor and memory, and the number of VMs. */
const zoneFigures = ['cpu', 'memory', 'vms'] as const;
type ZoneFigure = (typeof zoneFigures)[number];

/**
 * What the VMs of this server have used in the last hour, in its memory only. Rounds are numbered, one each {@link figuresEverySeconds}, by a
 * clock that nobody sets; what comes after a longer time counts as many further.
 */
export class FigureRecorder {
  readonly #mostVms: number;
  readonly #vms = new Map<number, RecordedVm>();
  readonly #zones = new Map<number, FigureRing>();
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
    for (const [zoneId, ring] of this.#zones) if (ring.last <= this.#round - figuresKept) this.#zones.delete(zoneId);
  }

  /** What was read in this round of all VMs of a zone that run. */
  record(zoneId: number, read: Iterable<{ sliceId: number; vmId: number; reading: Reading }>): void {
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
    const zone = this.#zones.get(zoneId) ?? new FigureRing(zoneFigures.length, figuresKept);
    this.#zones.set(zoneId, zone);
    // VMs that were all read for the first time say nothing of the processor yet: that is no zero
    const cpu = sums.vms > 0 && rated === 0 ? null : sums.cpu;
    zone.put(this.#round, [cpu, sums.memory, sums.vms]);
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
    const ring = this.#zones.get(zoneId) ?? new FigureRing(zoneFigures.length, figuresKept);
    return ring.read(zoneFigures.indexOf(figure), this.#round);
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
