import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MarkerScanner } from './marker-scanner';

/** Looks on a guest's console for one text, since the guest was started. */
export class ConsoleGate {
  readonly marker: string | null;
  readonly #scanner: MarkerScanner;
  #open: boolean;

  /** @param open it was seen before; a marker of null is never seen */
  constructor(marker: string | null, open: boolean) {
    this.marker = marker;
    this.#scanner = new MarkerScanner(marker === null ? [] : [marker]);
    this.#open = open;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** True when `data` brings what was looked for. */
  push(data: Uint8Array): boolean {
    if (this.#open || this.marker === null) return false;
    this.#open = this.#scanner.push(data).length > 0;
    return this.#open;
  }

  /** The guest starts anew. */
  reset(): void {
    this.#open = false;
    this.#scanner.reset();
  }
}

/** How often a guest that refused a connection, or has not answered yet, is asked again. */
const againMs = 250;

/**
 * Whether something in the guest accepts a connection at a forwarded port. QEMU takes one before the guest does, so that it is
 * held open until QEMU's own list of connections shows that the guest has answered, or refused it. Ends with `signal`.
 * @param connections what QEMU says of the connections of its user network
 */
export async function isAnswering(
  { address, port }: { address: string; port: number },
  connections: () => Promise<string>,
  signal: AbortSignal,
): Promise<boolean> {
  const socket = connect({ host: address, port });
  let ended = false;
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop);
  socket.on('error', () => undefined);
  // who is refused reads the end
  socket.resume();
  socket.once('end', stop);
  socket.once('close', () => {
    ended = true;
  });
  try {
    while (!ended && !signal.aborted) {
      if (isEstablished(await connections(), port)) return true;
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
    await sleep(againMs, undefined, { signal }).catch(() => undefined);
    return false;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** Whether QEMU's list (`info usernet`) has a connection through the host's `port` that the guest has accepted. */
export function isEstablished(connections: string, port: number): boolean {
  // Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  return connections
    .split('\n')
    .some((line) => new RegExp(`TCP\\[ESTABLISHED\\]\\s+\\d+\\s+\\S+\\s+${port}\\s`).test(line));
}
