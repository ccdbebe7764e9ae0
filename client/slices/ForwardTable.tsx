import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { leadsToSsh } from '#shared/ssh-access';
import { forwardAddress, forwardKey } from '#shared/topology/forward';
import { figures } from '../ui/columns';
import type { Column } from '../ui/DataTable';
import { SortedTable } from '../ui/SortedTable';
import { CopyValue } from './CopyValue';
import { VmName } from './VmName';
import { SshCommand } from './VmSsh';

type Row = ReturnType<typeof forwardsOf>[number];

function forwardsOf({ vmList }: Slice) {
  return vmList.flatMap((vm) => vm.forwards.map((forward) => ({ vm, ...forward, address: forwardAddress(forward) })));
}

/** Every port of a slice's VMs that is reached through the zone's host, with the address to do it by. */
export function ForwardTable({ slice, onOpen }: { slice: Slice; onOpen: (vmKey: string) => void }) {
  const { t } = useTranslation('slices');
  const rows = forwardsOf(slice);
  if (rows.length === 0) return <Text c="dimmed">{t('forwards.none')}</Text>;
  const columns: Column<Row, 'vm' | 'guestPort' | 'protocol' | 'address'>[] = [
    {
      key: 'vm',
      header: t('forwards.vm'),
      sortValue: ({ vm }) => vm.name,
      render: ({ vm }) => <VmName vm={vm} onOpen={onOpen} />,
    },
    figures('guestPort', t('forwards.guestPort'), ({ guestPort }) => guestPort, String),
    {
      key: 'protocol',
      header: t('forwards.protocol'),
      sortValue: ({ protocol }) => protocol,
      render: ({ protocol }) => protocol.toUpperCase(),
    },
    {
      key: 'address',
      header: t('forwards.address'),
      render: ({ vm, address, ...forward }) => (
        <>
          {address === null ? (
            <Text size="sm" c="dimmed" span>
              {t('vm.forwardPending')}
            </Text>
          ) : (
            <CopyValue value={address} />
          )}
          {address === null || !leadsToSsh(forward) ? null : <SshCommand slice={slice} vm={vm} />}
        </>
      ),
    },
  ];
  return (
    <SortedTable
      caption={t('forwards.table')}
      columns={columns}
      rows={rows}
      rowKey={({ vm, ...forward }) => `${vm.id} ${forwardKey(forward)}`}
      initialSort={{ key: 'vm', direction: 'ascending' }}
    />
  );
}
