import { alignedUp, endOf, overlap, type Block } from './ipv4';

/** Numbers given one by one, each once: what is claimed stays, others get the lowest that is free. */
export class Numbers {
  readonly #taken = new Set<number>();
  readonly #first: number;
  #next: number;

  constructor(first: number) {
    this.#first = first;
    this.#next = first;
  }

  /** `wanted`, if it is one below `below` that nobody has. */
  claim(wanted: number | undefined, below: number): number | undefined {
    if (wanted === undefined || !(wanted >= this.#first && wanted < below) || this.#taken.has(wanted)) return undefined;
    this.#taken.add(wanted);
    return wanted;
  }

  take(): number {
    while (this.#taken.has(this.#next)) this.#next += 1;
    this.#taken.add(this.#next);
    return this.#next;
  }
}

/** Subnets given one by one out of some pools, none where another is. */
export class Blocks {
  readonly #pools: readonly Block[];
  /** Apart from each other, the lowest first. */
  readonly #taken: Block[] = [];
  #pool = 0;
  #next = 0;

  /** @param taken what is nobody's, or chosen: blocks may be in others of them */
  constructor(pools: readonly Block[] = [], taken: readonly Block[] = []) {
    this.#pools = pools;
    for (const block of taken) this.add(block);
  }

  /** One that is taken and in the way of this one. */
  meets(block: Block): Block | undefined {
    const other = this.#taken[this.#firstFrom(endOf(block)) - 1];
    return other !== undefined && overlap(other, block) ? other : undefined;
  }

  /** Takes it, whatever is in it. */
  add(block: Block): void {
    const { base, prefix } = block;
    const at = this.#firstFrom(base);
    const before = this.#taken[at - 1];
    if (before !== undefined && overlap(before, block)) return;
    const here = this.#taken[at];
    if (here?.base === base && here.prefix <= prefix) return;
    this.#taken.splice(at, this.#firstFrom(endOf(block)) - at, { base, prefix });
  }

  /** Takes a block of the pools, if nothing is in its way. */
  claim(block: Block | null): Block | undefined {
    if (block === null) return undefined;
    const pool = this.#pools.find((one) => overlap(one, block));
    if (pool === undefined || pool.prefix > block.prefix || this.meets(block) !== undefined) return undefined;
    this.add(block);
    return { base: block.base, prefix: block.prefix };
  }

  /** The next that is free. Throws a RangeError when there is none. */
  take(prefix: number): Block {
    for (;;) {
      const pool = this.#pools[this.#pool];
      if (pool === undefined) throw new RangeError(`No subnet with a prefix length of ${prefix} is left.`);
      const block = { base: alignedUp(Math.max(this.#next, pool.base), prefix), prefix };
      const other = this.meets(block);
      if (endOf(block) > endOf(pool)) {
        this.#pool += 1;
        this.#next = 0;
      } else if (other !== undefined) this.#next = endOf(other);
      else {
        this.add(block);
        this.#next = endOf(block);
        return block;
      }
    }
  }

  /** Where the first that begins at or above an address is, or would be. */
  #firstFrom(address: number): number {
    let [low, high] = [0, this.#taken.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#taken[middle]?.base ?? Infinity) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
