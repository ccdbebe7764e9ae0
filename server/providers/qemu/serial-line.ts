import { constants } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { ConsoleFanout } from '../console-fanout';
import type { ConsoleStream } from '../provider';
import type { ZoneFolder } from './zone-folder';

const historyBytes = 256 * 1024;
/** The log on disk is cut to the history when it grows beyond this. */
const logLimit = 4 * 1024 * 1024;
/** Typed input that the guest does not take is dropped beyond this. */
const inputLimit = 64 * 1024;

/**
 * The serial console of one VM. The server is its one client and always reads, since a guest whose console nobody reads
 * stands still; QEMU writes the same bytes to a log, from which the next server takes the history.
 */
export class SerialLine {
  readonly #folder: ZoneFolder;
  readonly #sliceId: number;
  readonly #vmId: number;
  readonly #onOutput: (data: Uint8Array) => void;
  readonly #fanout = new ConsoleFanout(historyBytes);
  #socket: Socket | null = null;
  #logBytes = 0;

  constructor(folder: ZoneFolder, sliceId: number, vmId: number, onOutput: (data: Uint8Array) => void) {
    this.#folder = folder;
    this.#sliceId = sliceId;
    this.#vmId = vmId;
    this.#onOutput = onOutput;
  }

  get connected(): boolean {
    return this.#socket !== null;
  }

  /** Connects to a QEMU that listens. @param resume begins with the end of the log: for a VM that ran before us */
  async open(resume: boolean): Promise<void> {
    if (resume) await this.#readLog();
    const socket = connect({ path: this.#folder.socketPath(this.#sliceId, `v${this.#vmId}/ser.sock`) });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#fanout.push(data);
      this.#onOutput(data);
      this.#logBytes += data.length;
      if (this.#logBytes > logLimit) {
        this.#logBytes = 0;
        void this.#cutLog();
      }
    });
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
  }

  attach(resize: (cols: number, rows: number) => void): ConsoleStream {
    return this.#fanout.attach((data) => {
      if (this.#socket && this.#socket.writableLength + data.length <= inputLimit) this.#socket.write(data);
    }, resize);
  }

  /** Lets go of the socket and ends all readers. */
  close(reason: string): void {
    this.#socket?.destroy();
    this.#socket = null;
    this.#fanout.end(reason);
  }

  get #logPath(): string {
    return `v${this.#vmId}/ser.log`;
  }

  async #readLog(): Promise<void> {
    const file = await this.#folder.openPlain(this.#sliceId, this.#logPath, constants.O_RDONLY);
    if (!file) return;
    try {
      const { size } = await file.stat();
      this.#logBytes = size;
      const length = Math.min(size, historyBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const output = buffer.subarray(0, bytesRead);
      this.#fanout.push(output);
      this.#onOutput(output);
    } finally {
      await file.close();
    }
  }

  /** Replaces the log by the history. QEMU appends, so it goes on behind it. */
  async #cutLog(): Promise<void> {
    const flags = constants.O_WRONLY | constants.O_APPEND;
    const file = await this.#folder.openPlain(this.#sliceId, this.#logPath, flags).catch(() => null);
    if (!file) return;
    try {
      await file.truncate(0);
      await file.write(this.#fanout.history());
    } finally {
      await file.close();
    }
  }
}
