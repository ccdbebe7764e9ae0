import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '#server/lib/provider-error';
import { repeatedly } from '#server/lib/repeatedly';
import type { Applied } from '#shared/deployment/applied';
import { say } from '#shared/sentence';
import { appliedNetwork } from '../applied';
import { fileLimitOf } from './bounded-log';
import type { FoundMachine } from './find-machines';
import { offerSocket } from './join-sockets';
import {
  dgramNetdev,
  edgeSocket,
  joinNetdevs,
  joinSocket,
  networkArgs,
  serviceMac,
  serviceNetdevs,
  servicePort,
  uuidOf,
  type Attachment,
  type MachineName,
} from './qemu-args';
import { connectMonitor, killMachine, spawnMachine, waitForEnd } from './qemu-process';
import { QmpError, type QmpClient, type QmpHandlers } from './qmp-client';
import type { NetworkRecord } from './records';
import type { VmMachineContext } from './vm-machine';

interface NetworkChange extends Pick<NetworkRecord, 'name' | 'dhcp'> {
  applied: Applied;
  restart: boolean;
}

/** A multi-access segment: a QEMU without a machine whose hub joins one socket pair per attachment. */
export class NetworkMachine {
  readonly id: number;
  readonly sliceId: number;
  readonly name: MachineName;
  record: NetworkRecord;
  readonly #context: VmMachineContext;
  #machine: FoundMachine | null = null;
  #monitor: QmpClient | null = null;
  /** Its monitor has answered when it was asked last. */
  #answers = true;
  #asking: { stop(): void } | null = null;
  #closed = false;

  constructor(context: VmMachineContext, sliceId: number, id: number, record: NetworkRecord) {
    this.#context = context;
    this.sliceId = sliceId;
    this.id = id;
    this.name = `n${id}`;
    this.record = record;
  }

