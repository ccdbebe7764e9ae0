import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '#server/lib/error-code';

const bytes = 32;

/**
 * The key that signs session tokens: the configured one, else that of the data folder, made at first need (0600). Servers
 * that share a database must share it too.
 */
export async function sessionSecret(configured: string | null, dataDir: string): Promise<Uint8Array> {
  if (configured !== null) return new TextEncoder().encode(configured);
  const file = path.join(dataDir, 'secret');
  const known = await readFile(file).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (known !== null && known.length >= bytes) return known;
  await mkdir(dataDir, { recursive: true });
  // it appears whole, and exactly one of two servers that start at once makes it
  const made = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(made, randomBytes(bytes), { mode: 0o600, flag: 'wx', flush: true });
    // one that is too short is the trace of a crash: with it nobody could sign in
    if (known !== null) await rename(made, file);
    else
      await link(made, file).catch((error: unknown) => {
        if (!hasCode(error, 'EEXIST')) throw error;
      });
  } finally {
    await rm(made, { force: true });
  }
  return readFile(file);
}
