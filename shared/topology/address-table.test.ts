import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { GuestNic } from '../guest';
import { addressCsv, addressHosts } from './address-files';
import { addressTable, hasOthers, type AddressRow } from './address-table';
import { macOf, withAddresses } from './addresses';
import { addressInventory } from './formats/write-ansible';
import { vmDefaults, type Topology, type TopologyVm } from './schema';

const vm = (key: string, name: string, change: Partial<TopologyVm> = {}): TopologyVm => ({
  ...{ ...vmDefaults(), key, name, flavourId: 1, imageId: 1, x: 0, y: 0 },
  ...change,
});
const drawn: Topology = withAddresses({
  vms: [
    vm('a', 'web10', { forwards: [{ protocol: 'tcp', guestPort: 22 }] }),
    vm('b', 'web9', { hostname: 'db.lab.example' }),
    vm('c', 'alone', { imageId: 2 }),
  ],
  networks: [{ key: 'n', name: 'Büro 3', x: 0, y: 0 }],
  edges: [
    { key: 'e', source: 'a', target: 'n', sourceInterface: 'Gi0/1' },
    { key: 'f', source: 'b', target: 'a' },
    { key: 'g', source: 'b', target: 'n' },
  ],
});
const imageName = (id: number) => (id === 1 ? 'tiny' : 'debian');
const forward = { protocol: 'tcp' as const, guestPort: 22, hostAddress: '0.0.0.0', hostPort: 20_017 };
const slice = {
  vmList: [
    { id: 1, key: 'a', forwards: [forward], sshUser: 'trama' },
    { id: 2, key: 'b', forwards: [], sshUser: null },
    { id: 3, key: 'c', forwards: [], sshUser: null },
  ],
  edges: [
    { id: 11, key: 'e' },
    { id: 12, key: 'f' },
    { id: 13, key: 'g' },
  ],
};
const rowOf = (rows: readonly AddressRow[], vmKey: string, edgeKey: string | null): AddressRow => {
  const row = rows.find((one) => one.vmKey === vmKey && one.edgeKey === edgeKey);
  if (row === undefined) throw new Error(`No row of ${vmKey} at ${edgeKey}`);
  return row;
};

describe('the table', () => {
  it('has each NIC of each VM, by name and number, and VMs without a NIC', () => {
    const rows = addressTable(drawn, { imageName, slice, here: '[2001:db8::7]' });
    expect(rows.map((row) => [row.vm, row.nic, row.network ?? row.peer])).toEqual([
      ['alone', null, null],
      ['web9', 0, 'web10'],
      ['web9', 1, 'Büro 3'],
      ['web10', 0, 'Büro 3'],
      ['web10', 1, 'web9'],
    ]);
    expect(rowOf(rows, 'a', 'e')).toMatchObject({
      ...{ interface: 'Gi0/1', mac: macOf(11, 'source'), addresses: ['10.64.0.1/24'], image: 'tiny' },
      ...{ forwards: [forward], ssh: { host: '2001:db8::7', port: 20_017, user: 'trama' }, guest: null },
    });
    expect(rowOf(rows, 'a', 'f')).toMatchObject({ mac: macOf(12, 'target'), peer: 'web9', network: null });
    expect(rowOf(rows, 'b', 'f')).toMatchObject({ hostname: 'db.lab.example', ssh: null });
    expect(rowOf(rows, 'c', null)).toMatchObject({ image: 'debian', mac: null, addresses: [] });
  });

  it('of what is only drawn has no MACs, and ports that are still to be given', () => {
    const rows = addressTable(drawn, { imageName });
    expect(rows.every(({ mac, ssh }) => mac === null && ssh === null)).toBe(true);
    expect(rowOf(rows, 'a', 'e').forwards).toEqual([{ ...forward, hostAddress: null, hostPort: null }]);
  });

  it('has the MAC that is chosen, also of what is only drawn, and IPv6 beside IPv4 where there is any', () => {
    const [first, ...others] = drawn.edges;
    if (first === undefined) throw new Error('nothing is linked');
    const networks = drawn.networks.map((network) => ({ ...network, ipv6: 'fd00:5::/64' }));
    const own = { ...drawn, networks, edges: [{ ...first, sourceMac: '0a:00:00:00:00:01' }, ...others] };
    const chosen = { ...own, edges: [{ ...first, sourceOwnAddress6: 'fd00:5::a' }, ...others] };
    expect(rowOf(addressTable(chosen, { imageName }), 'a', 'e').addresses).toEqual(['10.64.0.1/24', 'fd00:5::a/64']);
    for (const options of [{ imageName }, { imageName, slice }])
      expect(rowOf(addressTable(own, options), 'a', 'e')).toMatchObject({
        mac: '0a:00:00:00:00:01',
        addresses: ['10.64.0.1/24', 'fd00:5::1/64'],
      });
  });

  it('has what guests say of their NICs, by MAC, without the addresses that every NIC gives itself', () => {
    const nic = (id: number, ...addresses: string[]): GuestNic[] => [
      { name: 'ens4', mac: macOf(id, 'source'), addresses },
    ];
    const guests = new Map([
      [1, nic(11, 'fe80::1/64', '10.9.9.9/24')],
      [2, nic(13, '10.64.0.2/24', 'fd00::2/64')],
    ]);
    const rows = addressTable(drawn, { imageName, slice, guests });
    const other = rowOf(rows, 'a', 'e');
    expect(other.guest).toEqual({ interface: 'ens4', addresses: ['10.9.9.9/24'] });
    expect(hasOthers(other)).toBe(true);
    expect(hasOthers(rowOf(rows, 'b', 'g'))).toBe(false);
    const unknown = rowOf(rows, 'b', 'f');
    expect([unknown.guest, hasOthers(unknown)]).toEqual([null, false]);
  });
});

