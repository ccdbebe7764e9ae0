/** The part of a terminal that takes output; `done` is called once it has been read by the parser. */
export interface OutputSink {
  write(data: Uint8Array | string, done: () => void): void;
}

/** Bytes handed over at once: small enough for the page to stay awake between two pieces. */
const pieceBytes = 64 * 1024;
/** Output that waits; beyond it the oldest is dropped, as a terminal's scrollback would drop it anyway. */
const maxWaitingBytes = 4 * 1024 * 1024;
/** Clears the screen, its history and its modes. */
const reset = '\u001bc';
/** Ends a sequence that was cut in two, and its colours. */
const recover = '\u0018\u001b[0m\r\n[…]\r\n';
const hole = new TextEncoder().encode(recover);

/**
 * Output at the pace at which the terminal takes it: one piece at a time, and never more than a bounded amount waiting.
 * A browser cannot slow a WebSocket down, so a guest that floods loses its oldest output and not the page.
 */
export class TerminalWriter {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private busy = false;
  private dropped = false;
  private afresh = false;
  private stopped = false;

  constructor(private readonly sink: OutputSink) {}

  push(data: Uint8Array): void {
    this.waiting.push(data);
    this.waitingBytes += data.byteLength;
    while (this.waitingBytes > maxWaitingBytes) {
      const oldest = this.waiting.shift();
      if (oldest === undefined) break;
      this.waitingBytes -= oldest.byteLength;
      this.dropped = true;
    }
    this.next();
  }

  /** Some of the output is missing between what was pushed and what will be. */
  markHole(): void {
    this.push(hole);
  }

  /** Begins anew: what was shown goes, what waits is not wanted any more. */
  restart(): void {
    this.waiting = [];
    this.waitingBytes = 0;
    this.dropped = false;
    this.afresh = true;
    this.next();
  }

  stop(): void {
    this.stopped = true;
    this.waiting = [];
  }

  private next(): void {
    if (this.busy || this.stopped) return;
    const piece = this.afresh ? reset : this.dropped ? recover : this.takePiece();
    if (piece === undefined) return;
    if (this.afresh) this.afresh = false;
    else this.dropped = false;
    this.busy = true;
    this.sink.write(piece, () => {
      this.busy = false;
      this.next();
    });
  }

  private takePiece(): Uint8Array | undefined {
    const first = this.waiting.shift();
    if (first === undefined) return undefined;
    const piece = first.subarray(0, pieceBytes);
    if (first.byteLength > pieceBytes) this.waiting.unshift(first.subarray(pieceBytes));
    this.waitingBytes -= piece.byteLength;
    return piece;
  }
}
