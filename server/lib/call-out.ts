import { lookup } from 'node:dns/promises';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

/** What kept a call from being answered. */
export type CallFailure =
  | 'not-resolved'
  | 'forbidden-address'
  | 'refused'
  | 'late'
  | 'broken-off'
  | 'tls-expired'
  | 'tls-self-signed'
  | 'tls-untrusted'
  | 'tls-name'
  | 'tls'
  | 'unreachable';

export type CallAnswer =
  { status: number; body: string; failure: null } | { status: null; body: null; failure: CallFailure; cause: unknown };

export interface Call {
  url: URL;
  headers: Record<string, string>;
  body: string;
  /** Whether an address may be called. Asked of each that the name has, and of the one that is connected to. */
  mayCall: (address: string) => boolean;
  /** All of it, from the name to the head of the answer. */
  timeoutMs: number;
  /** So much of the answer's body is read, and for so long; then the connection is cut. */
  bodyBytes: number;
  bodyMs: number;
  signal?: AbortSignal | undefined;
  /** In place of the machine's; in tests. */
  resolve?: (host: string) => Promise<string[]>;
  /** Certificates to trust besides; in tests. */
  ca?: string;
}

const tlsFailures: Record<string, CallFailure> = {
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_REVOKED: 'tls-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name',
};

/** What an error of the connection comes to. */
export function callFailureOf(error: unknown): CallFailure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = tlsFailures[code];
  if (known !== undefined) return known;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'tls';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) return 'broken-off';
  return code === 'ETIMEDOUT' ? 'late' : 'unreachable';
}

class ForbiddenAddress extends Error {}
class Late extends Error {}

/**
 * Posts once. The name is resolved once, and what is connected to is one of the addresses that were looked at: a name that
 * has another address a moment later changes nothing. Redirects are answers like any other; nothing is read beyond
 * `bodyBytes`, whatever is sent. Never rejects.
 */
export async function callOut(call: Call): Promise<CallAnswer> {
  const { url, timeoutMs, mayCall, signal } = call;
  const failed = (failure: CallFailure, cause: unknown): CallAnswer => ({ status: null, body: null, failure, cause });
  const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: string[];
  try {
    addresses = isIP(host) === 0 ? await unlessLate(deadline, (call.resolve ?? allAddresses)(host)) : [host];
  } catch (error) {
    return failed(error instanceof Late ? 'late' : 'not-resolved', error);
  }
  const address = addresses.find((one) => mayCall(one));
  if (address === undefined) return failed(addresses.length === 0 ? 'not-resolved' : 'forbidden-address', null);
  try {
    const response = await answerOf(call, { host, address, deadline });
    return { status: response.statusCode ?? 0, body: await beginningOf(response, call), failure: null };
  } catch (error) {
    if (error instanceof ForbiddenAddress) return failed('forbidden-address', error);
    return failed(deadline.aborted ? 'late' : callFailureOf(error), error);
  }
}

async function allAddresses(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function unlessLate<Value>(deadline: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Late());
    if (deadline.aborted) late();
    deadline.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', late));
  });
}

/** Resolves with the head of the answer. */
function answerOf(
  { url, headers, body, mayCall, ca }: Call,
  { host, address, deadline }: { host: string; address: string; deadline: AbortSignal },
): Promise<IncomingMessage> {
  const family = isIP(address);
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const secure = url.protocol === 'https:';
  const content = Buffer.from(body, 'utf8');
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (secure ? https : http).request({
      protocol: url.protocol,
      hostname: host,
      port: url.port === '' ? undefined : Number(url.port),
      path: url.pathname + url.search,
      method: 'POST',
      headers: { ...headers, 'content-length': String(content.length), connection: 'close' },
      // a connection of its own: none that an earlier call has left open
      agent: false,
      lookup: pinned,
      signal: deadline,
      ...(ca === undefined ? {} : { ca }),
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        const { remoteAddress } = socket;
        if (remoteAddress === undefined || !mayCall(remoteAddress)) request.destroy(new ForbiddenAddress());
      });
    });
    request.end(content);
  });
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
