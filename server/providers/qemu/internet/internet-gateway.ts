import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Meters, type MeterReading } from '#server/lib/meters';
import { ProviderError } from '#server/lib/provider-error';
import { repeatedly } from '#server/lib/repeatedly';
import { canonical } from '#shared/topology/properties';
import { say, saidOf, type Said } from '#shared/sentence';
import { fileLimitOf } from '../bounded-log';
import { findMachines, type FoundMachine } from '../find-machines';
import { gatewayArgs, gatewayName, internetNetdevs, uuidOf } from '../qemu-args';
import type { InternetLimits } from '../../provider';
import { connectMonitor, killMachine, spawnMachine, waitForEnd } from '../qemu-process';
import { QmpError, type QmpClient } from '../qmp-client';
import type { VmMachineContext } from '../vm-machine';
import { readGatewayMeter } from './gateway-meter';
import { guestNetwork, type GatewayPlan } from './gateway-plan';

/** What is kept of a gateway beside its folder: how it was started. */
const recordSchema = z.object({
  ipv6: z.boolean(),
  routes: z.array(z.string()),
  // missing in what an older version has started
  kbps: z.number().nullable().default(null),
});

/** A VM that may have to be led to the internet. */
interface Guest {
  readonly alive: boolean;
  readonly record: { readonly spec: { readonly id: number; readonly internet: boolean } };
}

/**
 * The way to the internet of a slice's guests, as long as one of them runs that asks for it: a QEMU without a machine, in a namespace that
 * leads to nothing else. Each guest has a user-mode network of its own in it, so that they meet nobody there. It is looked after: what has ended is started again, and
 * so is one that was started for other ranges, another rate or other addresses of the host. Guests notice nothing but that their connections are cut. While the slice
 * has used up what it may have there is none.
 */
export class InternetGateway {
  readonly #context: VmMachineContext;
  readonly #sliceId: number;
  readonly #guests: () => Iterable<Guest>;
  #machine: FoundMachine | null = null;
  #monitor: QmpClient | null = null;
  #started: GatewayPlan | null = null;
  #limits: InternetLimits | null = null;
  #unable: Said | null = null;
  readonly #meters = new Meters();
  /** VMs that are known to be led out by its process. */
  readonly #joined = new Set<number>();
  /** VMs that are about to run. */
  readonly #coming = new Set<number>();
  #looking: { stop(): void; now(): void } | null = null;
  #closed = false;

  constructor(context: VmMachineContext, sliceId: number, guests: () => Iterable<Guest>) {
    this.#context = context;
    this.#sliceId = sliceId;
    this.#guests = guests;
  }

  /** Of its process. */
  get pid(): number | null {
    return this.#machine?.pid ?? null;
  }

  get up(): boolean {
    return this.#monitor !== null;
  }

  /** There is none, since the slice has had all that it may have. */
  get usedUp(): boolean {
    return this.#limits?.usedUp ?? false;
  }

  /** Why there can be none that the slice may have. */
  get unable(): Said | null {
    return this.#unable;
  }

  /** What has passed through it and the ones before it, in their order. */
  async readings(): Promise<MeterReading[]> {
    const { pid } = this;
    return this.#meters.read(pid === null ? null : await readGatewayMeter(pid));
  }

  /** Goes by what the slice may have by now. */
  limit(): Promise<void> {
    return this.#alone(() => this.#look());
  }

  /** Takes over what a former server has started, and looks after it. */
  adopt(found: FoundMachine | null): Promise<void> {
    return this.#alone(async () => {
      if (!found && this.#waiting().length === 0) return;
      this.#watch();
      // what needs one and has none gets it at the next look
      if (!found) return this.#looking?.now();
      this.#machine = found;
      if (this.#waiting().length === 0) return this.#end();
      this.#started = await this.#context.folder.readRecord(this.#sliceId, gatewayName, recordSchema);
      await this.#connect(found);
    });
  }

