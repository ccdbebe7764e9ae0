import { setTimeout as sleep } from 'node:timers/promises';
import { ProviderError } from '#server/lib/provider-error';
import { repeatedly } from '#server/lib/repeatedly';
import { directionsOf } from '#shared/topology/link';
import { alike } from '#shared/topology/properties';
import { say } from '#shared/sentence';
import { fileLimitOf } from './bounded-log';
import { isMachine, type FoundMachine } from './find-machines';
import { edgeSocket, relayControl, relayName, relaySocket, servicePort } from './qemu-args';
import { killMachine, spawnProgram, waitForEnd } from './qemu-process';
import type { RelayedEdge, RelayRecord } from './records';
import { RelayControl } from './relay/control';
import type { Direction, DirectionCounts } from './relay/protocol';
import { relayProgram } from './relay/program';
import type { VmMachineContext } from './vm-machine';

/** A process that has just been started takes a tenth of a second until it listens; on a busy machine, some. */
const startMs = 15_000;

type Service = RelayRecord['services'][number];

/** What a slice's bent edges go over, and what serves its networks: one process, which is there while there are any, and outlives the server. */
export class RelayMachine {
  readonly #context: VmMachineContext;
  readonly sliceId: number;
  #record: RelayRecord;
  #machine: FoundMachine | null = null;
  #control: RelayControl | null = null;
  #asking: { stop(): void } | null = null;
  #closed = false;

  constructor(context: VmMachineContext, sliceId: number, record: RelayRecord) {
    this.#context = context;
    this.sliceId = sliceId;
    this.#record = record;
    for (const { id } of record.edges) context.wires.relay(sliceId, id, true);
  }

  /** Of its process. */
  get pid(): number | null {
    return this.#machine?.pid ?? null;
  }

  /** Whether nothing passes an edge since the process that it goes over has ended or does not answer. */
  isDead(edgeId: number): boolean {
    return this.#control === null && this.#of(edgeId) !== undefined;
  }

  /** Whether a network is without its server since the process has ended or does not answer. */
  isDeaf(networkId: number): boolean {
    return this.#control === null && this.#record.services.some((service) => service.networkId === networkId);
  }

