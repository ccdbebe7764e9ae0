import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { TemplateSummary } from '#shared/template';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { SliceStatusBadge } from '../slices/status-badges';
import { LoadingRows } from '../ui/LoadingRows';
import { RelativeTime } from '../ui/RelativeTime';
import { SidePanel } from '../ui/SidePanel';

function Uses({ template }: { template: TemplateSummary }) {
  const { t } = useTranslation('templates');
  const uses = trpc.templates.uses.useQuery({ id: template.id });
  if (uses.data === undefined)
    return uses.error === null ? (
      <LoadingRows rows={3} />
    ) : (
      <ErrorState error={uses.error} onRetry={() => void uses.refetch()} />
    );
  const { items, others } = uses.data;
  if (items.length + others === 0)
    return (
      <Text c="dimmed" role="status">
        {t('uses.none')}
      </Text>
    );
  return (
    <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {items.map(({ id, name, status, owner, revision, createdAt }) => (
        <li key={id}>
          <Group justify="space-between" gap="xs" wrap="nowrap">
            <Text component={Link} to={`/slices/${id}`} style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
            <SliceStatusBadge status={status} />
          </Group>
          <Text size="xs" c="dimmed">
            {owner.name} · {revision === null ? null : `${t('uses.revision', { revision })} · `}
            <RelativeTime at={createdAt} />
          </Text>
        </li>
      ))}
      {others === 0 ? null : (
        <li>
          <Text size="sm" c="dimmed">
            {t(items.length === 0 ? 'uses.onlyOthers' : 'uses.others', { count: others })}
          </Text>
        </li>
      )}
    </Stack>
  );
}

/** Which slices were made of a template. */
export function UsesPanel({ template, onClose }: { template: TemplateSummary | null; onClose: () => void }) {
  const { t } = useTranslation('templates');
  return (
    <SidePanel opened={template !== null} onClose={onClose} title={t('uses.title', { name: template?.name ?? '' })}>
      {template === null ? null : (
        <>
          <Text size="sm" c="dimmed" mb="md">
            {t('uses.help')}
          </Text>
          <Uses template={template} />
        </>
      )}
    </SidePanel>
  );
}
