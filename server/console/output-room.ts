/** Bytes that all readers of consoles at a server may have waiting together. Each has a bound of its own; there may be any number of them. */
export class OutputRoom {
  readonly #bytes: number;
  #taken = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Nobody is to hold more than they need. */
  get isFull(): boolean {
    return this.#taken >= this.#bytes;
  }

  /** So many bytes more wait; fewer, if it is negative. */
  take(bytes: number): void {
    this.#taken += bytes;
  }
}
