import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** What becomes of a query: it passes, it never reaches the database, or it is done there and nobody hears of it. */
export type Fate = 'passes' | 'unsent' | 'unheard';

export interface KillingProxy {
  /** The database behind `target`, through the proxy. */
  url: string;
  close(): Promise<void>;
}

const comQuery = 3;

/**
 * Stands between a program and its database, and breaks the connection off at a query: what the database then sees is what it
 * sees when the program is killed with -9 at that instant. `decide` is asked for each query; `broken` is called before the
 * connection is.
 */
export async function startKillingProxy(
  target: string,
  decide: (sql: string) => Fate,
  broken: () => void = () => {},
): Promise<KillingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(port), hostname);
    const end = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.once('close', end).on('error', end).setNoDelay();
    }
    let unheard = false;
    database.on('data', (bytes) => {
      if (!unheard) return void client.write(bytes);
      broken();
      end();
    });
    let rest: Buffer = Buffer.alloc(0);
    client.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (;;) {
        if (rest.length < 4) return;
        const length = 4 + rest.readUIntLE(0, 3);
        if (rest.length < length) return;
        const packet = rest.subarray(0, length);
        rest = rest.subarray(length);
        // commands begin a sequence of their own; what belongs to the handshake does not
        const isQuery = packet[3] === 0 && packet[4] === comQuery;
        // MySQL puts the number of attributes before the text: none
        const fate = isQuery ? decide(packet.toString('utf8', 5).replace(/^\x00\x01/, '')) : 'passes';
        if (fate === 'unsent') {
          broken();
          end();
          return;
        }
        if (fate === 'unheard') unheard = true;
        database.write(packet);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
