import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from '#shared/topology/properties';
import { say } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import type { NicSpec } from '../provider';
import { dgramNetdev, edgeSocket, nicDevice, nicId, peerOf, type MachineName } from './qemu-args';
import { ignoring, QmpError } from './qmp-client';
import type { VmRecord } from './records';
import type { Wires } from './wires';
import type { ZoneFolder } from './zone-folder';

/** The VM that they are of. */
interface Vm {
  readonly sliceId: number;
  readonly name: MachineName;
  readonly alive: boolean;
  readonly record: VmRecord;
  save(change: Partial<VmRecord>): Promise<void>;
  tellGuest(): void;
}

/** What a VM's NICs need of its monitor. */
interface Monitor {
  command(command: string, args?: Record<string, unknown>): Promise<unknown>;
  /** Resolves when something of the VM has changed, or one of the signals fires. */
  change(signals: AbortSignal[]): Promise<void>;
}

/** The NICs of one VM, in its record and, while it runs, in its process. Calls must not overlap with others that change the VM. */
export class VmNics {
  readonly #vm: Vm;
  readonly #folder: ZoneFolder;
  readonly #wires: Wires;
  readonly #monitor: Monitor;
  readonly #deleted = new Set<string>();

  constructor(vm: Vm, { folder, wires }: { folder: ZoneFolder; wires: Wires }, monitor: Monitor) {
    this.#vm = vm;
    this.#folder = folder;
    this.#wires = wires;
    this.#monitor = monitor;
  }

  /** QEMU says that the guest has let go of a device. */
  deleted(device: string): void {
    this.#deleted.add(device);
  }

  of(edgeId: number): NicSpec | undefined {
    return this.#vm.record.spec.nics.find((nic) => nic.edgeId === edgeId);
  }

