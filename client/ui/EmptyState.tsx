import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  /** The button or link that ends the emptiness. */
  action?: ReactNode;
}

/** What stands where a list would, when there is nothing: what this is, and what to do. */
export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon variant="light" size={44} radius="xl" color="gray" aria-hidden>
        <Icon size={22} />
      </ThemeIcon>
      <Title order={2} size="h3">
        {title}
      </Title>
      {children === undefined ? null : (
        <Text c="dimmed" maw={460} component="div">
          {children}
        </Text>
      )}
      {action === undefined ? null : <div style={{ marginTop: 8 }}>{action}</div>}
    </Stack>
  );
}
