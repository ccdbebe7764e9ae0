import { Button, Menu } from '@mantine/core';
import { ChevronDown, LayoutGrid, SquareTerminal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
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
  onOpen: (vmId: number) => void;
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
  if (chosen !== undefined || refused !== null)
    return (
      <ActionButton
        {...look}
        disabledReason={refused === null ? null : t(refused)}
        onClick={() => chosen !== undefined && onOpen(chosen.id)}
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
        <Menu.Item leftSection={<LayoutGrid size={14} />} onClick={() => onOpenAll(all)}>
          {vms.length > all.length
            ? t('actions.someConsoles', { count: all.length, of: vms.length })
            : t('actions.allConsoles', { count: all.length })}
        </Menu.Item>
        <Menu.Divider />
        {vms.map((vm) => (
          <Menu.Item key={vm.id} onClick={() => onOpen(vm.id)}>
            {vm.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
