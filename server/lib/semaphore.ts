/** At most `size` holders at once; the others wait in the order in which they came. */
export class Semaphore {
  #size: number;
  #held = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = sizeOf(size);
  }

  get size(): number {
    return this.#size;
  }

  /** More places are given to who waits at once; of fewer, nobody loses the place that they hold. */
  resize(size: number): void {
    this.#size = sizeOf(size);
    this.#admit();
  }

  /** Waits for a place and answers the way to give it back (calling it again does nothing). Rejects with the signal's reason. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#held < this.#size) {
      this.#held++;
    } else {
      await new Promise<void>((resolve, reject) => {
        const enter = () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          this.#waiting.splice(this.#waiting.indexOf(enter), 1);
          reject(signal?.reason);
        };
        this.#waiting.push(enter);
        signal?.addEventListener('abort', leave, { once: true });
      });
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#held--;
      this.#admit();
    };
  }

  #admit(): void {
    while (this.#held < this.#size) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#held++;
      next();
    }
  }
}

function sizeOf(size: number): number {
  if (!(size >= 1)) throw new RangeError(`A semaphore needs at least one place, not ${size}.`);
  return size;
}
