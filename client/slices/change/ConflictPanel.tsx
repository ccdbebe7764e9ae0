import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SliceTopology } from '#shared/slice';
import { mergeTopologies, type MergeConflict } from '#shared/topology/merge';
import type { Topology } from '#shared/topology/schema';
import { ErrorState } from '../../api/ErrorState';
import { trpc } from '../../api/trpc';
import { LoadingRows } from '../../ui/LoadingRows';
import { RelativeTime } from '../../ui/RelativeTime';
import { partName } from './part-name';

export interface ConflictPanelProps {
  sliceId: number;
  /** What both began with. */
  before: Topology;
  mine: Topology;
  onLater: () => void;
  /** The work goes on from what is there now, with this drawing. */
  onTake: (newest: SliceTopology, drawn: Topology) => void;
}

/** Two have changed one slice: what does not touch is put together, about the rest one is asked. */
export function ConflictPanel({ sliceId, before, mine, onLater, onTake }: ConflictPanelProps) {
  const { t } = useTranslation(['change', 'common']);
  const newest = trpc.slices.topology.useQuery({ id: sliceId }, { staleTime: 0, gcTime: 0, refetchOnMount: 'always' });
  const theirs = newest.isFetchedAfterMount ? newest.data : undefined;
  const merged = useMemo(
    () => (theirs === undefined ? null : mergeTopologies(before, mine, theirs.topology)),
    [before, mine, theirs],
  );
  return (
    <Modal
      opened
      onClose={onLater}
      title={t('conflict.title')}
      centered
      size="lg"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      <Stack>
        {newest.error === null ? null : <ErrorState error={newest.error} onRetry={() => void newest.refetch()} />}
        {theirs === undefined || merged === null ? (
          newest.error === null ? (
            <LoadingRows rows={3} height={24} />
          ) : null
        ) : (
          <>
            {theirs.changed === null ? null : (
              <Text size="sm">
                {t('conflict.by', { name: theirs.changed.by.name })} <RelativeTime at={theirs.changed.at} />
              </Text>
            )}
            {merged.conflicts.length === 0 ? (
              <Alert variant="light" color="green">
                {t('conflict.merged')}
              </Alert>
            ) : (
              <Conflicts conflicts={merged.conflicts} />
            )}
            <Group justify="space-between">
              <Button variant="subtle" color="red" onClick={() => onTake(theirs, theirs.topology)}>
                {t('conflict.theirs')}
              </Button>
              <Group gap="xs">
                <Button variant="default" onClick={onLater}>
                  {t('conflict.later')}
                </Button>
                <Button data-autofocus onClick={() => onTake(theirs, merged.topology)}>
                  {t(merged.conflicts.length === 0 ? 'conflict.both' : 'conflict.mine')}
                </Button>
              </Group>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

function Conflicts({ conflicts }: { conflicts: readonly MergeConflict[] }) {
  const { t } = useTranslation('change');
  return (
    <>
      <Text size="sm">{t('conflict.text')}</Text>
      <List size="sm" spacing={4}>
        {conflicts.map(({ part, key, label, field }) => {
          const named = partName(t, { part, label });
          return (
            <List.Item key={`${part} ${key} ${field}`}>
              {field === null
                ? t('conflict.removed', { part: named })
                : t('conflict.field', { part: named, property: t(`property.${field}`, { defaultValue: field }) })}
            </List.Item>
          );
        })}
      </List>
    </>
  );
}
