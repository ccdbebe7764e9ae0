import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { maxDatagram, readUdpFrame, udpFrame } from './udp-frames';

/** A port of the host, and the guest's that it stands for. */
interface UdpForward {
  address: string;
  hostPort: number;
  guestPort: number;
}

/** Who talks to a forwarded port, as the guest knows them: by a port of the host of its network. */
interface Peer {
  port: number;
  guestPort: number;
  answer(data: Uint8Array): void;
}

/** So many peers of a VM are known at once; who has been silent for longest makes room. */
const maxPeers = 1_024;
const firstPort = 1_024;
const ports = 65_536 - firstPort;

/** The UDP forwards of one VM: sockets of the host on one side, frames to and from its guest on the other. The guest answers; it cannot begin. */
export class UdpForwarder {
  readonly #mac: string;
  readonly #send: (frame: Buffer) => void;
  readonly #sockets = new Map<string, Socket>();
  /** By where they are and what they talk to, those that were heard last at the end. */
  readonly #peers = new Map<string, Peer>();
  readonly #byPort = new Map<number, Peer>();
  #next = 0;

  /** @param send takes a frame for the guest, whose NIC has `mac` */
  constructor(mac: string, send: (frame: Buffer) => void) {
    this.#mac = mac;
    this.#send = send;
  }

  /** Listens for these, and for no others. Rejects with what the system says of the first that it cannot listen for; the others are. */
  async listen(forwards: readonly UdpForward[]): Promise<void> {
    const wanted = new Map(forwards.map((forward) => [keyOf(forward), forward]));
    for (const [key, socket] of this.#sockets) if (!wanted.has(key)) this.#stop(key, socket);
    const missing = [...wanted].filter(([key]) => !this.#sockets.has(key));
    const opened = await Promise.allSettled(missing.map(([key, forward]) => this.#open(key, forward)));
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Takes a frame that the guest has sent. */
  fromGuest(frame: Buffer): void {
    const datagram = readUdpFrame(frame);
    const peer = datagram === null ? undefined : this.#byPort.get(datagram.port);
    if (datagram !== null && peer?.guestPort === datagram.guestPort) peer.answer(datagram.data);
  }

  close(): void {
    for (const [key, socket] of this.#sockets) this.#stop(key, socket);
  }

  async #open(key: string, forward: UdpForward): Promise<void> {
    const socket = createSocket('udp4');
    try {
      socket.bind({ port: forward.hostPort, address: forward.address, exclusive: true });
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw error;
    }
    // what cannot be answered any more is nobody's error
    socket.on('error', () => undefined);
    socket.on('message', (data, { address, port }) => {
      if (data.length > maxDatagram) return;
      const peer = this.#peerOf(`${key} ${address}:${port}`, forward.guestPort, (answer) =>
        socket.send(answer, port, address, () => undefined),
      );
      this.#send(udpFrame({ mac: this.#mac, guestPort: forward.guestPort }, peer.port, data));
    });
    this.#sockets.set(key, socket);
  }

  #peerOf(key: string, guestPort: number, answer: Peer['answer']): Peer {
    const known = this.#peers.get(key);
    if (known) this.#peers.delete(key);
    const peer = known ?? { port: this.#freePort(), guestPort, answer };
    this.#peers.set(key, peer);
    this.#byPort.set(peer.port, peer);
    return peer;
  }

  #freePort(): number {
    for (const [key, oldest] of this.#peers) {
      if (this.#peers.size < maxPeers) break;
      this.#forget(key, oldest);
    }
    for (;;) {
      const port = firstPort + (this.#next++ % ports);
      if (!this.#byPort.has(port)) return port;
    }
  }

  #forget(key: string, peer: Peer): void {
    this.#peers.delete(key);
    this.#byPort.delete(peer.port);
  }

  #stop(key: string, socket: Socket): void {
    this.#sockets.delete(key);
    socket.close();
    for (const [who, peer] of this.#peers) if (who.startsWith(`${key} `)) this.#forget(who, peer);
  }
}

const keyOf = ({ address, hostPort, guestPort }: UdpForward) => `${address}:${hostPort}-${guestPort}`;
