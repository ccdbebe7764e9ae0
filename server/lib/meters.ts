/** What a meter says. It begins at zero and only grows; no other has its name. */
export interface MeterReading {
  meter: string;
  bytes: number;
}

/**
 * What is known of meters that ran one after another, in that order. One that was told of stays in its place when it is gone: who
 * counts has to see where it left off, or would take those before it for new ones.
 */
export class Meters {
  readonly #kept: number;
  #ended: MeterReading[] = [];
  #last: MeterReading | null = null;

  /** @param kept how many that have ended are told of: more than end between two looks of who counts */
  constructor(kept = 8) {
    this.#kept = kept;
  }

  /** All of them. @param now of the one that runs; null where there is none, or it cannot be read */
  read(now: MeterReading | null): MeterReading[] {
    this.#last = now ?? this.#last;
    return this.#last === null ? this.#ended : [...this.#without(this.#last), this.#last];
  }

  /** The one that ran has ended. @param last what was read of it before, where it could be */
  end(last: MeterReading | null): void {
    const end = last ?? this.#last;
    if (end) this.#ended = [...this.#without(end), end].slice(-this.#kept);
    this.#last = null;
  }

  #without({ meter }: MeterReading): MeterReading[] {
    return this.#ended.filter((one) => one.meter !== meter);
  }
}
