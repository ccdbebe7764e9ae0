import { createServer } from 'node:net';
import { hasCode } from '#server/lib/error-code';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';

/** Below the ports that the kernel gives to outgoing connections, so that none of those is in the way at a restart. */
const firstPort = 20_000;
const lastPort = 29_999;

/** Host ports of the zone's VMs: each reserved for one VM until it is removed, also while it is stopped. */
export class HostPorts {
  readonly #reserved = new Set<number>();
  readonly #isFree: (port: number, address: string) => Promise<boolean>;
  /** Address of the host on which they are to listen. */
  address = '127.0.0.1';
  #next: number;

  /** @param start where to begin looking; different zones should begin at different places */
  constructor(start: number, isFree: (port: number, address: string) => Promise<boolean> = canListen) {
    this.#next = firstPort + (Math.abs(start) % (lastPort - firstPort + 1));
    this.#isFree = isFree;
  }

  reserve(port: number): void {
    this.#reserved.add(port);
  }

  release(port: number): void {
    this.#reserved.delete(port);
  }

  /** Reserves a port on which nobody listens. */
  async allocate(): Promise<number> {
    for (let tries = 0; tries <= lastPort - firstPort; tries++) {
      const port = this.#next;
      this.#next = port === lastPort ? firstPort : port + 1;
      if (this.#reserved.has(port)) continue;
      this.#reserved.add(port);
      const free = await this.isFree(port).catch((error: unknown) => {
        this.#reserved.delete(port);
        throw error;
      });
      if (free) return port;
      this.#reserved.delete(port);
    }
    throw new ProviderError('NO_CAPACITY', say('PORTS_EXHAUSTED'), true);
  }

  /** Whether one can listen on the port now. */
  isFree(port: number): Promise<boolean> {
    return this.#isFree(port, this.address);
  }

  /**
   * The ports of a VM for its wanted guest ports: known ones stay, new ones are allocated, those no longer wanted are
   * given back.
   */
  async assign(known: ReadonlyMap<number, number>, wanted: readonly number[]): Promise<Map<number, number>> {
    const assigned = new Map<number, number>();
    for (const guestPort of wanted) assigned.set(guestPort, known.get(guestPort) ?? (await this.allocate()));
    for (const [guestPort, hostPort] of known) if (!assigned.has(guestPort)) this.release(hostPort);
    return assigned;
  }
}

function canListen(port: number, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) =>
      // no port of it would do
      hasCode(error, 'EADDRNOTAVAIL') ? reject(notOfThisHost(address, error)) : resolve(false),
    );
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The zone's settings name an address that the host has not, or no longer has. */
export function notOfThisHost(address: string, cause?: unknown): ProviderError {
  return new ProviderError('UNSUPPORTED', say('FORWARDS_ADDRESS_NOT_HERE', { address }), false, cause);
}
