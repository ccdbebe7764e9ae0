import { Changes } from './changes';
import type { CapturedFrame, CaptureStream } from './provider';

/** Frames, and their payload, that wait for a reader; of more, the oldest are dropped. */
const maxFrames = 20_000;
const maxBytes = 4 * 2 ** 20;

/** Frames on their way to one reader, who may be slow: what captures never waits for them. */
export class FrameQueue implements CaptureStream {
  readonly #changes = new Changes();
  readonly #onClose: () => void;
  #frames: CapturedFrame[] = [];
  #bytes = 0;
  #dropped = 0;
  #ended = false;

  /** @param onClose lets go of what captures; called once */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  push(frame: CapturedFrame): void {
    if (this.#ended) return;
    this.#frames.push(frame);
    this.#bytes += frame.data.length;
    if (this.#frames.length > maxFrames || this.#bytes > maxBytes) this.#dropOldest();
    this.#changes.notify();
  }

  /** Nothing more comes. What has come can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#changes.notify();
    this.#onClose();
  }

  async next(signal: AbortSignal): Promise<{ frames: CapturedFrame[]; dropped: number } | null> {
    while (this.#frames.length === 0 && !this.#ended && !signal.aborted) await this.#changes.next([signal]);
    if (this.#frames.length === 0) return null;
    const batch = { frames: this.#frames, dropped: this.#dropped };
    this.#frames = [];
    this.#bytes = this.#dropped = 0;
    return batch;
  }

  close(): void {
    this.#frames = [];
    this.end();
  }

  /** A quarter at once: to drop one by one would cost as much as there is for each frame. */
  #dropOldest(): void {
    const dropped = this.#frames.splice(0, Math.ceil(this.#frames.length / 4));
    this.#dropped += dropped.length;
    for (const { data } of dropped) this.#bytes -= data.length;
  }
}
