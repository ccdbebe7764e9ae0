import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { z } from 'zod';
import type { Actor, DomainContext } from '#server/domain/context';
import { describeError } from '#server/lib/logger';
import { repeatedly } from '#server/lib/repeatedly';
import type { ConsoleStream } from '#server/providers/provider';
import { AppError, type ErrorCode } from '#shared/errors';
import { consolePath, consoleProtocol } from '#shared/console';
import { consoleControlSchema } from '#shared/console-control';
import type { consoleNoticeSchema } from '#shared/slice';
import { say as tellSaid, type Said } from '#shared/sentence';
import { HeldOutput } from './held-output';
import { OutputRoom } from './output-room';
import { PacedOutput, type PacedOutputOptions } from './paced-output';
import { onlyLook } from './rfb-looker';

type Notice = z.infer<typeof consoleNoticeSchema>;

/** Output that a browser has not taken yet; beyond this it is dropped for that browser, or left out at its source, never held up for the guest. */
const maxBufferedBytes = 512 * 1024;
/** The same of all browsers together, whoever's they are. */
const room = new OutputRoom(64 * 1024 * 1024);
/** Half of what the eye sees as one; a guest that prints without end then costs some sixty frames a second. */
const gatherMs = 15;
/** A browser that takes nothing for so long is given up: it connects again by itself, and gets the history. */
const stuckAfterMs = 15_000;
const pingIntervalMs = 20_000;
/** A terminal sends keys and pastes; nothing larger. */
const maxMessageBytes = 256 * 1024;

/** Whose console it is. */
interface Shown {
  sliceId: number;
  vmId: number;
  vmName: string;
  /** What comes from the client is passed over. */
  readOnly: boolean;
}

export interface ConsoleServerOptions {
  domain: Pick<DomainContext, 'bus' | 'log'>;
  /** Who the upgrade request comes from, by its session cookie or bearer token. May reject with an AppError. */
  authenticate: (request: IncomingMessage) => Promise<Actor | null>;
  originAllowed: (request: IncomingMessage) => boolean;
  /** Spends the one-time token, whatever comes of it, and attaches to the VM's console. */
  open: (actor: Actor, token: string) => Promise<ConsoleStream & Shown>;
  /** Spends the one-time token of a request that is refused before {@link open}. */
  spend: (token: string) => Promise<void>;
  /** Whether the session that opened the console goes on: asked again and again while it is open. */
  stillSignedIn: (actor: Actor) => Promise<boolean>;
  /** Whether they may still do with the VM's slice what their console lets them: asked with it. */
  maySlice: (actor: Actor, sliceId: number, need: 'read' | 'operate') => Promise<boolean>;
  /** Whether the VM is still of a slice: asked when its console ends. */
  isThere: (vmId: number) => Promise<boolean>;
  /** How often the two are asked, besides whenever what the account may do has changed. */
  askAgainMs: number;
}

export interface ConsoleServer {
  /** Takes over the upgrade if it is for the console; false: it is not ours. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

/**
 * Consoles over WebSocket: subprotocols `trama.console` and the one-time token (so that it is in no URL and no log),
 * binary frames for the bytes of the terminal, or of RFB, both ways, text frames for what is to be said about it: by the server a notice
 * (`consoleNoticeSchema`), by the client a control (`consoleControlSchema`).
 */
export function createConsoleServer(options: ConsoleServerOptions): ConsoleServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: (protocols) => (protocols.has(consoleProtocol) ? consoleProtocol : false),
  });

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const token = offered[1];
    // a token that came by a wrong way is known to somebody who should not have it
    const refuseAndSpend = async (status: keyof typeof reasons) => {
      if (token !== undefined) await options.spend(token);
      refuse(socket, status);
    };
    if (!options.originAllowed(request)) return refuseAndSpend(403);
    if (offered[0] !== consoleProtocol || token === undefined) return refuse(socket, 400);
    let stream: ConsoleStream & Shown;
    let actor: Actor | null;
    try {
      actor = await options.authenticate(request);
      if (actor === null) return await refuseAndSpend(401);
      stream = await options.open(actor, token);
    } catch (error) {
      const known = error instanceof AppError;
      if (!known) options.domain.log.error('console could not be opened', { error: describeError(error) });
      return refuse(socket, known ? (refusals[error.code] ?? 503) : 503);
    }
    if (socket.destroyed) return stream.close();
    let upgraded = false;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      upgraded = true;
      const reasonToEnd = async () => {
        if (!(await options.stillSignedIn(actor))) return 'The session has ended.';
        if (await options.maySlice(actor, stream.sliceId, stream.readOnly ? 'read' : 'operate')) return null;
        return stream.readOnly ? 'You may not see this VM any more.' : 'You may not operate this VM any more.';
      };
      const onNews = (ask: () => void) => options.domain.bus.listenAccount(actor.userId, ask);
      const removed = async () =>
        (await options.isThere(stream.vmId)) ? null : tellSaid('CONSOLE_VM_REMOVED', { vm: stream.vmName });
      pump(webSocket, stream.readOnly ? onlyRead(stream) : stream, {
        everyMs: options.askAgainMs,
        onNews,
        reasonToEnd,
        removed,
      });
    });
    // a handshake that `ws` refuses (it answers by itself) must not leave a reader behind
    if (!upgraded) stream.close();
  }

  return {
    handleUpgrade(request, socket, head) {
      // not `new URL`: it throws on what anybody may send
      const [path] = (request.url ?? '').split('?', 1);
      if (path !== consolePath) return false;
      socket.on('error', () => socket.destroy());
      accept(request, socket, head).catch((error: unknown) => {
        options.domain.log.error('console upgrade failed', { error: describeError(error) });
        refuse(socket, 500);
      });
      return true;
    },
    close() {
      for (const client of sockets.clients) client.close(1001, 'The server is stopping.');
      sockets.close();
    },
  };
}

