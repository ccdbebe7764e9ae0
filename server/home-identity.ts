import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
  // it appears whole, and exactly one of two servers that start at once makes it
  const made = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(made, `${randomUUID()}\n`, { flag: 'wx', flush: true });
    await link(made, file).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await rm(made, { force: true });
  }
  return homeIdentity(dataDir);
}
