import type { LinkQuality } from '#shared/topology/link';

/** Frames that wait for their turn at a rate where nobody says how many. */
const defaultQueue = 100;
/** Frames that are under way in one direction, for whatever reason: more are dropped, so that a relay's memory is bounded. */
const mostUnderWay = 20_000;
const bitsPerByte = 8;

interface Frame {
  data: Uint8Array;
  /** When it has been sent at the rate, ms. */
  sent: number;
  /** How long it takes from there, ms. */
  delay: number;
  /** When it arrives; never before one that came before it, unless it passes others. */
  due: number;
  passes: boolean;
}

/** What a direction has done to frames since it began. */
export interface Counts {
  /** Not passed on, by chance. */
  lost: number;
  /** Not passed on, for want of room. */
  dropped: number;
  duplicated: number;
  corrupted: number;
}

/**
 * One direction of a link, as netem has it: loss, duplication, corruption, then a queue that is served at the rate, then the delay. Pure: time is
 * given (ms, never going back), and so is chance. A frame takes its size over the rate to be sent, each after the other, so no burst
 * exceeds the rate.
 */
export class Shaper {
  readonly counts: Counts = { lost: 0, dropped: 0, duplicated: 0, corrupted: 0 };
  readonly #random: () => number;
  #quality: LinkQuality;
  /** Under way, by when they are due. */
  #frames: Frame[] = [];
  /** When what was taken last has been sent. */
  #free = 0;
  #lastDue = 0;

  /** @param random evenly distributed in [0, 1) */
  constructor(quality: LinkQuality, random: () => number) {
    this.#quality = quality;
    this.#random = random;
  }

  /** When the next frame is due; null where none is under way. */
  get nextDue(): number | null {
    return this.#frames[0]?.due ?? null;
  }

  /** From `now` on it is another link. What is under way goes on, in its order, as it would have gone on that one: nothing is lost. */
  change(quality: LinkQuality, now: number): void {
    this.#quality = quality;
    const { delayMs = 0, jitterMs = 0 } = quality;
    this.#free = now;
    this.#lastDue = now;
    for (const frame of this.#frames) {
      if (frame.sent > now) frame.sent = this.#send(frame.data.length, now);
      frame.delay = Math.min(frame.delay, delayMs + jitterMs);
      frame.due = Math.max(this.#lastDue, frame.sent + frame.delay);
      this.#lastDue = frame.due;
    }
  }

  /** Takes a frame that comes in at `now`; what it is given is its own from then on. */
  push(data: Uint8Array, now: number): void {
    const { lossPercent, duplicatePercent } = this.#quality;
    if (this.#happens(lossPercent)) {
      this.counts.lost += 1;
      return;
    }
    this.#take(data, now);
    if (this.#happens(duplicatePercent)) {
      this.counts.duplicated += 1;
      this.#take(Uint8Array.from(data), now);
    }
  }

  /** The frame that is due at `now`, or null. It stays until {@link shift}. */
  due(now: number): Uint8Array | null {
    const [frame] = this.#frames;
    return frame !== undefined && frame.due <= now ? frame.data : null;
  }

  /** The first frame has gone. */
  shift(): void {
    this.#frames.shift();
  }

  #take(data: Uint8Array, now: number): void {
    const { delayMs = 0, jitterMs = 0, corruptPercent, reorderPercent, rateKbps, queuePackets } = this.#quality;
    const isFull = rateKbps !== undefined && this.#waiting(now) >= (queuePackets ?? defaultQueue);
    if (isFull || this.#frames.length >= mostUnderWay) {
      this.counts.dropped += 1;
      return;
    }
    if (data.length > 0 && this.#happens(corruptPercent)) {
      this.counts.corrupted += 1;
      const at = Math.floor(this.#random() * data.length);
      data[at] = (data[at] ?? 0) ^ (1 << Math.floor(this.#random() * bitsPerByte));
    }
    const sent = this.#send(data.length, now);
    const passes = delayMs > 0 && this.#happens(reorderPercent);
    const delay = passes ? 0 : Math.max(0, delayMs + (jitterMs > 0 ? (this.#random() * 2 - 1) * jitterMs : 0));
    if (passes) {
      const place = this.#frames.findIndex(({ due }) => due > sent);
      this.#frames.splice(place === -1 ? this.#frames.length : place, 0, { data, sent, delay, due: sent, passes });
      return;
    }
    this.#lastDue = Math.max(this.#lastDue, sent + delay);
    this.#frames.push({ data, sent, delay, due: this.#lastDue, passes });
  }

  /** Gives a frame its turn at the rate, and answers when it has been sent. */
  #send(bytes: number, now: number): number {
    const { rateKbps } = this.#quality;
    if (rateKbps === undefined) return now;
    this.#free = Math.max(this.#free, now) + (bytes * bitsPerByte) / rateKbps;
    return this.#free;
  }

  #waiting(now: number): number {
    let count = 0;
    for (let at = this.#frames.length - 1; at >= 0; at -= 1) {
      const frame = this.#frames[at];
      // what was sent before it was sent earlier, but for those that pass others
      if (frame === undefined || (frame.sent <= now && !frame.passes)) break;
      if (frame.sent > now) count += 1;
    }
    return count;
  }

  #happens(percent: number | undefined): boolean {
    return percent !== undefined && percent > 0 && this.#random() * 100 < percent;
  }
}
