import { rmSync } from 'node:fs';
import type { LinkQuality } from '#shared/topology/link';
import { elsewhere } from '../services/elsewhere';
import { ServicePort } from '../services/service-port';
import { addressOf, DatagramSocket } from './datagrams';
import type { Answer, Ask, Direction, DirectionCounts } from './protocol';
import { Shaper } from './shaper';

/** Larger than any frame that QEMU sends: 68 KiB with all offloads. */
const largestFrame = 1 << 17;
/** So many frames are taken in a row from one direction before the others have their turn. */
const atOnce = 64;
/** How long a receiver that is full is left alone. No event says that it has room again: see `datagrams.ts`. */
const againMs = 1;

const buffer = Buffer.allocUnsafe(largestFrame);

/** One direction that is relayed. */
class Line {
  readonly #at: string;
  readonly #shaper: Shaper;
  readonly #socket: DatagramSocket;
  #to: Uint8Array;
  #timer: NodeJS.Timeout | null = null;
  #frames = 0;
  #bytes = 0;
  /** Frames for which nobody had the address they go to. */
  #unheard = 0;
  #onEmpty: (() => void) | null = null;

  constructor({ at, to, quality }: Direction) {
    rmSync(at, { force: true });
    this.#at = at;
    this.#to = addressOf(to);
    this.#shaper = new Shaper(quality, Math.random);
    this.#socket = new DatagramSocket(at, () => this.#receive());
  }

  change(to: string, quality: LinkQuality): void {
    this.#to = addressOf(to);
    this.#onEmpty = null;
    this.#shaper.change(quality, performance.now());
    this.#pass();
  }

  /** Calls back, once closed, when all that is under way has arrived. */
  release(onClosed: () => void): void {
    this.#onEmpty = () => {
      this.#socket.close();
      rmSync(this.#at, { force: true });
      onClosed();
    };
    this.#receive();
  }

  counts(): DirectionCounts {
    const { dropped, ...counts } = this.#shaper.counts;
    return { frames: this.#frames, bytes: this.#bytes, ...counts, dropped: dropped + this.#unheard };
  }

  #receive(): void {
    // whatever waits here would have its sender ask for room without a pause: nothing is left unread
    for (let n = 0; n < atOnce; n += 1) {
      const length = this.#socket.receive(buffer);
      if (length === null) break;
      this.#shaper.push(Uint8Array.prototype.slice.call(buffer, 0, length), performance.now());
    }
    this.#pass();
  }

  /** Passes on what is due, and comes back for the rest. */
  #pass(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (;;) {
      const now = performance.now();
      const data = this.#shaper.due(now);
      if (data === null) break;
      const outcome = this.#socket.send(data, this.#to);
      if (outcome === 'full') {
        this.#timer = setTimeout(() => this.#pass(), againMs);
        return;
      }
      this.#shaper.shift();
      if (outcome === 'gone') this.#unheard += 1;
      else {
        this.#frames += 1;
        this.#bytes += data.length;
      }
    }
    const next = this.#shaper.nextDue;
    if (next !== null) this.#timer = setTimeout(() => this.#pass(), Math.max(0, next - performance.now()));
    else {
      const empty = this.#onEmpty;
      this.#onEmpty = null;
      empty?.();
    }
  }
}

/** All directions of a slice's edges that need more than a wire, and the servers of its networks. */
export class Relay {
  readonly #lines = new Map<string, Line>();
  readonly #services = new Map<string, ServicePort>();
  readonly #askElsewhere = elsewhere();

  answer(ask: Ask): Answer {
    if ('shape' in ask) this.#shape(ask.shape);
    else if ('release' in ask) {
      const at = ask.release;
      this.#lines.get(at)?.release(() => this.#lines.delete(at));
    } else if ('serve' in ask) this.#serve(ask.serve);
    else if ('unserve' in ask) {
      this.#services.get(ask.unserve)?.close();
      this.#services.delete(ask.unserve);
    } else return { counts: Object.fromEntries([...this.#lines].map(([at, line]) => [at, line.counts()])) };
    return {};
  }

  #serve(port: ConstructorParameters<typeof ServicePort>[0]): void {
    const known = this.#services.get(port.at);
    if (known) known.change(port.config);
    else this.#services.set(port.at, new ServicePort(port, this.#askElsewhere));
  }

  #shape(direction: Direction): void {
    const known = this.#lines.get(direction.at);
    if (known) known.change(direction.to, direction.quality);
    else this.#lines.set(direction.at, new Line(direction));
  }
}