  /**
   * What each direction of its edges has counted, by the edges' ids; of none where it does not answer. These begin anew with its process, and with an edge
   * that is bent again.
   */
  async counts(): Promise<Map<number, { forth: DirectionCounts; back: DirectionCounts }>> {
    const told = (await this.#control?.ask({ count: true }).catch(() => null)) ?? null;
    const counts = told !== null && 'counts' in told ? told.counts : {};
    return new Map(
      this.#record.edges.flatMap((edge) => {
        const [forth, back] = directions(edge).map(({ at }) => counts[at]);
        return forth === undefined || back === undefined ? [] : [[edge.id, { forth, back }] as const];
      }),
    );
  }

  async adopt(found: FoundMachine | null): Promise<void> {
    if (!found) return;
    this.#machine = found;
    this.#watch();
    await this.#connect(found);
  }

  /** Has the edge go over the relay, which does to its frames what `link` says. It may be called while frames pass: none is lost. */
  async bend(edge: RelayedEdge): Promise<void> {
    const known = this.#of(edge.id);
    if (known && (known.source !== edge.source || known.target !== edge.target)) await this.straighten(edge.id);
    await this.#save({ edges: [...this.#record.edges.filter(({ id }) => id !== edge.id), edge] });
    if (this.#control === null) await this.wake();
    else for (const direction of directions(edge)) await this.#ask({ shape: direction });
    this.#context.wires.relay(this.sliceId, edge.id, true);
    await this.#point(edge);
  }

  /** Has the edge be a wire again. */
  async straighten(edgeId: number): Promise<void> {
    const edge = this.#of(edgeId);
    if (!edge) return;
    this.#context.wires.relay(this.sliceId, edgeId, false);
    await this.#point(edge);
    // what is under way still arrives: only then is the direction gone
    if (this.#control !== null) for (const { at } of directions(edge)) await this.#ask({ release: at });
    await this.#save({ edges: this.#record.edges.filter(({ id }) => id !== edgeId) });
  }

  /** Has these networks have a server, each by its config, and no others. Those that have it as it should be are not told. */
  async serve(services: readonly Service[], { wake }: { wake: boolean }): Promise<void> {
    const had = this.#record.services;
    const isHad = (one: Service) => had.some((other) => alike(one, other));
    const gone = had.filter(({ networkId }) => !services.some((one) => one.networkId === networkId));
    const changed = services.filter((one) => !isHad(one));
    if (gone.length > 0 || changed.length > 0) await this.#save({ services: [...services] });
    if (this.#control === null) {
      if (wake && services.length > 0) await this.wake();
      return;
    }
    try {
      for (const { networkId } of gone) await this.#ask({ unserve: servicePort(networkId).server });
      for (const service of changed) await this.#ask({ serve: portOf(service) });
    } catch {
      // one that an older version has started knows no servers: another takes its place, which is told all
      await this.rest();
      await this.wake();
    }
  }

  /** Starts the process, if there are edges or networks for it and it does not run and answer. */
  async wake(): Promise<void> {
    if (this.#control !== null || this.#isIdle) return;
    const { folder } = this.#context;
    if (this.#machine) await this.rest();
    await folder.settleUser(this.sliceId);
    const user = await folder.userOf(this.sliceId);
    const args = [await relayProgram(folder.root), relayControl, ...(user ? [String(user.uid), String(user.gid)] : [])];
    const start = { program: process.execPath, args, runAs: null, fileLimit: fileLimitOf(null) };
    const machine = await spawnProgram(folder, { sliceId: this.sliceId, name: relayName }, start);
    this.#machine = machine;
    try {
      await this.#connect(machine);
    } catch (error) {
      await this.rest();
      throw error;
    }
    this.#watch();
  }

  /** Ends the process; which edges go over it stays. */
  async rest(): Promise<void> {
    const machine = this.#machine;
    this.#machine = null;
    this.#letGo();
    if (machine) await killMachine(machine, this.#context.folder.root);
  }

  /** Ends it, with all that is kept of it. */
  async remove(): Promise<void> {
    this.#closed = true;
    await this.rest();
    for (const { id } of this.#record.edges) this.#context.wires.relay(this.sliceId, id, false);
    await this.#context.folder.removeMachine(this.sliceId, relayName);
  }

  close(): void {
    this.#closed = true;
    this.#letGo();
  }

  get #isIdle(): boolean {
    return this.#record.edges.length === 0 && this.#record.services.length === 0;
  }

  #of(edgeId: number): RelayedEdge | undefined {
    return this.#record.edges.find(({ id }) => id === edgeId);
  }

  async #point({ id: edgeId, source, target }: RelayedEdge): Promise<void> {
    const { wires } = this.#context;
    const sliceId = this.sliceId;
    const ends = [
      { sliceId, owner: source, peer: target, edgeId },
      { sliceId, owner: target, peer: source, edgeId },
    ];
    // what does not run is pointed when it is started
    for (const end of ends) if (await wires.isThere(end)) await wires.point(end);
  }

  async #save(change: Partial<RelayRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await this.#context.folder.writeRecord(this.sliceId, relayName, this.#record);
  }

  /** Connects to the process once it listens, and tells it all: it may know something else of a former server, or nothing. */
  async #connect(machine: FoundMachine): Promise<void> {
    const { folder } = this.#context;
    const path = folder.socketPath(this.sliceId, relayControl);
    const deadline = performance.now() + startMs;
    let control: RelayControl | null = null;
    while (control === null) {
      control = await RelayControl.open(path, () => this.#onClosed(machine)).catch(() => null);
      if (control !== null) break;
      if (!(await isMachine(machine, folder.root)))
        throw new ProviderError('UNAVAILABLE', say('LINK_RELAY_SILENT'), true);
      if (performance.now() > deadline) throw new ProviderError('TIMEOUT', say('LINK_RELAY_SILENT'), true);
      // there is no event for a socket that begins to listen
      await sleep(5);
    }
    for (const edge of this.#record.edges)
      for (const direction of directions(edge)) await control.ask({ shape: direction });
    for (const service of this.#record.services) await control.ask({ serve: portOf(service) });
    if (this.#closed || this.#machine !== machine) return control.close();
    this.#control = control;
  }

  #onClosed(machine: FoundMachine): void {
    if (this.#closed || this.#machine !== machine) return;
    this.#control = null;
    void waitForEnd(machine, this.#context.folder.root, 5_000).then((gone) => {
      if (this.#machine !== machine) return;
      if (gone) this.#machine = null;
      this.#context.onChange(this.sliceId);
    });
  }

  /**
   * Asks it now and then, so that one that hangs is noticed: its connection is closed when no answer comes. One that has no edge and no
   * network any more, and nothing under way, is ended.
   */
  #watch(): void {
    this.#asking?.stop();
    this.#asking = repeatedly(this.#context.askAgainMs, async () => {
      const machine = this.#machine;
      if (machine === null || this.#closed) return;
      if (this.#control === null) {
        await this.#connect(machine).catch(() => undefined);
        return;
      }
      const told = await this.#control.ask({ count: true }).catch(() => null);
      const isIdle = told !== null && 'counts' in told && Object.keys(told.counts).length === 0;
      // an edge that is bent meanwhile is in the record before it is told
      if (isIdle && this.#machine === machine && this.#isIdle) await this.rest();
    });
  }

  async #ask(ask: Parameters<RelayControl['ask']>[0]): Promise<void> {
    if (this.#control === null) throw new ProviderError('UNAVAILABLE', say('LINK_RELAY_SILENT'), true);
    await this.#control.ask(ask);
  }

  #letGo(): void {
    this.#asking?.stop();
    this.#asking = null;
    this.#control?.close();
    this.#control = null;
  }
}

/** A network's server, as the relay is told of it. */
function portOf({ networkId, config }: Service) {
  const { hub, server } = servicePort(networkId);
  return { at: server, to: hub, config };
}

/** Both directions of an edge, as the relay is told them. */
function directions({ id, source, target, link }: RelayedEdge): Direction[] {
  const { forth, back } = directionsOf(link);
  return [
    { at: relaySocket(source, id), to: edgeSocket(target, id), quality: forth },
    { at: relaySocket(target, id), to: edgeSocket(source, id), quality: back },
  ];
}
