import { withoutPrefix } from './prefix';
import { csvText } from '../csv';
import { slug } from '../slug';
import type { AddressRow } from './address-table';
import { forwardAddress, forwardText } from './forward';

/** As what a table of addresses can be taken elsewhere. */
export const addressFormats = ['csv', 'hosts', 'ansible', 'json'] as const;
export type AddressFormat = (typeof addressFormats)[number];

/** How a file's name ends, and its media type. */
export const addressFiles: Record<AddressFormat, { ending: string; type: string }> = {
  csv: { ending: '.csv', type: 'text/csv' },
  hosts: { ending: '.hosts', type: 'text/plain' },
  ansible: { ending: '-inventory.yml', type: 'application/yaml' },
  json: { ending: '-addresses.json', type: 'application/json' },
};

/** `127.0.0.1:20017->22`, or `?->22` while the port has not been given. */
export const forwardArrow = (forward: AddressRow['forwards'][number]): string =>
  `${forwardAddress(forward) ?? '?'}->${forwardText(forward)}`;

type Cell = (row: AddressRow, address: string) => string | number | null;
const columns: Record<string, Cell> = {
  vm: ({ vm }) => vm,
  hostname: ({ hostname }) => hostname,
  image: ({ image }) => image,
  nic: ({ nic }) => nic,
  interface: (row) => row.interface,
  mac: ({ mac }) => mac,
  address: (_row, address) => withoutPrefix(address),
  prefix_length: (_row, address) => address.split('/')[1] ?? null,
  network: ({ network }) => network,
  peer: ({ peer }) => peer,
  forwards: ({ forwards }) => forwards.map(forwardArrow).join(' '),
  ssh_host: ({ ssh }) => ssh?.host ?? null,
  ssh_port: ({ ssh }) => ssh?.port ?? null,
  ssh_user: ({ ssh }) => ssh?.user ?? null,
  guest_interface: ({ guest }) => guest?.interface ?? null,
  guest_addresses: ({ guest }) => guest?.addresses.join(' ') ?? null,
};

/** A line for each address, and one for each NIC or VM that has none. Pure. */
export function addressCsv(rows: readonly AddressRow[]): string {
  const lines = rows.flatMap((row) =>
    (row.addresses.length === 0 ? [''] : row.addresses).map((address) =>
      Object.values(columns).map((cell) => cell(row, address) ?? ''),
    ),
  );
  return csvText([Object.keys(columns), ...lines]);
}

/** As a label of a host name (RFC 1123 §2.1); empty where nothing of it can be one. */
const labelOf = (name: string): string => slug(name.toLowerCase(), '-', 63);

/**
 * Lines for `/etc/hosts` (hosts(5)): each address with the names of its VM, and with one that says where it is, `web.backbone`, since a VM with several
 * addresses has its own name at each. Pure.
 */
export function addressHosts(rows: readonly AddressRow[]): string {
  return rows
    .flatMap(({ addresses, vm, hostname, network, peer }) => {
      const place = labelOf(network ?? peer ?? '');
      const names = [...new Set([hostname, vm, ...(place === '' ? [] : [`${vm}.${place}`])])];
      return addresses.map((address) => `${withoutPrefix(address)}\t${names.join(' ')}\n`);
    })
    .join('');
}
