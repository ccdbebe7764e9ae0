import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { hasCode } from '#server/lib/error-code';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import { forwardKey, type Forward, type ForwardKey, type ForwardProtocol } from '#shared/topology/forward';

/** Below the ports that the kernel gives to outgoing connections, so that none of those is in the way at a restart. */
const firstPort = 20_000;
const lastPort = 29_999;

/** Host ports of the zone's VMs: each reserved for one VM until it is removed, also while it is stopped. */
export class HostPorts {
  readonly #reserved = new Set<number>();
  readonly #isFree: typeof canListen;
  /** Address of the host on which they are to listen. */
  address = '127.0.0.1';
  #next: number;

  /** @param start where to begin looking; different zones should begin at different places */
  constructor(start: number, isFree: typeof canListen = canListen) {
    this.#next = firstPort + (Math.abs(start) % (lastPort - firstPort + 1));
    this.#isFree = isFree;
  }

  reserve(port: number): void {
    this.#reserved.add(port);
  }

  release(port: number): void {
    this.#reserved.delete(port);
  }

  /** Reserves a port on which nobody listens. It is then nobody else's, by either protocol. */
  async allocate(protocol: ForwardProtocol, address = this.address): Promise<number> {
    for (let tries = 0; tries <= lastPort - firstPort; tries++) {
      const port = this.#next;
      this.#next = port === lastPort ? firstPort : port + 1;
      if (this.#reserved.has(port)) continue;
      this.#reserved.add(port);
      const free = await this.isFree(port, protocol, address).catch((error: unknown) => {
        this.#reserved.delete(port);
        throw error;
      });
      if (free) return port;
      this.#reserved.delete(port);
    }
    throw new ProviderError('NO_CAPACITY', say('PORTS_EXHAUSTED'), true);
  }

  /** Whether one can listen on the port now. */
  isFree(port: number, protocol: ForwardProtocol, address = this.address): Promise<boolean> {
    return this.#isFree(port, address, protocol);
  }

  /**
   * The ports of a VM for its wanted forwards, which listen at `address`: known ones stay, new ones are allocated, those no longer
   * wanted are given back.
   */
  async assign(
    known: ReadonlyMap<ForwardKey, number>,
    wanted: readonly Forward[],
    address = this.address,
  ): Promise<Map<ForwardKey, number>> {
    const assigned = new Map<ForwardKey, number>();
    for (const forward of wanted) {
      const key = forwardKey(forward);
      assigned.set(key, known.get(key) ?? (await this.allocate(forward.protocol, address)));
    }
    for (const [key, hostPort] of known) if (!assigned.has(key)) this.release(hostPort);
    return assigned;
  }
}

async function canListen(port: number, address: string, protocol: ForwardProtocol): Promise<boolean> {
  const socket = protocol === 'tcp' ? createServer() : createSocket('udp4');
  try {
    if (socket instanceof Server) socket.listen({ port, host: address, exclusive: true });
    else socket.bind({ port, address, exclusive: true });
    await once(socket, 'listening');
  } catch (error) {
    if (!(socket instanceof Server)) socket.close();
    // no port of it would do
    if (hasCode(error, 'EADDRNOTAVAIL')) throw notOfThisHost(address, error);
    return false;
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return true;
}

/** The zone's settings name an address that the host has not, or no longer has. */
export function notOfThisHost(address: string, cause?: unknown): ProviderError {
  return new ProviderError('UNSUPPORTED', say('FORWARDS_ADDRESS_NOT_HERE', { address }), false, cause);
}