const reasons = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
const refusals: Partial<Record<ErrorCode, keyof typeof reasons>> = {
  CONSOLE_TOKEN_INVALID: 401,
  RATE_LIMITED: 429,
  TOO_MANY_CONSOLES: 429,
};

/** A console that hears nothing of its reader: neither keys nor how large their terminal is, by which others work. */
export function onlyRead(stream: ConsoleStream): ConsoleStream {
  if (stream.flow !== null) return onlyLook(stream);
  return { ...stream, write: () => undefined, resize: () => undefined };
}

/** Answers the handshake with a status, and ends it. */
export function refuse(socket: Duplex, status: keyof typeof reasons): void {
  socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function outputOf({ flow }: ConsoleStream, options: Omit<PacedOutputOptions, 'gatherMs'>) {
  return flow === null ? new PacedOutput({ ...options, gatherMs }) : new HeldOutput({ ...options, flow });
}

/** Bytes between the two until either ends, or there is a reason why it must, which `asking` is about. */
export function pump(
  webSocket: WebSocket,
  stream: ConsoleStream,
  asking: {
    everyMs: number;
    /** Hears when it is to be asked out of turn. */
    onNews: (ask: () => void) => () => void;
    reasonToEnd: () => Promise<string | null>;
    /** Says that there will be no console again, since the VM is gone for good; null where it only stopped. */
    removed: () => Promise<Said | null>;
  } | null,
): void {
  const say = (notice: Notice) => {
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(JSON.stringify(notice));
  };
  let alive = true;
  const pings = setInterval(() => {
    // a browser that vanished without closing answers no ping
    if (!alive) return webSocket.terminate();
    alive = false;
    webSocket.ping();
  }, pingIntervalMs);
  let left = false;
  const output = outputOf(stream, {
    send: (data, done) => {
      if (webSocket.readyState === webSocket.OPEN) webSocket.send(data, () => done());
      else done();
    },
    onLoss: (bytes) => say({ type: 'left-out', bytes }),
    onStuck: () => webSocket.terminate(),
    room,
    capacity: maxBufferedBytes,
    stuckAfterMs,
  });
  const leave = () => {
    if (left) return;
    left = true;
    asked?.stop();
    stopListening();
    output.close();
    stream.close();
  };
  // a database that is away ends nobody's session
  const asked =
    asking === null
      ? null
      : repeatedly(asking.everyMs, async () => {
          const reason = await asking.reasonToEnd();
          if (reason === null) return;
          // at once: a client that does not answer the closing could go on typing until it is given up
          leave();
          webSocket.close(1008, reason);
        });
  const stopListening = asking === null || asked === null ? () => {} : asking.onNews(asked.now);
  // what was taken while it was being opened was told to nobody
  asked?.now();
  webSocket.on('pong', () => {
    alive = true;
  });
  webSocket.on('message', (data, isBinary) => {
    if (!(data instanceof Buffer)) return;
    if (isBinary) return stream.write(data);
    const control = parseControl(data);
    if (control !== null) stream.resize(control.cols, control.rows);
  });
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('close', () => {
    clearInterval(pings);
    leave();
  });
  say({ type: 'state', state: 'attached', message: 'Connected.' });
  if (output instanceof PacedOutput) stream.onLoss?.((bytes) => output.lose(bytes));
  stream.onData((data) => output.push(data));
  stream.onClose((reason) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    output.end();
    const end = (notice: Notice) => {
      if (webSocket.readyState !== webSocket.OPEN) return;
      say(notice);
      webSocket.close(1000);
    };
    const stopped: Notice = { type: 'state', state: 'vm-stopped', message: reason };
    if (asking === null) return end(stopped);
    // where nobody can say it now, it is told as stopped, and found gone by the next attempt
    asking.removed().then(
      (said) =>
        end(said === null ? stopped : { type: 'state', state: 'closed', ...said, sentences: [...said.sentences] }),
      () => end(stopped),
    );
  });
}

/** What a client asks for in a text frame, or null: what is not understood is passed over, so that newer clients work. */
function parseControl(data: Buffer) {
  try {
    return consoleControlSchema.safeParse(JSON.parse(data.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
