/** The bytes of a stream, taken as many as are asked for. What comes beyond `limit` without being taken ends it. */
export class ByteQueue {
  readonly #limit: number;
  #chunks: Buffer[] = [];
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

  /** Null when the stream ends before so many have come. */
  async take(count: number): Promise<Buffer | null> {
    while (this.#held < count) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    this.#held -= count;
    return all.subarray(0, count);
  }
}
