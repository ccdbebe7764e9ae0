import { Button, Group, Text, Title } from '@mantine/core';
import { Ban, CircleHelp } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { BulkKind } from '#shared/deployment/operations';
import type { PublicError } from '#shared/errors';
import { sliceStatuses } from '#shared/slice-status';
import { publicSentence } from '../api/error-message';
import { trpc } from '../api/trpc';
import { spoken } from '../i18n/spoken';
import { NameLink } from '../layouts/NameLink';
import type { Column } from '../ui/DataTable';
import { SortedTable } from '../ui/SortedTable';
import { StatusBadge } from '../ui/StatusBadge';
import { isLiveStatus } from '#shared/deployment/schema';
import { problemSentences } from './problem-sentence';
import { DeploymentStatusBadge } from './status-badges';

/** What became of one slice of many. */
export interface BulkResult {
  sliceId: number;
  name: string;
  deploymentId: number | null;
  error: PublicError | null;
}

interface BulkResultsProps {
  kind: BulkKind;
  results: readonly BulkResult[];
  onClose: () => void;
}

/** How often what is under way is asked for, in ms: the fewer there are, the more often. */
const intervalFor = (many: number) => Math.max(1_000, 50 * many);

/** One row for each slice: what was refused and why, and of what was accepted how it goes and ends. */
export function BulkResults({ kind, results, onClose }: BulkResultsProps) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const heading = useRef<HTMLHeadingElement>(null);
  // the button that asked for them has gone, and the focus with it
  useEffect(() => heading.current?.focus(), [results]);
  const accepted = results.flatMap(({ deploymentId }) => deploymentId ?? []);
  const queries = trpc.useQueries((ask) =>
    accepted.map((id) =>
      ask.deployments.get(
        { id },
        {
          refetchInterval: ({ state }) =>
            state.data !== undefined && !isLiveStatus(state.data.status) ? false : intervalFor(accepted.length),
        },
      ),
    ),
  );
  const deployments = new Map(queries.flatMap(({ data }) => (data === undefined ? [] : [[data.id, data] as const])));
  const deploymentOf = ({ deploymentId }: BulkResult) =>
    deploymentId === null ? undefined : deployments.get(deploymentId);
  const columns: Column<BulkResult, 'slice' | 'result' | 'why'>[] = [
    {
      key: 'slice',
      header: t('one'),
      sortValue: ({ name }) => name,
      render: ({ sliceId, name }) => <NameLink to={`/slices/${sliceId}`}>{name}</NameLink>,
    },
    {
      key: 'result',
      header: t('bulk.result'),
      wide: true,
      sortValue: (row) => (row.error === null ? (deploymentOf(row)?.status ?? '') : '~'),
      render: (row) => {
        if (row.error !== null) return <StatusBadge tone="danger" icon={Ban} label={t('bulk.refused')} />;
        const deployment = deploymentOf(row);
        if (deployment === undefined) return <StatusBadge tone="info" icon={CircleHelp} label={t('bulk.accepted')} />;
        return <DeploymentStatusBadge status={deployment.status} />;
      },
    },
    {
      key: 'why',
      header: t('bulk.why'),
      wide: true,
      render: (row) => {
        if (row.error !== null) {
          const { code, params, problems = [] } = row.error;
          const status = sliceStatuses.find((known) => known === params?.status);
          if (code === 'INVALID_TRANSITION' && status !== undefined) return t(`refused.status.${status}`);
          return problems.length > 0 ? problemSentences(t, i18n.language, problems) : publicSentence(row.error);
        }
        const deployment = deploymentOf(row);
        return deployment?.error == null ? '' : spoken(deployment.error, deployment.sentences);
      },
    },
  ];
  const close = () => {
    document.querySelector<HTMLElement>('[data-page-heading]')?.focus();
    onClose();
  };
  return (
    <section aria-label={t('bulk.results')}>
      <Group justify="space-between" mb="xs">
        <Title ref={heading} tabIndex={-1} order={2} size="h4" fz="sm">
          {t('bulk.resultsOf', { operation: t(`common:deploymentKind.${kind}`), count: results.length })}
        </Title>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={close}>
          {t('bulk.close')}
        </Button>
      </Group>
      <SortedTable caption={t('bulk.results')} columns={columns} rows={results} rowKey={({ sliceId }) => sliceId} />
      <Text size="xs" role="status" mt={4} mb="md" c="dimmed">
        {t('bulk.summary', {
          accepted: accepted.length,
          refused: results.length - accepted.length,
          ended: [...deployments.values()].filter(({ status }) => !isLiveStatus(status)).length,
        })}
      </Text>
    </section>
  );
}
