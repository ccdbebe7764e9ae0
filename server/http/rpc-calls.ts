import type { TRPCError } from '@trpc/server';
import type { Actor, DomainContext } from '#server/domain/context';
import { describeError } from '#server/lib/logger';
import { plainAddress } from '#server/lib/trusted-proxies';
import type { RequestContext } from '#server/rpc/context';
import { refuseCall } from '#server/rpc/trpc';
import { AppError } from '#shared/errors';
import type { Credentials } from './credentials';
import { sessionCookie } from './session-cookie';

/** Calls in one request. */
export const maxBatchSize = 20;

export interface RpcCallOptions {
  domain: DomainContext;
  /** Rejects with an AppError, such as RATE_LIMITED. */
  authenticate: (credentials: Credentials, client: { ip: string | null }) => Promise<Actor | null>;
  /** Who really calls, by the peer's address and what trusted proxies say; without it none is trusted. */
  addressOf?: (peer: string | undefined, forwardedFor: string | undefined) => string | null;
  publicUrl: string | null;
}

/** What a request says, however it came in. */
export interface CallFacts {
  peer: string | undefined;
  header: (name: 'authorization' | 'cookie' | 'user-agent' | 'x-forwarded-for') => string | undefined;
  setCookie: (value: string) => void;
}

/** What tRPC is given per request, and what becomes of its failures: the same on every way in. */
export interface RpcCalls {
  contextOf(facts: CallFacts): Promise<RequestContext>;
  failed(failure: { error: TRPCError; path: string | undefined; type: string }): void;
}

/** What the caller did wrong: nobody has to read of it in the server's log, which anybody could fill so. */
const callersFaults: ReadonlySet<TRPCError['code']> = new Set([
  'BAD_REQUEST',
  'NOT_FOUND',
  'PARSE_ERROR',
  'METHOD_NOT_SUPPORTED',
  'UNSUPPORTED_MEDIA_TYPE',
  // a name or an address that is taken: its cause is the unique index that said so
  'CONFLICT',
]);

export function createRpcCalls(options: RpcCallOptions): RpcCalls {
  const { domain, publicUrl, addressOf = (peer) => plainAddress(peer ?? '') } = options;
  const secure = publicUrl?.startsWith('https://') ?? false;
  return {
    async contextOf({ peer, header, setCookie }) {
      const ip = addressOf(peer, header('x-forwarded-for'));
      const credentials = { authorization: header('authorization'), cookie: header('cookie') };
      return {
        domain,
        actor: await options.authenticate(credentials, { ip }).catch(refuseCall),
        client: { ip, userAgent: header('user-agent')?.slice(0, 255) ?? null },
        setSession: (session) => setCookie(sessionCookie(session, { secure })),
      };
    },
    failed({ error, path: procedure, type }) {
      // what we threw on purpose is the user's business; everything else is ours
      const known = error.cause instanceof AppError && error.cause.cause === undefined;
      if (!known && !callersFaults.has(error.code))
        domain.log.error('procedure failed', { procedure, type, error: describeError(error) });
    },
  };
}
