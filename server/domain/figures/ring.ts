/**
 * The last `kept` values of some figures that are measured together, by the number of their round. Of rounds in which nothing was put there is
 * NaN: a gap, not a zero. All its memory is taken at once.
 */
export class FigureRing {
  readonly #kept: number;
  readonly #values: readonly Float32Array[];
  #last = Number.NEGATIVE_INFINITY;

  constructor(figures: number, kept: number) {
    this.#kept = kept;
    this.#values = Array.from({ length: figures }, () => new Float32Array(kept).fill(Number.NaN));
  }

  /** The newest round in which anything was put. */
  get last(): number {
    return this.#last;
  }

  /** Puts the values of a round; null for what was not measured. A round before the last is too late. */
  put(round: number, values: readonly (number | null)[]): void {
    if (round < this.#last) return;
    const skipped = Math.min(round - this.#last - 1, this.#kept);
    for (let gap = 1; gap <= skipped; gap++) this.#write(round - gap, []);
    this.#write(round, values);
    this.#last = round;
  }

  /** The values of one figure in the `kept` rounds up to `round`, the oldest first. */
  read(figure: number, round: number): Float32Array {
    const values = this.#values[figure];
    const read = new Float32Array(this.#kept).fill(Number.NaN);
    const first = round - this.#kept + 1;
    const oldest = Math.max(0, first, this.#last - this.#kept + 1);
    for (let of = oldest; of <= Math.min(round, this.#last); of++)
      read[of - first] = values?.[of % this.#kept] ?? Number.NaN;
    return read;
  }

  /** The value of one figure in a round; null where it was not measured. */
  at(figure: number, round: number): number | null {
    if (round < 0 || round > this.#last || round <= this.#last - this.#kept) return null;
    const value = this.#values[figure]?.[round % this.#kept] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }

  #write(round: number, values: readonly (number | null)[]): void {
    if (round < 0) return;
    for (const [figure, column] of this.#values.entries()) column[round % this.#kept] = values[figure] ?? Number.NaN;
  }
}