  /** Gives the VM one more NIC, also while it runs. One that is there stays as it is. */
  async plug(nic: NicSpec): Promise<void> {
    const vm = this.#vm;
    if (vm.alive && !(await this.#hasDevice(nicDevice(nic, vm.record.spec).id))) {
      const socket = this.#socket(nic.edgeId);
      // the half of a plug that a killed server left: without its socket it would be deaf
      await this.#monitor.command('netdev_del', { id: `net${nic.edgeId}` }).catch(ignoring(/not found/i));
      await rm(socket, { force: true });
      await this.#point(nic);
      await this.#monitor.command('netdev_add', dgramNetdev(vm.name, nic.edgeId)).catch(ignoring(/Duplicate ID/i));
      await this.#addDevice(nic);
      if (vm.record.down.includes(nic.edgeId)) await this.#setCarrier(nic.edgeId);
    }
    if (this.of(nic.edgeId) === undefined && vm.record.kept) throw suspended(vm.record);
    if (this.of(nic.edgeId) === undefined)
      await vm.save({ spec: { ...vm.record.spec, nics: [...vm.record.spec.nics, nic] } });
    vm.tellGuest();
  }

  async unplug(edgeId: number): Promise<void> {
    const vm = this.#vm;
    if (this.of(edgeId) !== undefined && vm.record.kept) throw suspended(vm.record);
    const device = nicId(edgeId);
    if (vm.alive) {
      if (await this.#hasDevice(device)) {
        this.#deleted.delete(device);
        await this.#monitor
          .command('device_del', { id: device })
          .catch(ignoring(/in the process of unplug|not found/i));
        // the guest has to let go of it
        const deadline = AbortSignal.timeout(15_000);
        while (vm.alive && !this.#deleted.has(device)) {
          if (deadline.aborted && (await this.#hasDevice(device)))
            throw new ProviderError('TIMEOUT', say('VM_NIC_KEPT'), true);
          if (deadline.aborted) break;
          await this.#monitor.change([deadline]);
        }
      }
      if (vm.alive) await this.#monitor.command('netdev_del', { id: `net${edgeId}` }).catch(ignoring(/not found/i));
    }
    await rm(this.#socket(edgeId), { force: true });
    const { spec } = vm.record;
    const nics = spec.nics.filter((nic) => nic.edgeId !== edgeId);
    const edges = vm.record.edges.filter((edge) => edge.id !== edgeId);
    const down = vm.record.down.filter((id) => id !== edgeId);
    if (nics.length < spec.nics.length || edges.length < vm.record.edges.length)
      await vm.save({ spec: { ...spec, nics }, edges, down });
    vm.tellGuest();
  }

  /**
   * Makes the NIC of an edge, if the VM has one, the one that is wanted: another address, or whether it asks for it, is only told to the
   * guest, at its next start; what differs otherwise in a process that runs is unplugged, for {@link plug} to add it anew. Undefined: it goes.
   */
  async change(edgeId: number, wanted: NicSpec | undefined): Promise<void> {
    const vm = this.#vm;
    const known = this.of(edgeId);
    if (known === undefined || canonical(known) === canonical(wanted)) return;
    const nowhere = { address: '', address6: '', dhcp: undefined };
    const onlyAddress = canonical({ ...known, ...nowhere }) === canonical(wanted && { ...wanted, ...nowhere });
    if (wanted === undefined || (vm.alive && !onlyAddress)) {
      await this.unplug(edgeId);
      return;
    }
    const nics = vm.record.spec.nics.map((nic) => (nic.edgeId === edgeId ? wanted : nic));
    await vm.save({ spec: { ...vm.record.spec, nics } });
  }

  /** Has what its NICs send go where it should; to be called before its process is started. */
  async point(): Promise<void> {
    await Promise.all(this.#vm.record.spec.nics.map((nic) => this.#point(nic)));
  }

  /** Whether the NIC of an edge has carrier: keeps it, and sets it while the VM runs. */
  async carry(edgeId: number, down: boolean): Promise<void> {
    const vm = this.#vm;
    if (vm.record.down.includes(edgeId) === down) return;
    const others = vm.record.down.filter((id) => id !== edgeId);
    await vm.save({ down: down ? [...others, edgeId] : others });
    if (vm.alive && (await this.#hasDevice(nicId(edgeId)))) await this.#setCarrier(edgeId);
  }

  /** Takes the carrier of all NICs that shall have none in a process that has just been started, or taken over. */
  async setCarriers(): Promise<void> {
    for (const { edgeId } of this.#vm.record.spec.nics)
      if (this.#vm.record.down.includes(edgeId)) await this.#setCarrier(edgeId);
  }

  async #setCarrier(edgeId: number): Promise<void> {
    const up = !this.#vm.record.down.includes(edgeId);
    // one that is not plugged in yet is given its carrier when it is
    await this.#monitor.command('set_link', { name: nicId(edgeId), up }).catch(ignoring(/not found/i));
  }

  #point(nic: NicSpec): Promise<void> {
    const { sliceId, name } = this.#vm;
    return this.#wires.point({ sliceId, owner: name, peer: peerOf(nic), edgeId: nic.edgeId });
  }

  async #addDevice(nic: NicSpec): Promise<void> {
    const { addr, ...anywhere } = nicDevice(nic, this.#vm.record.spec);
    try {
      await this.#monitor.command('device_add', { ...anywhere, addr }).catch(async (error: unknown) => {
        // a process that an older version started has other devices in these places
        if (!(error instanceof QmpError && /in use by/i.test(error.description))) throw error;
        await this.#monitor.command('device_add', anywhere);
      });
    } catch (error) {
      if (error instanceof QmpError && /slot/i.test(error.description))
        throw new ProviderError('UNSUPPORTED', say('VM_NIC_TOO_MANY'), false, error);
      throw error;
    }
  }

  async #hasDevice(id: string): Promise<boolean> {
    const devices = await this.#monitor.command('qom-list', { path: '/machine/peripheral' });
    return Array.isArray(devices) && devices.some((device: unknown) => isNamed(device, id));
  }

  #socket(edgeId: number): string {
    return join(this.#folder.slicePath(this.#vm.sliceId), edgeSocket(this.#vm.name, edgeId));
  }
}

/** The memory of a VM that is suspended knows the NICs of then. */
function suspended({ spec }: VmRecord): ProviderError {
  return new ProviderError('UNAVAILABLE', say('VM_SUSPENDED', { vm: spec.name }), false);
}

function isNamed(device: unknown, id: string): boolean {
  return typeof device === 'object' && device !== null && 'name' in device && device.name === id;
}
