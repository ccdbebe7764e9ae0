import { createServer } from 'node:net';
import { ProviderError } from '#server/lib/provider-error';

/** Below the ports that the kernel gives to outgoing connections, so that none of those is in the way at a restart. */
const firstPort = 20_000;
const lastPort = 29_999;

/** Host ports of the zone's VMs: each reserved for one VM until it is removed, also while it is stopped. */
export class HostPorts {
  readonly #reserved = new Set<number>();
  readonly #isFree: (port: number) => Promise<boolean>;
  #next: number;

  /** @param start where to begin looking; different zones should begin at different places */
  constructor(start: number, isFree: (port: number) => Promise<boolean> = canListen) {
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
      if (await this.#isFree(port)) return port;
      this.#reserved.delete(port);
    }
    throw new ProviderError('NO_CAPACITY', 'The zone has no free port for a forward.', true);
  }

  /** Whether one can listen on the port now. */
  isFree(port: number): Promise<boolean> {
    return this.#isFree(port);
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

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
