import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { hasCode } from '../error-code';
import { CommandError } from '../run-command';
import { runBounded, type BoundedProcess } from './bounded-process';
import { DiskFaultError } from './fault';
import type { Packing } from './format';

const blockBytes = 65_536;
const zeros = Buffer.alloc(blockBytes);
/** What xz may take to unpack: its best preset needs 65 MiB (xz(1)). */
const xzMemoryMb = 256;

export interface UnpackBounds {
  /** Of what comes out. */
  maxBytes: number;
  /** Of that which is not zeros, and so takes room on the disk. */
  maxStoredBytes: number;
}

/**
 * Unpacks `from` into the new file `to`, with holes where there are zeros, so that a disk that is mostly empty takes no more room than
 * it holds, and a bomb none at all before it is refused: `too-large`, `stores-too-much`, `not-unpacked`, `too-slow`.
 */
export async function unpack(
  packing: Packing,
  paths: { from: string; to: string },
  task: Pick<BoundedProcess, 'cwd' | 'bounds' | 'runAs' | 'signal'> & { limits: UnpackBounds },
): Promise<void> {
  const file = await open(`${task.cwd}/${paths.to}`, 'wx', 0o600);
  try {
    const sparse = new SparseWriter(file, task.limits);
    if (packing === 'gz') {
      const late = AbortSignal.timeout(task.bounds.seconds * 1_000);
      const signal = task.signal === undefined ? late : AbortSignal.any([late, task.signal]);
      const packed = createReadStream(`${task.cwd}/${paths.from}`, { highWaterMark: 1024 * 1024 });
      await pipeline(packed, createGunzip({ chunkSize: blockBytes }), sparse, { signal }).catch((error: unknown) => {
        task.signal?.throwIfAborted();
        if (late.aborted) throw new DiskFaultError('too-slow', 'gzip', { cause: error });
        throw error;
      });
    } else {
      await runBounded({
        ...task,
        program: 'xz',
        args: ['--decompress', '--stdout', `--memlimit-decompress=${xzMemoryMb}MiB`, '--', paths.from],
        onOutput: (output: Readable) => pipeline(output, sparse),
      });
    }
    await file.truncate(sparse.length);
  } catch (error) {
    if (error instanceof CommandError) throw new DiskFaultError('not-unpacked', error.stderr, { cause: error });
    if (hasCode(error, 'ENOSPC')) throw new DiskFaultError('no-room', '', { cause: error });
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new DiskFaultError('not-unpacked', error.message, { cause: error });
    throw error;
  } finally {
    await file.close();
  }
}

/** Writes what is not zero, in blocks, and leaves the rest out. */
class SparseWriter extends Writable {
  length = 0;
  #stored = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly limits: UnpackBounds,
  ) {
    super({ highWaterMark: blockBytes });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#take(chunk).then(() => done(), done);
  }

  async #take(chunk: Buffer): Promise<void> {
    if (this.length + chunk.length > this.limits.maxBytes) throw new DiskFaultError('too-large', 'unpacked');
    for (let from = 0; from < chunk.length; from += blockBytes) {
      const block = chunk.subarray(from, from + blockBytes);
      if (!block.equals(zeros.subarray(0, block.length))) {
        this.#stored += block.length;
        if (this.#stored > this.limits.maxStoredBytes) throw new DiskFaultError('stores-too-much', 'unpacked');
        await this.file.write(block, 0, block.length, this.length);
      }
      this.length += block.length;
    }
  }
}
