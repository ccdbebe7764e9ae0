import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { SquareTerminal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isAsDesired } from '#shared/deployment/observed-status';
import type { Slice, SliceVm } from '#shared/slice';
import { extraDiskGb } from '#shared/topology/disk';
import { forwardAddress, forwardKey, forwardText } from '#shared/topology/forward';
import { spoken } from '../i18n/spoken';
import type { Column } from '../ui/DataTable';
import { formatDisk, formatRam } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { SortedTable } from '../ui/SortedTable';
import { useActivity, type Doing } from './activity';
import { canvasDrift } from './drift-of-part';
import { consoleReason } from './console-reason';
import classes from './slice.module.css';
import { vmLooks, VmStatusBadge } from './status-badges';
import { addressesOf } from './vm-facts';
import { VmName } from './VmName';

export interface VmTableProps {
  slice: Slice;
  running: ReadonlyMap<string, Doing>;
  onOpen: (vmKey: string) => void;
  onOpenConsole: (vmId: number) => void;
}

type Key = 'name' | 'status' | 'addresses' | 'forwards' | 'machine' | 'console';

const statuses = Object.keys(vmLooks);

/** Everything that the canvas shows of the VMs, as a table. */
export function VmTable({ slice, running, onOpen, onOpenConsole }: VmTableProps) {
  const { t, i18n } = useTranslation(['slices', 'common']);
  const activity = useActivity();
  const drift = canvasDrift(slice);
  const columns: Column<SliceVm, Key>[] = [
    {
      key: 'name',
      header: t('vm.name'),
      sortValue: (vm) => vm.name,
      render: (vm) => <VmName vm={vm} onOpen={onOpen} />,
    },
    {
      key: 'status',
      header: t('vm.status'),
      wide: true,
      sortValue: (vm) => statuses.indexOf(vm.status),
      render: (vm) => (
        <div className={classes.vmState}>
          <span className={classes.vmSeen}>
            <VmStatusBadge status={vm.status} of={slice.status} />
            <Text span size="xs" c="dimmed">
              {activity(running.get(`vm:${vm.id}`)) ??
                (vm.observedAt === null ? t('vm.never') : <RelativeTime at={vm.observedAt} />)}
            </Text>
          </span>
          {drift('vm', vm.id) === undefined ? null : (
            <Text size="xs" maw={280} className={classes.wrapAnywhere}>
              {drift('vm', vm.id)?.message}
            </Text>
          )}
          {vm.error === null || isAsDesired(vm) ? null : (
            <Text size="xs" c="var(--mantine-color-error)" maw={280} className={classes.wrapAnywhere}>
              {spoken(vm.error, vm.sentences)}
            </Text>
          )}
        </div>
      ),
    },
    {
      key: 'addresses',
      header: t('vm.addresses'),
      wide: true,
      render: (vm) => (
        <div>
          {addressesOf(slice, vm).map(({ edgeKey, address, peer }) => (
            <div key={edgeKey} className={classes.code} title={t('vm.toPeer', { peer })}>
              {address}
            </div>
          ))}
        </div>
      ),
    },
    {
      key: 'forwards',
      header: t('vm.forwards'),
      wide: true,
      render: (vm) => (
        <div>
          {vm.forwards.map((forward) => (
            <div key={forwardKey(forward)} className={classes.code}>
              {forwardAddress(forward) ?? '…'} → :{forwardText(forward)}
            </div>
          ))}
        </div>
      ),
    },
    {
      key: 'machine',
      header: t('vm.machine'),
      wide: true,
      sortValue: (vm) => vm.ramMb,
      render: (vm) => (
        <div>
          {vm.flavour.name} · {vm.image.name}
          <Text size="xs" c="dimmed">
            {t('common:resources.vcpus', { count: vm.vcpus })} · {formatRam(vm.ramMb, i18n.language)} ·{' '}
            {formatDisk(vm.diskGb + extraDiskGb(vm.disks), i18n.language)}
          </Text>
        </div>
      ),
    },
    {
      key: 'console',
      header: t('vm.console'),
      kind: 'actions',
      render: (vm) =>
        slice.status === 'destroyed' || consoleReason(vm) !== null ? null : (
          <Tooltip label={t('vm.console')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${t('vm.console')}: ${vm.name}`}
              onClick={() => onOpenConsole(vm.id)}
            >
              <SquareTerminal size={16} />
            </ActionIcon>
          </Tooltip>
        ),
    },
  ];
  return (
    <SortedTable
      caption={t('vm.table')}
      columns={columns}
      rows={slice.vmList}
      rowKey={(vm) => vm.id}
      initialSort={{ key: 'name', direction: 'ascending' }}
      onOpen={(vm) => onOpen(vm.key)}
    />
  );
}
