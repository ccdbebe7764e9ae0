import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;

/** A key of its own for what is kept, so that what signs sessions is used for nothing else. */
function keyOf(secret: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'trama: authenticator secrets at rest', 32));
}

/**
 * Encrypts `text` for the database. `bound` says whose it is: put into another row it cannot be opened.
 * AES-256-GCM; `v1.` and base64url of nonce, tag and ciphertext.
 */
export function seal(secret: Uint8Array, text: string, bound: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, keyOf(secret), iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${version}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

/** What was sealed. Throws when the server's secret is another one by now, or the row was changed. */
export function unseal(secret: Uint8Array, sealed: string, bound: string): string {
  const [head, body] = sealed.split('.');
  if (head !== version || body === undefined) throw new Error('It is not sealed.');
  const bytes = Buffer.from(body, 'base64url');
  const decipher = createDecipheriv(algorithm, keyOf(secret), bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
}
