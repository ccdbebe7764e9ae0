import { expect, test } from 'vitest';
import { appliedEdge, appliedNetwork, appliedVm } from './applied';
import type { ContractTools } from './contract-harness';
import { readConsole } from './contract-console';
import { addressOf, attachment, contractParts, link, pair, vmSpec, withNic } from './contract-fixtures';
import type { EdgeSpec, NetworkSpec, SliceRef, VmSpec } from './provider';

/** Of the contract, what changes what is there: one test for each way in which a change takes effect, and for each part. */
export function testUpdates({ harness, newSlice, id, codeOf }: ContractTools): void {
  const vmOf = async (slice: SliceRef, vmId: number) =>
    (await harness().provider.observe(slice)).vms.find((vm) => vm.id === vmId);
  const edgeOf = async (slice: SliceRef, edgeId: number) =>
    (await harness().provider.observe(slice)).edges.find((edge) => edge.id === edgeId);
  const twice = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await work();
    return work();
  };

  test('changes nothing that is not there', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const { a, edge } = pair({ a: id(), b: id(), edge: id() }, image);
    expect(await codeOf(provider.updateVm(slice, a))).toBe('INTERNAL');
    expect(await codeOf(provider.updateNetwork(slice, { id: id(), name: 'lan' }))).toBe('INTERNAL');
    expect(await codeOf(provider.updateEdge(slice, edge))).toBe('INTERNAL');
    await provider.removeSlice(slice);
  });

  test('of a VM that runs, changes what is live and keeps the rest until it is stopped', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const vm = vmSpec(id(), image);
    await provider.ensureVm(slice, vm);
    await provider.startVm(slice, vm);
    const console = readConsole(await provider.openConsole(slice, vm.id));
    const greeting = { motd: 'Hello' };
    const wanted: VmSpec & { motd: string } = { ...vm, ramMb: vm.ramMb + 32, ...greeting };
    await twice(() => provider.updateVm(slice, wanted, { recreate: true }));
    const half: VmSpec & { motd: string } = { ...vm, ...greeting };
    expect(await vmOf(slice, vm.id)).toMatchObject({ status: 'running', applied: appliedVm(half, contractParts) });
    expect(await harness().machineRam(slice, vm.id)).toBe(vm.ramMb);
    // ports come and go with it, each at an address of its own, and what stays keeps its own
    const forwards = (['tcp', 'udp'] as const).map((protocol) => ({ protocol, guestPort: 53 }));
    const given = await twice(() => provider.updateVm(slice, { ...half, forwards }));
    expect(new Set(given.forwards.map(({ hostPort }) => hostPort)).size).toBe(2);
    expect(await vmOf(slice, vm.id)).toMatchObject({ status: 'running', ...given });
    const left = { ...half, forwards: forwards.slice(1) };
    expect(await twice(() => provider.updateVm(slice, left))).toEqual({ forwards: given.forwards.slice(1) });
    expect(await vmOf(slice, vm.id)).toMatchObject({ applied: appliedVm(left, contractParts) });
    await provider.updateVm(slice, half);
    // it is the same run of it
    console.type('still-here\n');
    await console.until('still-here');

    await provider.stopVm(slice, vm.id);
    await twice(() => provider.updateVm(slice, wanted));
    expect(await vmOf(slice, vm.id)).toMatchObject({ status: 'stopped', applied: appliedVm(wanted, contractParts) });
    await harness().restart();
    expect(await vmOf(slice, vm.id)).toMatchObject({ status: 'stopped', applied: appliedVm(wanted, contractParts) });
    await harness().provider.startVm(slice, wanted);
    expect(await harness().machineRam(slice, vm.id)).toBe(vm.ramMb + 32);
    await harness().provider.removeSlice(slice);
  });

  test('makes a disk anew only if it is told to, and grows it otherwise', async () => {
    const { provider, disks } = harness();
    const [first, second] = disks;
    const slice = newSlice();
    const vm = vmSpec(id(), first);
    const disk = () => harness().diskOf(slice, vm.id);
    const applied = async () => (await vmOf(slice, vm.id))?.applied;
    await provider.ensureVm(slice, vm);
    const before = await disk();
    const other: VmSpec = { ...vm, image: second };
    // neither a definition nor a change that does not say so takes what is on it
    await provider.ensureVm(slice, other);
    await provider.updateVm(slice, other);
    expect(await disk()).toEqual(before);
    expect(await applied()).toEqual(appliedVm(vm));

    const larger: VmSpec = { ...vm, diskGb: 3 };
    await twice(() => provider.updateVm(slice, larger));
    expect(await disk()).toEqual({ id: before.id, gb: 3 });
    expect(await applied()).toEqual(appliedVm(larger));
    await provider.updateVm(slice, vm);
    expect(await disk()).toEqual({ id: before.id, gb: 3 });

    await provider.updateVm(slice, other, { recreate: true });
    const made = await disk();
    expect(made.id).not.toBe(before.id);
    expect(made.gb).toBe(vm.diskGb);
    expect(await applied()).toEqual(appliedVm(other));
    await provider.updateVm(slice, other, { recreate: true });
    expect(await disk()).toEqual(made);
    await provider.removeSlice(slice);
  });

  test('of an edge of VMs that run, changes addresses, the MAC, the MTU and ends', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, image);
    const c = vmSpec(id(), image);
    const network: NetworkSpec = { id: id(), name: 'lan' };
    for (const vm of [a, b, c]) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, edge);
    await provider.ensureNetwork(slice, network);
    await Promise.all([a, b, c].map((vm) => provider.startVm(slice, vm)));

    const { nic } = edge.source;
    const moved: EdgeSpec = { ...edge, source: { vmId: a.id, nic: { ...nic, address: '10.250.0.1/30' } } };
    const own = { mac: '0a:00:00:00:00:01', mtu: 9000 };
    const chosen: EdgeSpec = { ...edge, sourceMac: own.mac, source: { vmId: a.id, nic: { ...nic, ...own } } };
    const elsewhere = link(edge.id, { ...a, nics: [] }, c);
    const plugged = attachment(edge.id, { ...a, nics: [] }, network.id, 1);
    for (const wanted of [moved, chosen, elsewhere, plugged, edge]) {
      await twice(() => provider.updateEdge(slice, wanted));
      expect(await edgeOf(slice, edge.id)).toEqual({ id: edge.id, status: 'up', applied: appliedEdge(wanted) });
    }
    // what it does not end at any more is free of it
    await provider.updateEdge(slice, elsewhere);
    await provider.removeVm(slice, b.id);
    expect(await edgeOf(slice, edge.id)).toMatchObject({ status: 'up' });
    await harness().restart();
    expect(await edgeOf(slice, edge.id)).toMatchObject({ status: 'up', applied: appliedEdge(elsewhere) });
    for (const vm of [a, c]) expect((await vmOf(slice, vm.id))?.status).toBe('running');
    await harness().provider.removeSlice(slice);
  });

  test('edges, networks and VMs come and go beside one that runs on as it was', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const { a, b, edge } = pair({ a: id(), b: id(), edge: id() }, image);
    for (const vm of [a, b]) await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, edge);
    await Promise.all([a, b].map((vm) => provider.startVm(slice, vm)));
    const console = readConsole(await provider.openConsole(slice, a.id));
    const kept = { id: edge.id, status: 'up', applied: appliedEdge(edge) };

    const network: NetworkSpec = { id: id(), name: 'lan' };
    const c = vmSpec(id(), image);
    const plug = attachment(id(), a, network.id, 1);
    const linked = withNic(a, plug.source.nic);
    const far = link(id(), linked, c);
    await provider.ensureNetwork(slice, network);
    await provider.ensureVm(slice, c);
    // one end runs, the other one is to be started
    await twice(() => provider.ensureEdge(slice, far));
    await twice(() => provider.ensureEdge(slice, plug));
    await provider.startVm(slice, c);
    const seen = await provider.observe(slice);
    expect(seen.edges.map(({ id: edgeId, status }) => [edgeId, status])).toEqual(
      [edge.id, plug.id, far.id].map((edgeId) => [edgeId, 'up']),
    );
    expect(await edgeOf(slice, edge.id)).toEqual(kept);

    await provider.removeVm(slice, b.id);
    await twice(() => provider.removeEdge(slice, edge.id));
    await twice(() => provider.removeEdge(slice, plug.id));
    await provider.removeNetwork(slice, network.id);
    const left = await provider.observe(slice);
    expect(left.vms.map((vm) => [vm.id, vm.status])).toEqual([
      [a.id, 'running'],
      [c.id, 'running'],
    ]);
    expect(left.networks).toEqual([]);
    expect(left.edges).toEqual([{ id: far.id, status: 'up', applied: appliedEdge(far) }]);
    // it is the same run of it
    console.type('still-here\n');
    await console.until('still-here');
    await provider.removeSlice(slice);
  });

  test('of a network, with its links', async () => {
    const { provider, image } = harness();
    const slice = newSlice();
    const network: NetworkSpec = { id: id(), name: 'lan' };
    const bare = vmSpec(id(), image);
    const plug = attachment(id(), bare, network.id, 1);
    const vm = withNic(bare, plug.source.nic);
    await provider.ensureNetwork(slice, network);
    await provider.ensureVm(slice, vm);
    await provider.ensureEdge(slice, plug);
    await provider.startVm(slice, vm);
    const wanted: NetworkSpec & { dns: string[] } = { ...network, dns: ['10.9.9.9'] };
    await twice(() => provider.updateNetwork(slice, wanted));
    const seen = await provider.observe(slice);
    expect(seen.networks).toEqual([{ id: network.id, status: 'up', applied: appliedNetwork(wanted, contractParts) }]);
    expect(seen.edges).toMatchObject([{ id: plug.id, status: 'up' }]);
    expect(seen.networks[0]?.applied).not.toEqual(appliedNetwork(network, contractParts));

    // a server on it gives addresses and names while it is asked for, also once the server that began it is gone
    const other = vmSpec(id(), image);
    const far = attachment(id(), other, network.id, 2);
    const served = { ...wanted, dhcp: true };
    expect(await harness().askForAddress(slice, vm)).toBeNull();
    await provider.ensureVm(slice, withNic(other, far.source.nic));
    await provider.ensureEdge(slice, far);
    await twice(() => provider.updateNetwork(slice, served));
    const next = await harness().restart();
    const { networks } = await next.observe(slice);
    expect(networks).toEqual([{ id: network.id, status: 'up', applied: appliedNetwork(served, contractParts) }]);
    expect(await harness().askForAddress(slice, vm)).toBe(plug.source.nic.address);
    expect(await harness().resolve(slice, vm, other.name)).toBe(addressOf(far.source.nic));
    // who asks for its address is told so at its next start, and nothing else of it changes
    const asking = { ...plug, source: { ...plug.source, nic: { ...plug.source.nic, dhcp: true } } };
    await twice(() => next.updateEdge(slice, asking));
    expect(await edgeOf(slice, plug.id)).toMatchObject({ status: 'up', applied: appliedEdge(asking) });
    await twice(() => next.updateNetwork(slice, wanted));
    expect(await harness().askForAddress(slice, vm)).toBeNull();
    await next.removeSlice(slice);
  });
}
