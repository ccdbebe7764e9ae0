import { Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface PageHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  /** The page's one primary action, and what little stands beside it. */
  action?: ReactNode;
  /** Links to the pages above this one. */
  breadcrumbs?: ReactNode[];
}

/** The head of a page. Its heading takes the focus after a change of page (see AppLayout). */
export function PageHeader({ title, description, action, breadcrumbs }: PageHeaderProps) {
  return (
    <Box component="header" mb="md">
      {breadcrumbs === undefined ? null : (
        <Group gap={6} mb={4} fz="sm" lh={1}>
          {breadcrumbs}
        </Group>
      )}
      <Group justify="space-between" align="center" gap="sm" mih={34}>
        <Title order={1} tabIndex={-1} data-page-heading style={{ outline: 'none', overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {action === undefined ? null : <Group gap="xs">{action}</Group>}
      </Group>
      {description === undefined ? null : (
        <Text c="dimmed" mt={4} maw={720} component="div">
          {description}
        </Text>
      )}
    </Box>
  );
}
