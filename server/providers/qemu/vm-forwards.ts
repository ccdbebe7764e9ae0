import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { hasCode } from '#server/lib/error-code';
import { ProviderError } from '#server/lib/provider-error';
import { say, told, type Said } from '#shared/sentence';
import { forwardKey } from '#shared/topology/forward';
import { asProviderError } from '../errors';
import { notOfThisHost } from './host-ports';
import { forwardMac, forwardNetdev, forwardNicDevice, forwardNicId, type MachineName } from './qemu-args';
import { ignoring } from './qmp-client';
import type { VmRecord } from './records';
import { FrameReader, withLength } from './udp-frames';
import { UdpForwarder } from './udp-forwarder';
import type { ZoneFolder } from './zone-folder';

/** The VM that they are of. */
interface Vm {
  readonly sliceId: number;
  readonly name: MachineName;
  readonly alive: boolean;
  readonly record: VmRecord;
  tellGuest(): void;
}

type Command = (command: string, args?: Record<string, unknown>) => Promise<unknown>;

/** Frames that wait for a guest which does not take them: more are dropped, as on any network. */
const maxWaitingBytes = 1_048_576;

/** What QEMU says of the network of forwards and of what is in the way of frames there, by both ends' names. */
const ways = { out: 'fwd-out', in: 'fwd-in' } as const;

/**
 * The forwards of a VM that runs, as its record says them. Those of TCP are QEMU's own. Of UDP a restricted user-mode network of QEMU (libslirp 4.7)
 * takes what comes in and drops every answer, so the server carries it: it puts frames before the guest and sees those that the guest sends, by two
 * filters on that network, which is as closed as before. While no server is there nothing passes.
 */
export class VmForwards {
  readonly #vm: Vm;
  readonly #folder: ZoneFolder;
  readonly #command: Command;
  #udp: { forwarder: UdpForwarder; sockets: Socket[] } | null = null;
  #trouble: Said | null = null;
  #settling: Promise<void> = Promise.resolve();

  constructor(vm: Vm, folder: ZoneFolder, command: Command) {
    this.#vm = vm;
    this.#folder = folder;
    this.#command = command;
  }

  /** Why not all of them work. */
  get trouble(): Said | null {
    return this.#trouble;
  }

  /** The PCI slot of the NIC that carries them; null of a process that has none. */
  async slot(): Promise<number | null> {
    const path = `/machine/peripheral/${forwardNicId}`;
    const address = await this.#command('qom-get', { path, property: 'addr' }).catch(ignoring(/not found/i));
    // eight functions to a slot
    return typeof address === 'number' ? address >> 3 : null;
  }

  /** Makes them what the record says, one call after another. */
  settle(): Promise<void> {
    const settling = this.#settling.then(() => this.#settle());
    this.#settling = settling.catch(() => undefined);
    return settling;
  }

  /** Does again what is not as it should be. */
  async mend(): Promise<void> {
    if (this.#trouble !== null || this.#udp?.sockets.some(({ destroyed }) => destroyed)) await this.settle();
  }

  /** The process has ended, or is let go of. */
  close(): void {
    this.#udp?.forwarder.close();
    for (const socket of this.#udp?.sockets ?? []) socket.destroy();
    this.#udp = null;
    this.#trouble = null;
  }

  async #settle(): Promise<void> {
    if (!this.#vm.alive) return;
    try {
      const { forwards, internet, uuid } = this.#vm.record.spec;
      if (forwards.length > 0 && (await this.slot()) === null) {
        // the half that a killed server left
        await this.#command('netdev_del', { id: forwardNetdev.id }).catch(ignoring(/not found/i));
        await this.#command('netdev_add', { ...forwardNetdev });
        await this.#command('device_add', forwardNicDevice(uuid, { beside: internet }));
      }
      await this.#settleTcp();
      await this.#settleUdp();
      this.#trouble = null;
      this.#vm.tellGuest();
    } catch (error) {
      this.#trouble = error instanceof ProviderError ? told(error.sentences) : say('ACT_VM_CHANGE');
      throw error;
    }
  }

  /** Of one protocol, where they listen. */
  #wanted(protocol: 'tcp' | 'udp') {
    const { spec, hostPorts, forwardAddress: address } = this.#vm.record;
    const given = new Map(hostPorts);
    return spec.forwards.flatMap((forward) => {
      const hostPort = given.get(forwardKey(forward));
      return forward.protocol !== protocol || hostPort === undefined ? [] : [{ ...forward, address, hostPort }];
    });
  }

  async #settleTcp(): Promise<void> {
    const wanted = new Map(this.#wanted('tcp').map((one) => [`${one.address}:${one.hostPort}-:${one.guestPort}`, one]));
    const there = listening(await this.#monitor('info usernet'));
    for (const rule of there) {
      if (wanted.has(rule)) continue;
      await this.#monitor(`hostfwd_remove ${forwardNetdev.id} tcp:${rule.slice(0, rule.indexOf('-'))}`);
    }
    for (const rule of wanted.keys()) {
      if (there.has(rule)) continue;
      // it says nothing when it has done it
      const refusal = await this.#monitor(`hostfwd_add ${forwardNetdev.id} tcp:${rule}`);
      if (refusal.trim() !== '') throw taken(refusal);
    }
  }

  async #settleUdp(): Promise<void> {
    const wanted = this.#wanted('udp');
    if (this.#udp?.sockets.some(({ destroyed }) => destroyed) || (this.#udp !== null && wanted.length === 0)) {
      this.close();
      await this.#removeWays();
    }
    if (wanted.length === 0) return;
    this.#udp ??= await this.#openWays();
    await this.#udp.forwarder.listen(wanted).catch((error: unknown) => {
      if (hasCode(error, 'EADDRNOTAVAIL')) throw notOfThisHost(this.#vm.record.forwardAddress, error);
      throw hasCode(error, 'EADDRINUSE') ? taken(error) : asProviderError(error, say('ACT_VM_CHANGE'));
    });
  }

