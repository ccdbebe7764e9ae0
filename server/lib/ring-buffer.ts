/** Small pieces (a person typing, a guest that prints letter by letter) share blocks of this many bytes. */
const blockBytes = 8192;

/** The last `capacity` bytes of a stream. Memory is taken as it fills; a push costs what it copies, however full it is. */
export class RingBuffer {
  readonly #capacity: number;
  #blocks: Uint8Array[] = [];
  /** Bytes of the first block that are held no more, and bytes of the last that are written. */
  #head = 0;
  #tail = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  push(data: Uint8Array): void {
    // copied: the caller's buffer may be a slice of a pool that is kept alive or reused
    let rest = data.length > this.#capacity ? data.subarray(data.length - this.#capacity) : data;
    while (rest.length > 0) {
      let last = this.#blocks.at(-1);
      if (last === undefined || this.#tail === last.length) {
        last = new Uint8Array(blockBytes);
        this.#blocks.push(last);
        this.#tail = 0;
      }
      const part = rest.subarray(0, last.length - this.#tail);
      last.set(part, this.#tail);
      this.#tail += part.length;
      this.#length += part.length;
      rest = rest.subarray(part.length);
    }
    this.#drop(this.#length - this.#capacity);
  }

  /** Everything that is held, oldest first, as one array of its own. */
  read(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let offset = 0;
    for (const [index, block] of this.#blocks.entries()) {
      const start = index === 0 ? this.#head : 0;
      const end = index === this.#blocks.length - 1 ? this.#tail : block.length;
      all.set(block.subarray(start, end), offset);
      offset += end - start;
    }
    return all;
  }

  clear(): void {
    this.#blocks = [];
    this.#head = this.#tail = this.#length = 0;
  }

  #drop(excess: number): void {
    if (excess <= 0) return;
    this.#head += excess;
    this.#length -= excess;
    while (this.#blocks.length > 1 && this.#head >= blockBytes) {
      this.#blocks.shift();
      this.#head -= blockBytes;
    }
  }
}
