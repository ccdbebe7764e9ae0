import type { SentenceCode } from '#shared/sentence';
import type { CallFailure } from '#server/lib/guarded-request';

/** What is said of a host that gave no answer. */
export const hostSentence = {
  'not-resolved': 'HOST_NOT_RESOLVED',
  refused: 'HOST_REFUSED',
  'broken-off': 'HOST_BROKEN_OFF',
  'tls-expired': 'HOST_TLS_EXPIRED',
  'tls-self-signed': 'HOST_TLS_SELF_SIGNED',
  'tls-untrusted': 'HOST_TLS_UNTRUSTED',
  'tls-name': 'HOST_TLS_NAME',
  tls: 'HOST_TLS',
  unreachable: 'HOST_UNREACHABLE',
} as const satisfies Record<Exclude<CallFailure, 'late' | 'forbidden-address'>, SentenceCode>;
