import { Option, type Command } from 'commander';
import { askGuests } from '#shared/ask-guests';
import type { GuestNic } from '#shared/guest';
import { addressCsv, addressFormats, addressHosts, forwardArrow } from '#shared/topology/address-files';
import { addressTable, hasOthers, type AddressRow } from '#shared/topology/address-table';
import type { Cli } from '../cli';
import { findSlice } from '../find';
import type { Column } from '../output';

const formats = ['table', ...addressFormats] as const;

interface AddressFlags {
  format?: (typeof formats)[number];
  guests?: boolean;
}

const columnsOf = (withGuests: boolean): Column<AddressRow>[] => [
  { title: 'VM', value: ({ vm }) => vm, flexible: true },
  { title: 'NIC', value: ({ nic }) => nic, right: true },
  { title: 'INTERFACE', value: (row) => row.interface, flexible: true },
  { title: 'MAC', value: ({ mac }) => mac },
  { title: 'ADDRESSES', value: ({ addresses }) => addresses.join(', ') || null },
  { title: 'TO', value: ({ network, peer }) => network ?? peer, flexible: true },
  ...(withGuests
    ? [
        {
          title: 'GUEST HAS',
          value: ({ guest }: AddressRow) => guest && `${guest.interface} ${guest.addresses.join(', ') || 'no address'}`,
          style: (row: AddressRow) => (hasOthers(row) ? ('yellow' as const) : null),
          flexible: true,
        },
      ]
    : []),
  { title: 'FORWARDS', value: ({ forwards }) => forwards.map(forwardArrow).join(', ') || null, flexible: true },
];

async function showAddresses(cli: Cli, name: string, { format, guests = false }: AddressFlags): Promise<void> {
  const { url } = await cli.target();
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const { topology } = await client.api.slices.topology.query({ id: slice.id });
  const said = new Map<number, readonly GuestNic[]>();
  if (guests)
    await askGuests(
      slice.vmList,
      (vmId) => client.api.slices.vmStatus.query({ sliceId: slice.id, vmId }),
      (vmId, nics) => (nics === null ? undefined : said.set(vmId, nics)),
    );
  const images = new Map(slice.vmList.map(({ image }) => [image.id, image.name]));
  const rows = addressTable(topology, {
    imageName: (imageId) => images.get(imageId) ?? '',
    slice,
    here: new URL(url).hostname,
    guests: said,
  });
  const { out } = cli;
  switch (format ?? (out.json ? 'json' : 'table')) {
    case 'csv':
      return out.raw(addressCsv(rows));
    case 'hosts':
      return out.raw(addressHosts(rows));
    case 'ansible':
      return out.raw((await import('#shared/topology/formats/write-ansible')).addressInventory(rows));
    case 'json':
      return out.value({ items: rows });
    case 'table':
      return out.list({ items: rows }, columnsOf(guests), 'It has no VMs.');
  }
}

/** `slices addresses`: who has which address, also as a file for other programs. */
export function addAddressesCommand(slices: Command, cli: Cli): void {
  slices
    .command('addresses')
    .description('the addresses of all NICs of a slice; as CSV, lines for /etc/hosts or an inventory for Ansible, too')
    .argument('<slice>', 'its id or name')
    .addOption(new Option('--format <format>', 'how they are written (default: table)').choices([...formats]))
    .option('--guests', 'ask the guests of VMs that run what they really have')
    .action((name: string, flags: AddressFlags) => showAddresses(cli, name, flags));
}