  async #openWays() {
    const { name, sliceId } = this.#vm;
    // what a former server had of it ends with that server's connection, and is made anew
    await this.#removeWays();
    for (const id of Object.values(ways)) {
      const addr = { type: 'unix', data: { path: `${name}/${id}` } };
      await this.#command('chardev-add', {
        id,
        backend: { type: 'socket', data: { addr, server: true, wait: false } },
      });
    }
    const filter = { netdev: forwardNetdev.id };
    // queues as seen from the network: what it receives is the guest's
    await this.#command('object-add', {
      ...{ ...filter, 'qom-type': 'filter-mirror', id: `${ways.out}-filter`, queue: 'rx', outdev: ways.out },
    });
    await this.#command('object-add', {
      ...{ ...filter, 'qom-type': 'filter-redirector', id: `${ways.in}-filter`, queue: 'tx', indev: ways.in },
    });
    const [fromGuest, toGuest] = [ways.out, ways.in].map((id) =>
      connect({ path: this.#folder.socketPath(sliceId, `${name}/${id}`) }),
    ) as [Socket, Socket];
    const sockets = [fromGuest, toGuest];
    for (const socket of sockets) socket.on('error', () => socket.destroy());
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const forwarder = new UdpForwarder(forwardMac(this.#vm.record.spec.uuid), (frame) => {
      if (toGuest.writableLength < maxWaitingBytes) toGuest.write(withLength(frame));
    });
    const reader = new FrameReader();
    fromGuest.on('data', (data: Buffer) => {
      try {
        for (const frame of reader.push(data)) forwarder.fromGuest(frame);
      } catch {
        fromGuest.destroy();
      }
    });
    toGuest.resume();
    return { forwarder, sockets };
  }

  async #removeWays(): Promise<void> {
    for (const id of Object.values(ways)) {
      await this.#command('object-del', { id: `${id}-filter` }).catch(ignoring(/not found/i));
      await this.#command('chardev-remove', { id }).catch(ignoring(/not found/i));
    }
  }

  /** What QEMU's monitor for people says to a line. */
  async #monitor(line: string): Promise<string> {
    const said = await this.#command('human-monitor-command', { 'command-line': line });
    return typeof said === 'string' ? said : '';
  }
}

/** The TCP forwards in QEMU's list (`info usernet`), as `hostfwd_add` takes them. */
export function listening(usernet: string): Set<string> {
  // Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
  const lines = usernet.matchAll(/TCP\[HOST_FORWARD\]\s+\d+\s+(\S+)\s+(\d+)\s+\S+\s+(\d+)\s/g);
  return new Set(
    Array.from(
      lines,
      ([, address, port, guestPort]) => `${address === '*' ? '0.0.0.0' : address}:${port}-:${guestPort}`,
    ),
  );
}

function taken(cause: unknown): ProviderError {
  return new ProviderError('UNAVAILABLE', say('VM_FORWARD_TAKEN'), true, cause);
}
