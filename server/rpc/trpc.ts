import { initTRPC, TRPCError } from '@trpc/server';
import { z, ZodError } from 'zod';
import { can, type Permission } from '#shared/auth';
import { AppError, type ErrorCode, type PublicError } from '#shared/errors';
import type { AreaScope } from '#shared/scopes';
import { isRefusal, recordRefusal } from '#server/domain/audit/refusals';
import { assertScope, assertSession } from '#server/domain/auth/token-limits';
import type { Actor } from '#server/domain/context';
import { toAppError } from '#server/domain/errors';
import type { RequestContext } from './context';

type TrpcCode = TRPCError['code'];

/** The transport's code for each of ours. */
const trpcCodes: Record<ErrorCode, TrpcCode> = {
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  INVALID_INPUT: 'BAD_REQUEST',
  INVALID_CREDENTIALS: 'UNAUTHORIZED',
  SECOND_FACTOR_NEEDED: 'UNAUTHORIZED',
  SECOND_FACTOR_WRONG: 'UNAUTHORIZED',
  REGISTRATION_CLOSED: 'FORBIDDEN',
  EMAIL_DOMAIN_NOT_ALLOWED: 'FORBIDDEN',
  LINK_INVALID: 'UNAUTHORIZED',
  LAST_ADMIN: 'CONFLICT',
  QUOTA_EXCEEDED: 'FORBIDDEN',
  RATE_LIMITED: 'TOO_MANY_REQUESTS',
  TOO_MANY_STREAMS: 'TOO_MANY_REQUESTS',
  TOO_MANY_CONSOLES: 'TOO_MANY_REQUESTS',
  EMAIL_TAKEN: 'CONFLICT',
  NAME_TAKEN: 'CONFLICT',
  REVISION_CONFLICT: 'CONFLICT',
  INVALID_TOPOLOGY: 'BAD_REQUEST',
  INVALID_DOCUMENT: 'BAD_REQUEST',
  FLAVOUR_IN_USE: 'CONFLICT',
  FLAVOUR_RETIRED: 'CONFLICT',
  IMAGE_IN_USE: 'CONFLICT',
  IMAGE_RETIRED: 'CONFLICT',
  UPLOAD_OFFSET: 'CONFLICT',
  UPLOAD_CLOSED: 'CONFLICT',
  UPLOAD_ELSEWHERE: 'PRECONDITION_FAILED',
  TOO_MANY_UPLOADS: 'PRECONDITION_FAILED',
  NO_ROOM: 'PRECONDITION_FAILED',
  ZONE_IN_USE: 'CONFLICT',
  ZONE_UNAVAILABLE: 'PRECONDITION_FAILED',
  ZONE_AWAY: 'PRECONDITION_FAILED',
  PLAN_NOT_RUNNABLE: 'PRECONDITION_FAILED',
  SLICE_BUSY: 'CONFLICT',
  INVALID_TRANSITION: 'PRECONDITION_FAILED',
  NOT_EMPTY: 'CONFLICT',
  CAPTURE_UNAVAILABLE: 'PRECONDITION_FAILED',
  FIGURES_UNAVAILABLE: 'PRECONDITION_FAILED',
  SCREENS_UNAVAILABLE: 'PRECONDITION_FAILED',
  GUEST_UNAVAILABLE: 'PRECONDITION_FAILED',
  CONSOLE_UNAVAILABLE: 'PRECONDITION_FAILED',
  CONSOLE_TOKEN_INVALID: 'UNAUTHORIZED',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  DATABASE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  DATABASE_BUSY: 'SERVICE_UNAVAILABLE',
  DATABASE_FULL: 'SERVICE_UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

/** What the client is told. Whatever is not meant for it becomes INTERNAL, without its message. */
function publicError(error: TRPCError): PublicError {
  const app = toAppError(error.cause);
  if (app !== null) return app.toPublic();
  if (error.code === 'BAD_REQUEST' && error.cause instanceof ZodError) {
    const first = error.cause.issues[0];
    return {
      code: 'INVALID_INPUT',
      message: first?.message ?? 'The input is not valid.',
      field: first?.path.map(String).join('.') || undefined,
    };
  }
  if (error.code === 'PARSE_ERROR' || error.code === 'BAD_REQUEST' || error.code === 'UNSUPPORTED_MEDIA_TYPE')
    return { code: 'INVALID_INPUT', message: 'The request could not be read.' };
  if (error.code === 'PAYLOAD_TOO_LARGE') return { code: 'PAYLOAD_TOO_LARGE', message: 'The request is too large.' };
  if (error.code === 'NOT_FOUND' || error.code === 'METHOD_NOT_SUPPORTED')
    return { code: 'NOT_FOUND', message: 'There is no such procedure.' };
  return { code: 'INTERNAL', message: 'Something went wrong on the server. It has been logged.' };
}

/** Who may call a procedure; what {@link signedIn} checks, and the description of the API's surface tells. */
export interface ProcedureMeta {
  /** `public`: everyone; `user`: whoever is signed in; else who holds the permission. */
  access: 'public' | 'user' | Permission;
  /** What a token needs besides its owner's rights; `session`: no token will do; null where nobody is asked. */
  scope: AreaScope | 'session' | null;
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    defaultMeta: { access: 'public', scope: null },
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter({ shape, error }) {
      const app = publicError(error);
      return {
        ...shape,
        message: app.message,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          app,
          fields: error.cause instanceof ZodError ? z.flattenError(error.cause).fieldErrors : null,
        },
      };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Throws what the transport makes of `error`: for what goes wrong before a procedure is called. */
export function refuseCall(error: unknown): never {
  const cause = toAppError(error);
  if (cause === null) throw error;
  throw new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause });
}

