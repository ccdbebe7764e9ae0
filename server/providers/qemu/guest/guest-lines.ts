const newline = 0x0a;
/** With it a guest agent begins what is said anew: no UTF-8 has it. */
const restart = 0xff;

/** Splits what a guest says into its lines, whatever it is cut into. A line that is longer than `maxBytes` is none. */
export class GuestLines {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** The line that is coming is too long. */
  #lost = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(data: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = 0; at < data.length; at++) {
      if (data[at] === restart) {
        this.#forget();
        from = at + 1;
      } else if (data[at] === newline) {
        this.#keep(data.subarray(from, at));
        if (!this.#lost) lines.push(Buffer.concat(this.#pieces).toString('utf8'));
        this.#forget();
        from = at + 1;
      }
    }
    this.#keep(data.subarray(from));
    return lines;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0 || this.#lost) return;
    this.#length += piece.length;
    this.#lost = this.#length > this.#maxBytes;
    if (this.#lost) this.#pieces = [];
    // what it is of is read into again
    else this.#pieces.push(Uint8Array.from(piece));
  }

  #forget(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#lost = false;
  }
}
