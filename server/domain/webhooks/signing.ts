import { createHmac, randomBytes } from 'node:crypto';
import { seal, unseal, type SealedFor } from '../seal';

/** Opens only in the row for which it was sealed. */
const sealedFor = (webhookId: number): SealedFor => ({ purpose: 'webhooks', bound: `webhook ${webhookId}` });

/** What signs a webhook's calls, and how it is kept. */
export function newSecret(serverSecret: Uint8Array, webhookId: number): { secret: string; sealed: string } {
  const secret = `trama_whsec_${randomBytes(32).toString('base64url')}`;
  return { secret, sealed: seal(serverSecret, secret, sealedFor(webhookId)) };
}

/** Null when it was sealed by a server with another secret. */
export function openSecret(serverSecret: Uint8Array, { id, secret }: { id: number; secret: string }): string | null {
  try {
    return unseal(serverSecret, secret, sealedFor(id));
  } catch {
    return null;
  }
}

/** The headers by which a receiver knows who calls: HMAC-SHA256 of `TIMESTAMP.BODY`, in hexadecimal. */
export function signedHeaders(
  secret: string,
  { uuid, body, event, now }: { uuid: string; body: string; event: string; now: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    'trama-webhook-id': uuid,
    'trama-webhook-event': event,
    'trama-webhook-timestamp': timestamp,
    'trama-webhook-signature': `v1=${signature}`,
  };
}