  /** Leads a VM to the internet that `start` has run. */
  async lead(vmId: number, start: () => Promise<void>): Promise<void> {
    this.#coming.add(vmId);
    try {
      await this.#alone(async () => {
        this.#watch();
        await this.#bringUp();
      });
      await start();
    } finally {
      this.#coming.delete(vmId);
    }
  }

  /** To be called when a VM has ended: without any that needs it, it ends. */
  settle(): Promise<void> {
    return this.#alone(async () => {
      if (this.#waiting().length === 0) await this.#end();
    });
  }

  /** To be called when a VM is gone. With the last that asks for internet access its files go, too. */
  forget(vmId: number): Promise<void> {
    return this.#alone(async () => {
      if (this.#waiting().length === 0) await this.#end();
      else await this.#unlead(vmId);
      if (![...this.#guests()].some(({ record }) => record.spec.internet)) await this.#remove();
    });
  }

  /** Ends it, and takes its files away. */
  remove(): Promise<void> {
    return this.#alone(() => this.#remove());
  }

  async #remove(): Promise<void> {
    await this.#end();
    await this.#context.folder.removeMachine(this.#sliceId, gatewayName);
  }

  /** Lets go of it; it runs on. A look that is under way is over before: it would take the next server's gateway for one that does not answer. */
  close(): Promise<void> {
    this.#looking?.stop();
    this.#looking = null;
    return this.#alone(async () => {
      this.#closed = true;
      this.#monitor?.close();
      this.#monitor = null;
    });
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#context.internet.locks.run(this.#sliceId, work);
  }

  /** VMs that need it now. */
  #waiting(): number[] {
    const running = [...this.#guests()].flatMap(({ alive, record: { spec } }) =>
      alive && spec.internet ? [spec.id] : [],
    );
    return [...new Set([...running, ...this.#coming])];
  }

  #watch(): void {
    this.#looking ??= repeatedly(this.#context.askAgainMs, () => this.#alone(() => this.#look()));
  }

  async #look(): Promise<void> {
    // it has ended, or was let go of, while this waited for its turn
    if (this.#looking === null) return;
    const waiting = this.#waiting();
    const before = [this.up, this.usedUp].join();
    try {
      if (waiting.length === 0) await this.#end();
      else await this.#bringUp();
    } catch (error) {
      this.#context.log('the gateway to the internet could not be started', { slice: this.#sliceId, error });
    }
    if ([this.up, this.usedUp].join() !== before) this.#context.onChange(this.#sliceId);
  }

  /** Has it run as it has to by now, for all that need it. */
  async #bringUp(): Promise<void> {
    this.#unable = null;
    const { kbps, usedUp } = await this.#readLimits();
    if (usedUp) {
      if (this.#machine) await this.#stop(this.#machine);
      return;
    }
    const way = await this.#context.internet.plan();
    if (way === null) throw new ProviderError('UNAVAILABLE', say('INTERNET_NO_ROUTE'), true);
    const plan = { ...way, kbps };
    const stale = canonical(plan) !== canonical(this.#started);
    const machine = this.#machine;
    if (machine && (stale || !(await this.#answers()))) await this.#stop(machine);
    if (!this.#machine) await this.#start(plan);
    for (const vmId of this.#waiting()) if (!this.#joined.has(vmId)) await this.#join(vmId, plan);
  }

  /** What the slice may have. Where nobody can say it, as without a database, what was said last. */
  async #readLimits(): Promise<InternetLimits> {
    const { internet, log } = this.#context;
    try {
      return (this.#limits = await internet.limitsOf({ id: this.#sliceId }));
    } catch (error) {
      if (this.#limits === null) throw new ProviderError('UNAVAILABLE', say('INTERNET_GATEWAY_FAILED'), true, error);
      log('what a slice may have of the internet could not be asked for', { slice: this.#sliceId, error });
      return this.#limits;
    }
  }

  async #answers(): Promise<boolean> {
    if (this.#monitor === null && this.#machine) await this.#connect(this.#machine).catch(() => undefined);
    return (await this.#monitor?.took('query-status').catch(() => false)) ?? false;
  }

  async #start(plan: GatewayPlan): Promise<void> {
    const { folder, internet } = this.#context;
    // never two: a server that was killed may have started one and not lived to know it
    for (const found of await findMachines(folder.root))
      if (found.sliceId === this.#sliceId && found.name === gatewayName) await killMachine(found, folder.root);
    await folder.writeRecord(this.#sliceId, gatewayName, plan);
    await folder.settleUser(this.#sliceId);
    const path = folder.machinePath(this.#sliceId, gatewayName);
    for (const file of ['qmp.sock', ...this.#waiting().map((id) => `v${id}`)])
      await rm(join(path, file), { force: true });
    const user = await folder.userOf(this.#sliceId);
    if (plan.kbps !== null) {
      const { slow } = await internet.capabilities(folder.root, user, false);
      // better none than one without the limit
      if (!slow.ok) {
        this.#unable = saidOf(slow.reason ?? '', slow.sentences);
        throw new ProviderError('UNSUPPORTED', this.#unable, false);
      }
    }
    const through = internet.through(plan, user);
    const args = gatewayArgs(uuidOf(path));
    const machine = await spawnMachine(folder, this.#sliceId, gatewayName, args, fileLimitOf(null), { through });
    this.#machine = machine;
    this.#started = plan;
    try {
      await this.#connect(machine);
    } catch (error) {
      await this.#stop(machine);
      throw new ProviderError('UNAVAILABLE', say('INTERNET_GATEWAY_FAILED'), true, error);
    }
  }

  /** A hub of its own for the VM, with the user-mode network as its other port. What is there already stays. */
  async #join(vmId: number, plan: GatewayPlan): Promise<void> {
    for (const netdev of portsOf(vmId, plan.ipv6)) await this.#execute('netdev_add', netdev, /Duplicate ID/i);
    this.#joined.add(vmId);
  }

  async #unlead(vmId: number): Promise<void> {
    for (const { id } of portsOf(vmId, false).reverse()) await this.#execute('netdev_del', { id }, /not found/i);
    this.#joined.delete(vmId);
    const { folder } = this.#context;
    await rm(join(folder.slicePath(this.#sliceId), internetNetdevs(vmId).gateway.local.path), { force: true });
  }

  /** Passes over QEMU's refusal that says that it is so already. */
  async #execute(command: string, args: Record<string, unknown>, already: RegExp): Promise<void> {
    await this.#monitor?.execute(command, args).catch((error: unknown) => {
      if (!(error instanceof QmpError && already.test(error.description))) throw error;
    });
  }

  async #connect(machine: FoundMachine): Promise<void> {
    const handlers = {
      onEvent: () => undefined,
      onClose: () => {
        if (this.#closed || this.#machine !== machine) return;
        this.#monitor = null;
        void waitForEnd(machine, this.#context.folder.root, 5_000).then((gone) => {
          if (!gone || this.#machine !== machine) return;
          this.#machine = null;
          this.#meters.end(null);
          this.#joined.clear();
          this.#looking?.now();
        });
      },
    };
    const monitor = await connectMonitor(this.#context.folder, machine, handlers, fileLimitOf(null));
    if (this.#closed || this.#machine !== machine) return monitor.close();
    this.#monitor = monitor;
  }

  async #end(): Promise<void> {
    this.#looking?.stop();
    this.#looking = null;
    if (this.#machine) await this.#stop(this.#machine);
  }

  async #stop(machine: FoundMachine): Promise<void> {
    this.#machine = null;
    this.#joined.clear();
    this.#monitor?.close();
    this.#monitor = null;
    this.#meters.end(await readGatewayMeter(machine.pid));
    await killMachine(machine, this.#context.folder.root);
  }
}

/**
 * What a VM has in the gateway, in the order in which it is added. The guest's end last: a hub of which no other port takes a frame has who gave
 * it stop reading, for good.
 */
function portsOf(vmId: number, ipv6: boolean): ({ id: string } & Record<string, unknown>)[] {
  const end = internetNetdevs(vmId).gateway;
  const port = (id: string, netdev: string) => ({ type: 'hubport', id, hubid: vmId, netdev });
  const out = { ...guestNetwork(ipv6), id: `out${vmId}` };
  return [out, port(`outport${vmId}`, out.id), end, port(`endport${vmId}`, end.id)];
}