/** Cells of a CSV file, as RFC 4180 says that they are read. */
function cellsOf(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|$)/g)) {
    if (end === '') break;
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') lines.push([]);
  }
  return lines.slice(0, -1);
}

const name = fc.oneof(
  fc.constantFrom('=cmd|calc', '@x', '-1', 'a,b', 'say "so"', "{{ lookup('pipe', 'id') }}", 'Net 1', 'net-1', '日本'),
  fc.string({ minLength: 1, maxLength: 80 }),
);
const hostname = fc.constantFrom('web', 'on', 'NO', '007', '1e3', '12', '2001-01-01', 'null', 'a'.repeat(63));
const address = fc.oneof(
  fc.ipV4().map((one) => `${one}/24`),
  fc.ipV6().map((one) => `${one}/64`),
);
const tables: fc.Arbitrary<AddressRow[]> = fc.array(
  fc.record({
    ...{ vmKey: fc.constant('a'), edgeKey: fc.constant('e'), vm: hostname, hostname },
    ...{ image: name, nic: fc.nat(9), interface: fc.option(name), mac: fc.constantFrom(null, '12:34:56:10:20:30') },
    ...{ addresses: fc.array(address, { maxLength: 3 }), network: fc.option(name), peer: fc.option(hostname) },
    forwards: fc.array(fc.constantFrom(forward, { ...forward, hostAddress: null, hostPort: null }), { maxLength: 2 }),
    ssh: fc.option(fc.record({ host: fc.ipV6(), port: fc.nat(65_535), user: fc.option(fc.constant('trama')) })),
    guest: fc.option(fc.record({ interface: name, addresses: fc.array(address, { maxLength: 3 }) })),
  }),
  { maxLength: 8 },
);

test('a CSV file has a line for each address, whatever names hold, and no cell that a sheet would carry out', () => {
  fc.assert(
    fc.property(tables, (rows) => {
      const [head = [], ...lines] = cellsOf(addressCsv(rows));
      expect(lines.every((line) => line.length === head.length)).toBe(true);
      expect(lines).toHaveLength(rows.reduce((sum, row) => sum + Math.max(1, row.addresses.length), 0));
      expect(lines.flat().some((cell) => /^[=+\-@\t\r]/.test(cell))).toBe(false);
      const written = lines.map((line) => line[head.indexOf('address')]).filter((one) => one !== '');
      expect(written).toEqual(rows.flatMap(({ addresses }) => addresses.map((one) => one.split('/')[0])));
    }),
  );
});

test('a hosts file has an address and names that hosts may have on each line', () => {
  const hosts = addressHosts(addressTable(drawn, { imageName, slice }));
  expect(hosts.split('\n')).toEqual([
    '10.0.0.1\tdb.lab.example web9 web9.web10',
    '10.64.0.2\tdb.lab.example web9 web9.buro-3',
    '10.64.0.1\tweb10 web10.buro-3',
    '10.0.0.2\tweb10 web10.web9',
    '',
  ]);
  const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
  const isName = new RegExp(`^${label}(\\.${label})*$`);
  fc.assert(
    fc.property(tables, (rows) => {
      for (const line of addressHosts(rows).split('\n').slice(0, -1)) {
        const [written = '', names = ''] = line.split('\t');
        expect(z.union([z.ipv4(), z.ipv6()]).safeParse(written).success).toBe(true);
        expect(names.split(' ').every((one) => isName.test(one))).toBe(true);
      }
    }),
  );
});

const group = z.strictObject({ hosts: z.record(z.string(), z.strictObject({})) });
const inventorySchema = z.strictObject({
  all: z.strictObject({
    hosts: z.record(
      z.string(),
      z.strictObject({
        ansible_host: z.string().optional(),
        ansible_port: z.number().optional(),
        ansible_user: z.string().optional(),
        trama_addresses: z.array(z.string()),
      }),
    ),
    children: z.record(z.string(), group),
  }),
});
// as Ansible reads it
const inventoryOf = (rows: readonly AddressRow[]) =>
  inventorySchema.parse(parse(addressInventory(rows), { version: '1.1', schema: 'yaml-1.1' })).all;

test('an inventory has groups by network and image, and hosts as they are reached', () => {
  expect(inventoryOf(addressTable(drawn, { imageName, slice, here: 'lab.example.org' }))).toEqual({
    hosts: {
      alone: { trama_addresses: [] },
      web9: { ansible_host: '10.0.0.1', trama_addresses: ['10.0.0.1/30', '10.64.0.2/24'] },
      web10: {
        ...{ ansible_host: 'lab.example.org', ansible_port: 20_017, ansible_user: 'trama' },
        trama_addresses: ['10.64.0.1/24', '10.0.0.2/30'],
      },
    },
    children: {
      image_debian: { hosts: { alone: {} } },
      image_tiny: { hosts: { web9: {}, web10: {} } },
      network_buro_3: { hosts: { web9: {}, web10: {} } },
    },
  });
});

test('names that YAML or Ansible would take for something else are names in an inventory, and different ones stay different', () => {
  fc.assert(
    fc.property(tables, (rows) => {
      expect(addressInventory(rows)).not.toContain('{{');
      const { hosts, children } = inventoryOf(rows);
      expect(Object.keys(hosts).toSorted()).toEqual([...new Set(rows.map((row) => row.vm))].toSorted());
      const groups = Object.keys(children);
      expect(groups.every((one) => /^(network|image)_[a-z0-9_]*$/.test(one))).toBe(true);
      const named = [...rows.map(({ image }) => `image ${image}`), ...rows.map(({ network }) => network)];
      expect(groups).toHaveLength(new Set(named.filter((one) => one !== null)).size);
    }),
  );
});
