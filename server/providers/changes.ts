/** Lets any number of callers wait for the next change of something. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    for (const done of this.#waiting) done();
  }

  /** Resolves at the next change, or when one of the signals fires. */
  next(signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        for (const signal of signals) signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      for (const signal of signals) signal.addEventListener('abort', done, { once: true });
    });
  }
}
