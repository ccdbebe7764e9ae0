import type { KeyedMutex } from '#server/lib/keyed-mutex';
import { canonical } from '#shared/topology/properties';
import { bends } from '#shared/topology/link';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import { appliedEdge } from '../applied';
import { guarded, notDefined } from '../errors';
import type { EdgeSpec, NicSpec, SliceRef } from '../provider';
import type { SliceMachines } from './slice-machines';
import { peerOf } from './qemu-args';
import type { VmMachine, VmMachineContext } from './vm-machine';

/** Edges: a NIC at each VM that they join, a port of the network's hub, and of those that are bent two directions of the relay. */
export class EdgeWiring {
  readonly #context: VmMachineContext;
  readonly #machines: (sliceId: number) => Promise<SliceMachines>;
  readonly #locks: KeyedMutex<string>;

  /** @param locks of VMs, networks and relays, one change at a time */
  constructor(
    context: VmMachineContext,
    machines: (sliceId: number) => Promise<SliceMachines>,
    locks: KeyedMutex<string>,
  ) {
    this.#context = context;
    this.#machines = machines;
    this.#locks = locks;
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
      await this.#locks.run(`${slice.id}:v${vmId}`, () =>
        guarded(
          vm.nics.carry(edge.id, edge.down === true).then(() => vm.nics.plug(nic)),
          say('ACT_NIC_ADD'),
        ),
      );
    }
    await this.#bend(slice.id, edge);
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
    const { vms, networks, relay } = await this.#machines(slice.id);
    // also of processes whose records do not know of it: a server may have been killed between the two
    for (const [id, vm] of vms)
      if (vm.alive || vm.nics.of(edgeId) !== undefined)
        await this.#locks.run(`${slice.id}:v${id}`, () => guarded(vm.nics.unplug(edgeId), say('ACT_NIC_REMOVE')));
    for (const [id, network] of networks)
      await this.#locks.run(`${slice.id}:n${id}`, () => guarded(network.detach(edgeId), say('ACT_EDGE_REMOVE')));
    await this.#locks.run(`${slice.id}:relay`, () => guarded(relay.straighten(edgeId), say('ACT_EDGE_REMOVE')));
  }

  /** Has the edge do to its frames what it should, or be a wire. */
  async #bend(sliceId: number, edge: EdgeSpec): Promise<void> {
    const { id, link, source, target } = edge;
    const { relay } = await this.#machines(sliceId);
    const far = 'vmId' in target ? (`v${target.vmId}` as const) : (`n${target.networkId}` as const);
    const bent = bends(link) ? { id, source: `v${source.vmId}` as const, target: far, link } : null;
    await this.#locks.run(`${sliceId}:relay`, async () => {
      if (bent === null) return guarded(relay.straighten(id), say('ACT_EDGE_CHANGE'));
      await this.#assertWired(sliceId, edge);
      return guarded(relay.bend(bent), say('ACT_EDGE_CHANGE'));
    });
  }

  /** A process that a version without relays started sends straight to the other end: a network is started anew for it, a VM is not. */
  async #assertWired(sliceId: number, edge: EdgeSpec): Promise<void> {
    const { networks } = await this.#machines(sliceId);
    const { wires } = this.#context;
    for (const { vmId, nic } of ends(edge)) {
      const { alive, name, record } = await this.#vm(sliceId, vmId);
      if (alive && !(await wires.isThere({ sliceId, owner: name, peer: peerOf(nic), edgeId: edge.id })))
        throw new ProviderError('UNSUPPORTED', say('LINK_NEEDS_START', { vm: record.spec.name }), false);
    }
    const { source, target } = edge;
    const network = 'networkId' in target ? networks.get(target.networkId) : undefined;
    const end = { sliceId, owner: network?.name ?? 'n0', peer: `v${source.vmId}`, edgeId: edge.id } as const;
    if (network?.up !== true || (await wires.isThere(end))) return;
    await guarded(
      network.rest().then(() => network.wake()),
      say('ACT_NETWORK_START'),
    );
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
    const applied = appliedEdge(edge, this.#context.parts);
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
