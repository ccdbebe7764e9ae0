import { connect, type Socket } from 'node:net';
import { hasCode } from '#server/lib/error-code';
import { guestSocket, type MachineName } from './qemu-args';
import type { ZoneFolder } from './zone-folder';

/**
 * The port on which the server tells a guest what only it knows; see `guestPortName`. A guest that does not listen costs
 * nothing: what it has not read yet is not added to.
 */
export class GuestPort {
  #socket: Socket;
  #size: string | null = null;
  #config: string | null = null;
  /** Its guest's clock stood still for a while. */
  #stoodStill = false;
  /** What could not be said yet, since the guest has not read what was said before. */
  #owed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // whatever the guest says, it has begun to listen
    socket.on('data', () => {
      this.#tell();
      if (this.#stoodStill) this.tellTime();
    });
    socket.on('error', () => undefined);
  }

  /** Connects to a QEMU that listens; null for one of before this port. */
  static async open(folder: ZoneFolder, sliceId: number, name: MachineName): Promise<GuestPort | null> {
    const socket = connect({ path: folder.socketPath(sliceId, guestSocket(name)) });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      });
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ECONNREFUSED')) return null;
      throw error;
    }
    return new GuestPort(socket);
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
    this.#socket.write(`clock ${Math.round(Date.now() / 1000)}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #tell(): void {
    const said = `${this.#size ?? ''}${this.#config ?? ''}`;
    this.#owed = this.#socket.writableLength > 0;
    if (said === '' || this.#owed) return;
    this.#socket.write(said, () => {
      if (this.#owed) this.#tell();
    });
  }
}
