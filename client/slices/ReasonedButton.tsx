import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';

export interface ReasonedButtonProps extends ButtonProps {
  children: ReactNode;
  /** Why it cannot be pressed now; null if it can. */
  reason: string | null;
  onClick: () => void;
}

/** A button that, when it cannot be pressed, stays reachable and says why. */
export function ReasonedButton({ reason, onClick, children, ...rest }: ReasonedButtonProps) {
  if (reason === null)
    return (
      <Button {...rest} onClick={onClick}>
        {children}
      </Button>
    );
  return (
    <Tooltip label={reason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...rest}
        data-disabled
        aria-disabled="true"
        aria-description={reason}
        onClick={(event: MouseEvent) => event.preventDefault()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
