import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Another program has the port. The message is for the person at the terminal. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

export interface Listener {
  server: Server;
  /** `http://localhost:8000` */
  url: string;
  /** From now on this answers; before, every request is told that the server is starting. */
  setHandlers(handlers: {
    request: RequestListener;
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  }): void;
  /** Ends all connections, the endless ones of subscriptions and consoles too. */
  close(): Promise<void>;
}

/** Takes the port at once, so that a second server is told before it touches anything. Rejects with PortTakenError. */
export async function listen(options: { host: string; port: number }): Promise<Listener> {
  let request: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('Trama is starting.\n');
  };
  let upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean = () => false;
  const server = http.createServer((incoming, response) => request(incoming, response));
  // the server counts them, but closing all its connections leaves them open
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (incoming, socket, head) => {
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
