import { createHash, randomBytes } from 'node:crypto';

/** `bytes` random bytes as base64url. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** SHA-256 in hexadecimal: what is kept of a token that has enough randomness of its own. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
