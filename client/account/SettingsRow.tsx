import { Text, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import classes from './account.module.css';

interface SettingsRowProps {
  title: string;
  help: string;
  /** What it holds takes the whole width, below. */
  wide?: boolean | undefined;
  children: ReactNode;
}

/** One thing to see or to change: what it is on the left, the fields on the right. */
export function SettingsRow({ title, help, wide = false, children }: SettingsRowProps) {
  const id = useId();
  return (
    <section className={wide ? `${classes.row} ${classes.wideRow}` : classes.row} aria-labelledby={id}>
      <div>
        <Title order={2} size="h3" id={id}>
          {title}
        </Title>
        <Text size="sm" c="dimmed" mt={2}>
          {help}
        </Text>
      </div>
      <div>{children}</div>
    </section>
  );
}
