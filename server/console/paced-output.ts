import { RingBuffer } from '#server/lib/ring-buffer';
import type { OutputRoom } from './output-room';

export interface PacedOutputOptions {
  /** Hands one frame over; `done` is called when the other side's machine has taken it, or never will. */
  send: (data: Uint8Array, done: () => void) => void;
  /** So many bytes are left out before the frame that is sent next: they were not taken in time. */
  onLoss: (bytes: number) => void;
  /** The other side has taken nothing for `stuckAfterMs`. Called once; nothing is sent any more. */
  onStuck: () => void;
  /** Bytes held for a reader that is slow; of more, the oldest are dropped. */
  capacity: number;
  /** What all readers share. */
  room: OutputRoom;
  /** Output that comes within this time goes out as one frame. The first byte after a silence is not held up. */
  gatherMs: number;
  stuckAfterMs: number;
}

/** What a reader has at least, however little room there is for all of them. */
const leastBytes = 16 * 1024;

/**
 * A guest's output on its way to one browser. At most one frame is under way at a time, and what comes meanwhile is put
 * together: a reader that does not read costs one frame and `capacity` bytes, however much and in however small pieces
 * the guest prints, and giving it up is no more work than giving up one that reads.
 */
export class PacedOutput {
  readonly #options: PacedOutputOptions;
  readonly #pending: RingBuffer;
  #gathering: NodeJS.Timeout | null = null;
  #stuck: NodeJS.Timeout | null = null;
  /** Bytes of the frame that is on its way; null while none is. */
  #sending: number | null = null;
  #lost = 0;
  /** What it has of the room that all share. */
  #taken = 0;
  #closed = false;

  constructor(options: PacedOutputOptions) {
    this.#options = options;
    this.#pending = new RingBuffer(options.capacity);
  }

  push(data: Uint8Array): void {
    if (this.#closed) return;
    this.#lost += this.#pending.push(data);
    if (this.#options.room.isFull) this.#lost += this.#pending.keepNewest(leastBytes);
    this.#account();
    if (this.#sending === null && this.#gathering === null) this.#flush();
  }

  /** So many bytes were left out on their way here. It is told before the next frame, which may begin with what came before them. */
  lose(bytes: number): void {
    if (!this.#closed) this.#lost += bytes;
  }

  /** Hands over what is left, behind what is under way, and takes nothing more. */
  end(): void {
    if (this.#closed) return;
    const rest = this.#pending.read();
    this.#tellLoss();
    this.close();
    if (rest.length > 0) this.#options.send(rest, () => undefined);
  }

  /** Drops what is left. */
  close(): void {
    this.#closed = true;
    this.#pending.clear();
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    this.#gathering = this.#stuck = null;
    this.#sending = null;
    this.#account();
  }

  #account(): void {
    const now = this.#pending.length + (this.#sending ?? 0);
    this.#options.room.take(now - this.#taken);
    this.#taken = now;
  }

  #tellLoss(): void {
    if (this.#lost > 0) this.#options.onLoss(this.#lost);
    this.#lost = 0;
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const frame = this.#pending.read();
    this.#pending.clear();
    this.#sending = frame.length;
    this.#tellLoss();
    this.#stuck = setTimeout(() => {
      this.close();
      this.#options.onStuck();
    }, this.#options.stuckAfterMs);
    this.#options.send(frame, () => this.#sent());
  }

  #sent(): void {
    if (this.#closed) return;
    this.#sending = null;
    this.#account();
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    this.#stuck = null;
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      this.#flush();
    }, this.#options.gatherMs);
  }
}
