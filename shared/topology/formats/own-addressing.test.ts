import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateTopology } from '../validate';
import { Lab, type LabNic, type LabSubnet } from './lab';
import { notesOf, testCatalogue } from './testing';
import { topologyOf } from './topology-of';

const read = (lab: Lab) => ({ ...topologyOf(lab, testCatalogue, new Map()), format: 'netlab' as const });

const subnet = fc.constantFrom(null, '10.1.0.0/24', '10.1.0.0/30', '10.1.0.128/25', '10.2.0.0/31', '10.0.0.0/8', '10.1.0.1/24', '127.0.0.0/24', '10.9.0.0/32', 'x'); // prettier-ignore
const ipv6 = fc.constantFrom(null, 'given', 'fd00:1::/64', 'fd00:1::/64', 'fd00:7472::/64', '2001:db8::/48', 'true');
const mtu = fc.constantFrom(null, 0, 68, 1279, 1500, 9216, 65_535, 1.5, Number.NaN);
const address = fc.constantFrom(null, '10.1.0.1', '10.1.0.2', '10.1.0.129', '10.1.0.255', '10.2.0.1', '1.2.3.4', '', 'x');
const mac = fc.constantFrom(null, '0a:00:00:00:00:01', '0A-00-00-00-00-01', '0a00.0000.0002', '02:00:00:00:00:01', '52:54:01:00:00:01', '01:00:5e:00:00:01', '00:00:00:00:00:00', 'ff', ''); // prettier-ignore
const chosen: fc.Arbitrary<LabSubnet> = fc.record({ subnet, ipv6, mtu });
const nic: fc.Arbitrary<LabNic> = fc.record({ mac, address });

const machines = ['a', 'b', 'c', 'd'];
const links = fc.array(
  fc.record({
    ends: fc.tuple(fc.constantFrom(...machines, 'lan', 'wan'), fc.constantFrom(...machines, 'lan', 'wan', 'out')),
    nics: fc.tuple(nic, nic),
    chosen,
  }),
  { maxLength: 8 },
);

function labOf(all: typeof links extends fc.Arbitrary<infer Links> ? Links : never, segments: readonly LabSubnet[]): Lab {
  const lab = new Lab();
  for (const id of machines) lab.machine(id);
  for (const [at, id] of ['lan', 'wan'].entries()) lab.segment(id, id, null, null, segments[at]);
  lab.outside('out');
  for (const { ends, nics, chosen: told } of all) lab.link(ends[0], ends[1], null, ['', ''], { nics, chosen: told });
  return lab;
}

describe('what a document chooses of addresses', () => {
  it('comes to a drawing that can be saved, whatever it is, and all that is not in it is told', () => {
    fc.assert(
      fc.property(links, fc.tuple(chosen, chosen), (all, segments) => {
        const { topology, report } = read(labOf(all, segments));
        expect(validateTopology(topology, testCatalogue)).toEqual([]);
        const told = [...segments, ...all.map((link) => link.chosen), ...all.flatMap(({ nics }) => nics)]
          .flatMap((one): unknown[] => Object.values(one))
          .filter((value) => value !== null);
        const fields = ['ownSubnet', 'ipv6', 'mtu', 'sourceOwnAddress', 'targetOwnAddress', 'sourceMac', 'targetMac'];
        const kept = [...topology.networks, ...topology.edges].flatMap((part) =>
          Object.entries(part).filter(([field]) => fields.includes(field)),
        );
        expect(kept.length).toBeLessThanOrEqual(told.length);
        const codes = new Set(report.filter((note) => note.kind === 'mapped').map(({ code }) => code));
        expect(['SUBNETS', 'ADDRESSES', 'MACS', 'MTUS'].some((code) => codes.has(code))).toBe(kept.length > 0);
        if (kept.length < told.length) expect(notesOf(read(labOf(all, segments)), 'leftOut')).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is kept where it can be, and each loss is told with its reason, where it was and what', () => {
    const lab = new Lab();
    for (const id of machines) lab.machine(id);
    const none: LabNic = { mac: null, address: null };
    lab.segment('lan', 'lan', null, null, { subnet: '10.5.0.0/24', mtu: 9000, ipv6: 'fd00:5::/64' });
    lab.link('a', 'b', null, ['', ''], {
      chosen: { subnet: '10.6.0.0/29', ipv6: null, mtu: 1400 },
      nics: [
        { mac: 'CA01.0994.0000', address: '10.6.0.5' },
        { mac: '02:42:00:00:00:01', address: '10.7.0.1' },
      ],
    });
    lab.link('lan', 'c', null, ['', ''], {
      chosen: { subnet: null, ipv6: null, mtu: null },
      nics: [
        { ...none, mac: '0a:00:00:00:00:09' },
        { mac: 'ca:01:09:94:00:00', address: '10.5.0.7' },
      ],
    });
    lab.link('c', 'd', null, ['', ''], {
      chosen: { subnet: '10.5.0.0/30', ipv6: null, mtu: 20 },
      nics: [none, { mac: '01:00:5e:00:00:01', address: '10.5.0.1' }],
    });
    const imported = read(lab);
    expect(imported.topology.networks).toMatchObject([{ ownSubnet: '10.5.0.0/24', mtu: 9000, ipv6: 'fd00:5::/64' }]);
    expect(imported.topology.edges).toEqual([
      {
        ...{ key: 'e1', source: 'a', target: 'b', ownSubnet: '10.6.0.0/29', mtu: 1400 },
        ...{ sourceOwnAddress: '10.6.0.5', sourceMac: 'ca:01:09:94:00:00' },
      },
      { key: 'e2', source: 'c', target: 'lan', sourceOwnAddress: '10.5.0.7' },
      { key: 'e3', source: 'c', target: 'd' },
    ]);
    expect(notesOf(imported, 'mapped').slice(-4)).toEqual([
      'Links and networks have the subnets of the document: lan, a–b.',
      'Links and networks have the MTU of the document: lan, a–b.',
      'NICs have the static addresses of the document: a–b, c–lan.',
      'NICs have the MAC addresses of the document: a–b.',
    ]);
    expect(notesOf(imported, 'leftOut')).toEqual([
      'An MTU that is too small or too large is left out: c–d: 20.',
      'Static addresses that their subnet does not have, or another NIC has, are left out: a–b: 10.7.0.1, c–d: 10.5.0.1.',
      'MAC addresses that begin as those that are given here are left out; these NICs get others: a–b: 02:42:00:00:00:01.',
      'MAC addresses that another NIC has are left out: c–lan: ca:01:09:94:00:00.',
      'Addresses at the end of a network are left out, since no NIC is there: c–lan: 0a:00:00:00:00:09.',
      'Subnets that overlap another one are left out, and others given: c–d: 10.5.0.0/30.',
      'What is not the MAC address of one NIC is left out: c–d: 01:00:5e:00:00:01.',
    ]);
  });

  it('leaves out the largest subnets where they would leave no room for what is given', () => {
    const lab = new Lab();
    for (const id of machines) lab.machine(id);
    for (const [at, told] of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].entries())
      lab.link('a', machines[at + 1] ?? 'b', null, ['', ''], { chosen: { subnet: told, ipv6: null, mtu: null } });
    lab.link('b', 'c');
    const imported = read(lab);
    expect(imported.topology.edges.map(({ ownSubnet }) => ownSubnet)).toEqual([
      ...[undefined, '172.16.0.0/12', '192.168.0.0/16', undefined],
    ]);
    expect(notesOf(imported, 'leftOut')).toEqual([
      'Subnets that cannot be chosen here are left out, and others given: a–b: 10.0.0.0/8.',
    ]);
  });
});
