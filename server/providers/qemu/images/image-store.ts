import { createHash, randomBytes, type Hash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { linkIntoPlace, moveIntoPlace } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import { withFileLock } from '#server/lib/file-lock';
import { ProviderError } from '#server/lib/provider-error';
import { builtinImages } from '#shared/builtin-images';
import { say, together, told, type Said } from '#shared/sentence';
import { asProviderError } from '../../errors';
import type { ImageSpec, ImageState } from '../../provider';
import { buildRefusal, builtinSpec, recipeOf } from './builtin';
import { checkDisk, inspectDisk } from './disk';
import { fetchImage, hashing, type Progress } from './fetch-image';
import { checkKernel } from './kernel-file';
import { ImageManifests } from './manifest';

export interface PreparedImage {
  /** Names the folder; another content has another key. */
  key: string;
  sizeMb: number;
  /** Absolute paths: `vmlinuz` and `initrd.gz`, or `disk.qcow2`. */
  files: string[];
}

/** What a prepared image consists of. */
export const fileNames = { kernel: ['vmlinuz', 'initrd.gz'], disk: ['disk.qcow2'] } as const;
/** Folders of prepared images: what they are made from, and which content. */
const folderPattern = new RegExp(`^(?:${Object.keys(builtinImages).join('|')}|kernel|disk)-[0-9a-f-]+$`);
/** Younger folders are not pruned: whoever is preparing one has not said yet that it uses it. */
const pruneAfterMs = 3_600_000;

/**
 * Prepared images of this machine, shared by its zones and processes: built, copied or fetched once, checked, written
 * through to the disk, then moved into place whole. Before each use the files are compared with the manifest beside them; what
 * was damaged is made again. Sources given by path are copied, so that a file changed afterwards does not break the VMs on it.
 */
export class ImageStore {
  readonly #root: string;
  readonly #manifests = new ImageManifests();
  readonly #running = new Map<string, Promise<PreparedImage>>();
  /** By {@link idOf}: how far a preparation is, and why the last one failed. */
  readonly #progress = new Map<string, ImageState>();
  readonly #failures = new Map<string, Said>();
  readonly #log: (message: string, details: Record<string, unknown>) => void;

  constructor(root: string, log: (message: string, details: Record<string, unknown>) => void = () => undefined) {
    this.#root = root;
    this.#log = log;
  }

  /** Names the content of an image; rejects what is none. */
  keyOf(image: ImageSpec): Promise<string> {
    return keyOf(image);
  }

  /** The image's files, whole. Concurrent calls share one run. */
  ensure(image: ImageSpec): Promise<PreparedImage> {
    const id = idOf(image);
    let run = this.#running.get(id);
    if (!run) {
      this.#progress.set(id, { state: 'fetching', doneMb: 0, totalMb: null });
      run = this.#prepare(image)
        .then((prepared) => {
          this.#failures.delete(id);
          return prepared;
        })
        .catch((error: unknown) => {
          const why = hasCode(error, 'ENOSPC')
            ? new ProviderError('NO_CAPACITY', say('IMAGE_NO_ROOM', { image: image.name }), true, error)
            : asProviderError(error, say('IMAGE_NOT_BUILT', { image: image.name }));
          this.#failures.set(id, told(why.sentences));
          throw why;
        })
        .finally(() => {
          this.#running.delete(id);
          this.#progress.delete(id);
        });
      this.#running.set(id, run);
    }
    return run;
  }

  /** What is here of the image, without preparing anything. Damage that nobody has met yet is found by {@link ensure}. */
  async state(image: ImageSpec): Promise<ImageState> {
    const id = idOf(image);
    const progress = this.#progress.get(id);
    if (progress) return progress;
    const reason = this.#failures.get(id);
    if (reason !== undefined) return { state: 'broken', reason };
    try {
      const verdict = await this.#manifests.compare(this.#folder(await keyOf(image)), { sizesOnly: true });
      if (verdict.kind === 'good') return { state: 'verified', sizeMb: verdict.sizeMb };
      if (verdict.kind === 'damaged') return { state: 'broken', reason: damaged(image) };
      const refusal = await buildRefusal(image);
      return refusal === null ? { state: 'absent' } : { state: 'unbuildable', reason: refusal };
    } catch (error) {
      const why = asProviderError(error, say('IMAGE_NOT_READ', { image: image.name }));
      return { state: 'broken', reason: told(why.sentences) };
    }
  }

  /** Reads the files anew at the next use, whatever their times say: a VM could not start with them. */
  async distrust(image: ImageSpec): Promise<void> {
    const key = await keyOf(image).catch(() => null);
    if (key !== null) this.#manifests.forget(this.#folder(key));
  }

  /** Whether the files that a disk was laid over are whole; see {@link ensure} for those of an image as it is now. */
  async isWhole(key: string): Promise<boolean> {
    return (await this.#manifests.compare(this.#folder(key))).kind === 'good';
  }

  /** The files of a prepared image, whether they are there or not. */
  filesOf(key: string, kind: ImageSpec['kind']): string[] {
    return fileNames[kind].map((name) => join(this.#folder(key), name));
  }

  /** Whether the files that a disk was laid over are here, or can be made again of what the image is now. */
  async canBeHad(image: ImageSpec, key: string): Promise<boolean> {
    const { kind } = await this.#manifests.compare(this.#folder(key), { sizesOnly: true });
    return kind === 'good' || (await keyOf(image).catch(() => null)) === key;
  }

  /** Removes what is neither of one of `images` nor named in `keys`. @returns MiB that became free */
  async prune(images: readonly ImageSpec[], keys: ReadonlySet<string>): Promise<number> {
    const keep = new Set(keys);
    for (const image of images) {
      const key = await keyOf(image).catch(() => null);
      // a source that is away for the moment: which of the folders is its own cannot be said
      if (key === null) return 0;
      keep.add(key);
    }
    let freed = 0;
    for (const name of await readdir(this.#root).catch(() => [])) {
      const isFolder = folderPattern.test(name);
      const isLeftover = name.startsWith('.') && name.endsWith('.tmp');
      if (!(isFolder && !keep.has(name)) && !isLeftover) continue;
      await withFileLock(join(this.#root, `${name}.lock`), async () => {
        const status = await stat(join(this.#root, name)).catch(() => null);
        if (!status?.isDirectory() || Date.now() - status.mtimeMs < pruneAfterMs) return;
        freed += await sizeOf(join(this.#root, name));
        await rm(join(this.#root, name), { recursive: true, force: true });
        this.#manifests.forget(join(this.#root, name));
        this.#log('removed an image that nothing uses', { image: name });
      });
    }
    return Math.ceil(freed / 2 ** 20);
  }

  #folder(key: string): string {
    return join(this.#root, key);
  }

  async #prepare(image: ImageSpec): Promise<PreparedImage> {
    const key = await keyOf(image);
    const folder = this.#folder(key);
    const files = this.filesOf(key, image.kind);
    let verdict = await this.#manifests.compare(folder);
    if (verdict.kind !== 'good') {
      await mkdir(this.#root, { recursive: true });
      await withFileLock(join(this.#root, `${key}.lock`), async () => {
        // another process may have made it meanwhile
        verdict = await this.#manifests.compare(folder);
        if (verdict.kind === 'good') return;
        if (verdict.kind === 'damaged') this.#log('an image in the cache is damaged; making it again', { image: key });
        await this.#make(image, folder).catch((error: unknown) => {
          if (verdict.kind !== 'damaged' || hasCode(error, 'ENOSPC')) throw error;
          const why = asProviderError(error, say('IMAGE_NOT_REBUILT'));
          throw new ProviderError(why.code, together(damaged(image), why), why.retryable, error);
        });
        verdict = await this.#manifests.compare(folder);
      });
    }
    if (verdict.kind !== 'good') throw new ProviderError('UNAVAILABLE', damaged(image), true);
    return { key, files, sizeMb: verdict.sizeMb };
  }

  async #make(image: ImageSpec, folder: string): Promise<void> {
    const temporary = join(this.#root, `.${randomBytes(6).toString('hex')}.tmp`);
    await mkdir(temporary);
    try {
      const names = fileNames[image.kind];
      const digest = await this.#fill(image, temporary);
      if (image.sha256 !== null && image.sha256 !== digest)
        throw invalid(image, 'IMAGE_WRONG_CHECKSUM', { expected: image.sha256, digest });
      for (const name of names) await chmod(join(temporary, name), 0o444);
      if (image.kind === 'kernel') await checkKernel(image, join(temporary, 'vmlinuz'), join(temporary, 'initrd.gz'));
      else {
        await inspectDisk(image, join(temporary, 'disk.qcow2'));
        await checkDisk(image, join(temporary, 'disk.qcow2'));
      }
      await rm(join(temporary, 'unpacked'), { recursive: true, force: true });
      await this.#manifests.write(temporary, names);
      await chmod(temporary, 0o755);
      // what was damaged, or lacks a file; VMs that run have their own links
      await rm(folder, { recursive: true, force: true });
      await moveIntoPlace(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /** What was made of an upload is whole for itself, and lies in this data folder, or nowhere. It takes no room twice. */
  async #linkOwn(image: ImageSpec, to: string, hash: Hash, onProgress: Progress): Promise<void> {
    const place = join(this.#root, 'own', `${ownDisk(image)}.qcow2`);
    const size = await stat(place).then(
      (status) => status.size,
      (error: unknown) => {
        throw new ProviderError('UNAVAILABLE', say('IMAGE_NOT_HERE', { image: image.name }), false, error);
      },
    );
    await linkIntoPlace(place, to);
    let done = 0;
    const counted = hashing(hash, (count) => onProgress((done += count), size));
    await pipeline(createReadStream(to, { highWaterMark: 1024 * 1024 }), counted.resume());
  }

  /** Puts the image's files into the folder. @returns the checksum over them */
  async #fill(image: ImageSpec, folder: string): Promise<string> {
    const hash = createHash('sha256');
    const names = fileNames[image.kind];
    const onProgress: Progress = (done, total) =>
      this.#progress.set(idOf(image), {
        state: 'fetching',
        doneMb: toMb(done),
        totalMb: total === null ? null : toMb(total),
      });
    const recipe = recipeOf(image);
    if (recipe !== null) {
      const refusal = await buildRefusal(image);
      if (refusal !== null) throw new ProviderError('UNAVAILABLE', refusal, true);
      const progress: Progress = (done, total) => {
        if (done === total) this.#progress.set(idOf(image), { state: 'building' });
        else onProgress(done, total);
      };
      const prepared = async (name: typeof recipe.name) => (await this.ensure(builtinSpec(name))).files;
      await recipe.build(folder, { progress, prepared });
      for (const name of names) hash.update(await readFile(join(folder, name)));
    } else if (ownDisk(image) !== null) {
      await this.#linkOwn(image, join(folder, 'disk.qcow2'), hash, onProgress);
    } else if (/^https?:/.test(image.source)) {
      await fetchImage(image, join(folder, 'disk.qcow2'), hash, onProgress);
    } else {
      const sources = image.kind === 'kernel' ? names.map((name) => join(image.source, name)) : [image.source];
      for (const [index, source] of sources.entries())
        await copyPlainFile(image, source, join(folder, names[index] ?? ''), hash, onProgress);
    }
    return hash.digest('hex');
  }
}

/** The checksum of a disk that was made of an upload; null for others. */
const ownDisk = (image: ImageSpec) => /^own:([0-9a-f]{64})$/.exec(image.source)?.[1] ?? null;
const toMb = (bytes: number) => Math.floor(bytes / 2 ** 20);
const idOf = (image: ImageSpec) => JSON.stringify([image.kind, image.source, image.sha256]);
const damaged = (image: ImageSpec) => say('IMAGE_DAMAGED', { image: image.name });

type Invalid =
  | 'IMAGE_WRONG_CHECKSUM'
  | 'IMAGE_NOT_BUILTIN'
  | 'IMAGE_KERNEL_BY_URL'
  | 'IMAGE_NEEDS_CHECKSUM'
  | 'IMAGE_NO_SOURCE'
  | 'IMAGE_NOT_THERE'
  | 'IMAGE_NOT_A_FILE';

function invalid(image: ImageSpec, code: Invalid, cause?: unknown): ProviderError {
  return new ProviderError('IMAGE_INVALID', say(code, { image: image.name }), false, cause);
}

/** What tells one content from another without reading it: a file that was replaced gets a new key. */
async function keyOf(image: ImageSpec): Promise<string> {
  if (image.source.startsWith('builtin:')) {
    const recipe = recipeOf(image);
    if (recipe === null) throw invalid(image, 'IMAGE_NOT_BUILTIN');
    const checked = image.sha256 === null ? '' : `-${image.sha256.slice(0, 12)}`;
    return `${recipe.name}-${recipe.version}${checked}`;
  }
  const own = ownDisk(image);
  if (own !== null) return `disk-${own.slice(0, 32)}`;
  if (/^https?:/.test(image.source)) {
    if (image.kind !== 'disk') throw invalid(image, 'IMAGE_KERNEL_BY_URL');
    if (image.sha256 === null) throw invalid(image, 'IMAGE_NEEDS_CHECKSUM');
    return `disk-${image.sha256.slice(0, 32)}`;
  }
  if (!image.source.startsWith('/')) throw invalid(image, 'IMAGE_NO_SOURCE');
  const files = image.kind === 'kernel' ? fileNames.kernel.map((name) => join(image.source, name)) : [image.source];
  const hash = createHash('sha256').update(JSON.stringify([image.kind, image.source, image.sha256]));
  for (const file of files) {
    const status = await stat(file).catch((error: unknown) => {
      throw invalid(image, 'IMAGE_NOT_THERE', error);
    });
    if (!status.isFile()) throw invalid(image, 'IMAGE_NOT_A_FILE');
    hash.update(JSON.stringify([status.size, status.mtimeMs]));
  }
  return `${image.kind}-${hash.digest('hex').slice(0, 32)}`;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const status = await stat(join(folder, name)).catch(() => null);
    // other links keep the rest
    if (status?.isFile() && status.nlink === 1) bytes += status.size;
  }
  return bytes;
}

async function copyPlainFile(
  image: ImageSpec,
  from: string,
  to: string,
  hash: Hash,
  onProgress: Progress,
): Promise<void> {
  const file = await open(from, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw invalid(image, 'IMAGE_NOT_THERE', error);
  });
  try {
    // asked of what was opened: the name may mean another file by now
    const status = await file.stat();
    if (!status.isFile()) throw invalid(image, 'IMAGE_NOT_A_FILE');
    let done = 0;
    const counted = hashing(hash, (count) => onProgress((done += count), status.size));
    await pipeline(file.createReadStream({ autoClose: false }), counted, createWriteStream(to, { flags: 'wx' }));
  } finally {
    await file.close();
  }
}
