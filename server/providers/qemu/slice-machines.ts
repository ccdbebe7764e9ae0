import { rm } from 'node:fs/promises';
import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { findMachines, type FoundMachine } from './find-machines';
import { InternetGateway } from './internet/internet-gateway';
import { NetworkMachine } from './network-machine';
import { gatewayName, relayName, type TopologyMachine } from './qemu-args';
import { killMachine } from './qemu-process';
import { networkRecordSchema, relayRecordSchema, vmRecordSchemaOf } from './records';
import { RelayMachine } from './relay-machine';
import { dropUnsaved } from './saving';
import { finishSuspending } from './suspending';
import { VmMachine, type VmMachineContext } from './vm-machine';

class NoRecordError extends Error {}

/** What is known of one slice: its VMs and networks, adopted when it was first asked for. */
export interface SliceMachines {
  vms: Map<number, VmMachine>;
  networks: Map<number, NetworkMachine>;
  /** What bent edges go over. */
  relay: RelayMachine;
  /** The way to the internet of the VMs that ask for it. */
  gateway: InternetGateway;
}

/** By what the parts of a slice are changed. */
export interface SliceWork {
  context: VmMachineContext;
  machines: (sliceId: number) => Promise<SliceMachines>;
  /** Of VMs, networks and relays, one change at a time. */
  locks: KeyedMutex<string>;
}

/** Reads the slice's folder, finds its processes and takes them over. Processes without a record are ended: orphans. */
export async function loadSlice(context: VmMachineContext, sliceId: number): Promise<SliceMachines> {
  const { folder } = context;
  const vmRecords = vmRecordSchemaOf(context.parts);
  const found = new Map<string, FoundMachine>();
  for (const machine of await findMachines(folder.root)) {
    if (machine.sliceId === sliceId) found.set(machine.name, machine);
  }
  const relay = await adoptRelay(context, sliceId, found);
  const vms: SliceMachines['vms'] = new Map();
  const gateway = new InternetGateway(context, sliceId, () => vms.values());
  const slice: SliceMachines = { vms, networks: new Map(), relay, gateway };
  const leading = found.get(gatewayName) ?? null;
  found.delete(gatewayName);
  const adopt = async (name: TopologyMachine): Promise<void> => {
    const id = Number(name.slice(1));
    const running = found.get(name) ?? null;
    try {
      if (name.startsWith('v')) {
        const record = await folder.readRecord(sliceId, name, vmRecords);
        if (!record) throw new NoRecordError('There is a folder but no record');
        const vm = new VmMachine(context, sliceId, record);
        slice.vms.set(id, vm);
        found.delete(name);
        await vm.adopt(running);
      } else {
        const record = await folder.readRecord(sliceId, name, networkRecordSchema);
        if (!record) throw new NoRecordError('There is a folder but no record');
        const network = new NetworkMachine(context, sliceId, id, record);
        slice.networks.set(id, network);
        found.delete(name);
        await network.adopt(running);
      }
    } catch (error) {
      // a record that cannot be read is no reason to end what runs, or to delete a disk
      if (!(error instanceof NoRecordError)) found.delete(name);
      context.log('could not take over a machine', { slice: sliceId, machine: name, error });
    }
  };
  await Promise.all((await folder.listMachines(sliceId)).map(adopt));
  for (const orphan of found.values()) {
    context.log('ending a process that belongs to nothing', { slice: sliceId, machine: orphan.name, pid: orphan.pid });
    await killMachine(orphan, folder.root);
    await rm(folder.machinePath(sliceId, orphan.name), { recursive: true, force: true });
  }
  await finishSuspending(context, sliceId, slice);
  await dropUnsaved(context, slice).catch((error: unknown) => {
    context.log('could not remove what was left of saving a disk', { slice: sliceId, error });
  });
  await gateway.adopt(leading).catch((error: unknown) => {
    context.log('could not take over a gateway to the internet', { slice: sliceId, error });
  });
  return slice;
}

/** First of all: which edges go over it, whatever is started next has to know. */
async function adoptRelay(
  context: VmMachineContext,
  sliceId: number,
  found: Map<string, FoundMachine>,
): Promise<RelayMachine> {
  const record = await context.folder.readRecord(sliceId, relayName, relayRecordSchema);
  const relay = new RelayMachine(context, sliceId, record ?? { edges: [], services: [] });
  if (record === null) return relay;
  const running = found.get(relayName) ?? null;
  found.delete(relayName);
  await relay.adopt(running).catch((error: unknown) => {
    context.log('could not take over a relay', { slice: sliceId, error });
  });
  return relay;
}
