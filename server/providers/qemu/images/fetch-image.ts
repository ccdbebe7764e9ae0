import type { Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chunksOf } from '#server/lib/chunks-of';
import { hasCode } from '#server/lib/error-code';
import { ProviderError } from '#server/lib/provider-error';
import { say, type Said } from '#shared/sentence';
import type { ImageSpec } from '../../provider';

const maxRedirects = 5;
/** A server that says nothing for so long is given up. */
const silenceMs = 60_000;

/** Bytes so far, and in all where the server says it. */
export type Progress = (done: number, total: number | null) => void;

/** Passes bytes on, counted and hashed. */
export function hashing(hash: Hash, onBytes: (count: number) => void = () => undefined): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}

/**
 * Downloads the image to `to`, which must not exist. Each reason why it cannot be had has a sentence of its own: not there,
 * refused, led in a circle, no such host, no answer.
 */
export async function fetchImage(image: ImageSpec, to: string, hash: Hash, onProgress: Progress): Promise<void> {
  // begins anew with every piece that comes
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new SilenceError('The server says nothing')), silenceMs);
  };
  heard();
  try {
    const response = await follow(image, silence.signal);
    if (!response.body) throw cannot(say('FETCH_EMPTY', of(image)), true);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isSafeInteger(length) && !response.headers.has('content-encoding') ? length : null;
    let done = 0;
    const counted = hashing(hash, (count) => {
      heard();
      done += count;
      onProgress(done, total);
    });
    await pipeline(chunksOf(response.body), counted, createWriteStream(to, { flags: 'wx' }));
  } catch (error) {
    if (error instanceof ProviderError || hasCode(error, 'ENOSPC')) throw error;
    throw cannot(say(reasonOf(error, silence.signal), of(image)), true, error);
  } finally {
    clearTimeout(timer);
  }
}

class SilenceError extends Error {}

/** The answer at the end of the redirections. */
async function follow(image: ImageSpec, signal: AbortSignal): Promise<Response> {
  const seen = new Set<string>();
  let url = new URL(image.source);
  for (;;) {
    if (seen.has(url.href)) throw cannot(say('FETCH_CIRCLE', of(image)), false);
    if (seen.size > maxRedirects) throw cannot(say('FETCH_REDIRECTS', { ...of(image), max: maxRedirects }), false);
    seen.add(url.href);
    const response = await fetch(url, { signal, redirect: 'manual' });
    const { status } = response;
    if (status >= 200 && status < 300) return response;
    await response.body?.cancel();
    const next = response.headers.get('location');
    if (status < 300 || status >= 400 || next === null) throw refusedBy(image, status);
    if (!URL.canParse(next, url)) throw cannot(say('FETCH_NO_TARGET', of(image)), false);
    url = new URL(next, url);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw cannot(say('FETCH_OTHER_PROTOCOL', { ...of(image), protocol: url.protocol }), false);
  }
}

function refusedBy(image: ImageSpec, status: number): ProviderError {
  const params = { ...of(image), status };
  if (status === 404 || status === 410) return cannot(say('FETCH_NOTHING_THERE', params), false);
  if (status === 401 || status === 403 || status === 407) return cannot(say('FETCH_REFUSED', params), false);
  return cannot(say('FETCH_SERVER_ERROR', params), status >= 500 || status === 429);
}

type NetworkFailure =
  | 'FETCH_SILENT'
  | 'FETCH_NOT_ACCEPTED'
  | 'FETCH_NO_HOST'
  | 'FETCH_UNREACHABLE'
  | 'FETCH_BROKEN_OFF'
  | 'FETCH_UNTRUSTED'
  | 'FETCH_FAILED';

/** What network errors mean. Node's `fetch` has them as the cause of its own. */
function reasonOf(error: unknown, signal: AbortSignal): NetworkFailure {
  if (signal.aborted) return 'FETCH_SILENT';
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if (hasCode(cause, 'ECONNREFUSED')) return 'FETCH_NOT_ACCEPTED';
    if (hasCode(cause, 'ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA')) return 'FETCH_NO_HOST';
    if (hasCode(cause, 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH'))
      return 'FETCH_UNREACHABLE';
    if (hasCode(cause, 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET')) return 'FETCH_BROKEN_OFF';
    if (
      'code' in cause &&
      typeof cause.code === 'string' &&
      /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO/.test(cause.code)
    )
      return 'FETCH_UNTRUSTED';
  }
  return 'FETCH_FAILED';
}

const of = (image: ImageSpec) => ({ image: image.name });

function cannot(said: Said, retryable: boolean, cause?: unknown): ProviderError {
  return new ProviderError('UNAVAILABLE', said, retryable, cause);
}
