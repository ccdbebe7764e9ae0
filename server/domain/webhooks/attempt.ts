import { hostSentence } from '#shared/host-sentence';
import { say, type Said } from '#shared/sentence';
import { version } from '#shared/version';
import type { DeliveryRow, WebhookRow } from '#server/db/queries/webhooks';
import { callOut, type CallAnswer } from '#server/lib/call-out';
import { mayBeCalled } from '#server/lib/guarded-request';
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
    mayCall: (address) => mayBeCalled(settings.webhooks.networks, address),
    timeoutMs: answerWithinMs,
    bodyBytes,
    bodyMs,
    signal,
  });
  return { why: whyNot(url.hostname, answer), status: answer.status, body: shownBody(answer.body) };
}

function whyNot(host: string, answer: CallAnswer): Said | null {
  if (answer.failure === 'late') return say('HOST_LATE', { host, seconds: answerWithinMs / 1000 });
  if (answer.failure === 'forbidden-address') return say('WEBHOOK_FORBIDDEN_ADDRESS', { host });
  if (answer.failure !== null) return say(hostSentence[answer.failure], { host });
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const code = status >= 300 && status < 400 ? 'WEBHOOK_REDIRECT' : 'WEBHOOK_STATUS';
  return say(code, { host, status });
}

/** Without what a text column or a terminal would stumble over. */
function shownBody(body: string | null): string | null {
  return body === null ? null : body.replaceAll(/(?![\t\n])\p{Cc}|\p{Cs}/gu, '\ufffd');
}
