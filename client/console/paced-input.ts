export interface PacedInputOptions {
  /** Hands bytes to the guest's line, at once. */
  send: (data: Uint8Array<ArrayBuffer>) => void;
  setTimer: (callback: () => void, ms: number) => () => void;
  /** How much of a paste has gone has changed. */
  onProgress: () => void;
}

/** Bytes of a paste that are on their way, and of how many. */
export interface PasteProgress {
  sent: number;
  total: number;
}

/**
 * Bytes of a paste that may be unread in the guest: a quarter of the 4,096 that a Linux terminal keeps for a program that
 * does not read yet. A UART has no way to say that it is full; what comes beyond is lost without a word.
 */
export const pieceBytes = 1024;
/** A guest that has said nothing for so long has taken what it got: what it does not echo, as a password, goes at this pace. */
export const quietMs = 150;

/** How a guest that asked for it is told what is pasted, not typed. */
export const startOfPaste = '\u001b[200~';
export const endOfPaste = '\u001b[201~';
const interrupt = '\u0003';
const encoder = new TextEncoder();

/**
 * What is typed and pasted, at the pace at which the guest takes it. Keys go at once. A paste that is longer than a piece
 * goes piece by piece, the next one when as many bytes have come back as went (a terminal echoes what it takes), or when
 * nothing comes any more. What is typed meanwhile waits behind it, but Ctrl+C gives the rest of it up.
 */
export class PacedInput {
  /** Of what is pasted, what has not gone. */
  private rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  private total = 0;
  /** The paste is marked as one, so its end has to be, too. */
  private bracketed = false;
  private typedBehind: string[] = [];
  /** Bytes of the guest that are awaited before the next piece. */
  private awaited = 0;
  private cancelTimer: (() => void) | null = null;
  private shown: PasteProgress | null = null;

  constructor(private readonly options: PacedInputOptions) {}

  /** What a terminal gives out for a key, or for a whole paste. */
  type(text: string): void {
    if (this.shown !== null) {
      if (text !== interrupt) return void this.typedBehind.push(text);
      this.cancel();
    }
    const data = encoder.encode(closedPaste(text));
    if (data.byteLength <= pieceBytes) return this.options.send(data);
    this.rest = data;
    this.total = data.byteLength;
    this.bracketed = text.startsWith(startOfPaste);
    this.next();
  }

  /** So many bytes came from the guest. */
  heard(bytes: number): void {
    if (this.shown === null) return;
    this.awaited -= bytes;
    if (this.awaited <= 0) this.next();
    else this.waitForQuiet();
  }

  /** Gives up what has not gone of a paste, and of what was typed behind it. */
  cancel(): void {
    if (this.shown === null) return;
    const open = this.bracketed;
    this.reset();
    if (open) this.options.send(encoder.encode(endOfPaste));
  }

  /** The guest is not there any more: nothing of it may reach the next one. */
  reset(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.rest = new Uint8Array();
    this.typedBehind = [];
    this.show(null);
  }

  /** Null unless something is being pasted. The same object until it changes. */
  progress(): PasteProgress | null {
    return this.shown;
  }

  private next(): void {
    if (this.rest.byteLength === 0) return this.done();
    const piece = this.rest.slice(0, pieceBytes);
    this.rest = this.rest.subarray(piece.byteLength);
    this.awaited = piece.byteLength;
    this.show({ sent: this.total - this.rest.byteLength, total: this.total });
    this.waitForQuiet();
    this.options.send(piece);
  }

  private done(): void {
    const behind = this.typedBehind;
    this.reset();
    for (const text of behind) this.type(text);
  }

  private waitForQuiet(): void {
    this.cancelTimer?.();
    this.cancelTimer = this.options.setTimer(() => this.next(), quietMs);
  }

  private show(progress: PasteProgress | null): void {
    if (this.shown === progress) return;
    this.shown = progress;
    this.options.onProgress();
  }
}

/** A paste that is marked as one cannot end itself: else what it holds behind would be run as if typed. */
function closedPaste(text: string): string {
  if (!text.startsWith(startOfPaste)) return text;
  const inner = text.slice(startOfPaste.length).replaceAll(endOfPaste, '');
  return `${startOfPaste}${inner}${endOfPaste}`;
}
