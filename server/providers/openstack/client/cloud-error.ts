import type { CallFailure } from '#server/lib/guarded-request';
import { ProviderError, type ProviderErrorCode } from '#server/lib/provider-error';
import { hostSentence } from '#shared/host-sentence';
import { limits } from '#shared/limits';
import { say, within, type Said } from '#shared/sentence';
import { faultOf } from './fault';
import type { HttpAnswer, NoAnswer } from './wire';

/** The services that are called, and what people call them. */
export const serviceNames = {
  identity: 'Keystone',
  compute: 'Nova',
  network: 'Neutron',
  image: 'Glance',
} as const;
export type Service = keyof typeof serviceNames;

/** What was asked, as it may be told and logged: never a body. */
export interface Asked {
  service: Service;
  /** `POST /servers`. */
  call: string;
}

/** Why a call to a cloud came to nothing, with what a caller may go by. */
export class CloudError extends ProviderError {
  constructor(
    code: ProviderErrorCode,
    said: Said,
    retryable: boolean,
    readonly details: Asked & {
      /** Null without an answer. */
      status: number | null;
      /** How the connection failed; null with an answer. */
      failure: CallFailure | null;
      /** It may have been done all the same: look before it is done again. */
      maybeDone: boolean;
    },
    cause?: unknown,
  ) {
    super(code, within(limits.messageLength, said), retryable, cause);
  }
}

/** Whether what was asked may have been done although it failed. */
export function mayBeDone(error: unknown): boolean {
  return error instanceof CloudError && error.details.maybeDone;
}

/** Whether a cloud has answered with one of these statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof CloudError && error.details.status !== null && statuses.includes(error.details.status);
}

/** What is told where there is no answer. `seconds`: how long it was waited for one. */
export function unanswered(asked: Asked, error: NoAnswer, { host, seconds }: { host: string; seconds: number }) {
  const { failure, sent } = error;
  const said =
    failure === 'late'
      ? say('HOST_LATE', { host, seconds })
      : say(hostSentence[failure === 'forbidden-address' ? 'unreachable' : failure], { host });
  const lasts = failure.startsWith('tls') || failure === 'not-resolved';
  return new CloudError('UNAVAILABLE', said, !lasts, { ...asked, status: null, failure, maybeDone: sent }, error);
}

/** What is told of an answer that is no success. */
export function refusal(asked: Asked, answer: HttpAnswer): CloudError {
  const { status, headers } = answer;
  const { text: fault, kind } = faultOf(answer);
  const { call } = asked;
  const service = serviceNames[asked.service];
  const says = fault === '' ? say('OPENSTACK_SAYS_NOTHING').message : fault;
  const of = (code: ProviderErrorCode, said: Said, retryable: boolean, maybeDone = false) =>
    new CloudError(code, said, retryable, { ...asked, status, failure: null, maybeDone });
  if (status >= 300 && status < 400)
    return of('UNAVAILABLE', say('OPENSTACK_REDIRECT', { service, location: headers.location ?? '' }), false);
  if (kind === 'quota') return of('NO_CAPACITY', say('OPENSTACK_QUOTA', { says }), false);
  switch (status) {
    case 401:
      return of('ACCESS_DENIED', say('OPENSTACK_SIGN_IN_REFUSED', { says }), false);
    case 403:
      return of('ACCESS_DENIED', say('OPENSTACK_FORBIDDEN', { call, service, says }), false);
    case 404:
      return of('NOT_FOUND', say('OPENSTACK_GONE', { service, says }), false);
    case 409:
      return of('UNAVAILABLE', say('OPENSTACK_CONFLICT', { service, call, says }), true);
    case 413:
    case 429:
      return of('UNAVAILABLE', say('OPENSTACK_BUSY', { service, status }), true);
    default:
      return status >= 500
        ? of('UNAVAILABLE', say('OPENSTACK_FAILED', { service, call, status, says }), true, true)
        : of('INTERNAL', say('OPENSTACK_REFUSED', { service, call, says }), false);
  }
}

/** An answer that is a success, and is not what the API says. */
export function notUnderstood(asked: Asked, cause: unknown): CloudError {
  const said = say('OPENSTACK_NOT_UNDERSTOOD', { service: serviceNames[asked.service], call: asked.call });
  return new CloudError('UNAVAILABLE', said, false, { ...asked, status: null, failure: null, maybeDone: true }, cause);
}
