import type { IncomingMessage } from 'node:http';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode } from './error-code';
import { CallError, callFailureOf, guardedRequest, type CallFailure, type GuardedRequest } from './guarded-request';

/** Why a file could not be downloaded; `late`: nothing has come for {@link silenceMs}. */
export type DownloadFailure =
  | CallFailure
  | 'redirects'
  | 'no-target'
  | 'plain'
  | 'nothing-there'
  | 'not-given'
  | 'status'
  | 'empty'
  | 'too-large'
  | 'too-slow';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  constructor(
    readonly failure: DownloadFailure,
    /** Who said so: after redirects the last one. */
    readonly host: string,
    readonly status: number = 0,
    cause?: unknown,
  ) {
    super(`${host}: ${failure}`, { cause });
  }
}

export const downloadLimits = { redirects: 5, silenceMs: 60_000, wholeMs: 6 * 3_600_000 } as const;
const redirections = [301, 302, 303, 307, 308];

export interface Download extends Pick<GuardedRequest, 'url' | 'headers' | 'mayCall' | 'resolve' | 'ca'> {
  /** Path of the file, which is written anew. */
  to: string;
  /** Whether it may come without TLS. */
  plain: boolean;
  maxBytes: number;
  signal: AbortSignal;
  /** Its length, before the first byte; null where its server does not say it. What this throws ends the download. */
  onLength: (bytes: number | null) => Promise<void>;
  onBytes: (count: number) => void;
  /** Shorter in tests. */
  limits?: { redirects: number; silenceMs: number; wholeMs: number };
}

/**
 * Downloads a file from an address that nobody trusts. Each address on the way, redirects too, has to be one that may be called. Resolves with its length.
 * Rejects with a {@link DownloadError}, the signal's reason, or what went wrong with the file.
 */
export async function download(options: Download): Promise<number> {
  const { redirects, silenceMs, wholeMs } = options.limits ?? downloadLimits;
  const ending = new AbortController();
  const whole = AbortSignal.timeout(wholeMs);
  const deadline = AbortSignal.any([options.signal, ending.signal, whole]);
  let timer: NodeJS.Timeout | undefined;
  // begins anew with all that comes
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ending.abort(), silenceMs);
  };
  let { url } = options;
  try {
    for (let followed = 0; ; followed += 1) {
      if (url.protocol !== 'https:' && !options.plain) throw new DownloadError('plain', url.hostname);
      heard();
      const { headers, mayCall, resolve, ca } = options;
      const response = await guardedRequest({ url, method: 'GET', headers, mayCall, deadline, resolve, ca });
      const next = targetOf(response, url);
      if (next === null) return await keep(response, url.hostname, { ...options, heard });
      leave(response);
      if (followed === redirects) throw new DownloadError('redirects', url.hostname);
      url = next;
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (whole.aborted) throw new DownloadError('too-slow', url.hostname, 0, error);
    if (ending.signal.aborted) throw new DownloadError('late', url.hostname, 0, error);
    throw error instanceof CallError ? new DownloadError(error.failure, url.hostname, 0, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Reads no more of it. */
const leave = (response: IncomingMessage) => response.on('error', () => undefined).destroy();

/** Where an answer leads on to; null for the file itself. */
function targetOf(response: IncomingMessage, from: URL): URL | null {
  const status = response.statusCode ?? 0;
  if (status === 200) return null;
  const { location } = response.headers;
  if (!redirections.includes(status)) {
    leave(response);
    if (status === 404 || status === 410) throw new DownloadError('nothing-there', from.hostname, status);
    const asks = status === 401 || status === 403 || status === 407;
    throw new DownloadError(asks ? 'not-given' : 'status', from.hostname, status);
  }
  const target = location !== undefined && URL.canParse(location, from) ? new URL(location, from) : null;
  if (target === null || !/^https?:$/.test(target.protocol)) {
    leave(response);
    throw new DownloadError('no-target', from.hostname, status);
  }
  return target;
}

async function keep(
  response: IncomingMessage,
  host: string,
  { to, maxBytes, heard, onLength, onBytes }: Download & { heard: () => void },
): Promise<number> {
  const said = Number(response.headers['content-length'] ?? Number.NaN);
  const length = Number.isSafeInteger(said) ? said : null;
  try {
    if (length !== null && length > maxBytes) throw new DownloadError('too-large', host);
    await onLength(length);
  } catch (error) {
    leave(response);
    throw error;
  }
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      heard();
      bytes += chunk.length;
      if (bytes > maxBytes) return done(new DownloadError('too-large', host));
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  await pipeline(response, counted, createWriteStream(to, { mode: 0o600 })).catch((error: unknown) => {
    if (error instanceof DownloadError || hasCode(error, 'ENOSPC', 'EDQUOT', 'EIO')) throw error;
    throw new CallError(callFailureOf(error), error);
  });
  if (bytes === 0) throw new DownloadError('empty', host);
  return bytes;
}
