import { constants } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ConsoleFanout } from '../console-fanout';
import type { ConsoleStream } from '../provider';
import { clearLog, logBytes, readLogTail } from './bounded-log';
import { consoleDevice } from './qemu-args';
import type { QmpClient } from './qmp-client';
import type { ZoneFolder } from './zone-folder';

const chardevs = z.array(z.object({ label: z.string(), filename: z.string() }));
/** A QEMU that needs longer to take a connection has more to tell than its console. */
const takenMs = 5_000;
const historyBytes = 256 * 1024;
/** The log on disk is cut to the history when it grows beyond this: before it is full. */
const cutBeyond = logBytes / 2;
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
  readonly #fileLimit: number;
  readonly #onOutput: (data: Uint8Array) => void;
  readonly #fanout = new ConsoleFanout(historyBytes);
  #socket: Socket | null = null;
  #logBytes = 0;
  /** Bytes that came since the guest began to boot. */
  #bytesOfBoot = 0;

  /** @param vm with the file limit that its QEMU runs under */
  constructor(
    folder: ZoneFolder,
    vm: { sliceId: number; id: number; fileLimit: number },
    onOutput: (data: Uint8Array) => void,
  ) {
    this.#folder = folder;
    this.#sliceId = vm.sliceId;
    this.#vmId = vm.id;
    this.#fileLimit = vm.fileLimit;
    this.#onOutput = onOutput;
  }

  get connected(): boolean {
    return this.#socket !== null;
  }

  /**
   * Connects to a QEMU that listens, and begins with the end of its log: what a guest says before somebody is connected is nowhere
   * else, be it of a VM that ran before us or of one that has just been started, whose kernel may panic in its first moments.
   *
   * The kernel says that a socket is connected before QEMU has taken it, which a busy one does late, and what the guest says in
   * between is in the log alone. So the log is read once more behind that.
   * @param untilTaken resolves when QEMU says that its console has somebody connected
   */
  async open(untilTaken: () => Promise<void>): Promise<void> {
    const before = await this.#readLog(historyBytes);
    this.#logBytes = before.total;
    this.#heard(before.tail);
    const socket = connect({ path: this.#folder.socketPath(this.#sliceId, `v${this.#vmId}/ser.sock`) });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
    this.#socket = socket;
    const first: Uint8Array[] = [];
    const keep = (data: Uint8Array) => void first.push(data);
    socket.on('data', keep);
    await untilTaken();
    const { tail, total } = await this.#readLog(historyBytes);
    const missed = tail.subarray(Math.max(0, tail.length - (total - before.total)));
    socket.off('data', keep);
    const came = Buffer.concat(first);
    this.#heard(beforeOverlap(missed, came));
    this.#heard(came);
    socket.on('data', (data) => {
      this.#heard(data);
      this.#logBytes += data.length;
      if (this.#logBytes > cutBeyond) {
        this.#logBytes = 0;
        void this.#cutLog();
      }
    });
  }

  #heard(data: Uint8Array): void {
    if (data.length === 0) return;
    this.#fanout.push(data);
    this.#bytesOfBoot += data.length;
    this.#onOutput(data);
  }

  get readers(): number {
    return this.#fanout.readers;
  }

  attach(resize: (cols: number, rows: number) => void, glance: boolean): ConsoleStream {
    const write = (data: Uint8Array) => {
      if (this.#socket && this.#socket.writableLength + data.length <= inputLimit) this.#socket.write(data);
    };
    return this.#fanout.attach(write, { resize, glance });
  }

  /** The guest begins to boot again; what it has shown stays in the history. */
  bootsAnew(): void {
    this.#bytesOfBoot = 0;
  }

  /** What of the history the guest has shown since it began to boot. */
  sinceBoot(): Uint8Array {
    const history = this.#fanout.history();
    return history.subarray(Math.max(0, history.length - this.#bytesOfBoot));
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

  /** The last `count` bytes of the log, and how many it has. */
  async #readLog(count: number): Promise<{ tail: Buffer; total: number }> {
    const file = await this.#folder.openPlain(this.#sliceId, this.#logPath, constants.O_RDONLY);
    if (!file) return { tail: Buffer.alloc(0), total: 0 };
    try {
      return await readLogTail(file, this.#fileLimit, count);
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
      await clearLog(file, this.#fileLimit);
      await file.write(this.#fanout.history());
    } finally {
      await file.close();
    }
  }
}

/** Waits until QEMU has taken the connection to its console; a monitor that does not answer is not waited for. */
export async function untilConsoleTaken(monitor: Pick<QmpClient, 'execute'>): Promise<void> {
  const deadline = performance.now() + takenMs;
  while (performance.now() < deadline) {
    const devices = await monitor.execute('query-chardev', {}, takenMs).catch(() => []);
    const device = chardevs.parse(devices).find(({ label }) => label === consoleDevice);
    if (device?.filename.startsWith('disconnected:') !== true) return;
    // there is no event for it
    await sleep(5);
  }
}

/** What of `earlier` is not the beginning of `later`, where the two are of one stream and may overlap. */
function beforeOverlap(earlier: Buffer, later: Buffer): Buffer {
  for (let length = Math.min(earlier.length, later.length); length > 0; length--) {
    const border = earlier.length - length;
    if (earlier.subarray(border).equals(later.subarray(0, length))) return earlier.subarray(0, border);
  }
  return earlier;
}
