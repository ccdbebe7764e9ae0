import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;

/** What is sealed, each with a key of its own. These texts stay as they are: what was sealed with another cannot be opened. */
const purposes = {
  secondFactor: 'trama: authenticator secrets at rest',
  zoneSettings: 'trama: secrets of zones at rest',
  webhooks: 'trama: secrets of webhooks at rest',
  slices: 'trama: secrets that slices were made with at rest',
} as const;

/** What a sealed text is for, and whose it is: put into another row it cannot be opened. */
export interface SealedFor {
  purpose: keyof typeof purposes;
  bound: string;
}

/** A key of its own for each purpose, so that what signs sessions is used for nothing else. */
function keyOf(secret: Uint8Array, purpose: keyof typeof purposes): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purposes[purpose], 32));
}

/** Encrypts `text` for the database. AES-256-GCM; `v1.` and base64url of nonce, tag and ciphertext. */
export function seal(secret: Uint8Array, text: string, { purpose, bound }: SealedFor): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, keyOf(secret, purpose), iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${version}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

/** What was sealed. Throws when the server's secret is another one by now, or the row was changed. */
export function unseal(secret: Uint8Array, sealed: string, { purpose, bound }: SealedFor): string {
  const [head, body] = sealed.split('.');
  if (head !== version || body === undefined) throw new Error('It is not sealed.');
  const bytes = Buffer.from(body, 'base64url');
  const key = keyOf(secret, purpose);
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
}
