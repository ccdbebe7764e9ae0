import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  /** The button or link that ends the emptiness. */
  action?: ReactNode;
  /** It stands for the whole page, so that its title is the page's heading. */
  wholePage?: boolean;
}

/** What stands where a list would, when there is nothing: what this is, and what to do. */
export function EmptyState({ icon: Icon, title, children, action, wholePage = false }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon variant="light" size={44} radius="xl" color="gray" aria-hidden>
        <Icon size={22} />
      </ThemeIcon>
      <Title order={wholePage ? 1 : 2} size="h3">
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
