import { createReadStream } from 'node:fs';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { callFailureOf, type CallFailure } from '#server/lib/guarded-request';

/** More than any list of a project, and less than what would take the server's memory. */
const answerBytes = 64 * 1024 * 1024;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  /** JSON. */
  body?: string | undefined;
  /** In its place what is in a file, which has so many bytes. */
  file?: { path: string; bytes: number } | undefined;
  /** All of it, from the name to the last byte of the answer. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** There is no answer; the cause is for the log. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(
    readonly failure: CallFailure,
    /** Whether the request may have been received, and done. */
    readonly sent: boolean,
    cause?: unknown,
  ) {
    super(failure, { cause });
  }
}

/** Connections to a cloud, kept and used again. */
export interface Wire {
  /** Asks once; redirects are answers. Rejects with {@link NoAnswer}, or with the signal's reason. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** `ca`: certificates (PEM) that are trusted besides those that Node trusts. The built-in `fetch` takes none. */
export function createWire({ ca, sockets }: { ca: string; sockets: number }): Wire {
  const kept = { keepAlive: true, maxSockets: sockets };
  const agents = {
    http: new http.Agent(kept),
    https: new https.Agent(ca === '' ? kept : { ...kept, ca: [...rootCertificates, ca] }),
  };
  return {
    send: (request) => send(agents, request),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

async function send(
  agents: { http: http.Agent; https: https.Agent },
  { url, timeoutMs, signal, ...request }: HttpRequest,
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const ends = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const state = { sent: false };
  try {
    const response = await headOf(agents, { url, ...request, signal: ends }, state);
    const text = await textOf(response, ends);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw new NoAnswer(deadline.aborted ? 'late' : callFailureOf(error), state.sent, error);
  }
}

function headOf(
  agents: { http: http.Agent; https: https.Agent },
  { url, method, headers, body, file, signal }: Omit<HttpRequest, 'timeoutMs'>,
  state: { sent: boolean },
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const content = body === undefined ? null : Buffer.from(body, 'utf8');
  const length = file?.bytes ?? content?.length;
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method,
      agent: secure ? agents.https : agents.http,
      headers: { ...headers, ...(length !== undefined && { 'content-length': String(length) }) },
      ...(signal !== undefined && { signal }),
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.on('socket', (socket) => {
      const connected = () => (state.sent = true);
      if (request.reusedSocket) connected();
      else socket.once(secure ? 'secureConnect' : 'connect', connected);
    });
    if (file === undefined) request.end(content ?? undefined);
    // of what is refused before all of it was sent the answer counts
    else pipeline(createReadStream(file.path, { end: Math.max(0, file.bytes - 1) }), request).catch(reject);
  });
}

async function textOf(response: IncomingMessage, ends: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  const cut = () => response.destroy(new Error('It took too long.'));
  ends.addEventListener('abort', cut, { once: true });
  try {
    for await (const part of response) {
      const bytes = Buffer.from(part as Uint8Array);
      length += bytes.length;
      if (length > answerBytes) throw new Error('The answer is too long.');
      parts.push(bytes);
    }
  } finally {
    ends.removeEventListener('abort', cut);
  }
  return Buffer.concat(parts).toString('utf8');
}
