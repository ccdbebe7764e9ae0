import { Text } from '@mantine/core';

/** Somebody to choose: the name, and below it what tells two of a name apart. */
export function PersonOption({ name, detail }: { name: string; detail: string | undefined }) {
  return (
    // of no width of its own: a list grows with its widest option, past its own edge
    <div style={{ width: 0, flex: 1 }}>
      <Text size="sm" truncate>
        {name}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {detail}
      </Text>
    </div>
  );
}
