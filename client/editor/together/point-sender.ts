import { presenceLimits, type Pointed } from '#shared/presence';

/**
 * Says where one points, one at a time and at most ten times a second, and only while there is somebody to be told. What it cannot say it lets go:
 * the next is as good. Knows no React.
 */
export class PointSender {
  readonly #send: (page: string, pointed: Pointed) => Promise<unknown>;
  #page: string | null = null;
  #pointed: Pointed = { cursor: null, chosen: [] };
  /** As JSON, since another page begins with nothing. */
  #said = JSON.stringify(this.#pointed);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #waiting = false;

  constructor(send: (page: string, pointed: Pointed) => Promise<unknown>) {
    this.#send = send;
  }

  /** Whether somebody is there, and by which name one is known; null: nobody. */
  to(page: string | null): void {
    if (page === this.#page) return;
    this.#page = page;
    if (page === null) this.#said = '';
    this.#plan();
  }

  point(change: Partial<Pointed>): void {
    this.#pointed = { ...this.#pointed, ...change };
    this.#plan();
  }

  stop(): void {
    this.#page = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #plan(): void {
    if (this.#timer !== null || this.#waiting) return;
    if (this.#page === null || JSON.stringify(this.#pointed) === this.#said) return;
    const page = this.#page;
    this.#said = JSON.stringify(this.#pointed);
    this.#waiting = true;
    // so long at least until the next, and until this one is answered
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#plan();
    }, presenceLimits.pointEveryMs);
    void this.#send(page, this.#pointed)
      .catch(() => undefined)
      .finally(() => {
        this.#waiting = false;
        this.#plan();
      });
  }
}
