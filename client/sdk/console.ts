import type { WebSocket } from 'ws';
import { consoleProtocol } from '#shared/console';
import type { ConsoleControl } from '#shared/console-control';
import { TramaError, toTramaError } from './errors';
import type { Transport } from './transport';

/** Output that was not read yet; beyond it the connection is paused. */
const maxWaitingBytes = 1024 * 1024;

/** A VM's console, by default its serial one: read it by `for await`, write to it, close it. */
export interface TramaConsole extends AsyncIterable<Uint8Array> {
  /** Bytes to the guest, as if typed; text as UTF-8. Enter is `\r`. What is written after the end goes nowhere. */
  write(data: string | Uint8Array): void;
  /** The size of the terminal that shows it, in cells (1 to 1000): guests that listen for it set their own by it. */
  resize(cols: number, rows: number): void;
  close(): void;
  /** The slice is shared to view only: what is written goes nowhere. */
  readonly readOnly: boolean;
  /** How many bytes of the guest's output are missing by now: they were not read in time. */
  readonly leftOut: () => number;
  /** Resolves when it has ended, with what the server said last: `closed by us`, or why the VM's side ended. */
  readonly closed: Promise<string>;
}

/**
 * Opens the console behind a ticket of `slices.openConsole`. Reading ends when the console does. Rejects with
 * CONSOLE_UNAVAILABLE and the like when it cannot be opened.
 */
export async function openConsole(
  transport: Transport,
  ticket: { token: string; path: string; readOnly: boolean },
  signal: AbortSignal | undefined,
): Promise<TramaConsole> {
  const { WebSocket } = await import('ws');
  const url = transport.url.replace(/^http/, 'ws') + ticket.path;
  const socket = new WebSocket(url, [consoleProtocol, ticket.token], { headers: transport.headers() });
  const chunks: Uint8Array[] = [];
  let waiting = 0;
  let missing = 0;
  let wake = () => {};
  let ended = false;
  let said = 'The console was closed.';
  const closed = new Promise<string>((resolve) => {
    socket.once('close', (_code, reason) => {
      ended = true;
      wake();
      resolve(reason.length > 0 ? reason.toString('utf8') : said);
    });
  });
  // before it is open: the server sends its history at once
  socket.on('message', (data, isBinary) => {
    if (!(data instanceof Buffer)) return;
    if (isBinary) {
      chunks.push(data);
      waiting += data.length;
      // the server bounds what waits there
      if (waiting > maxWaitingBytes) socket.pause();
    } else {
      const notice = noticeOf(data.toString('utf8'));
      said = notice.message ?? said;
      missing += notice.leftOut;
    }
    wake();
  });
  const leave = () => socket.terminate();
  signal?.addEventListener('abort', leave);
  void closed.then(() => signal?.removeEventListener('abort', leave));
  await opened(socket, transport.url);
  if (signal?.aborted === true) leave();

  async function* read(): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
          waiting -= chunk.length;
          if (socket.isPaused && waiting <= maxWaitingBytes / 2) socket.resume();
          yield chunk;
        }
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      socket.close();
    }
  }
  const reader = read();
  return {
    write(data) {
      if (socket.readyState === socket.OPEN) socket.send(typeof data === 'string' ? Buffer.from(data) : data);
    },
    resize(cols, rows) {
      const control: ConsoleControl = { type: 'resize', cols, rows };
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(control));
    },
    close: () => socket.close(),
    readOnly: ticket.readOnly,
    leftOut: () => missing,
    closed,
    [Symbol.asyncIterator]: () => ({ next: () => reader.next(), return: () => reader.return() }),
  };
}

function opened(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (request, response) => {
      const status = response.statusCode ?? 0;
      const refused =
        status === 401 || status === 403
          ? new TramaError('CONSOLE_TOKEN_INVALID', 'The server refused the console.', { status })
          : new TramaError('CONSOLE_UNAVAILABLE', 'The console of this VM cannot be opened now.', { status });
      reject(refused);
      request.destroy();
    });
    // stays: an error after the opening is followed by `close`
    socket.on('error', (error) => reject(toTramaError(error, url)));
  });
}

/** What a notice says, which comes as JSON in a text frame: its sentence, and how many bytes are missing. */
function noticeOf(text: string): { message: string | null; leftOut: number } {
  try {
    const notice: unknown = JSON.parse(text);
    if (typeof notice !== 'object' || notice === null) return { message: null, leftOut: 0 };
    return {
      message: 'message' in notice && typeof notice.message === 'string' ? notice.message : null,
      leftOut: 'bytes' in notice && typeof notice.bytes === 'number' ? notice.bytes : 0,
    };
  } catch {
    return { message: null, leftOut: 0 };
  }
}
