/** Finds texts in a stream of bytes, also across the borders of its pieces. */
export class MarkerScanner {
  readonly #markers: readonly Buffer[];
  readonly #overlap: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(markers: readonly string[]) {
    this.#markers = markers.map((marker) => Buffer.from(marker));
    this.#overlap = Math.max(0, ...this.#markers.map((marker) => marker.length - 1));
  }

  /** Indexes of the markers that end in `data`. */
  push(data: Uint8Array): number[] {
    const window = Buffer.concat([this.#tail, data]);
    this.#tail = window.subarray(Math.max(0, window.length - this.#overlap));
    return this.#markers.flatMap((marker, index) => (window.includes(marker) ? [index] : []));
  }

  /** Forgets what came so far. */
  reset(): void {
    this.#tail = Buffer.alloc(0);
  }
}
