/** A frame that comes this much later than its time says was not late: the guest's clock has stood still. In µs. */
const stoodStill = 1_000_000;

/**
 * Makes the wall clock's time of the one that QEMU writes into a capture: the whole second at which it began plus the time that the guest has
 * run, which stands still while the VM is paused. How far that is off is seen at each frame as it arrives; a frame arrives at once or
 * later, never earlier, so the largest difference is the right one. All times in microseconds.
 */
export class CaptureClock {
  #ahead: number | null = null;
  #last = 0;

  /** @param written time in the capture @param arrived when it came here, by the wall clock */
  at(written: number, arrived: number): number {
    const ahead = written - arrived;
    if (this.#ahead === null || ahead > this.#ahead || this.#ahead - ahead > stoodStill) this.#ahead = ahead;
    // a better guess must not put a frame before those that came before it
    this.#last = Math.max(this.#last, Math.round(written - this.#ahead));
    return this.#last;
  }
}
