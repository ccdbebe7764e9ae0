import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Applied } from '#shared/deployment/applied';
import { fileLimitOf } from './bounded-log';
import type { FoundMachine } from './find-machines';
import { dgramNetdev, edgeSocket, networkArgs, type Attachment, type MachineName } from './qemu-args';
import { connectMonitor, killMachine, spawnMachine, waitForEnd } from './qemu-process';
import { QmpError, type QmpClient, type QmpHandlers } from './qmp-client';
import type { NetworkRecord } from './records';
import type { VmMachineContext } from './vm-machine';

/** A multi-access segment: a QEMU without a machine whose hub joins one socket pair per attachment. */
export class NetworkMachine {
  readonly id: number;
  readonly sliceId: number;
  readonly name: MachineName;
  record: NetworkRecord;
  readonly #context: VmMachineContext;
  #machine: FoundMachine | null = null;
  #monitor: QmpClient | null = null;
  #closed = false;

  constructor(context: VmMachineContext, sliceId: number, id: number, record: NetworkRecord) {
    this.#context = context;
    this.sliceId = sliceId;
    this.id = id;
    this.name = `n${id}`;
    this.record = record;
  }

  get up(): boolean {
    return this.#machine !== null;
  }

  async adopt(found: FoundMachine | null): Promise<void> {
    if (!found) return;
    this.#machine = found;
    await this.#connect(found);
  }

  /** Starts the process with all attachments, unless it runs. `applied`: what it is started with. */
  async start(applied: Applied): Promise<void> {
    if (this.#machine) return;
    const { folder } = this.#context;
    this.record = { ...this.record, applied };
    await this.#save();
    const path = folder.machinePath(this.sliceId, this.name);
    const stale = ['qmp.sock', ...this.record.attachments.map(({ edgeId }) => `e${edgeId}`)];
    for (const file of stale) await rm(join(path, file), { force: true });
    const args = networkArgs(this.id, uuidOf(path), this.record.attachments);
    await folder.settleUser(this.sliceId);
    const machine = await spawnMachine(folder, this.sliceId, this.name, args, fileLimitOf(null));
    this.#machine = machine;
    try {
      await this.#connect(machine);
    } catch (error) {
      this.#machine = null;
      await killMachine(machine, folder.root);
      throw error;
    }
  }

  /** Takes another spec. `restart`: by a new start of its process, with all attachments. */
  async update({ name, applied, restart }: { name: string; applied: Applied; restart: boolean }): Promise<void> {
    this.record = { ...this.record, name };
    const machine = this.#machine;
    if (machine && restart) {
      this.#machine = null;
      this.#monitor?.close();
      this.#monitor = null;
      await killMachine(machine, this.#context.folder.root);
      await this.start(applied);
      return;
    }
    this.record = { ...this.record, applied };
    await this.#save();
  }

  async attach(attachment: Attachment): Promise<void> {
    const { edgeId, vmId } = attachment;
    const known = this.record.attachments.some((other) => other.edgeId === edgeId);
    if (!known) {
      const port = { type: 'hubport', id: `port${edgeId}`, hubid: 0, netdev: `net${edgeId}` };
      // a server that was killed may have plugged it in and not lived to write it down; its socket goes with it
      await this.#unplug(edgeId);
      await this.#removeSocket(edgeId);
      await this.#add(dgramNetdev(this.name, `v${vmId}`, edgeId));
      await this.#add(port);
      this.record = { ...this.record, attachments: [...this.record.attachments, attachment] };
      await this.#save();
    }
  }

  async detach(edgeId: number): Promise<void> {
    await this.#unplug(edgeId);
    await this.#removeSocket(edgeId);
    const attachments = this.record.attachments.filter((other) => other.edgeId !== edgeId);
    if (attachments.length === this.record.attachments.length) return;
    this.record = { ...this.record, attachments };
    await this.#save();
  }

  async remove(): Promise<void> {
    const machine = this.#machine;
    this.close();
    this.#machine = null;
    if (machine) await killMachine(machine, this.#context.folder.root);
    await this.#context.folder.removeMachine(this.sliceId, this.name);
  }

  close(): void {
    this.#closed = true;
    this.#monitor?.close();
    this.#monitor = null;
  }

  async #unplug(edgeId: number): Promise<void> {
    for (const id of [`port${edgeId}`, `net${edgeId}`]) {
      await this.#monitor?.execute('netdev_del', { id }).catch((error: unknown) => {
        if (!(error instanceof QmpError && /not found/i.test(error.description))) throw error;
      });
    }
  }

  async #add(netdev: Record<string, unknown>): Promise<void> {
    if (!this.#monitor) throw new Error('The network has no monitor');
    await this.#monitor.execute('netdev_add', netdev).catch((error: unknown) => {
      if (!(error instanceof QmpError && /Duplicate ID/i.test(error.description))) throw error;
    });
  }

  async #connect(machine: FoundMachine): Promise<void> {
    const handlers: QmpHandlers = {
      onEvent: () => undefined,
      onClose: () => {
        if (this.#closed || this.#machine !== machine) return;
        this.#monitor = null;
        void waitForEnd(machine, this.#context.folder.root, 5_000).then((gone) => {
          if (!gone || this.#machine !== machine) return;
          this.#machine = null;
          this.#context.onChange(this.sliceId);
        });
      },
    };
    this.#monitor = await connectMonitor(this.#context.folder, machine, handlers, fileLimitOf(null));
  }

  #removeSocket(edgeId: number): Promise<void> {
    return rm(join(this.#context.folder.slicePath(this.sliceId), edgeSocket(this.name, edgeId)), { force: true });
  }

  #save(): Promise<void> {
    return this.#context.folder.writeRecord(this.sliceId, this.name, this.record);
  }
}

function uuidOf(path: string): string {
  const hex = createHash('sha256').update(path).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
