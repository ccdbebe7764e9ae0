import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { ProviderError } from '#server/lib/provider-error';
import { runCommand } from '#server/lib/run-command';
import { say } from '#shared/sentence';
import { asProviderError, notRunning } from '../errors';
import { FrameQueue } from '../frame-queue';
import type { CapturedFrame, CaptureOptions, CaptureStream } from '../provider';
import { CaptureClock } from './capture-clock';
import { PcapReader } from './pcap-reader';
import type { MachineName } from './qemu-args';
import { QmpError } from './qmp-client';
import type { ZoneFolder } from './zone-folder';

/** Captures that one VM has at once: each frame is written once for each. */
const maxCaptures = 64;
const prefix = 'capture';

export interface CapturedNic {
  edgeId: number;
  snapLength: number;
  onFrame: (frame: CapturedFrame) => void;
  /** QEMU writes no more: the VM has ended, or the NIC was taken out. Not called once it was let go of. */
  onEnd: () => void;
}

/**
 * Captures of a VM's NICs: QEMU's filter-dump, which writes into a pipe that has no name any more once it is open at both ends. So nothing of it is
 * ever on the disk, and a server that is killed leaves none behind: QEMU finds the pipe without a reader, and stops writing.
 */
export class NicCaptures {
  readonly #vm: { readonly sliceId: number; readonly name: MachineName };
  readonly #folder: ZoneFolder;
  readonly #command: (command: string, args?: Record<string, unknown>) => Promise<unknown>;
  readonly #open = new Map<string, { pipe: Socket; ended: Promise<void> }>();
  #next = 1;

  constructor(
    vm: { readonly sliceId: number; readonly name: MachineName },
    folder: ZoneFolder,
    command: (command: string, args?: Record<string, unknown>) => Promise<unknown>,
  ) {
    this.#vm = vm;
    this.#folder = folder;
    this.#command = command;
  }

  async begin({ edgeId, snapLength, onFrame, onEnd }: CapturedNic): Promise<() => void> {
    if (this.#open.size >= maxCaptures)
      throw new ProviderError('UNAVAILABLE', say('CAPTURES_LIMIT', { limit: maxCaptures }), true);
    const id = `${prefix}${this.#next++}`;
    const pipe = await this.#openPipe(id, async (file) => {
      const filter = { 'qom-type': 'filter-dump', id, netdev: `net${edgeId}`, file, maxlen: snapLength };
      await this.#command('object-add', filter);
    });
    const clock = new CaptureClock();
    const reader = new PcapReader(snapLength);
    let wanted = true;
    pipe.on('data', (chunk: Buffer) => {
      const arrived = Date.now() * 1000;
      try {
        for (const { time, length, data } of reader.push(chunk))
          onFrame({ edgeId, at: clock.at(time, arrived), length, data });
      } catch (error) {
        pipe.destroy(error instanceof Error ? error : undefined);
      }
    });
    pipe.on('error', () => pipe.destroy());
    const ended = new Promise<void>((resolve) => {
      pipe.on('close', () => {
        this.#open.delete(id);
        if (wanted) onEnd();
        // also of one that stopped by itself: the object stays
        void this.#remove(id).then(resolve);
      });
    });
    this.#open.set(id, { pipe, ended });
    return () => {
      wanted = false;
      pipe.destroy();
    };
  }

  /** Takes away what a former server left in the process and beside it. */
  async endStale(): Promise<void> {
    const objects = await this.#command('qom-list', { path: '/objects' });
    for (const object of Array.isArray(objects) ? (objects as unknown[]) : []) {
      const name = typeof object === 'object' && object !== null && 'name' in object ? object.name : null;
      if (typeof name === 'string' && name.startsWith(prefix) && !this.#open.has(name)) await this.#remove(name);
    }
    const folder = this.#folder.machinePath(this.#vm.sliceId, this.#vm.name);
    for (const entry of await readdir(folder).catch(() => []))
      if (entry.startsWith(prefix)) await rm(join(folder, entry), { recursive: true, force: true });
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    for (const { pipe } of open) pipe.destroy();
    await Promise.all(open.map(({ ended }) => ended));
  }

  async #remove(id: string): Promise<void> {
    // with its NIC, or its process, it has gone by itself
    await this.#command('object-del', { id }).catch(() => undefined);
  }

  /** A pipe that `write` has had QEMU open, by its path from the slice's folder. */
  async #openPipe(id: string, write: (file: string) => Promise<void>): Promise<Socket> {
    const file = `${this.#vm.name}/${id}`;
    const path = join(this.#folder.slicePath(this.#vm.sliceId), file);
    await rm(path, { force: true });
    try {
      await runCommand('mkfifo', ['-m', '600', path]);
      await this.#folder.giveAway(this.#vm.sliceId, path);
      // before QEMU, which would wait for a reader; it ends when QEMU, the only writer, closes it
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      try {
        if (!fstatSync(fd).isFIFO()) throw new Error('Something else is where the pipe of a capture was made.');
        await write(file);
      } catch (error) {
        closeSync(fd);
        throw error instanceof QmpError ? new ProviderError('NOT_RUNNING', say('CAPTURE_NO_NIC'), true, error) : error;
      }
      return new Socket({ fd, readable: true, writable: false });
    } finally {
      await rm(path, { force: true });
    }
  }
}

/** What has NICs that can be captured. */
interface CapturableVm {
  readonly up: boolean;
  readonly nics: { of(edgeId: number): unknown };
  capture(nic: CapturedNic): Promise<() => void>;
}

/** Captures edges at whichever of their ends runs. */
export async function captureEdges(
  vms: readonly CapturableVm[],
  { edgeIds, snapLength }: CaptureOptions,
): Promise<CaptureStream> {
  const letGo: (() => void)[] = [];
  const queue = new FrameQueue(() => {
    for (const one of letGo) one();
  });
  const edges = new Set(edgeIds);
  let open = edges.size;
  const onEnd = () => {
    open -= 1;
    if (open === 0) queue.end();
  };
  try {
    for (const edgeId of edges) {
      const vm = vms.find((candidate) => candidate.up && candidate.nics.of(edgeId) !== undefined);
      if (vm === undefined) throw notRunning(say('CAPTURE_NOT_RUNNING'));
      letGo.push(await vm.capture({ edgeId, snapLength, onFrame: (frame) => queue.push(frame), onEnd }));
    }
    return queue;
  } catch (error) {
    queue.close();
    throw asProviderError(error, say('ACT_CAPTURE'));
  }
}
