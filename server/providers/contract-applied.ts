import { expect, test } from 'vitest';
import { appliedEdge, appliedNetwork, appliedVm } from './applied';
import type { ContractTools } from './contract-harness';
import { attachment, link, pair, vmSpec, withNic } from './contract-fixtures';
import type { SliceObservation } from './provider';

/** Of the contract, what is told: what was applied of each spec, of many slices at once, and for how much there is room. */
export function testApplied({ harness, newSlice, id, codeOf }: ContractTools): void {
  test('reports what was applied of each VM, network and edge, the same after a restart of the server', async () => {
    const slice = newSlice();
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, harness().image);
    const network = { id: id(), name: 'lan' };
    const plug = attachment(id(), a, network.id, 1);
    await harness().provider.ensureNetwork(slice, network);
    await harness().provider.ensureVm(slice, withNic(a, plug.source.nic));
    await harness().provider.ensureVm(slice, b);
    await harness().provider.ensureEdge(slice, edge);
    await harness().provider.ensureEdge(slice, plug);
    const expected = {
      vms: [a, b].map((vm) => appliedVm(vm)),
      networks: [appliedNetwork(network)],
      edges: [edge, plug].sort((one, other) => one.id - other.id).map((one) => appliedEdge(one)),
    };
    const applied = (seen: SliceObservation) => ({
      vms: seen.vms.map((vm) => vm.applied),
      networks: seen.networks.map((one) => one.applied),
      edges: seen.edges.map((one) => one.applied),
    });
    expect(applied(await harness().provider.observe(slice))).toEqual(expected);
    expect(applied(await (await harness().restart()).observe(slice))).toEqual(expected);

    const { provider } = harness();
    const larger = { ...a, ramMb: a.ramMb + 16 };
    await provider.ensureVm(slice, larger);
    expect((await provider.observe(slice)).vms[0]?.applied).toEqual(appliedVm(larger));
    await provider.startVm(slice, larger);
    // one that runs takes no other definition, and does not say that it did
    await provider.ensureVm(slice, a);
    expect((await provider.observe(slice)).vms[0]?.applied).toEqual(appliedVm(larger));
    // nor does an edge whose NIC is there with another address
    const moved = { ...edge, source: { ...edge.source, nic: { ...edge.source.nic, address: '10.99.0.1/30' } } };
    await provider.ensureEdge(slice, moved);
    expect((await provider.observe(slice)).edges.find((one) => one.id === edge.id)?.applied).toEqual(appliedEdge(edge));
    await provider.removeEdge(slice, edge.id);
    await provider.removeSlice(slice);
    expect(await provider.observe(slice)).toMatchObject({ vms: [], networks: [], edges: [] });
  });

  test('observes many slices in one call, each as by itself', async () => {
    const { provider } = harness();
    const [first, second, empty] = [newSlice(), newSlice(), newSlice()];
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, harness().image);
    await provider.ensureNetwork(first, { id: id(), name: 'lan' });
    for (const vm of [a, b]) await provider.ensureVm(second, vm);
    await provider.ensureEdge(second, edge);
    const seen = await provider.observeMany([first, second, empty]);
    expect([...seen.keys()].sort()).toEqual([first.id, second.id, empty.id].sort());
    for (const slice of [first, second, empty])
      expect(seen.get(slice.id)).toEqual({
        ...(await provider.observe(slice)),
        observedAt: expect.any(Date) as unknown,
      });
    expect((await provider.observeMany([])).size).toBe(0);
    for (const slice of [first, second]) await provider.removeSlice(slice);
  });

  test('has room for as many NICs as it says, and refuses one more', async () => {
    const { provider } = harness();
    const slice = newSlice();
    const { nics } = (await provider.describe()).vmLimits;
    const hub = vmSpec(id(), harness().image);
    const peer = vmSpec(id(), harness().image);
    const edges = Array.from({ length: nics + 1 }, (_, index) => {
      const edge = link(id(), hub, peer);
      return { ...edge, source: { ...edge.source, nic: { ...edge.source.nic, index } } };
    });
    const last = edges.pop();
    if (!last) throw new Error('no edges');
    await provider.ensureVm(slice, { ...hub, nics: edges.map((edge) => edge.source.nic) });
    await provider.ensureVm(slice, peer);
    await provider.startVm(slice, hub);
    expect((await provider.observe(slice)).vms).toMatchObject([{ id: hub.id, status: 'running' }, { id: peer.id }]);
    expect(await codeOf(provider.ensureEdge(slice, last))).toBe('UNSUPPORTED');
    await provider.removeSlice(slice);
  });
}
