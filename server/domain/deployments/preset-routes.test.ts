import { expect, test } from 'vitest';
import { withAddresses } from '#shared/topology/addresses';
import { presetKinds, presetTopology } from '#shared/topology/presets';
import type { Topology } from '#shared/topology/schema';
import { attachment, link, tiny, vmSpec } from '#server/providers/contract-fixtures';
import type { EdgeSpec, NicSpec } from '#server/providers/provider';
import { neighboursIn } from './neighbours';

/** What each guest of a drawing is told, by its name; ids are numbers in the order of the drawing. */
function toldIn(drawing: Topology) {
  const { vms, networks, edges } = withAddresses(drawing);
  const specs = new Map(vms.map(({ key, name, router }, at) => [key, vmSpec(at + 1, tiny, { name, router })]));
  const spec = (key: string) => specs.get(key) ?? vmSpec(0, tiny);
  const planned = (nic: NicSpec, addresses: readonly string[] = []) => ({ ...nic, address: addresses[0] ?? '' });
  const edgeSpecs = edges.map(({ source, target, sourceNic, targetNic }, at): EdgeSpec => {
    const network = networks.findIndex(({ key }) => key === target);
    if (network !== -1) {
      const edge = attachment(at + 1, spec(source), network + 1, 1);
      return { ...edge, source: { ...edge.source, nic: planned(edge.source.nic, sourceNic?.addresses) } };
    }
    const edge = link(at + 1, spec(source), spec(target));
    return {
      ...edge,
      source: { ...edge.source, nic: planned(edge.source.nic, sourceNic?.addresses) },
      target: { ...edge.target, nic: planned(edge.target.nic, targetNic?.addresses) },
    };
  });
  const all = [...specs.values()];
  const told = neighboursIn(edgeSpecs, {
    routers: new Set(all.filter(({ router }) => router).map(({ id }) => id)),
    names: new Map(all.map(({ id, name }) => [id, name])),
    online: new Set(),
    gateways: new Map(),
  });
  return new Map(all.map(({ id, name }) => [name, told(id)]));
}
const vm = { flavourId: 1, imageId: 1 };

test('in a line of three with routers vm1 is told the name, the address and the way of vm3', () => {
  const told = toldIn(presetTopology('line', { size: 3 }, vm, { routers: true }));
  expect(told.get('vm1')).toEqual({
    hosts: [
      { address: '10.0.0.2', name: 'vm2' },
      { address: '10.0.0.6', name: 'vm3' },
    ],
    routes: [{ to: '10.0.0.4/30', via: '10.0.0.2', edgeId: 1 }],
  });
  // and back
  expect(told.get('vm3')).toMatchObject({ routes: [{ to: '10.0.0.0/30', via: '10.0.0.5', edgeId: 2 }] });
  expect(told.get('vm2')?.routes).toEqual([]);
});

test('without routers it is told of vm2 only', () => {
  const told = toldIn(presetTopology('line', { size: 3 }, vm));
  expect(told.get('vm1')).toEqual({ hosts: [{ address: '10.0.0.2', name: 'vm2' }], routes: [] });
});

test.each(presetKinds)('with routers each VM of a %s is told the names of all others', (kind) => {
  for (let size = 2; size < 12; size++) {
    const values = { size, children: 3, links: 3, leaves: 3, hosts: 2, pods: 4, spokes: 4, percent: 10, seed: size };
    const told = toldIn(presetTopology(kind, values, vm, { routers: true }));
    const names = [...told.keys()].toSorted();
    for (const [name, { hosts }] of told)
      expect([...new Set([name, ...hosts.map((host) => host.name)])].toSorted()).toEqual(names);
  }
});
