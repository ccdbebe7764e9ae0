import { RingBuffer } from '#server/lib/ring-buffer';
import type { ConsoleStream } from './provider';

interface Reader {
  glance: boolean;
  take(data: Uint8Array): void;
  end(reason: string): void;
}

/**
 * One guest's console for many readers: keeps the last `historyBytes` and hands what comes to everyone. Nobody is ever
 * waited for: a reader that has no listener yet holds at most `historyBytes`, the oldest are dropped.
 */
export class ConsoleFanout {
  readonly #history: RingBuffer;
  readonly #historyBytes: number;
  readonly #readers = new Set<Reader>();

  constructor(historyBytes: number) {
    this.#historyBytes = historyBytes;
    this.#history = new RingBuffer(historyBytes);
  }

  /** Output of the guest. */
  push(data: Uint8Array): void {
    this.#history.push(data);
    for (const reader of this.#readers) reader.take(data);
  }

  /** How many read it, but for glances. */
  get readers(): number {
    return [...this.#readers].filter(({ glance }) => !glance).length;
  }

  history(): Uint8Array {
    return this.#history.read();
  }

  /** Ends all readers; the history stays. */
  end(reason: string): void {
    for (const reader of this.#readers) reader.end(reason);
  }

  /** A reader that begins with the history. `write` takes what it types, `resize` the size of its terminal. `glance`: it does not count. */
  attach(
    write: (data: Uint8Array) => void,
    {
      resize = () => undefined,
      glance = false,
    }: { resize?: (cols: number, rows: number) => void; glance?: boolean } = {},
  ): ConsoleStream {
    const pending = new RingBuffer(this.#historyBytes);
    pending.push(this.#history.read());
    let onData: ((data: Uint8Array) => void) | null = null;
    let onClose: ((reason: string) => void) | null = null;
    let ended: string | null = null;
    const finish = (reason: string) => {
      ended ??= reason;
      this.#readers.delete(reader);
    };
    const reader: Reader = {
      glance,
      take: (data) => (onData ? onData(data) : pending.push(data)),
      end: (reason) => {
        finish(reason);
        onClose?.(reason);
      },
    };
    this.#readers.add(reader);
    return {
      flow: null,
      write: (data) => {
        if (ended === null) write(data);
      },
      resize: (cols, rows) => {
        if (ended === null) resize(cols, rows);
      },
      onData: (listener) => {
        onData = listener;
        if (pending.length > 0) listener(pending.read());
        pending.clear();
      },
      onClose: (listener) => {
        onClose = listener;
        if (ended !== null) listener(ended);
      },
      close: () => finish('The console was closed.'),
    };
  }
}
