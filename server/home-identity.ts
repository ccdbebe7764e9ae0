import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createFileOnce } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';

const written = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who a data folder is: a UUID in its file `home`, made once. Zones whose VMs are in the folder name it as their home, so
 * a copy of the folder must not keep it. Throws when the file holds anything else: what is there would belong to nobody.
 */
export async function homeIdentity(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'home');
  const known = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (known !== null) {
    const identity = known.trim();
    if (!written.test(identity))
      throw new Error(
        `${file} does not hold the identity of this data folder. Restore it, or delete it to get a new one.`,
      );
    return identity;
  }
  await mkdir(dataDir, { recursive: true });
  await createFileOnce(file, `${randomUUID()}\n`, 0o644);
  // another server's, if that was faster
  return homeIdentity(dataDir);
}
