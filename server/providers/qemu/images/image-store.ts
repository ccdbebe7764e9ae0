import { createHash, randomBytes, type Hash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '#server/lib/error-code';
import { withFileLock } from '#server/lib/file-lock';
import { asProviderError } from '../../errors';
import { ProviderError } from '#server/lib/provider-error';
import type { ImageSpec } from '../../provider';
import { inspectDisk } from './disk';
import { buildTinyImage, tinyVersion } from './tiny-build';

export interface PreparedImage {
  /** Names the folder; another content has another key. */
  key: string;
  sizeMb: number;
  /** Absolute paths: `vmlinuz` and `initrd.gz`, or `disk.qcow2`. */
  files: string[];
}

const fileNames = { kernel: ['vmlinuz', 'initrd.gz'], disk: ['disk.qcow2'] } as const;

/**
 * Prepared images of this machine, shared by its zones and processes: built, copied or fetched once, checked, then moved
 * into place whole. Sources given by path are copied, so that a file changed afterwards does not break the VMs on it.
 */
export class ImageStore {
  readonly #root: string;
  readonly #running = new Map<string, Promise<PreparedImage>>();

  constructor(root: string) {
    this.#root = root;
  }

  ensure(image: ImageSpec): Promise<PreparedImage> {
    const id = JSON.stringify([image.kind, image.source, image.sha256]);
    let run = this.#running.get(id);
    if (!run) {
      run = this.#prepare(image)
        .catch((error: unknown) => {
          if (hasCode(error, 'ENOSPC'))
            throw new ProviderError(
              'NO_CAPACITY',
              `The zone's disk is full; “${image.name}” has no room.`,
              true,
              error,
            );
          throw asProviderError(error, `The image “${image.name}” could not be prepared.`);
        })
        .finally(() => this.#running.delete(id));
      this.#running.set(id, run);
    }
    return run;
  }

  async #prepare(image: ImageSpec): Promise<PreparedImage> {
    const key = await keyOf(image);
    const folder = join(this.#root, key);
    const files = fileNames[image.kind].map((name) => join(folder, name));
    if (!(await allThere(files))) {
      await mkdir(this.#root, { recursive: true });
      await withFileLock(join(this.#root, `${key}.lock`), async () => {
        if (!(await allThere(files))) await this.#make(image, folder);
      });
    }
    const sizes = await Promise.all(files.map((file) => stat(file)));
    return { key, files, sizeMb: Math.ceil(sizes.reduce((sum, { size }) => sum + size, 0) / 2 ** 20) };
  }

  async #make(image: ImageSpec, folder: string): Promise<void> {
    const temporary = join(this.#root, `.${randomBytes(6).toString('hex')}.tmp`);
    await mkdir(temporary);
    try {
      const names = fileNames[image.kind];
      const hash = createHash('sha256');
      if (image.source === 'builtin:tiny') {
        await buildTinyImage(temporary);
        for (const name of names) for await (const chunk of createReadStream(join(temporary, name))) hash.update(chunk);
      } else if (/^https?:/.test(image.source)) {
        await download(image, join(temporary, 'disk.qcow2'), hash);
      } else {
        const sources = image.kind === 'kernel' ? names.map((name) => join(image.source, name)) : [image.source];
        for (const [index, source] of sources.entries())
          await copyPlainFile(image, source, join(temporary, names[index] ?? ''), hash);
      }
      const digest = hash.digest('hex');
      if (image.sha256 !== null && image.sha256 !== digest)
        throw invalid(image, 'does not have the checksum that it should', { expected: image.sha256, digest });
      for (const name of names) await chmod(join(temporary, name), 0o444);
      if (image.kind === 'kernel') await checkKernel(image, join(temporary, 'vmlinuz'));
      else await inspectDisk(image, join(temporary, 'disk.qcow2'));
      for (const leftover of ['packages', 'unpacked'])
        await rm(join(temporary, leftover), { recursive: true, force: true });
      await chmod(temporary, 0o755);
      // a folder that lacks a file, from whatever happened to it
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}

function invalid(image: ImageSpec, why: string, cause?: unknown): ProviderError {
  return new ProviderError('IMAGE_INVALID', `The image “${image.name}” ${why}.`, false, cause);
}

/** What tells one content from another without reading it: a file that was replaced gets a new key. */
async function keyOf(image: ImageSpec): Promise<string> {
  if (image.source.startsWith('builtin:')) {
    if (image.source !== 'builtin:tiny' || image.kind !== 'kernel')
      throw invalid(image, 'is not one that this zone has');
    const checked = image.sha256 === null ? '' : `-${image.sha256.slice(0, 12)}`;
    return `tiny-${tinyVersion}${checked}`;
  }
  if (/^https?:/.test(image.source)) {
    if (image.kind !== 'disk') throw invalid(image, 'is a kernel, which cannot be fetched from a URL: give a folder');
    if (image.sha256 === null) throw invalid(image, 'is fetched from a URL and needs its checksum');
    return `disk-${image.sha256.slice(0, 32)}`;
  }
  if (!image.source.startsWith('/')) throw invalid(image, 'has neither an absolute path nor a URL');
  const files = image.kind === 'kernel' ? fileNames.kernel.map((name) => join(image.source, name)) : [image.source];
  const hash = createHash('sha256').update(JSON.stringify([image.kind, image.source, image.sha256]));
  for (const file of files) {
    const status = await stat(file).catch((error: unknown) => {
      throw invalid(image, 'is not there, or the server may not read it', error);
    });
    if (!status.isFile()) throw invalid(image, 'is not a regular file');
    hash.update(JSON.stringify([status.size, status.mtimeMs]));
  }
  return `${image.kind}-${hash.digest('hex').slice(0, 32)}`;
}

async function allThere(files: string[]): Promise<boolean> {
  const results = await Promise.allSettled(files.map((file) => access(file)));
  return results.every((result) => result.status === 'fulfilled');
}

function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

async function copyPlainFile(image: ImageSpec, from: string, to: string, hash: Hash): Promise<void> {
  const file = await open(from, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw invalid(image, 'is not there, or the server may not read it', error);
  });
  try {
    // asked of what was opened: the name may mean another file by now
    if (!(await file.stat()).isFile()) throw invalid(image, 'is not a regular file');
    await pipeline(file.createReadStream({ autoClose: false }), hashing(hash), createWriteStream(to, { flags: 'wx' }));
  } finally {
    await file.close();
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    await reader.cancel();
  }
}

async function download(image: ImageSpec, to: string, hash: Hash): Promise<void> {
  try {
    const response = await fetch(image.source, { signal: AbortSignal.timeout(3_600_000) });
    if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`);
    await pipeline(chunksOf(response.body), hashing(hash), createWriteStream(to, { flags: 'wx' }));
  } catch (error) {
    if (hasCode(error, 'ENOSPC')) throw error;
    throw new ProviderError('UNAVAILABLE', `The image “${image.name}” could not be fetched from its URL.`, true, error);
  }
}

/** Both forms in which QEMU boots a Linux kernel. */
async function checkKernel(image: ImageSpec, path: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(0x206), 0, 0x206, 0);
    const isElf = buffer.subarray(0, 4).toString('latin1') === '\x7fELF';
    if (!isElf && buffer.subarray(0x202, 0x206).toString('latin1') !== 'HdrS')
      throw invalid(image, 'holds no Linux kernel');
  } finally {
    await file.close();
  }
}
