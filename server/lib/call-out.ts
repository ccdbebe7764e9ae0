import type { IncomingMessage } from 'node:http';
import { CallError, guardedRequest, type CallFailure, type GuardedRequest } from './guarded-request';

export type CallAnswer =
  { status: number; body: string; failure: null } | { status: null; body: null; failure: CallFailure; cause: unknown };

export interface Call extends Pick<GuardedRequest, 'url' | 'headers' | 'mayCall' | 'resolve' | 'ca'> {
  body: string;
  /** All of it, from the name to the head of the answer. */
  timeoutMs: number;
  /** So much of the answer's body is read, and for so long; then the connection is cut. */
  bodyBytes: number;
  bodyMs: number;
  signal?: AbortSignal | undefined;
}

/** Posts once. Nothing is read beyond `bodyBytes`, whatever is sent. Never rejects. */
export async function callOut(call: Call): Promise<CallAnswer> {
  const { timeoutMs, signal, url, headers, body, mayCall, resolve, ca } = call;
  const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  try {
    const response = await guardedRequest({ url, method: 'POST', headers, body, mayCall, deadline, resolve, ca });
    return { status: response.statusCode ?? 0, body: await beginningOf(response, call), failure: null };
  } catch (error) {
    const failure = error instanceof CallError ? error.failure : 'unreachable';
    return { status: null, body: null, failure, cause: error };
  }
}

/** The first bytes of the body as text; then the connection is cut, whatever is still to come. */
function beginningOf(response: IncomingMessage, { bodyBytes, bodyMs }: Call): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const done = () => {
      clearTimeout(timer);
      response.destroy();
      resolve(Buffer.concat(parts).subarray(0, bodyBytes).toString('utf8'));
    };
    const timer = setTimeout(done, bodyMs);
    response.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= bodyBytes) done();
    });
    response.on('end', done);
    response.on('error', done);
    response.on('close', done);
  });
}
