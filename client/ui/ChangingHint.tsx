import { Tooltip } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import classes from './ChangingHint.module.css';

/**
 * A tooltip whose words change with the work. It says what was so when the pointer or the focus came; when that changes
 * under the resting pointer, as after a click on "Save", it goes away instead of covering the panel with news.
 */
export function ChangingHint({ label, children }: { label: string; children: ReactElement }) {
  const [met, setMet] = useState<string | null>(null);
  return (
    <Tooltip label={label} disabled={met !== null && label !== met} multiline maw={280}>
      <span
        className={classes.hint}
        onPointerEnter={() => setMet(label)}
        onFocus={() => setMet(label)}
        onPointerLeave={() => setMet(null)}
        onBlur={() => setMet(null)}
      >
        {children}
      </span>
    </Tooltip>
  );
}
