import { connect, type Socket } from 'node:net';
import { hasCode } from '#server/lib/error-code';
import { GuestLines } from './guest-lines';

/** Bytes that a guest may say without having been asked, and after how long as many again. */
const unaskedBytes = 64 * 1024;
const unaskedEveryMs = 10_000;
/** Bytes that wait behind all that the system keeps. */
const stuckBytes = 16 * 1024;

interface Listener {
  onLine(line: string): void;
  /** It says more than it was asked for, and is not listened to for a while. */
  onFlood(): void;
}

/**
 * The server's end of a port that a guest speaks at. Of a guest that says more than it was asked for nothing is read for a while: it waits, and costs
 * nothing.
 */
export class GuestSocket {
  readonly #socket: Socket;
  readonly #lines: GuestLines;
  readonly #listener: Listener;
  #allowance = unaskedBytes;
  #refill: NodeJS.Timeout | null = null;
  #flooded = false;

  private constructor(socket: Socket, lineBytes: number, listener: Listener) {
    this.#socket = socket;
    this.#lines = new GuestLines(lineBytes);
    this.#listener = listener;
    socket.on('data', (data) => this.#take(data));
    socket.on('error', () => undefined);
  }

  /** Connects to a QEMU that listens; null for one that has no such port. */
  static async open(path: string, lineBytes: number, listener: Listener): Promise<GuestSocket | null> {
    const socket = connect({ path });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      });
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ECONNREFUSED')) return null;
      throw error;
    }
    return new GuestSocket(socket, lineBytes, listener);
  }

  /** It says more than it was asked for. */
  get flooded(): boolean {
    return this.#flooded;
  }

  /** QEMU has not taken yet what was said before. */
  get isBehind(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** The guest reads nothing: nothing more is worth saying. */
  get isStuck(): boolean {
    return this.#socket.writableLength > stuckBytes;
  }

  /** It is asked for something that takes so many bytes to be said. */
  expect(bytes: number): void {
    if (!this.#flooded) this.#allowance = Math.max(this.#allowance, unaskedBytes + bytes);
  }

  /** `read`: QEMU has taken it. */
  write(text: string | Uint8Array, read?: () => void): void {
    this.#socket.write(text, () => read?.());
  }

  close(): void {
    if (this.#refill) clearTimeout(this.#refill);
    this.#socket.destroy();
  }

  #take(data: Uint8Array): void {
    this.#refill ??= setTimeout(() => this.#listen(), unaskedEveryMs).unref();
    this.#allowance -= data.length;
    if (this.#allowance < 0) {
      this.#flooded = true;
      this.#socket.pause();
      this.#listener.onFlood();
      return;
    }
    for (const line of this.#lines.push(data)) this.#listener.onLine(line);
  }

  #listen(): void {
    this.#refill = null;
    this.#allowance = Math.max(this.#allowance, unaskedBytes);
    this.#flooded = false;
    if (!this.#socket.destroyed) this.#socket.resume();
  }
}
