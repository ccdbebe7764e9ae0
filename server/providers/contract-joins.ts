import { expect, test } from 'vitest';
import { vmSpec, withNic } from './contract-fixtures';
import type { ContractTools } from './contract-harness';
import type { EdgeSpec, NetworkJoin, NetworkSpec, Provider, SliceRef, VmSpec } from './provider';

/** Of the contract, networks of different slices that are one. */
export function testJoins({ harness, newSlice, id, codeOf }: ContractTools): void {
  const lanOf = async (slice: SliceRef): Promise<NetworkSpec> => {
    const network = { id: id(), name: 'lan' };
    await harness().provider.ensureNetwork(slice, network);
    return network;
  };
  const joinOf = (here: SliceRef, lan: NetworkSpec, there: SliceRef, far: NetworkSpec): NetworkJoin => ({
    id: id(),
    ends: [
      { sliceId: here.id, networkId: lan.id },
      { sliceId: there.id, networkId: far.id },
    ],
  });
  const joinsIn = async (provider: Provider, slice: SliceRef) =>
    (await provider.observe(slice)).networks.map(({ joins }) => joins);

  test('networks of two slices are joined and parted, and neither is left with the other one gone', async () => {
    const [here, there, third] = [newSlice(), newSlice(), newSlice()];
    const { provider } = harness();
    const [lan, far, other] = [await lanOf(here), await lanOf(there), await lanOf(third)];
    const join = joinOf(here, lan, there, far);
    expect(await joinsIn(provider, here)).toEqual([undefined]);
    await provider.joinNetworks(join);
    await provider.joinNetworks(join);
    const second = joinOf(here, lan, third, other);
    await provider.joinNetworks(second);
    expect(await joinsIn(provider, here)).toEqual([[join.id, second.id]]);
    expect(await joinsIn(provider, there)).toEqual([[join.id]]);

    const again = await harness().restart();
    expect(await joinsIn(again, here)).toEqual([[join.id, second.id]]);
    expect(await joinsIn(again, third)).toEqual([[second.id]]);
    await again.partNetworks(second);
    await again.partNetworks(second);
    expect(await joinsIn(again, here)).toEqual([[join.id]]);
    expect(await joinsIn(again, third)).toEqual([undefined]);

    // what goes is parted, and cannot be joined any more
    await again.removeNetwork(there, far.id);
    expect(await joinsIn(again, here)).toEqual([undefined]);
    expect(await codeOf(again.joinNetworks(join))).toBe('NOT_RUNNING');
    await again.partNetworks(join);
    await again.joinNetworks(second);
    await again.removeSlice(here);
    expect(await joinsIn(again, third)).toEqual([undefined]);
    for (const slice of [there, third]) await again.removeSlice(slice);
  });

  test('guests of joined networks reach each other, and once they are parted no more', async () => {
    const { provider, image } = harness();
    const near = await plugged(newSlice(), 1);
    const far = await plugged(newSlice(), 2);
    await Promise.all([near, far].map(({ slice, vm }) => provider.startVm(slice, vm)));
    const answer = () => harness().roundTrip(near.slice, near.vm, far.vm);
    expect(await answer()).toBeNull();
    const join = joinOf(near.slice, near.lan, far.slice, far.lan);
    await provider.joinNetworks(join);
    expect(await answer()).not.toBeNull();
    // one that is started anew has what is joined with it find it again
    const changed: NetworkSpec & { dns: string[] } = { ...near.lan, dns: ['10.9.9.9'] };
    await provider.updateNetwork(near.slice, changed);
    expect(await answer()).not.toBeNull();
    await provider.partNetworks(join);
    expect(await answer()).toBeNull();
    for (const { slice } of [near, far]) await provider.removeSlice(slice);

    /** A VM on a network of its own slice, with an address in a subnet that all of them share. */
    async function plugged(slice: SliceRef, host: number) {
      const bare = vmSpec(id(), image);
      const lan = await lanOf(slice);
      const edgeId = id();
      const mac = `52:54:00:77:00:0${host}`;
      const nic = { edgeId, index: 0, mac, address: `10.201.0.${host}/24`, peer: { networkId: lan.id } };
      const edge: EdgeSpec = { id: edgeId, source: { vmId: bare.id, nic }, target: { networkId: lan.id } };
      const vm: VmSpec = withNic(bare, nic);
      await provider.ensureVm(slice, vm);
      await provider.ensureEdge(slice, edge);
      return { slice, lan, vm };
    }
  });
}
