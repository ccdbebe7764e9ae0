import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { canonical } from '#shared/topology/properties';
import type { TopologyParts } from '#shared/topology/schema';
import { say } from '#shared/sentence';
import { appliedEdge } from '../applied';
import { guarded, notDefined } from '../errors';
import type { EdgeSpec, NicSpec, SliceRef } from '../provider';
import type { SliceMachines } from './slice-machines';
import type { VmMachine } from './vm-machine';

/** Edges: a NIC at each VM that they join, and a port of the network's hub. */
export class EdgeWiring {
  readonly #machines: (sliceId: number) => Promise<SliceMachines>;
  readonly #locks: KeyedMutex<string>;
  readonly #parts: TopologyParts;

  /** @param locks of VMs and networks, one change at a time */
  constructor(machines: (sliceId: number) => Promise<SliceMachines>, locks: KeyedMutex<string>, parts: TopologyParts) {
    this.#machines = machines;
    this.#locks = locks;
    this.#parts = parts;
  }

  async ensure(slice: SliceRef, edge: EdgeSpec): Promise<void> {
    const { networks } = await this.#machines(slice.id);
    const { target } = edge;
    for (const { vmId } of ends(edge)) await this.#vm(slice.id, vmId);
    if ('networkId' in target) {
      await this.#locks.run(`${slice.id}:n${target.networkId}`, async () => {
        const network = networks.get(target.networkId);
        if (!network) throw notDefined('network');
        await guarded(network.attach({ edgeId: edge.id, vmId: edge.source.vmId }), say('ACT_EDGE_ATTACH'));
      });
    }
    for (const { vmId, nic } of ends(edge)) {
      const vm = await this.#vm(slice.id, vmId);
      await this.#locks.run(`${slice.id}:v${vmId}`, () => guarded(vm.nics.plug(nic), say('ACT_NIC_ADD')));
    }
    await this.#applied(slice.id, edge);
  }

  /** As {@link ensure}, and NICs and ports that it has otherwise, at these ends or at others, are changed or go. */
  async update(slice: SliceRef, edge: EdgeSpec): Promise<void> {
    const { vms, networks } = await this.#machines(slice.id);
    const { source, target } = edge;
    const wanted = new Map(ends(edge).map(({ vmId, nic }) => [vmId, nic]));
    for (const vmId of wanted.keys()) await this.#vm(slice.id, vmId);
    for (const [id, vm] of vms)
      if (vm.nics.of(edge.id) !== undefined)
        await this.#locks.run(`${slice.id}:v${id}`, () =>
          guarded(vm.nics.change(edge.id, wanted.get(id)), say('ACT_NIC_CHANGE')),
        );
    for (const [id, network] of networks) {
      const attached = network.record.attachments.find(({ edgeId }) => edgeId === edge.id);
      if (!attached || ('networkId' in target && target.networkId === id && attached.vmId === source.vmId)) continue;
      await this.#locks.run(`${slice.id}:n${id}`, () => guarded(network.detach(edge.id), say('ACT_EDGE_CHANGE')));
    }
    await this.ensure(slice, edge);
  }

  async remove(slice: SliceRef, edgeId: number): Promise<void> {
    const { vms, networks } = await this.#machines(slice.id);
    // also of processes whose records do not know of it: a server may have been killed between the two
    for (const [id, vm] of vms)
      if (vm.alive || vm.nics.of(edgeId) !== undefined)
        await this.#locks.run(`${slice.id}:v${id}`, () => guarded(vm.nics.unplug(edgeId), say('ACT_NIC_REMOVE')));
    for (const [id, network] of networks)
      await this.#locks.run(`${slice.id}:n${id}`, () => guarded(network.detach(edgeId), say('ACT_EDGE_REMOVE')));
  }

  async #vm(sliceId: number, vmId: number): Promise<VmMachine> {
    const vm = (await this.#machines(sliceId)).vms.get(vmId);
    if (!vm) throw notDefined('virtual machine');
    return vm;
  }

  /** Writes down what was applied, unless one of its NICs is from before and another one than was asked for. */
  async #applied(sliceId: number, edge: EdgeSpec): Promise<void> {
    for (const { vmId, nic } of ends(edge))
      if (canonical((await this.#vm(sliceId, vmId)).nics.of(edge.id)) !== canonical(nic)) return;
    const { vmId } = edge.source;
    const source = await this.#vm(sliceId, vmId);
    const applied = appliedEdge(edge, this.#parts);
    await this.#locks.run(`${sliceId}:v${vmId}`, async () => {
      const { edges } = source.record;
      if (edges.find(({ id }) => id === edge.id)?.applied.digest === applied.digest) return;
      await source.save({ edges: [...edges.filter(({ id }) => id !== edge.id), { id: edge.id, applied }] });
    });
  }
}

function ends(edge: EdgeSpec): { vmId: number; nic: NicSpec }[] {
  return 'vmId' in edge.target ? [edge.source, edge.target] : [edge.source];
}
