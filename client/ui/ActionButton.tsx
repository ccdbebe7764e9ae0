import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';

export interface ActionButtonProps extends ButtonProps {
  children: ReactNode;
  onClick: () => void;
  /** Why it cannot be done now: shown on hover and on focus. */
  disabledReason?: string | null | undefined;
}

/** A button that, when it is disabled, says why; it stays in the keyboard's way so that the reason can be found. */
export function ActionButton({ disabledReason, onClick, ...props }: ActionButtonProps) {
  if (disabledReason == null) return <Button {...props} onClick={onClick} />;
  return (
    <Tooltip label={disabledReason} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...props}
        data-disabled
        aria-disabled="true"
        aria-description={disabledReason}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}
