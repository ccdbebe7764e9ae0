import { rmSync } from 'node:fs';
import { addressOf, DatagramSocket } from '../relay/datagrams';
import type { ServiceConfig } from './config';
import { SegmentServer, type AskElsewhere } from './segment-server';

/** What is longer asks for nothing here, and is cut; the largest MTU is less. */
const longest = 16_384;
/** So many frames are taken in a row from one network before the others have their turn. */
const atOnce = 64;

const buffer = Buffer.alloc(longest);

/** The port of a network's hub at which its server is. */
export class ServicePort {
  readonly #at: string;
  readonly #socket: DatagramSocket;
  readonly #server: SegmentServer;

  /** @param at where it receives the network's frames @param to where it puts its own */
  constructor({ at, to, config }: { at: string; to: string; config: ServiceConfig }, askElsewhere: AskElsewhere) {
    rmSync(at, { force: true });
    this.#at = at;
    const hub = addressOf(to);
    this.#socket = new DatagramSocket(at, () => this.#receive());
    this.#server = new SegmentServer(config, {
      // what has no room is lost, as on any network: who asks asks again
      send: (frame) => void this.#socket.send(frame, hub),
      askElsewhere,
      now: () => performance.now() / 1000,
    });
  }

  change(config: ServiceConfig): void {
    this.#server.change(config);
  }

  close(): void {
    this.#socket.close();
    rmSync(this.#at, { force: true });
  }

  #receive(): void {
    // whatever waits here would have the hub ask for room without a pause: nothing is left unread
    for (let n = 0; n < atOnce; n += 1) {
      const length = this.#socket.receive(buffer);
      if (length === null) return;
      try {
        this.#server.hear(buffer.subarray(0, length));
      } catch {
        // a frame that nobody has thought of costs its answer, and not all links of the slice
      }
    }
  }
}
