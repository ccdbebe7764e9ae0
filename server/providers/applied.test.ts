import { expect, test } from 'vitest';
import { z } from 'zod';
import { propertyFacts } from '#shared/topology/properties';
import { topologyParts, topologyVmSchema } from '#shared/topology/schema';
import { applicable, appliedEdge, appliedNetwork, appliedVm, changesOf, losesData } from './applied';
import { attachment, link, tiny, vmSpec, withNic } from './contract-fixtures';

const web = vmSpec(1, tiny);
const disk = { ...tiny, kind: 'disk' as const };

test('the digest follows what was applied, whatever the order of keys', () => {
  const { image, ...rest } = web;
  expect(appliedVm({ image, ...rest }).digest).toBe(appliedVm(web).digest);
  expect(appliedVm(web).digest).toMatch(/^1:[0-9a-f]{32}$/);
  const others = [
    { ...web, name: 'db' },
    { ...web, vcpus: 2 },
    { ...web, ramMb: 128 },
    { ...web, internet: true },
    { ...web, forwards: [{ protocol: 'tcp' as const, guestPort: 22 }] },
    { ...web, image: { ...tiny, id: 2 } },
    { ...web, image: disk },
    { ...web, image: disk, diskGb: 2 },
  ].map((vm) => appliedVm(vm).digest);
  expect(new Set([appliedVm(web).digest, ...others]).size).toBe(9);
});

test('what no guest is told, or is told anew at each start, is not in it', () => {
  const same = [
    { ...web, image: { ...tiny, name: 'small', source: '/elsewhere', readyMarker: null } },
    { ...web, uuid: 'another' },
    { ...web, hosts: [{ address: '10.0.0.1', name: 'db' }] },
    withNic(web, link(5, web, vmSpec(2, tiny)).source.nic),
    // without a disk its size says nothing
    { ...web, diskGb: 7 },
  ];
  for (const vm of same) expect(appliedVm(vm)).toEqual(appliedVm(web));
  expect(appliedNetwork({ id: 1, name: 'lan' })).toEqual(appliedNetwork({ id: 2, name: 'wan' }));
});

test('a disk that goes or shrinks is given up only with leave to lose it, one that comes or grows at a restart', () => {
  const disksOf = (...sizes: number[]) => ({
    ...web,
    disks: sizes.map((sizeGb, n) => ({ label: `d${n}`, sizeGb })),
  });
  const before = disksOf(2, 4);
  for (const [after, loses] of [
    [disksOf(2, 4, 1), false],
    [disksOf(2, 5), false],
    [disksOf(2), true],
    [disksOf(2, 3), true],
    [web, true],
  ] as const) {
    const changes = changesOf('vm', appliedVm(before), appliedVm(after));
    expect(changes).toMatchObject([{ property: 'disks', effect: 'restart' }]);
    expect(losesData(changes)).toBe(loses);
    const given = (restart: boolean, recreate: boolean) => applicable(before, after, { restart, recreate }).disks;
    expect(given(false, true)).toEqual(before.disks);
    expect(given(true, false)).toEqual(loses ? before.disks : after.disks);
    expect(given(true, true)).toEqual(after.disks);
  }
});

test('an edge is its ends, their NICs, addresses and what is chosen of them', () => {
  const db = vmSpec(2, tiny);
  const edge = link(5, web, db);
  const { nic } = edge.source;
  const others = [
    { ...edge, source: { vmId: 3, nic } },
    { ...edge, source: { ...edge.source, nic: { ...nic, index: 1 } } },
    { ...edge, source: { ...edge.source, nic: { ...nic, address: '10.9.9.1/30' } } },
    { ...edge, source: { ...edge.source, nic: { ...nic, mtu: 1400 } } },
    { ...edge, source: { ...edge.source, nic: { ...nic, address6: 'fd00:1::1/64' } } },
    { ...edge, source: { ...edge.source, nic: { ...nic, dhcp: true } } },
    { ...edge, targetMac: '0a:00:00:00:00:01' },
    attachment(5, web, 9, 1),
  ].map((one) => appliedEdge(one).digest);
  expect(new Set([appliedEdge(edge).digest, ...others]).size).toBe(9);
  // what the address plan follows, and what NICs have of their network
  for (const same of [
    { ...edge, ownSubnet: '192.168.1.0/30', mtu: 1400 },
    { ...edge, sourceOwnAddress: '10.0.5.1', sourceOwnAddress6: 'fd00::1', sourceOwnNic: 0 },
  ])
    expect(appliedEdge(same).digest).toBe(appliedEdge(edge).digest);
  const lan = { id: 1, name: 'lan', ownSubnet: '192.168.1.0/24' };
  const jumbo = { ...lan, mtu: 9000 };
  expect(appliedNetwork(jumbo)).toEqual(appliedNetwork(lan));
  expect(appliedNetwork({ ...lan, dhcp: true }).digest).not.toBe(appliedNetwork(lan).digest);
});

test('a property that is stated later makes no difference until it is set', () => {
  const motd = z.string().default('').register(propertyFacts, { effect: 'live' });
  const note = z.string().default('').register(propertyFacts, { effect: 'none' });
  const parts = { ...topologyParts, vm: topologyVmSchema.extend({ motd, note }) };
  const [unset, set] = [
    { ...web, motd: '', note: 'mine' },
    { ...web, motd: 'Hello' },
  ];
  expect(appliedVm(unset, parts)).toEqual(appliedVm(web));
  expect(appliedVm(set, parts).properties).toEqual({
    ...appliedVm(web).properties,
    motd: 'Hello',
  });
});
