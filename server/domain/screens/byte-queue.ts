/** The bytes of a stream, taken as many as are asked for. What comes beyond `limit` without being taken ends it. */
export class ByteQueue {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #held = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(data: Uint8Array): void {
    if (this.#ended) return;
    // copied: its memory may be reused
    this.#chunks.push(Buffer.from(data));
    this.#held += data.length;
    if (this.#held > this.#limit) this.end();
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The next `count` bytes; null when the stream ends before so many have come. One may wait at a time. */
  async take(count: number): Promise<Buffer | null> {
    while (this.#held < count) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = Buffer.alloc(count);
    for (let filled = 0; filled < count;) {
      const chunk = this.#chunks.shift() ?? Buffer.alloc(0);
      const used = chunk.copy(taken, filled);
      if (used < chunk.length) this.#chunks.unshift(chunk.subarray(used));
      filled += used;
    }
    this.#held -= count;
    return taken;
  }
}
