import { ActionIcon, Menu, Text } from '@mantine/core';
import { Ellipsis, type LucideIcon } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

export interface RowAction {
  label: string;
  icon: LucideIcon;
  onClick: () => void;
  danger?: boolean | undefined;
  /** Why it cannot be done now; the action then stays visible and says so. */
  disabledReason?: string | null | undefined;
}

/** What can be done with one row. */
export function RowMenu({ name, actions }: { name: string; actions: readonly RowAction[] }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Menu position="bottom-end" shadow="md" width={230} returnFocus withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon ref={button} variant="subtle" color="gray" aria-label={t('table.actionsOf', { name })}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(({ label, icon: Icon, onClick, danger, disabledReason }) => {
          const refused = disabledReason != null;
          return (
            <Menu.Item
              key={label}
              leftSection={<Icon size={15} />}
              // not `disabled`: the keyboard and the screen reader shall find the reason
              aria-disabled={refused || undefined}
              closeMenuOnClick={!refused}
              onClick={() => {
                if (refused) return;
                // where the focus comes back to from what the action opens: the item is gone by then
                button.current?.focus();
                onClick();
              }}
              style={
                refused
                  ? { cursor: 'not-allowed' }
                  : danger === true
                    ? { color: 'var(--mantine-color-error)' }
                    : undefined
              }
            >
              <Text span size="sm" c={refused ? 'dimmed' : undefined}>
                {label}
              </Text>
              {refused ? (
                <Text size="xs" c="dimmed">
                  {disabledReason}
                </Text>
              ) : null}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
