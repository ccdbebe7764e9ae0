import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { describeError, type Logger } from '#server/lib/logger';
import type { ConsoleStream } from '#server/providers/provider';
import { AppError } from '#shared/errors';
import type { ConsoleKind } from '#shared/image';
import { say } from '#shared/sentence';
import { consoleNoticeSchema } from '#shared/slice';
import { pump, refuse } from './console-server';

/** Where a server serves the consoles of its zones to other servers, and the subprotocol: the token is a second one. */
const relayPath = '/relay/console';
const relayProtocol = 'trama.relay';
const connectTimeoutMs = 5_000;
/** What came before its reader; the console's history is far below it. */
const maxMessageBytes = 2 * 1024 * 1024;

export interface RelayServer {
  /** Takes over the upgrade if it is another server's; false: it is not. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

/**
 * The home's end of relayed consoles. `open` takes in the token and attaches to the VM, or answers null for a token that
 * is not good. Who may operate the VM is for the server to ask that its user is signed in at: it ends what may not go on.
 */
export function createRelayServer(options: {
  log: Logger;
  open: (token: string) => Promise<ConsoleStream | null>;
}): RelayServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: (protocols) => (protocols.has(relayProtocol) ? relayProtocol : false),
  });

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const token = offered[1];
    // a browser names its page: no page has any business here
    if (request.headers.origin !== undefined) return refuse(socket, 403);
    if (offered[0] !== relayProtocol || token === undefined) return refuse(socket, 400);
    const stream = await options.open(token);
    if (stream === null) return refuse(socket, 401);
    if (socket.destroyed) return stream.close();
    let upgraded = false;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      upgraded = true;
      pump(webSocket, stream, null);
    });
    if (!upgraded) stream.close();
  }

  return {
    handleUpgrade(request, socket, head) {
      const [path] = (request.url ?? '').split('?', 1);
      if (path !== relayPath) return false;
      socket.on('error', () => socket.destroy());
      accept(request, socket, head).catch((error: unknown) => {
        options.log.warn('a console could not be relayed', { error: describeError(error) });
        refuse(socket, 503);
      });
      return true;
    },
    close() {
      for (const client of sockets.clients) client.close(1001, 'The server is stopping.');
      sockets.close();
    },
  };
}

/**
 * A console of another server's VM, of the kind that `token` is for, as that one serves it: bytes both ways, the guest's terminal size, what it has left out, and the
 * reason why it ended. CONSOLE_UNAVAILABLE when that server cannot be reached or refuses.
 */
export async function openRelayedConsole(
  home: { relayUrl: string; host: string },
  token: string,
  kind: ConsoleKind,
): Promise<ConsoleStream> {
  const url = new URL(relayPath, home.relayUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, [relayProtocol, token], {
    handshakeTimeout: connectTimeoutMs,
    maxPayload: maxMessageBytes,
  });
  let data: ((data: Uint8Array) => void) | null = null;
  let closed: ((reason: string) => void) | null = null;
  // what comes before anybody listens: the history is sent at once
  let early: Uint8Array[] = [];
  let earlyBytes = 0;
  let lost: (bytes: number) => void = (bytes) => (earlyLoss += bytes);
  let earlyLoss = 0;
  let reason = `The connection to the server ${home.host} was lost.`;
  let over = false;
  socket.on('message', (message, isBinary) => {
    if (!(message instanceof Buffer)) return;
    if (!isBinary) {
      const notice = noticeOf(message);
      if (notice?.type === 'left-out') lost(notice.bytes);
      else if (notice?.state === 'vm-stopped') reason = notice.message;
      return;
    }
    if (data !== null) return data(message);
    early.push(message);
    earlyBytes += message.length;
    // nobody has come for it
    if (earlyBytes > maxMessageBytes) socket.terminate();
  });
  socket.on('close', (_code, said) => {
    over = true;
    if (said.length > 0) reason = said.toString('utf8');
    closed?.(reason);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (cause) =>
      reject(
        new AppError('CONSOLE_UNAVAILABLE', say('RELAY_SILENT', { host: home.host }), {
          params: { host: home.host },
          cause,
        }),
      ),
    );
  });
  socket.on('error', () => socket.terminate());
  const send = (message: Uint8Array | string) => {
    if (socket.readyState === socket.OPEN) socket.send(message);
  };
  return {
    flow: kind === 'vnc' ? { pause: () => socket.pause(), resume: () => socket.resume() } : null,
    write: send,
    resize: (cols, rows) => send(JSON.stringify({ type: 'resize', cols, rows })),
    onData(listener) {
      data = listener;
      for (const chunk of early) listener(chunk);
      early = [];
    },
    onLoss(listener) {
      lost = listener;
      if (earlyLoss > 0) listener(earlyLoss);
    },
    onClose(listener) {
      closed = listener;
      if (over) listener(reason);
    },
    close: () => socket.close(1000),
  };
}

/** What the home says of the console; null for what is not understood, which a newer one may say. */
function noticeOf(message: Buffer) {
  try {
    return consoleNoticeSchema.safeParse(JSON.parse(message.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
