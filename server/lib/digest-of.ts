import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The digest of a file, hexadecimal. Rejects with the signal's reason, or with what reading says. */
export async function digestOf(
  path: string,
  { algorithm = 'sha256', signal }: { algorithm?: string; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) }))
    hash.update(chunk);
  return hash.digest('hex');
}
