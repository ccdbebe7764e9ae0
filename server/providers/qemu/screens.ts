import { connect, type Socket } from 'node:net';
import { say } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { notRunning } from '../errors';
import type { ConsoleStream } from '../provider';
import { screenSocket, type MachineName } from './qemu-args';
import type { VmRecord } from './records';
import type { ZoneFolder } from './zone-folder';

/** What a reader sends that QEMU does not take. RFB has nothing that could be left out, so beyond this the reader is given up. */
const inputLimit = 1024 * 1024;

/** The graphical console of one VM: QEMU's RFB server has a state for each reader, so each is a connection of its own. */
export class Screens {
  readonly #folder: ZoneFolder;
  readonly #sliceId: number;
  readonly #name: MachineName;
  readonly #open = new Map<Socket, (reason: string) => void>();
  readonly #glances = new Set<Socket>();

  constructor(folder: ZoneFolder, sliceId: number, name: MachineName) {
    this.#folder = folder;
    this.#sliceId = sliceId;
    this.#name = name;
  }

  /** Those that are open, but for glances. */
  get readers(): number {
    return this.#open.size - this.#glances.size;
  }

  /** One more reader of the VM, which runs. UNSUPPORTED where it was started without a screen. */
  async open({ spec, applied }: Pick<VmRecord, 'spec' | 'applied'>, glance: boolean): Promise<ConsoleStream> {
    if (applied?.properties['graphics'] !== true)
      throw new ProviderError('UNSUPPORTED', say('CONSOLE_NO_SCREEN', { vm: spec.name }), false);
    const socket = connect({ path: this.#folder.socketPath(this.#sliceId, screenSocket(this.#name)) });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', () => reject(notRunning()));
    });
    socket.on('error', () => undefined);
    if (glance) this.#glances.add(socket);
    return this.#stream(socket);
  }

  /** Ends all readers. */
  close(reason: string): void {
    for (const end of this.#open.values()) end(reason);
  }

  #stream(socket: Socket): ConsoleStream {
    let onClose: ((reason: string) => void) | null = null;
    let ended: string | null = null;
    const end = (reason: string) => {
      if (ended !== null) return;
      ended = reason;
      this.#open.delete(socket);
      this.#glances.delete(socket);
      socket.destroy();
      onClose?.(reason);
    };
    this.#open.set(socket, end);
    socket.once('close', () => end('The graphical console was closed.'));
    return {
      // nobody reads it before there is a listener
      flow: { pause: () => socket.pause(), resume: () => socket.resume() },
      write: (data) => {
        if (ended !== null) return;
        if (socket.writableLength + data.length > inputLimit) end('The graphical console takes nothing more.');
        else socket.write(data);
      },
      resize: () => undefined,
      onData: (listener) => void socket.on('data', listener),
      onClose: (listener) => {
        onClose = listener;
        if (ended !== null) listener(ended);
      },
      close: () => {
        onClose = null;
        end('The console was closed.');
      },
    };
  }
}
