import { Button, Tooltip, type ButtonProps } from '@mantine/core';

interface ActionButtonProps extends ButtonProps {
  onClick: () => void;
  /** Why it cannot be done now: shown on hover and on focus. */
  disabledReason?: string | null | undefined;
}

/** A button that, when it is disabled, says why; it stays in the keyboard's way so that the reason can be found. */
export function ActionButton({ disabledReason, onClick, ...props }: ActionButtonProps) {
  if (disabledReason == null) return <Button {...props} onClick={onClick} />;
  return (
    <Tooltip label={disabledReason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <Button {...props} data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
