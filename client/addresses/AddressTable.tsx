import { Group, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hasOthers, type AddressRow } from '#shared/topology/address-table';
import { forwardAddress, forwardKey, forwardText } from '#shared/topology/forward';
import { nicName } from '#shared/topology/nic-name';
import { CopyValue } from '../slices/CopyValue';
import { VmName } from '../slices/VmName';
import { DataTable, type Column } from '../ui/DataTable';
import { MoreButton } from '../ui/MoreButton';
import { sorted, type Sort } from '../ui/sort';

interface AddressTableProps {
  caption: string;
  rows: readonly AddressRow[];
  /** Guests were asked: what they say has a column. */
  withGuests?: boolean | undefined;
  /** Shows a VM. */
  onOpen?: ((vmKey: string) => void) | undefined;
}

type Key = 'vm' | 'nic' | 'mac' | 'addresses' | 'to' | 'guest' | 'forwards';

/** A slice may have thousands: as many rows are drawn, until one asks for more. */
const mostAtOnce = 200;

/** Who has which address, at what; sorted by any of it, each value to be copied. */
export function AddressTable({ caption, rows, withGuests = false, onOpen }: AddressTableProps) {
  const { t, i18n } = useTranslation('addresses');
  const [sort, setSort] = useState<Sort<Key> | null>(null);
  const [most, setMost] = useState(mostAtOnce);
  const columns: (Column<AddressRow, Key> | null)[] = [
    {
      key: 'vm',
      header: t('vm'),
      sortValue: ({ vm }) => vm,
      render: ({ vm, vmKey, hostname }) => (
        <>
          {onOpen === undefined ? (
            <Text span size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
              {vm}
            </Text>
          ) : (
            <VmName vm={{ key: vmKey, name: vm }} onOpen={onOpen} />
          )}
          {hostname === vm ? null : (
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {hostname}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'nic',
      header: t('nic'),
      wide: true,
      sortValue: ({ nic }) => nic ?? -1,
      // as the canvas calls it
      render: ({ nic, ...row }) =>
        nic === null ? t('noNic') : row.interface === null ? nicName(nic) : `${nicName(nic)} · ${row.interface}`,
    },
    {
      key: 'addresses',
      header: t('address'),
      wide: true,
      sortValue: ({ addresses: [first = ''] }) => first,
      render: ({ addresses }) => (
        <div>
          {addresses.map((address) => (
            <CopyValue key={address} value={address} />
          ))}
        </div>
      ),
    },
    rows.some(({ mac }) => mac !== null)
      ? {
          key: 'mac',
          header: t('mac'),
          wide: true,
          sortValue: ({ mac }) => mac ?? '',
          render: ({ mac }) => (mac === null ? null : <CopyValue value={mac} />),
        }
      : null,
    {
      key: 'to',
      header: t('to'),
      wide: true,
      sortValue: ({ network, peer }) => network ?? peer ?? '',
      render: ({ network, peer }) => (network === null ? peer : t('network', { name: network })),
    },
    withGuests ? { key: 'guest', header: t('guest'), wide: true, render: (row) => <GuestHas row={row} /> } : null,
    rows.some(({ forwards }) => forwards.length > 0)
      ? {
          key: 'forwards',
          header: t('forwards'),
          wide: true,
          render: ({ forwards }) => (
            <div>
              {forwards.map((forward) => {
                const address = forwardAddress(forward);
                return (
                  <Group key={forwardKey(forward)} gap={4} wrap="nowrap">
                    {address === null ? <span>…</span> : <CopyValue value={address} />}
                    <Text span size="xs" ff="monospace">
                      → :{forwardText(forward)}
                    </Text>
                  </Group>
                );
              })}
            </div>
          ),
        }
      : null,
  ];
  const there = columns.filter((column) => column !== null);
  const value = there.find(({ key }) => key === sort?.key)?.sortValue;
  const inOrder = sort === null ? rows : sorted(rows, value, sort.direction, i18n.language);
  return (
    <>
      <DataTable
        caption={caption}
        columns={there}
        rows={inOrder.slice(0, most)}
        rowKey={({ vmKey, edgeKey, nic }) => `${vmKey} ${edgeKey} ${nic}`}
        sort={sort}
        onSort={setSort}
        onOpen={onOpen === undefined ? undefined : ({ vmKey }) => onOpen(vmKey)}
      />
      <MoreButton more={rows.length > most} loading={false} onClick={() => setMost(most + mostAtOnce)} />
    </>
  );
}

/** What a guest says that it has on a NIC. */
function GuestHas({ row }: { row: AddressRow }) {
  const { t } = useTranslation('addresses');
  const { guest } = row;
  if (guest === null)
    return (
      <Text span size="sm" c="dimmed">
        {t('notSaid')}
      </Text>
    );
  return (
    <div>
      <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        <bdi>{guest.interface}</bdi>
      </Text>
      {guest.addresses.map((address) => (
        <CopyValue key={address} value={address} />
      ))}
      {hasOthers(row) ? (
        <Group gap={4} wrap="nowrap" c="yellow" fz="xs">
          <TriangleAlert size={12} aria-hidden style={{ flexShrink: 0 }} />
          {t(guest.addresses.length === 0 ? 'hasNone' : 'hasOthers')}
        </Group>
      ) : null}
    </div>
  );
}
