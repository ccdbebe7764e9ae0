import { Button, Stack, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';

interface FieldListProps {
  title: string;
  hint: string;
  problem: string | undefined;
  add: string;
  full: boolean;
  onAdd: () => void;
  children: ReactNode;
}

/** A property of a VM that is a list: what it is for, its rows, what is wrong with it, and one more. */
export function FieldList({ title, hint, problem, add, full, onAdd, children }: FieldListProps) {
  return (
    <Stack gap={6} role="group" aria-label={title}>
      <div>
        <Text size="sm" fw={500}>
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      </div>
      {children}
      {problem !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)">
          {problem}
        </Text>
      )}
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<Plus size={14} />}
        style={{ alignSelf: 'flex-start' }}
        disabled={full}
        onClick={onAdd}
      >
        {add}
      </Button>
    </Stack>
  );
}
