import type { SentenceCode } from './sentence';

/** What is said of a host that gave no answer, by how that failed (`CallFailure` of `server/lib/guarded-request.ts`). */
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
} as const satisfies Record<string, SentenceCode>;
