import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import type { Duplex } from 'node:stream';
import { hostPolicy, hostRefusal } from './hosts';

/** Another program has the port. The message is for the person at the terminal. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

export interface Listener {
  server: Server;
  /** `http://localhost:8000` */
  url: string;
  /** The same, as another machine says it. */
  peerUrl: string;
  /** From now on this answers; before, every request is told that the server is starting. */
  setHandlers(handlers: {
    request: RequestListener;
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  }): void;
  /** Ends all connections, the endless ones of subscriptions and consoles too. */
  close(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  port: number;
  /** By which it may be called besides loopback's names and its own address. */
  publicUrl?: string | null;
  allowedHosts?: readonly string[];
  /** In which a request's head, and the whole request, must have come. */
  headMs?: number;
  requestMs?: number;
}

/** A name for the address that is listened on; the machine's own where that is every address. */
function peerName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return os.hostname();
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Takes the port at once, so that a second server is told before it touches anything. Rejects with PortTakenError. Whoever
 * calls by a foreign name is refused, whatever they ask for: pages, files, the API, WebSockets.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const mayCall = hostPolicy({
    listening: options.host,
    machine: os.hostname(),
    publicUrl: options.publicUrl ?? null,
    allowed: options.allowedHosts ?? [],
  });
  let request: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('Trama is starting.\n');
  };
  let upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean = () => false;
  const headMs = options.headMs ?? 15_000;
  const requestMs = options.requestMs ?? 60_000;
  const server = http.createServer(
    // a request that does not come to its end is answered 408 and closed; Node's own limit is five minutes
    { headersTimeout: headMs, requestTimeout: requestMs, connectionsCheckingInterval: Math.min(headMs, 5_000) },
    (incoming, response) => {
      const { host } = incoming.headers;
      if (mayCall(host)) request(incoming, response);
      else
        response
          .writeHead(421, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
          .end(hostRefusal(host ?? ''));
    },
  );
  // the server counts them, but closing all its connections leaves them open
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (incoming, socket, head) => {
    if (!mayCall(incoming.headers.host)) {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 421 Misdirected Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    // in development Vite listens as well, for its hot reload
    if (!upgrade(incoming, socket, head) && server.listenerCount('upgrade') === 1) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(
          new PortTakenError(
            `Port ${options.port} is taken by another program (perhaps Trama runs already). Choose another: TRAMA_PORT=8001 npm start`,
          ),
        );
      else if (error.code === 'EACCES')
        reject(
          new PortTakenError(
            `Port ${options.port} may not be opened by this user. Choose one above 1023 with TRAMA_PORT.`,
          ),
        );
      else reject(error);
    });
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const anywhere = options.host === '0.0.0.0' || options.host === '::' || options.host === '127.0.0.1';
  return {
    server,
    peerUrl: `http://${peerName(options.host)}:${port}`,
    url: `http://${anywhere ? 'localhost' : options.host}:${port}`,
    setHandlers(handlers) {
      ({ request, upgrade } = handlers);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}
