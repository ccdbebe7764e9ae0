import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the server only closed. */
  status: number;
  headers: string;
  body: string;
  /** Whether the server said all that it had announced. */
  complete: boolean;
}

/**
 * Writes bytes to a port of the loopback as they are and answers what came back until the server closed, or the first answer
 * once it is whole. `half`: ends our side after writing, as who lost the line does.
 */
export function sendRaw(
  port: number,
  bytes: Uint8Array | string,
  options: { half?: boolean } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    // a request that the server waits to see the rest of is over when we say so
    const patience = setTimeout(() => socket.destroy(), 20_000);
    const whole = () => parseAnswer(Buffer.concat(chunks));
    socket.on('data', (data: Buffer) => {
      chunks.push(data);
      const answer = whole();
      if (answer?.complete === true) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // the server may close while we still write
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(patience);
      const answer = whole();
      if (answer === null) resolve({ status: 0, headers: '', body: Buffer.concat(chunks).toString(), complete: false });
      // what announces no end, ends with the line
      else resolve({ ...answer, complete: answer.complete || !announcesEnd(answer.headers) });
    });
    socket.write(bytes);
    if (options.half === true) socket.end();
  });
}

function parseAnswer(bytes: Buffer): RawAnswer | null {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (end < 0 || status === undefined) return null;
  const headers = text.slice(0, end);
  const rest = bytes.subarray(end + 4);
  if (isChunked(headers)) {
    const complete = /(^|\r\n)0\r\n\r\n/.test(rest.toString('latin1'));
    return { status: Number(status), headers, body: unchunk(rest.toString('utf8')), complete };
  }
  const bodiless = /^(1\d\d|204|304)$/.test(status);
  const length = bodiless ? 0 : lengthOf(headers);
  // behind the first answer may come another, to what was sent too much
  const body = rest.subarray(0, length ?? rest.length).toString('utf8');
  return { status: Number(status), headers, body, complete: length !== null && rest.length >= length };
}

const isChunked = (headers: string) => /^transfer-encoding: chunked/im.test(headers);
function lengthOf(headers: string): number | null {
  const length = /^content-length: (\d+)/im.exec(headers)?.[1];
  return length === undefined ? null : Number(length);
}
const announcesEnd = (headers: string) => isChunked(headers) || lengthOf(headers) !== null;

function unchunk(text: string): string {
  let rest = text;
  let body = '';
  for (;;) {
    const head = /^([0-9a-f]+)\r\n/i.exec(rest);
    const size = Number.parseInt(head?.[1] ?? '0', 16);
    if (head === null || size === 0) return body;
    body += rest.slice(head[0].length, head[0].length + size);
    rest = rest.slice(head[0].length + size + 2);
  }
}
