import { ActionIcon, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

/** A small button that is on or off, and is called as what it is when it is on. */
export function ToggleIcon(props: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        variant={props.on ? 'light' : 'subtle'}
        color={props.on ? undefined : 'gray'}
        aria-label={props.label}
        aria-pressed={props.on}
        onClick={() => props.onChange(!props.on)}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
