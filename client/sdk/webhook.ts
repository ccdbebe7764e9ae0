import type { WebhookCall } from './types';

export interface VerifyWebhookOptions {
  /** What was shown when the webhook was made: `trama_whsec_…`. */
  secret: string;
  /** Of the request; names in lower case, as Node gives them, or a `Headers`. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the request, exactly as it came. */
  body: string;
  /** What was signed longer ago than this, or is from so far ahead, is refused. */
  toleranceSeconds?: number;
  now?: Date;
}

/**
 * What a webhook was called with, once it is certain that Trama called. Rejects where the signature is not right or too old.
 * The same call may come twice, after an interruption: its `id` is the same then.
 */
export async function verifyWebhook({
  secret,
  headers,
  body,
  toleranceSeconds = 300,
  now = new Date(),
}: VerifyWebhookOptions): Promise<WebhookCall> {
  const header = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    return typeof value === 'string' ? value : '';
  };
  const timestamp = header('trama-webhook-timestamp');
  const given = /^v1=([0-9a-f]{64})$/.exec(header('trama-webhook-signature'))?.[1];
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), algorithm, false, ['verify']);
  const signature = Uint8Array.from(given?.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  // compares in a time that tells nothing of where they differ
  const right = await crypto.subtle.verify('HMAC', key, signature, bytes.encode(`${timestamp}.${body}`));
  if (!right) throw new Error('The signature of the webhook is not right.');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceSeconds)
    throw new Error('The call of the webhook is too old.');
  // signed by the server, whose word is not doubted
  return JSON.parse(body) as WebhookCall;
}
