import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import { digestOf } from '#server/lib/digest-of';

const fileName = 'manifest.json';
const manifestSchema = z.object({
  files: z.array(z.object({ name: z.string().regex(/^[\w.-]+$/), size: z.number(), sha256: z.string() })).min(1),
});

export type Verdict = { kind: 'good'; sizeMb: number } | { kind: 'damaged' } | { kind: 'absent' };

/**
 * What the files of prepared images must be, in a manifest beside them, written when they were checked. A file is read whole
 * once per process, and again whenever its size, time or inode is another one.
 */
export class ImageManifests {
  /** Folder → the files' traits when their content was last found right. */
  readonly #known = new Map<string, string>();

  async write(folder: string, names: readonly string[]): Promise<void> {
    const files = [];
    for (const name of names) {
      const path = join(folder, name);
      files.push({ name, size: (await stat(path)).size, sha256: await digestOf(path) });
    }
    await writeFileAtomic(join(folder, fileName), JSON.stringify({ files }), 0o644);
  }

  /** @param sizesOnly looks at the files without reading them */
  async compare(folder: string, { sizesOnly = false } = {}): Promise<Verdict> {
    const manifest = await readManifest(folder);
    if (typeof manifest === 'string') return { kind: manifest };
    const traits: string[] = [];
    let bytes = 0;
    for (const { name, size } of manifest.files) {
      const status = await stat(join(folder, name)).catch(() => null);
      if (!status?.isFile() || status.size !== size) return { kind: 'damaged' };
      traits.push(`${name} ${status.ino} ${size} ${status.mtimeMs}`);
      bytes += size;
    }
    const good: Verdict = { kind: 'good', sizeMb: Math.ceil(bytes / 2 ** 20) };
    const seen = traits.join('\n');
    if (sizesOnly || this.#known.get(folder) === seen) return good;
    for (const { name, sha256 } of manifest.files)
      if ((await digestOf(join(folder, name)).catch(() => null)) !== sha256) return { kind: 'damaged' };
    this.#known.set(folder, seen);
    return good;
  }

  forget(folder: string): void {
    this.#known.delete(folder);
  }
}

async function readManifest(folder: string): Promise<z.infer<typeof manifestSchema> | 'absent' | 'damaged'> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch (error) {
    // a folder of before the manifest is made again, too: nobody can say whether it is whole
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return 'absent';
    if (error instanceof SyntaxError || error instanceof z.ZodError) return 'damaged';
    throw error;
  }
}
