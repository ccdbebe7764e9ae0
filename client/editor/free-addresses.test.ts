import { expect, test } from 'vitest';
import { newVm, type Topology } from '#shared/topology/schema';
import { validateTopology } from '#shared/topology/validate';
import { applyCommand } from './document';
import { copyOf, withNewKeys } from './fragment';

const vm = (key: string) => newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 });
const drawn: Topology = {
  vms: ['a', 'b'].map(vm),
  networks: [{ key: 'lan', name: 'lan', ownSubnet: '192.168.1.0/24', ipv6: 'fd00:1::/64', mtu: 1400, x: 0, y: 0 }],
  edges: [
    {
      ...{ key: 'ab', source: 'a', target: 'b', ownSubnet: '192.168.2.0/30', mtu: 9000 },
      ...{ sourceOwnAddress: '192.168.2.1', targetOwnAddress: '192.168.2.2', ipv6: 'given' },
      sourceOwnAddress6: 'fd00:7472:c0a8:200::1',
      ...{ sourceMac: '0a:00:00:00:00:01', targetMac: '0a:00:00:00:00:02', sourceOwnNic: 1 },
    },
    {
      key: 'al',
      source: 'a',
      target: 'lan',
      sourceOwnAddress: '192.168.1.7',
      sourceOwnAddress6: 'fd00:1::70',
      sourceOwnNic: 0,
    },
  ],
};
const insert = (topology: Topology, fragment: Topology) =>
  applyCommand({ name: 'lab', description: '', topology }, { type: 'insert', fragment }).topology;

test('what is pasted beside what it was copied from has no subnet, address or MAC of it, and all the rest', () => {
  const pasted = insert(drawn, withNewKeys(copyOf(drawn, ['a', 'b', 'lan']), 10, 10));
  expect(validateTopology(drawn)).toEqual([]);
  expect(validateTopology(pasted)).toEqual([]);
  expect(pasted.networks[1]).toMatchObject({ ownSubnet: undefined, ipv6: 'given', mtu: 1400 });
  const [, , link, attachment] = pasted.edges;
  expect([link?.sourceOwnAddress6, attachment?.sourceOwnAddress6]).toEqual([undefined, undefined]);
  // a copy of the VM has NICs of its own
  expect([link?.sourceOwnNic, attachment?.sourceOwnNic]).toEqual([1, 0]);
  expect(link).toMatchObject({ mtu: 9000, ownSubnet: undefined, sourceMac: undefined, targetMac: undefined });
  expect([link, attachment].flatMap((edge) => [edge?.sourceOwnAddress, edge?.targetOwnAddress])).toEqual(
    Array(4).fill(undefined),
  );
});

test('what is pasted where nothing has them keeps them', () => {
  const other: Topology = { vms: [vm('c')], networks: [], edges: [] };
  const pasted = insert(other, copyOf(drawn, ['a', 'b', 'lan']));
  expect(pasted.networks).toEqual(drawn.networks);
  expect(pasted.edges).toEqual(drawn.edges);
});

test('what was removed and is put back has its address again, unless another has taken it', () => {
  const [link, attachment] = drawn.edges;
  if (link === undefined || attachment === undefined) throw new Error('no edges');
  const removed = { ...drawn, vms: [vm('b')], edges: [] };
  const back: Topology = { vms: [vm('a')], networks: [], edges: [attachment] };
  expect(insert(removed, back).edges).toEqual([attachment]);
  const taken = { ...removed, edges: [{ ...attachment, key: 'bl', source: 'b' }] };
  expect(insert(taken, back).edges[1]).toMatchObject({
    key: 'al',
    sourceOwnAddress: undefined,
    sourceOwnAddress6: undefined,
    sourceOwnNic: 0,
  });
  const other = { ...drawn, edges: [{ ...link, sourceOwnNic: 0 }] };
  expect(insert(other, { vms: [], networks: [], edges: [attachment] }).edges[1]?.sourceOwnNic).toBeUndefined();
});
