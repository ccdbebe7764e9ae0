/** The last `capacity` bytes of a stream. Memory is taken as it fills. */
export class RingBuffer {
  readonly #capacity: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  push(data: Uint8Array): void {
    if (data.length === 0) return;
    // a copy: the caller's buffer may be a slice of a pool that is kept alive or reused
    const copy = new Uint8Array(data.length > this.#capacity ? data.subarray(data.length - this.#capacity) : data);
    this.#chunks.push(copy);
    this.#length += copy.length;
    while (this.#length > this.#capacity) {
      const oldest = this.#chunks[0];
      if (!oldest) break;
      const excess = this.#length - this.#capacity;
      if (oldest.length <= excess) {
        this.#chunks.shift();
        this.#length -= oldest.length;
      } else {
        this.#chunks[0] = oldest.subarray(excess);
        this.#length -= excess;
      }
    }
    // thousands of one-byte chunks (a person typing) would cost more than they hold
    if (this.#chunks.length > 1024) this.#chunks = [this.read()];
  }

  /** Everything that is held, oldest first, as one array of its own. */
  read(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  clear(): void {
    this.#chunks = [];
    this.#length = 0;
  }
}
