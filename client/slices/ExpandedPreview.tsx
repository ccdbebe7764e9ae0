import { Box, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Topology } from '#shared/topology/schema';
import { sketchOfTopology } from '#shared/topology/sketch';
import { Sketch } from '../templates/Sketch';

/** What the answers to a template's questions come to: how many there would be of what, and how that is drawn. */
export function ExpandedPreview({ topology }: { topology: Topology }) {
  const { t } = useTranslation('slices');
  const sketch = useMemo(() => sketchOfTopology(topology), [topology]);
  const { vms, networks, edges } = topology;
  return (
    <Box component="section" aria-label={t('create.outcome')}>
      <Text size="sm" fw={600} mb={4}>
        {t('create.outcome')}
      </Text>
      <Text size="sm" role="status">
        {[
          t('create.outcomeVms', { count: vms.length }),
          t('create.outcomeNetworks', { count: networks.length }),
          t('create.outcomeLinks', { count: edges.length }),
        ].join(' · ')}
      </Text>
      <Box maw={320} mt={4}>
        <Sketch sketch={sketch} />
      </Box>
    </Box>
  );
}
