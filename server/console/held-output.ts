import type { ConsoleStream } from '#server/providers/provider';
import type { PacedOutputOptions } from './paced-output';

interface HeldOutputOptions extends Omit<PacedOutputOptions, 'gatherMs' | 'onLoss'> {
  flow: NonNullable<ConsoleStream['flow']>;
}

/**
 * What a graphical console shows on its way to one browser. A hole in it would be a broken picture, so nothing is dropped: while `capacity` bytes are
 * under way the console is held up for this reader, of which the guest notices nothing, and goes on once half of them have been taken.
 */
export class HeldOutput {
  readonly #options: HeldOutputOptions;
  #underWay = 0;
  #held = false;
  #stuck: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: HeldOutputOptions) {
    this.#options = options;
  }

  push(data: Uint8Array): void {
    if (this.#closed) return;
    this.#underWay += data.length;
    this.#options.room.take(data.length);
    if (this.#stuck === null) this.#watch();
    if (!this.#held && (this.#underWay >= this.#options.capacity || this.#options.room.isFull)) {
      this.#held = true;
      this.#options.flow.pause();
    }
    this.#options.send(data, () => this.#taken(data.length));
  }

  /** Takes nothing more; what is under way arrives. */
  end(): void {
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.room.take(-this.#underWay);
    this.#underWay = 0;
    this.#unwatch();
  }

  #taken(bytes: number): void {
    if (this.#closed) return;
    this.#underWay -= bytes;
    this.#options.room.take(-bytes);
    this.#unwatch();
    if (this.#underWay > 0) this.#watch();
    if (!this.#held || this.#underWay > this.#options.capacity / 2) return;
    this.#held = false;
    this.#options.flow.resume();
  }

  #watch(): void {
    this.#stuck = setTimeout(() => {
      this.close();
      this.#options.onStuck();
    }, this.#options.stuckAfterMs);
  }

  #unwatch(): void {
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    this.#stuck = null;
  }
}
