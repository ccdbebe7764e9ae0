import { NavLink, Stack, Text } from '@mantine/core';
import { Spline } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Topology } from '#shared/topology/schema';

interface LinkListProps {
  topology: Topology;
  nodeKey: string;
  onSelectEdge: (key: string) => void;
}

/** The node's edges, by what is at their other end: how the keyboard gets to an edge. */
export function LinkList({ topology, nodeKey, onSelectEdge }: LinkListProps) {
  const { t } = useTranslation('editor');
  const names = new Map([...topology.vms, ...topology.networks].map(({ key, name }) => [key, name]));
  const edges = topology.edges.filter((edge) => edge.source === nodeKey || edge.target === nodeKey);
  return (
    <Stack gap={2}>
      <Text size="sm" fw={500}>
        {t('links.title', { count: edges.length })}
      </Text>
      {edges.length === 0 && (
        <Text size="xs" c="dimmed">
          {t('links.none')}
        </Text>
      )}
      {edges.map((edge) => (
        <NavLink
          key={edge.key}
          component="button"
          type="button"
          py={4}
          label={t('links.to', { name: names.get(edge.source === nodeKey ? edge.target : edge.source) ?? '?' })}
          leftSection={<Spline size={14} aria-hidden />}
          onClick={() => onSelectEdge(edge.key)}
        />
      ))}
    </Stack>
  );
}