/** Turns our errors, and a database that is away, into the transport's. */
const translateErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = toAppError(result.error.cause);
  if (cause === null) return result;
  return { ...result, error: new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause }) };
});

/** For everyone, signed in or not. */
export const publicProcedure = t.procedure.use(translateErrors);

/** FORBIDDEN for an actor who is not one of those that a procedure is for. */
function assertMayCall(actor: Actor, { access, scope }: ProcedureMeta): void {
  if (scope === 'session') assertSession(actor);
  else if (scope !== null) assertScope(actor, scope);
  if (access !== 'public' && access !== 'user' && !can(actor.role, access))
    throw new AppError('FORBIDDEN', 'Your role does not allow this.');
}

/**
 * Lets in who is signed in and whom the procedure's meta data names: what stands there, the builders below say. It writes down
 * what was refused to them, here or further in. What was done, what does it writes down itself.
 */
const signedIn = publicProcedure.use(async ({ ctx, meta, next, type, path, getRawInput }) => {
  const { actor } = ctx;
  if (actor === null) throw new AppError('UNAUTHENTICATED', 'Sign in first.');
  if (meta === undefined || meta.access === 'public') throw new Error(`Nothing says for whom ${path} is.`);
  const refused = async (error: unknown) => {
    const code = toAppError(error)?.code;
    if (type !== 'mutation' || code === undefined || !isRefusal(code)) return;
    const input = await getRawInput().catch(() => undefined);
    await recordRefusal(ctx.domain, { actor, procedure: path, input, code });
  };
  try {
    assertMayCall(actor, meta);
  } catch (error) {
    await refused(error);
    throw error;
  }
  const result = await next({ ctx: { actor } });
  if (!result.ok) await refused(result.error.cause);
  return result;
});

/** For whoever is signed in, and for tokens with the scope. */
export function userProcedure(scope: AreaScope) {
  return signedIn.meta({ access: 'user', scope });
}

/** For whoever holds the permission, and for their tokens with the scope. */
export function permittedProcedure(permission: Permission, scope: AreaScope) {
  return signedIn.meta({ access: permission, scope });
}

/** For whoever is signed in by a password: what would let a token outgrow itself. */
export const sessionProcedure = signedIn.meta({ access: 'user', scope: 'session' });

/** For whoever holds the permission and is signed in by a password. */
export function permittedSessionProcedure(permission: Permission) {
  return signedIn.meta({ access: permission, scope: 'session' });
}
