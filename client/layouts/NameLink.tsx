import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

/** The name of a table's row, which leads to its page. */
export function NameLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} fw={500} style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Anchor>
  );
}
