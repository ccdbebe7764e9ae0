import { TRPCClientError } from '@trpc/client';
import type { AppRouter, Problem, ServerErrorCode } from './types';

/**
 * Besides the server's: `NETWORK`: the server cannot be reached, or what answers is not Trama. `ABORTED`: a signal fired.
 * `TIMEOUT`: `timeoutMs` is over. `DEPLOYMENT_FAILED` and `DEPLOYMENT_CANCELLED`: how the deployment that was waited for ended.
 * `VERSION_MISMATCH`: the server is of another major or minor version; the sentence says which of the two to upgrade.
 */
export type TramaErrorCode =
  | ServerErrorCode
  | 'NETWORK'
  | 'ABORTED'
  | 'TIMEOUT'
  | 'DEPLOYMENT_FAILED'
  | 'DEPLOYMENT_CANCELLED'
  | 'VERSION_MISMATCH';

interface Details {
  field?: string | undefined;
  node?: string | undefined;
  params?: Record<string, string | number> | undefined;
  problems?: Problem[] | undefined;
  status?: number | undefined;
  cause?: Error | undefined;
}

/** What every call of the SDK fails with. `message` is a sentence for people, in English. */
export class TramaError extends TRPCClientError<AppRouter> {
  readonly code: TramaErrorCode;
  /** The input's field that is wrong, as a path with dots. */
  readonly field: string | undefined;
  /** Key of the VM or network that is wrong. */
  readonly node: string | undefined;
  /** What the sentence speaks of, e.g. `seconds` of RATE_LIMITED. */
  readonly params: Record<string, string | number> | undefined;
  /** Everything that is wrong, where there is more than one thing; else empty. */
  readonly problems: readonly Problem[];
  /** Of the HTTP answer; undefined when there was none. */
  readonly status: number | undefined;

  constructor(code: TramaErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    // the base class makes every instance one of its own
    Object.setPrototypeOf(this, TramaError.prototype);
    this.name = 'TramaError';
    this.code = code;
    this.field = details.field;
    this.node = details.node;
    this.params = details.params;
    this.problems = details.problems ?? [];
    this.status = details.status;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** `error.data.app` of an answer, alone or as the one item of a batch; null where there is none. */
function appErrorIn(body: unknown) {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const error = isObject(first) && isObject(first['error']) ? first['error'] : first;
  const data = isObject(error) && isObject(error['data']) ? error['data'] : null;
  const app = data !== null && isObject(data['app']) ? data['app'] : null;
  if (app === null || typeof app['code'] !== 'string' || typeof app['message'] !== 'string') return null;
  // the server's own shape: the one place where the wire is believed
  return app as unknown as { code: ServerErrorCode; message: string } & Omit<Details, 'status' | 'cause'>;
}

/** The error in the body of an answer that is none of 2xx, or in an event of a stream. */
export function errorOfAnswer(body: unknown, status: number | undefined): TramaError {
  const app = appErrorIn(body);
  if (app !== null) return new TramaError(app.code, app.message, { ...app, status });
  const what = status === undefined ? 'what Trama does not' : `${status}`;
  return new TramaError('NETWORK', `The server answered ${what}. Is this the address of Trama?`, { status });
}

/** Any failure of a request as a TramaError. `url`: of the server, for the sentence. */
export function toTramaError(error: unknown, url: string): TramaError {
  if (error instanceof TramaError) return error;
  if (error instanceof TRPCClientError) {
    const { response, responseJSON } = httpMeta(error.meta);
    const app = appErrorIn({ error: { data: error.data } }) ?? appErrorIn(responseJSON);
    if (app !== null) return new TramaError(app.code, app.message, { ...app, status: response?.status });
    // an answer that is not ours: a proxy's page, or another program's
    if (response !== undefined) return errorOfAnswer(null, response.status);
    return toTramaError(error.cause ?? new Error(error.message), url);
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause.name === 'AbortError') return new TramaError('ABORTED', 'The call was given up.', { cause });
  return new TramaError('NETWORK', `${url} cannot be reached: ${reasonOf(cause)}.`, { cause });
}

/** The error for a call whose signal has fired; the signal's reason is its cause. */
export function abortedBy(signal: AbortSignal | null | undefined): TramaError {
  const reason: unknown = signal?.reason;
  return new TramaError('ABORTED', 'The call was given up.', reason instanceof Error ? { cause: reason } : {});
}

function httpMeta(meta: unknown): { response?: Response; responseJSON?: unknown } {
  if (!isObject(meta)) return {};
  const response = meta['response'];
  return { ...(response instanceof Response && { response }), responseJSON: meta['responseJSON'] };
}

/** Node says `fetch failed` and keeps the reason as the cause. */
function reasonOf(error: Error): string {
  const inner = error.cause;
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) return inner.errors[0].message;
  const text = inner instanceof Error && inner.message !== '' ? inner.message : error.message;
  return text.replace(/\.$/, '');
}

/** What may go well if it is done again: nobody answered, or the server cannot at the moment. */
export function isPassing(error: TramaError): boolean {
  if (error.code === 'NETWORK') return error.status === undefined || [429, 502, 503, 504].includes(error.status);
  return ['DATABASE_UNAVAILABLE', 'DATABASE_BUSY', 'RATE_LIMITED'].includes(error.code);
}
