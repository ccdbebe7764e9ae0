import { Button, Group, Text } from '@mantine/core';
import { Plus } from 'lucide-react';

interface ListHeadProps {
  /** What is listed, and what it is good for. */
  help: string;
  add: string;
  onAdd: () => void;
}

/** Above a list: what it holds, and the button that adds to it. */
export function ListHead({ help, add, onAdd }: ListHeadProps) {
  return (
    <Group justify="space-between" mb="sm" gap="sm">
      <Text size="sm" c="dimmed" maw={620}>
        {help}
      </Text>
      <Button leftSection={<Plus size={16} />} onClick={onAdd}>
        {add}
      </Button>
    </Group>
  );
}
