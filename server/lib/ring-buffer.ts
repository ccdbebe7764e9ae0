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

  /** Answers how many bytes it has dropped for it, of what was held or of `data`. */
  push(data: Uint8Array): number {
    const before = this.#length;
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
    this.keepNewest(this.#capacity);
    return before + data.length - this.#length;
  }

  /** Drops the oldest beyond so many bytes, and answers how many that were. */
  keepNewest(bytes: number): number {
    const excess = Math.max(0, this.#length - bytes);
    this.#drop(excess);
    return excess;
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
    if (excess === 0) return;
    this.#head += excess;
    this.#length -= excess;
    while (this.#blocks.length > 1 && this.#head >= blockBytes) {
      this.#blocks.shift();
      this.#head -= blockBytes;
    }
  }
}
