import { lookup } from 'node:dns/promises';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type BlockList, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isListed, isPublicAddress } from './ip';
import { unless } from './waiting';

/** What kept a request from being answered. */
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

/** Why there is no answer; the cause is for the log. */
export class CallError extends Error {
  override readonly name = 'CallError';
  constructor(
    readonly failure: CallFailure,
    cause?: unknown,
  ) {
    super(failure, { cause });
  }
}

export interface GuardedRequest {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** Whether an address may be called. Asked of each that the name has, and of the one that is connected to. */
  mayCall: (address: string) => boolean;
  /** Ends it at any time, from the name to the last byte of the answer. */
  deadline: AbortSignal;
  /** In place of the machine's; in tests. */
  resolve?: ((host: string) => Promise<string[]>) | undefined;
  /** Certificates to trust besides; in tests. */
  ca?: string | undefined;
}

/**
 * Whether this server may call an address that a user has given: one of the public internet that is not this machine's own, or of the
 * networks that the administrator lists.
 */
export function mayBeCalled(networks: BlockList, address: string): boolean {
  if (isListed(networks, address)) return true;
  if (!isPublicAddress(address)) return false;
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map((one) => one.address) ?? []);
  return !own.includes(address.toLowerCase());
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
 * Asks once, and resolves with the head of the answer. The name is resolved once, and what is connected to is one of the addresses that were
 * looked at: a name that has another address a moment later changes nothing. Redirects are answers like any other. Rejects with a
 * {@link CallError}.
 */
export async function guardedRequest(request: GuardedRequest): Promise<IncomingMessage> {
  const { url, mayCall, deadline } = request;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: string[];
  try {
    addresses =
      isIP(host) === 0 ? await unless(deadline, (request.resolve ?? allAddresses)(host), () => new Late()) : [host];
  } catch (error) {
    throw new CallError(error instanceof Late ? 'late' : 'not-resolved', error);
  }
  const address = addresses.find((one) => mayCall(one));
  if (address === undefined) throw new CallError(addresses.length === 0 ? 'not-resolved' : 'forbidden-address');
  try {
    return await answerOf(request, { host, address });
  } catch (error) {
    if (error instanceof ForbiddenAddress) throw new CallError('forbidden-address', error);
    throw new CallError(deadline.aborted ? 'late' : callFailureOf(error), error);
  }
}

async function allAddresses(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Resolves with the head of the answer. */
function answerOf(
  { url, method, headers, body, mayCall, deadline, ca }: GuardedRequest,
  { host, address }: { host: string; address: string },
): Promise<IncomingMessage> {
  const family = isIP(address);
  const pinned: LookupFunction = (_host, options, done) => {
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const secure = url.protocol === 'https:';
  const content = body === undefined ? null : Buffer.from(body, 'utf8');
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (secure ? https : http).request({
      protocol: url.protocol,
      hostname: host,
      port: url.port === '' ? undefined : Number(url.port),
      path: url.pathname + url.search,
      method,
      headers: {
        ...headers,
        ...(content === null ? {} : { 'content-length': String(content.length) }),
        connection: 'close',
      },
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
    request.end(content ?? undefined);
  });
}