  /** Of the server of addresses and names on it, where it has one. */
  get serviceMac(): string {
    return serviceMac(uuidOf(this.#context.folder.machinePath(this.sliceId, this.name)));
  }

  /** Of its process. */
  get pid(): number | null {
    return this.#machine?.pid ?? null;
  }

  get up(): boolean {
    return this.#machine !== null && !this.#hung;
  }

  /** Its process is there and does not answer, so that it passes nothing on: only a new one helps. */
  get #hung(): boolean {
    return this.#machine !== null && (this.#monitor === null || !this.#answers);
  }

  async adopt(found: FoundMachine | null): Promise<void> {
    if (!found) return;
    this.#machine = found;
    this.#watch();
    await this.#connect(found);
  }

  /** Starts the process with all attachments, unless it runs; one that hangs is ended first. What it is started with: what counts as applied, and whether it has a server. */
  async start({ applied, dhcp }: Pick<NetworkRecord, 'dhcp'> & { applied: Applied }): Promise<void> {
    if (this.up) return;
    const { folder } = this.#context;
    if (this.#machine) await this.#end(this.#machine);
    this.record = { ...this.record, applied, dhcp };
    await this.#save();
    const path = folder.machinePath(this.sliceId, this.name);
    const { attachments, joins } = this.record;
    const sockets = [...attachments.map(({ edgeId }) => `e${edgeId}`), ...joins.map(({ id }) => `j${id}`)];
    const stale = ['qmp.sock', 'drain', 'svc', ...sockets];
    for (const file of stale) await rm(join(path, file), { force: true });
    await Promise.all(attachments.map((attachment) => this.#point(attachment)));
    const args = networkArgs(this, uuidOf(path), this.record);
    await folder.settleUser(this.sliceId);
    const machine = await spawnMachine(folder, this.sliceId, this.name, args, fileLimitOf(null));
    this.#machine = machine;
    try {
      await this.#connect(machine);
    } catch (error) {
      await this.#end(machine);
      throw error;
    }
    this.#watch();
    await this.#offer();
  }

  /** Ends its process; what is attached to it stays so. */
  async rest(): Promise<void> {
    if (this.#machine) await this.#end(this.#machine);
  }

  /** Starts the process as it was started last. */
  async wake(): Promise<void> {
    if (this.up) return;
    const { applied, name, dhcp } = this.record;
    await this.start({ applied: applied ?? appliedNetwork({ id: this.id, name, dhcp }, this.#context.parts), dhcp });
  }

  /** Takes another spec. `restart`: by a new start of its process, with all attachments. */
  async update({ name, dhcp, applied, restart }: NetworkChange): Promise<void> {
    this.record = { ...this.record, name };
    const machine = this.#machine;
    if (machine && restart) {
      await this.#end(machine);
      await this.start({ applied, dhcp });
      return;
    }
    if (machine && dhcp !== this.record.dhcp) await this.#serve(dhcp);
    this.record = { ...this.record, applied, dhcp };
    await this.#save();
  }

  /** Gives the hub the port of a server, or takes it away, while frames pass. */
  async #serve(dhcp: boolean): Promise<void> {
    if (this.#hung) throw new ProviderError('TIMEOUT', say('NETWORK_SILENT'), true);
    // also what a killed server has left of it
    await this.#delete(serviceNetdevs(this.id));
    const { folder } = this.#context;
    await rm(join(folder.slicePath(this.sliceId), servicePort(this.id).hub), { force: true });
    for (const netdev of dhcp ? serviceNetdevs(this.id) : []) await this.#add(netdev);
  }

  async attach(attachment: Attachment): Promise<void> {
    const { edgeId } = attachment;
    const known = this.record.attachments.some((other) => other.edgeId === edgeId);
    if (!known) {
      if (this.#hung) throw new ProviderError('TIMEOUT', say('NETWORK_SILENT'), true);
      const port = { type: 'hubport', id: `port${edgeId}`, hubid: 0, netdev: `net${edgeId}` };
      // a server that was killed may have plugged it in and not lived to write it down; its socket goes with it
      await this.#unplug(edgeId);
      await this.#removeSocket(edgeSocket(this.name, edgeId));
      await this.#point(attachment);
      await this.#add(dgramNetdev(this.name, edgeId));
      await this.#add(port);
      this.record = { ...this.record, attachments: [...this.record.attachments, attachment] };
      await this.#save();
    }
  }

  async detach(edgeId: number): Promise<void> {
    // one that hangs is ended before it is used again
    if (!this.#hung) await this.#unplug(edgeId);
    await this.#removeSocket(edgeSocket(this.name, edgeId));
    const attachments = this.record.attachments.filter((other) => other.edgeId !== edgeId);
    if (attachments.length === this.record.attachments.length) return;
    this.record = { ...this.record, attachments };
    await this.#save();
  }

  /** Makes it one with a network of another slice, as far as its own hub goes. */
  async join(join: NetworkRecord['joins'][number]): Promise<void> {
    if (this.record.joins.some(({ id }) => id === join.id)) return;
    if (this.#hung) throw new ProviderError('TIMEOUT', say('NETWORK_SILENT'), true);
    const netdevs = joinNetdevs(this.name, this.sliceId, join.id);
    await this.#delete(netdevs);
    await this.#removeSocket(joinSocket(this.name, join.id));
    for (const netdev of netdevs) await this.#add(netdev);
    this.record = { ...this.record, joins: [...this.record.joins, join] };
    await this.#save();
  }

  async part(joinId: number): Promise<void> {
    if (!this.#hung) await this.#delete(joinNetdevs(this.name, this.sliceId, joinId));
    await this.#removeSocket(joinSocket(this.name, joinId));
    const joins = this.record.joins.filter(({ id }) => id !== joinId);
    if (joins.length === this.record.joins.length) return;
    this.record = { ...this.record, joins };
    await this.#save();
  }

  async remove(): Promise<void> {
    const machine = this.#machine;
    this.close();
    if (machine) await this.#end(machine);
    await this.#context.folder.removeMachine(this.sliceId, this.name);
  }

  close(): void {
    this.#closed = true;
    this.#letGo();
  }

  #letGo(): void {
    this.#asking?.stop();
    this.#asking = null;
    this.#monitor?.close();
    this.#monitor = null;
  }

  async #end(machine: FoundMachine): Promise<void> {
    this.#machine = null;
    this.#letGo();
    await killMachine(machine, this.#context.folder.root);
  }

  /** Asks the monitor now and then whether it answers, and connects to one that could not be reached. */
  #watch(): void {
    this.#asking?.stop();
    this.#asking = repeatedly(this.#context.askAgainMs, async () => {
      const machine = this.#machine;
      if (!machine || this.#closed) return;
      const before = this.#hung;
      // refused or silent: that it does not answer is what is shown, and the next look asks again
      if (this.#monitor === null) await this.#connect(machine).catch(() => undefined);
      else {
        const answers = await this.#monitor.took('query-status').catch(() => false);
        // it may have ended, or been started again, meanwhile
        if (this.#machine === machine) this.#answers = answers;
      }
      if (this.#machine === machine && this.#hung !== before) this.#context.onChange(this.sliceId);
    });
  }

  async #unplug(edgeId: number): Promise<void> {
    await this.#delete([{ id: `net${edgeId}` }, { id: `port${edgeId}` }]);
  }

  /** Takes netdevs away, the last one first; those that are not there are passed over. */
  async #delete(netdevs: readonly { id: string }[]): Promise<void> {
    for (const { id } of netdevs.toReversed()) {
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
          this.#letGo();
          this.#context.onChange(this.sliceId);
        });
      },
    };
    const monitor = await connectMonitor(this.#context.folder, machine, handlers, fileLimitOf(null));
    // it may have been ended, or let go of, meanwhile
    if (this.#closed || this.#machine !== machine) return monitor.close();
    this.#monitor = monitor;
    this.#answers = true;
  }

  #point({ edgeId, vmId }: Attachment): Promise<void> {
    return this.#context.wires.point({ sliceId: this.sliceId, owner: this.name, peer: `v${vmId}`, edgeId });
  }

  /** @param socket relative to the slice's folder */
  #removeSocket(socket: string): Promise<void> {
    return rm(join(this.#context.folder.slicePath(this.sliceId), socket), { force: true });
  }

  /** Its process has new sockets: what is joined with it sends to these. What fails is repeated by who joins them, again and again. */
  async #offer(): Promise<void> {
    const { folder, log } = this.#context;
    for (const { id, sliceId } of this.record.joins)
      await offerSocket(folder, id, this, sliceId).catch((error: unknown) => {
        log('could not offer a socket to a joined network', { slice: this.sliceId, network: this.id, join: id, error });
      });
  }

  #save(): Promise<void> {
    return this.#context.folder.writeRecord(this.sliceId, this.name, this.record);
  }
}
