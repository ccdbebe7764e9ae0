import { Button, Menu } from '@mantine/core';
import { ChevronDown, LayoutGrid, Monitor, SquareTerminal } from 'lucide-react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConsoleKind } from '#shared/image';
import type { Slice, SliceVm } from '#shared/slice';
import { byName } from '../ui/sort';
import { consoleReason } from './console-reason';
import { ActionButton } from '../ui/ActionButton';

export interface ConsoleButtonProps {
  slice: Slice;
  /** The server that has its VMs gives no sign of life. */
  away: boolean;
  /** Key of the VM that is shown beside: its console is meant. */
  vmKey: string | null;
  /** What one does with a slice that runs. */
  primary: boolean;
  onOpen: (vmId: number, kind: ConsoleKind) => void;
  onOpenAll: (vmIds: readonly number[]) => void;
}

/** Consoles that are opened by one click at most: more can neither be seen side by side nor be drawn without a wait. */
const atOnce = 24;

/** Opens a console: of the VM that is looked at, of the only one, or of one that is chosen. */
export function ConsoleButton({ slice, away, vmKey, primary, onOpen, onOpenAll }: ConsoleButtonProps) {
  const { t, i18n } = useTranslation(['slices', 'common']);
  const [first] = slice.vmList;
  if (first === undefined) return null;
  const vms = slice.vmList.filter((vm) => consoleReason(vm) === null).toSorted(byName(i18n.language));
  const chosen = vms.find((vm) => vm.key === vmKey) ?? (vms.length === 1 ? vms[0] : undefined);
  const refused = away ? 'refused.ZONE_AWAY' : vms.length === 0 ? consoleReason(first) : null;
  const all = vms.slice(0, atOnce).map(({ id }) => id);
  const look = {
    size: 'sm',
    variant: primary ? 'filled' : 'default',
    leftSection: <SquareTerminal size={14} />,
  };
  const screenOf = (vm: SliceVm) =>
    vm.consoles.includes('vnc') ? (
      <Menu.Item key={`${vm.id}v`} leftSection={<Monitor size={14} />} onClick={() => onOpen(vm.id, 'vnc')}>
        {t('actions.screenOf', { name: vm.name })}
      </Menu.Item>
    ) : null;
  if ((chosen !== undefined && !chosen.consoles.includes('vnc')) || refused !== null)
    return (
      <ActionButton
        {...look}
        disabledReason={refused === null ? null : t(refused)}
        onClick={() => chosen !== undefined && onOpen(chosen.id, 'serial')}
      >
        {t('actions.console')}
      </ActionButton>
    );
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button {...look} rightSection={<ChevronDown size={14} />}>
          {t('actions.console')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah="60dvh" style={{ overflowY: 'auto' }}>
        {chosen === undefined ? (
          <>
            <Menu.Item leftSection={<LayoutGrid size={14} />} onClick={() => onOpenAll(all)}>
              {vms.length > all.length
                ? t('actions.someConsoles', { count: all.length, of: vms.length })
                : t('actions.allConsoles', { count: all.length })}
            </Menu.Item>
            <Menu.Divider />
          </>
        ) : null}
        {(chosen === undefined ? vms : [chosen]).map((vm) => (
          <Fragment key={vm.id}>
            <Menu.Item onClick={() => onOpen(vm.id, 'serial')}>{vm.name}</Menu.Item>
            {screenOf(vm)}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
