import { Alert, Button, Group, List, Stack } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlanChange } from '#shared/deployment/schema';
import type { Problem } from '#shared/errors';
import type { Slice } from '#shared/slice';
import type { Topology } from '#shared/topology/schema';
import { appErrorOf } from '../../api/app-error';
import { ErrorState } from '../../api/ErrorState';
import { randomKey } from '../../api/random-key';
import { trpc } from '../../api/trpc';
import type { EditorCatalogue } from '../../editor/use-catalogue';
import { useSession } from '../../hooks/session';
import { LoadingRows } from '../../ui/LoadingRows';
import { SidePanel } from '../../ui/SidePanel';
import { PlanView } from '../PlanView';
import { ChangeList } from './ChangeList';

export interface ReviewPanelProps {
  opened: boolean;
  onClose: () => void;
  slice: Slice;
  topology: Topology;
  /** The version of the slice's topology that it was drawn from. */
  baseVersion: number;
  catalogue: EditorCatalogue;
  /** What the server finds wrong is marked in the drawing. */
  onRefused: (problems: Problem[]) => void;
  /** Somebody has changed the slice since. */
  onConflict: () => void;
  onApplied: () => void;
}

/** What the change takes and what is lost by it, before anything happens. */
export function ReviewPanel({ opened, onClose, ...props }: ReviewPanelProps) {
  const { t } = useTranslation('change');
  return (
    <SidePanel opened={opened} onClose={onClose} size="lg" title={t('reviewing')}>
      {opened ? <Review {...props} onClose={onClose} /> : null}
    </SidePanel>
  );
}

function Review(props: Omit<ReviewPanelProps, 'opened'>) {
  const { slice, topology, baseVersion, catalogue, onRefused, onConflict, onApplied, onClose } = props;
  const { t } = useTranslation(['change', 'common']);
  const { user } = useSession();
  const utils = trpc.useUtils();
  const idempotencyKey = useRef(randomKey());
  const wish = { sliceId: slice.id, kind: 'update', change: { from: 'drawing', topology }, baseVersion } as const;
  const plan = trpc.deployments.plan.useQuery(wish, { staleTime: 0, gcTime: 0 });
  const { refetch } = plan;
  const heldBack = plan.data?.problems.some(({ code }) => code === 'SLICE_BUSY') === true;
  // what it waited for has ended
  useEffect(() => {
    if (heldBack && slice.busy === null) void refetch();
  }, [heldBack, slice.busy, refetch]);
  const apply = trpc.deployments.start.useMutation({
    onSuccess: (deployment) => {
      utils.deployments.get.setData({ id: deployment.id }, deployment);
      void utils.slices.get.invalidate({ id: slice.id });
      void utils.slices.topology.invalidate({ id: slice.id });
      onApplied();
    },
    onError: () => {
      // a refused wish that is changed is another wish
      idempotencyKey.current = randomKey();
    },
  });
  const failure = apply.error ?? plan.error;
  const refused = appErrorOf(failure);
  useEffect(() => {
    if (refused?.code === 'REVISION_CONFLICT') onConflict();
    else if (refused?.problems !== undefined) onRefused(refused.problems);
    // told once for each answer
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [failure]);

  const losses = plan.data === undefined ? [] : lossesOf(plan.data.changes);
  return (
    <Stack gap="lg">
      {failure !== null && refused?.code !== 'REVISION_CONFLICT' ? (
        <ErrorState error={failure} onRetry={() => void plan.refetch()} />
      ) : null}
      {plan.data === undefined ? (
        failure === null ? (
          <LoadingRows rows={8} height={28} />
        ) : null
      ) : (
        <>
          {losses.length === 0 ? null : (
            <Alert variant="light" color="yellow" icon={<TriangleAlert size={18} />} title={t('loses')}>
              <List size="sm" spacing={4}>
                {losses.map(({ key, what, label }) => (
                  <List.Item key={`${key} ${what}`}>{t(`lost.${what}`, { name: label })}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          <ChangeList changes={plan.data.changes} catalogue={catalogue} />
          <PlanView
            plan={plan.data}
            zone={slice.zone.name}
            owner={user?.id === slice.owner.id ? undefined : slice.owner.name}
          />
        </>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('common:actions.cancel')}
        </Button>
        <Button
          color={losses.length === 0 ? undefined : 'red'}
          loading={apply.isPending}
          disabled={plan.data?.runnable !== true}
          onClick={() => apply.mutate({ ...wish, idempotencyKey: idempotencyKey.current })}
        >
          {t(losses.length === 0 ? 'apply' : 'applyLosing')}
        </Button>
      </Group>
    </Stack>
  );
}

interface Loss {
  key: string;
  label: string;
  what: 'vm' | PlanChange['loses'][number];
}

/** What is gone afterwards, a line for each VM and each kind of thing. */
function lossesOf(changes: readonly PlanChange[]): Loss[] {
  return changes.flatMap(({ part, key, label, fate, loses }): Loss[] =>
    part === 'vm' && fate === 'remove' && loses.length > 0
      ? [{ key, label, what: 'vm' }]
      : loses.map((what) => ({ key, label, what })),
  );
}
