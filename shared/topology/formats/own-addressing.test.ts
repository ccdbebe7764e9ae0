import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { macLike } from '../mac';
import { validateTopology } from '../validate';
import { Lab, type LabNic, type LabSubnet } from './lab';
import { notesOf, testCatalogue } from './testing';
import { topologyOf } from './topology-of';

const read = (lab: Lab) => ({ ...topologyOf(lab, testCatalogue, new Map()), format: 'netlab' as const });

const fields = [
  ...['ownSubnet', 'ipv6', 'mtu', 'sourceOwnAddress', 'targetOwnAddress', 'sourceOwnAddress6', 'targetOwnAddress6'],
  ...['sourceMac', 'targetMac'],
];
const subnet = fc.constantFrom(null, '10.1.0.0/24', '10.1.0.0/30', '10.1.0.128/25', '10.2.0.0/31', '10.0.0.0/8', '10.1.0.1/24', '127.0.0.0/24', '10.9.0.0/32', 'x'); // prettier-ignore
const ipv6 = fc.constantFrom(null, 'given', 'fd00:1::/64', 'fd00:1::/64', 'fd00:7472::/64', '2001:db8::/48', 'true');
const mtu = fc.constantFrom(null, 0, 68, 1279, 1500, 9216, 65_535, 1.5, Number.NaN);
const address = fc.constantFrom(null, '10.1.0.1', '10.1.0.2', '10.1.0.129', '10.1.0.255', '10.2.0.1', '1.2.3.4', '', 'x'); // prettier-ignore
const mac = fc.constantFrom(null, '0a:00:00:00:00:01', '0A-00-00-00-00-01', '0a00.0000.0002', '02:00:00:00:00:01', '52:54:01:00:00:01', '01:00:5e:00:00:01', '00:00:00:00:00:00', 'ff', ''); // prettier-ignore
const chosen: fc.Arbitrary<LabSubnet> = fc.record({ subnet, ipv6, mtu });
const address6 = fc.constantFrom(null, 'fd00:1::1', 'FD00:1:0::2', 'fd00:1::', 'fd00:2::1', 'fd00:7472:a01::1', 'ff02::1', 'fe80::1%0', '10.1.0.1', ''); // prettier-ignore
const nic: fc.Arbitrary<LabNic> = fc.record({ mac, address, address6, nic: fc.constant(null) });

const machines = ['a', 'b', 'c', 'd'];
const links = fc.array(
  fc.record({
    machine: fc.constantFrom(...machines),
    other: fc.constantFrom(...machines, 'lan', 'wan', 'out'),
    nics: fc.tuple(nic, nic),
    chosen,
    isTurned: fc.boolean(),
  }),
  { maxLength: 8 },
);
const canonical = (value: unknown) =>
  value === 'FD00:1:0::2' ? 'fd00:1::2' : (macLike(String(value).trim()) ?? String(value));

describe('what a document chooses of addresses', () => {
  it('comes to a drawing that can be saved, whatever it is, and all that is not in it is told', () => {
    fc.assert(
      fc.property(links, fc.tuple(chosen, chosen), (all, segments) => {
        const lab = new Lab();
        for (const id of machines) lab.machine(id);
        for (const [at, id] of ['lan', 'wan'].entries()) lab.segment(id, id, null, null, segments[at]);
        lab.outside('out');
        for (const { machine, other, nics, chosen: told, isTurned } of all)
          if (isTurned) lab.link(other, machine, null, ['', ''], { nics: [nics[1], nics[0]], chosen: told });
          else lab.link(machine, other, null, ['', ''], { nics, chosen: told });
        const left: string[] = [];
        const gather = lab.report.gather.bind(lab.report);
        vi.spyOn(lab.report, 'gather').mockImplementation((kind, code, place) => {
          if (kind === 'leftOut') left.push(place);
          gather(kind, code, place);
        });
        const { topology, report } = read(lab);
        expect(validateTopology(topology, testCatalogue)).toEqual([]);
        const kept = [...topology.networks, ...topology.edges].flatMap((part) =>
          Object.entries(part).flatMap(([field, value]) => (fields.includes(field) ? [canonical(value)] : [])),
        );
        const linked = all.filter(({ machine, other }) => machine !== other && other !== 'out');
        for (const value of [...segments, ...linked.flatMap((link) => [link.chosen, ...link.nics])]
          .flatMap((one): unknown[] => Object.values(one))
          .filter((told) => told !== null)
          .map(canonical))
          expect(kept.includes(value) || left.some((place) => place.endsWith(`: ${value}`))).toBe(true);
        const codes = report.filter((note) => note.kind === 'mapped').map(({ code }) => code);
        expect(['SUBNETS', 'ADDRESSES', 'MACS', 'MTUS'].some((code) => codes.includes(code))).toBe(kept.length > 0);
      }),
      { numRuns: 300 },
    );
  });

  it('is kept where it can be, and each loss is told with its reason, where it was and what', () => {
    const lab = new Lab();
    for (const id of machines) lab.machine(id);
    const none: LabNic = { mac: null, address: null, address6: null, nic: null };
    lab.segment('lan', 'lan', null, null, { subnet: '10.5.0.0/24', mtu: 9000, ipv6: 'fd00:5::/64' });
    lab.link('a', 'b', null, ['', ''], {
      chosen: { subnet: '10.6.0.0/29', ipv6: null, mtu: 1400 },
      nics: [
        { ...none, mac: 'CA01.0994.0000', address: '10.6.0.5' },
        { ...none, mac: '02:42:00:00:00:01', address: '10.7.0.1' },
      ],
    });
    lab.link('lan', 'c', null, ['', ''], {
      chosen: { subnet: null, ipv6: null, mtu: null },
      nics: [
        { ...none, mac: '0a:00:00:00:00:09' },
        { ...none, mac: 'ca:01:09:94:00:00', address: '10.5.0.7' },
      ],
    });
    lab.link('c', 'd', null, ['', ''], {
      chosen: { subnet: '10.5.0.0/30', ipv6: null, mtu: 20 },
      nics: [none, { ...none, mac: '01:00:5e:00:00:01', address: '10.5.0.1' }],
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

  it('has the NICs of a machine in the order of their numbers, or of their names, where its links are in another', () => {
    const lab = new Lab();
    for (const id of machines) lab.machine(id);
    lab.outside('out');
    const at = (nic: number): LabNic => ({ mac: null, address: null, address6: null, nic });
    lab.link('a', 'b', null, ['eth10', 'eth1'], { nics: [at(10), at(7)] });
    lab.link('a', 'out', null, ['eth3', '']);
    lab.link('c', 'a', null, ['Gi0/1', 'eth9'], { nics: [at(0), at(9)] });
    lab.link('c', 'd', null, ['Gi0/2', 'e1'], { nics: [at(1), { ...at(0), nic: null }] });
    lab.link('b', 'd', null, ['eth2', 'Loopback0'], { nics: [at(6), { ...at(0), nic: null }] });
    const imported = read(lab);
    expect(imported.topology.edges.map((edge) => [edge.key, edge.sourceOwnNic, edge.targetOwnNic])).toEqual([
      ['e1', 1, 1],
      ['e3', undefined, 0],
      // in the order of the links, and names of two kinds have none
      ['e4', undefined, undefined],
      ['e5', 0, undefined],
    ]);
    expect(notesOf(imported, 'mapped')).toContain(
      'NICs are in the order that their names have in the document: a–b, c–a, b–d.',
    );
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
