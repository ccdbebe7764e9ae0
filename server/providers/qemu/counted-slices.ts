import { say } from '#shared/sentence';
import { asProviderError } from '../errors';
import type { EdgeCounters, EdgeTraffic } from '../provider';
import type { CapturedNic } from './captures';
import { EdgeDropSums } from './edge-drops';

/** Of each frame is kept what the capture's own format needs: its length is counted, not what is in it. */
const countedBytes = 1;

interface CountableVm {
  readonly up: boolean;
  readonly record: { readonly spec: { readonly nics: readonly { readonly edgeId: number }[] } };
  capture(nic: CapturedNic): Promise<() => void>;
}

/** A slice as far as its edges are counted: frames that pass by its VMs, and those that do not by its relay. */
interface CountableSlice {
  readonly vms: ReadonlyMap<number, CountableVm>;
  readonly relay: { counts(): Promise<Parameters<EdgeDropSums['take']>[0]> };
}

interface CountedSlice {
  readers: number;
  sums: Map<number, Omit<EdgeTraffic, 'drops'>>;
  drops: EdgeDropSums;
  /** By edge, while it is counted. */
  taps: Map<number, () => void>;
  /** One reading at a time opens what is not counted yet. */
  opening: Promise<void>;
}

/** Counts frames of slices' edges at a NIC of each, once for all who read. Nothing is counted while nobody does. */
export class CountedSlices {
  readonly #slice: (sliceId: number) => Promise<CountableSlice>;
  readonly #slices = new Map<number, CountedSlice>();

  constructor(slice: (sliceId: number) => Promise<CountableSlice>) {
    this.#slice = slice;
  }

  open(sliceId: number): EdgeCounters {
    const slice = this.#slices.get(sliceId) ?? {
      readers: 0,
      sums: new Map<number, Omit<EdgeTraffic, 'drops'>>(),
      drops: new EdgeDropSums(),
      taps: new Map<number, () => void>(),
      opening: Promise.resolve(),
    };
    this.#slices.set(sliceId, slice);
    slice.readers += 1;
    let isOpen = true;
    return {
      read: () => this.#read(sliceId, slice),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        slice.readers -= 1;
        if (slice.readers > 0) return;
        this.#slices.delete(sliceId);
        letGo(slice);
      },
    };
  }

  async #read(sliceId: number, slice: CountedSlice): Promise<Map<number, EdgeTraffic>> {
    const open = () => this.#count(sliceId, slice);
    slice.opening = slice.opening.then(open, open);
    await slice.opening.catch((error: unknown) => {
      throw asProviderError(error, say('ACT_CAPTURE'));
    });
    return new Map(
      [...slice.sums]
        .filter(([edgeId]) => slice.taps.has(edgeId))
        .map(([id, sum]) => [id, { ...sum, drops: slice.drops.of(id) }]),
    );
  }

  /** Begins to count edges of VMs that run and are not counted, and reads what was dropped. */
  async #count(sliceId: number, slice: CountedSlice): Promise<void> {
    const { vms, relay } = await this.#slice(sliceId);
    slice.drops.take(await relay.counts());
    for (const vm of vms.values())
      for (const { edgeId } of vm.record.spec.nics) {
        if (!vm.up || slice.taps.has(edgeId)) continue;
        const sum = slice.sums.get(edgeId) ?? { frames: 0, bytes: 0 };
        slice.sums.set(edgeId, sum);
        let tap: (() => void) | null = null;
        const onFrame = ({ length }: { length: number }) => {
          sum.frames += 1;
          sum.bytes += length;
        };
        const onEnd = () => {
          if (slice.taps.get(edgeId) === tap) slice.taps.delete(edgeId);
        };
        // one that has just ended is left for the next reading
        tap = await vm.capture({ edgeId, snapLength: countedBytes, onFrame, onEnd }).catch(() => null);
        if (tap !== null) slice.taps.set(edgeId, tap);
      }
    // the last reader may have left meanwhile
    if (slice.readers === 0) letGo(slice);
  }
}

function letGo({ taps }: CountedSlice): void {
  for (const tap of taps.values()) tap();
  taps.clear();
}
