import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createFileOnce, writeFileAtomic } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';

const bytes = 32;
/** A secret as text, the same in the file and in `TRAMA_SECRET`: this, and the key in base64url. */
const prefix = 'trama_secret_';
const written = /^trama_secret_([A-Za-z0-9_-]{43,})$/;

/**
 * The key that signs session tokens and seals second factors: the configured one, else that of the data folder, made at
 * first need (0600). Servers that share a database must share it too: what the file says is what another server's
 * `TRAMA_SECRET` takes. A file of raw bytes, as older versions made it, keeps its key and is rewritten as text.
 */
export async function sessionSecret(configured: string | null, dataDir: string): Promise<Uint8Array> {
  if (configured !== null) return keyOf(configured) ?? new TextEncoder().encode(configured);
  const file = path.join(dataDir, 'secret');
  const known = await readFile(file).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  const key = known === null ? null : keyOf(known.toString('latin1'));
  if (key !== null) return key;
  if (known !== null && known.length >= bytes) {
    await writeFileAtomic(file, textOf(known));
    return known;
  }
  await mkdir(dataDir, { recursive: true });
  const made = textOf(randomBytes(bytes));
  // one that is too short is the trace of a crash: with it nobody could sign in
  if (known !== null) await writeFileAtomic(file, made);
  else await createFileOnce(file, made);
  // another server's, if that was faster
  return sessionSecret(null, dataDir);
}

const textOf = (key: Buffer) => `${prefix}${key.toString('base64url')}\n`;

/** The key that a secret's text holds; null when it is not of that form. */
function keyOf(text: string): Uint8Array | null {
  const encoded = written.exec(text.trim())?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64url');
}
