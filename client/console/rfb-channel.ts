import type { ConsoleConnection } from './console-connection';

/**
 * One attachment of a console as noVNC takes it: what looks like a WebSocket that is open. The connection itself, its attempts and what the server
 * says of it stay the console's.
 */
export class RfbChannel {
  binaryType = 'arraybuffer';
  readonly protocol = '';
  readyState = 'open';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBufferLike }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  private readonly connection: Pick<ConsoleConnection, 'send'>;

  constructor(connection: Pick<ConsoleConnection, 'send'>) {
    this.connection = connection;
  }

  send(data: Uint8Array): void {
    // noVNC writes over its buffer at once
    if (this.readyState === 'open') this.connection.send(Uint8Array.from(data));
  }

  close(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.onclose?.({ code: 1000, reason: '' });
  }

  /** What came from the guest. */
  heard(data: Uint8Array): void {
    if (this.readyState === 'open') this.onmessage?.({ data: Uint8Array.from(data).buffer });
  }
}
