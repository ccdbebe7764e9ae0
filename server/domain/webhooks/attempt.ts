import { networkInterfaces } from 'node:os';
import { say, type Said, type SentenceCode } from '#shared/sentence';
import { version } from '#shared/version';
import type { DeliveryRow, WebhookRow } from '#server/db/queries/webhooks';
import { callOut, type CallAnswer, type CallFailure } from '#server/lib/call-out';
import { isListed, isPublicAddress } from '#server/lib/ip';
import type { DomainContext } from '../context';
import { openSecret, signedHeaders } from './signing';

/** From the name to the head of the answer. */
const answerWithinMs = 10_000;
const bodyBytes = 1024;
const bodyMs = 2_000;

/** What an attempt came to. */
export interface Attempt {
  /** Null when it was answered with success. */
  why: Said | null;
  status: number | null;
  body: string | null;
}

type HostSentence = Extract<SentenceCode, `WEBHOOK_${string}`>;
const sentenceOf = {
  'not-resolved': 'WEBHOOK_NOT_RESOLVED',
  'forbidden-address': 'WEBHOOK_FORBIDDEN_ADDRESS',
  refused: 'WEBHOOK_REFUSED',
  'broken-off': 'WEBHOOK_BROKEN_OFF',
  'tls-expired': 'WEBHOOK_TLS_EXPIRED',
  'tls-self-signed': 'WEBHOOK_TLS_SELF_SIGNED',
  'tls-untrusted': 'WEBHOOK_TLS_UNTRUSTED',
  'tls-name': 'WEBHOOK_TLS_NAME',
  tls: 'WEBHOOK_TLS',
  unreachable: 'WEBHOOK_UNREACHABLE',
} as const satisfies Record<Exclude<CallFailure, 'late'>, HostSentence>;

/**
 * Whether webhooks may call an address: those of the public internet that are not this machine's own, and those of the networks
 * that the administrator lists.
 */
export function mayBeCalled({ networks }: Pick<DomainContext['settings']['webhooks'], 'networks'>, address: string) {
  if (isListed(networks, address)) return true;
  if (!isPublicAddress(address)) return false;
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map((one) => one.address) ?? []);
  return !own.includes(address.toLowerCase());
}

/** Calls a webhook once. Never rejects. */
export async function attempt(
  { clock, settings }: Pick<DomainContext, 'clock' | 'settings'>,
  { webhook, delivery, signal }: { webhook: WebhookRow; delivery: DeliveryRow; signal?: AbortSignal },
): Promise<Attempt> {
  const secret = openSecret(settings.jwtSecret, webhook);
  if (secret === null) return { why: say('WEBHOOK_SEALED'), status: null, body: null };
  const url = new URL(webhook.url);
  if (url.protocol !== 'https:' && !settings.webhooks.http)
    return { why: say('WEBHOOK_HTTP'), status: null, body: null };
  const { uuid, body, event } = delivery;
  const answer = await callOut({
    url,
    headers: {
      'content-type': 'application/json',
      accept: '*/*',
      'user-agent': `Trama/${version}`,
      ...signedHeaders(secret, { uuid, body, event, now: clock.now() }),
    },
    body,
    mayCall: (address) => mayBeCalled(settings.webhooks, address),
    timeoutMs: answerWithinMs,
    bodyBytes,
    bodyMs,
    signal,
  });
  return { why: whyNot(url.hostname, answer), status: answer.status, body: shownBody(answer.body) };
}

function whyNot(host: string, answer: CallAnswer): Said | null {
  if (answer.failure === 'late') return say('WEBHOOK_LATE', { host, seconds: answerWithinMs / 1000 });
  if (answer.failure !== null) return say(sentenceOf[answer.failure], { host });
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const code = status >= 300 && status < 400 ? 'WEBHOOK_REDIRECT' : 'WEBHOOK_STATUS';
  return say(code, { host, status });
}

/** Without what a text column or a terminal would stumble over. */
function shownBody(body: string | null): string | null {
  return body === null ? null : body.replaceAll(/(?![\t\n])\p{Cc}|\p{Cs}/gu, '\ufffd');
}
