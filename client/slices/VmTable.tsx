import { ActionIcon, Anchor, Group, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { SquareTerminal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { spoken } from '../i18n/spoken';
import { VmStatusBadge } from './status-badges';
import { formatDisk, formatRam } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { byName } from '../ui/sort';
import { useActivity, type Doing } from './activity';
import classes from './slice.module.css';
import { addressesOf, forwardAddress } from './vm-facts';
import { consoleReason } from './console-reason';

export interface VmTableProps {
  slice: Slice;
  running: ReadonlyMap<string, Doing>;
  onOpen: (vmKey: string) => void;
  onOpenConsole: (vmId: number) => void;
}

/** Everything that the canvas shows of the VMs, as a table. */
export function VmTable({ slice, running, onOpen, onOpenConsole }: VmTableProps) {
  const { t, i18n } = useTranslation(['slices', 'common']);
  const activity = useActivity();
  return (
    <Table.ScrollContainer minWidth={640} type="native">
      <Table aria-label={t('vm.table')} verticalSpacing={6} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('vm.name')}</Table.Th>
            <Table.Th>{t('vm.status')}</Table.Th>
            <Table.Th>{t('vm.addresses')}</Table.Th>
            <Table.Th>{t('vm.forwards')}</Table.Th>
            <Table.Th>{t('vm.machine')}</Table.Th>
            <Table.Th pos="relative">
              <VisuallyHidden>{t('vm.console')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {slice.vmList.toSorted(byName(i18n.language)).map((vm) => {
            const doing = activity(running.get(`vm:${vm.id}`));
            return (
              <Table.Tr key={vm.id}>
                <Table.Th scope="row">
                  <Anchor
                    component="button"
                    type="button"
                    onClick={() => onOpen(vm.key)}
                    aria-label={t('vm.open', { name: vm.name })}
                  >
                    {vm.name}
                  </Anchor>
                </Table.Th>
                <Table.Td>
                  <VmStatusBadge status={vm.status} of={slice.status} />
                  <Text size="xs" c="dimmed">
                    {doing ?? (vm.observedAt === null ? t('vm.never') : <RelativeTime at={vm.observedAt} />)}
                  </Text>
                  {vm.error === null ? null : (
                    <Text size="xs" c="red" maw={280} className={classes.wrapAnywhere}>
                      {spoken(vm.error, vm.sentences)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  {addressesOf(slice, vm).map(({ edgeKey, address, peer }) => (
                    <div key={edgeKey} className={classes.code} title={t('vm.toPeer', { peer })}>
                      {address}
                    </div>
                  ))}
                </Table.Td>
                <Table.Td>
                  {vm.forwards.map((forward) => (
                    <div key={forward.guestPort} className={classes.code}>
                      {forwardAddress(forward) ?? '…'} → :{forward.guestPort}
                    </div>
                  ))}
                </Table.Td>
                <Table.Td>
                  <Text size="sm">
                    {vm.flavour.name} · {vm.image.name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t('common:resources.vcpus', { count: vm.vcpus })} · {formatRam(vm.ramMb, i18n.language)} ·{' '}
                    {formatDisk(vm.diskGb, i18n.language)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Group gap={4} justify="flex-end">
                    {slice.status === 'destroyed' || consoleReason(slice, vm) !== null ? null : (
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
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
