import { randomBytes } from 'node:crypto';
import { withTimeout } from '#server/lib/timeout';
import { guestSocket, type MachineName } from '../qemu-args';
import type { ZoneFolder } from '../zone-folder';
import { floodedGuest, silentGuest } from './guest-errors';
import { GuestSocket } from './guest-socket';

/** Longer than a line of base64, and than the longest figure. */
const lineBytes = 256;
/** Of what a question is answered with, line by line: the prefix of each line, and its end. */
const bytesBeside = 40;
/** A guest that begins to listen more often is no listener. */
const beginsEveryMs = 1_000;

interface Question {
  lines: string[];
  /** Lines that it may still be answered with. */
  left: number;
  resolve: (answer: PortAnswer) => void;
  reject: (error: Error) => void;
}

export interface PortAnswer {
  lines: string[];
  code: number;
}

/**
 * The port on which the server tells a guest what only it knows, and asks it what only the guest does; see `guestPortName`. A guest that does not
 * listen costs nothing: what it has not read yet is not added to.
 */
export class GuestPort {
  #socket: GuestSocket | null = null;
  readonly #questions = new Map<string, Question>();
  #size: string | null = null;
  #config: string | null = null;
  /** Its guest's clock stood still for a while. */
  #stoodStill = false;
  /** What could not be said yet, since the guest has not read what was said before. */
  #owed = false;
  #begunAt = Number.NEGATIVE_INFINITY;

  /** Connects to a QEMU that listens; null for one of before this port. */
  static async open(
    folder: Pick<ZoneFolder, 'socketPath'>,
    sliceId: number,
    name: MachineName,
  ): Promise<GuestPort | null> {
    const port = new GuestPort();
    port.#socket = await GuestSocket.open(folder.socketPath(sliceId, guestSocket(name)), lineBytes, {
      onLine: (line) => port.#hear(line),
      onFlood: () => port.#giveUp(floodedGuest()),
    });
    return port.#socket === null ? null : port;
  }

  /** The size of the terminal that shows the guest's console, in characters. */
  resize(cols: number, rows: number): void {
    this.#size = `size ${cols} ${rows}\n`;
    this.#tell();
  }

  /** The guest's configuration as it is now, where it is not the one that it was started with any more. */
  configure(config: string): void {
    this.#config = [
      'config',
      ...config
        .trimEnd()
        .split('\n')
        // they are of its start
        .filter((line) => !line.startsWith('file '))
        .map((line) => `+ ${line}`),
      'end',
      '',
    ].join('\n');
    this.#tell();
  }

  /** The time of now, for a guest whose clock stood still; said again whenever it begins to listen. */
  tellTime(): void {
    this.#stoodStill = true;
    this.#socket?.write(`clock ${Math.round(Date.now() / 1000)}\n`);
  }

  /**
   * Asks the guest, which answers in at most `lines` lines. TIMEOUT where it does not within `ms`, UNAVAILABLE where it says other things without end. What
   * it was asked and has not read it may do later: `here` is a question that does nothing.
   */
  async ask(verb: 'here' | 'status' | 'run', words: readonly string[], { ms, lines }: { ms: number; lines: number }) {
    const socket = this.#socket;
    if (socket === null || socket.isStuck) throw silentGuest();
    if (socket.flooded) throw floodedGuest();
    const id = randomBytes(6).toString('hex');
    const answered = new Promise<PortAnswer>((resolve, reject) => {
      this.#questions.set(id, { lines: [], left: lines, resolve, reject });
    });
    socket.expect(lines * (lineBytes + bytesBeside));
    socket.write(`${[verb, id, ...words].join(' ')}\n`);
    try {
      return await withTimeout(answered, ms, silentGuest);
    } finally {
      this.#questions.delete(id);
    }
  }

  close(): void {
    this.#giveUp(silentGuest());
    this.#socket?.close();
  }

  #hear(line: string): void {
    const [, mark = '', id = '', text = ''] = /^([=.]) ([0-9a-f]{12})(?: (.*))?$/.exec(line) ?? [];
    if (line === 'hello') return this.#begun();
    const question = this.#questions.get(id);
    if (question === undefined) return;
    if (mark === '=') {
      question.lines.push(text);
      if (--question.left < 0) question.reject(floodedGuest());
    } else question.resolve({ lines: question.lines, code: /^\d{1,3}$/.test(text) ? Number(text) : 255 });
  }

  /** It has begun to listen. */
  #begun(): void {
    const now = performance.now();
    if (now - this.#begunAt < beginsEveryMs) return;
    this.#begunAt = now;
    this.#tell();
    if (this.#stoodStill) this.tellTime();
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#questions.values()) reject(error);
  }

  #tell(): void {
    const said = `${this.#size ?? ''}${this.#config ?? ''}`;
    this.#owed = this.#socket?.isBehind === true;
    if (said === '' || this.#owed) return;
    this.#socket?.write(said, () => {
      if (this.#owed) this.#tell();
    });
  }
}
