/**
 * For a loop that reads whenever there is news, and waits while there is none. It listens from its making on, so before the loop reads
 * for the first time: nothing falls between the two. However much comes while the loop is at work, it is one news.
 */
export class News {
  #isThere = true;
  #wake: () => void = () => {};
  readonly #signal: AbortSignal;
  readonly #stopListening: () => void;

  /** @param listen calls `heard` at each news; what it gives ends that */
  constructor(listen: (heard: () => void) => () => void, signal: AbortSignal) {
    this.#signal = signal;
    this.#stopListening = listen(() => this.again());
    signal.addEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#wake();

  /** Resolves with true when there is news, at first at once; with false when the signal has fired. */
  async next(): Promise<boolean> {
    while (!this.#isThere && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = () => {};
    }
    this.#isThere = false;
    return !this.#signal.aborted;
  }

  /** There is more: the loop does not wait. */
  again(): void {
    this.#isThere = true;
    this.#wake();
  }

  /** Listens no more. */
  end(): void {
    this.#stopListening();
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}
