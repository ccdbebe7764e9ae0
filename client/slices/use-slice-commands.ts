import { useMemo, useState } from 'react';
import type { DeploymentKind } from '#shared/deployment/operations';
import type { Deployment, FailurePolicy } from '#shared/deployment/schema';
import { trpc } from '../api/trpc';
import { useTranslation } from 'react-i18next';
import { appErrorOf } from '../api/app-error';
import { notifyError, notifyFailure } from '../api/error-message';
import type { SliceAction } from './actions';
import { problemSentences } from './problem-sentence';
import { randomKey } from '../api/random-key';

export interface SliceCommands {
  start: (kind: DeploymentKind, vmId?: number, onFailure?: FailurePolicy) => void;
  cancel: (deploymentId: number) => void;
  retry: (deploymentId: number) => void;
  /** Back to the topology that it had before an update changed it. */
  undo: (deploymentId: number) => void;
  /** Whether this very wish is on its way to the server. */
  isPending: (action: SliceAction, vmId?: number) => boolean;
}

/** What a user may ask of a slice. What comes of it arrives as events; errors are shown as a notice. */
export function useSliceCommands(sliceId: number): SliceCommands {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const utils = trpc.useUtils();
  const onSuccess = (deployment: Deployment) => {
    utils.deployments.get.setData({ id: deployment.id }, deployment);
    void utils.slices.get.invalidate({ id: sliceId });
  };
  const onError = (error: unknown) => {
    const problems = appErrorOf(error)?.problems ?? [];
    if (problems.length === 0) notifyError(error);
    else notifyFailure(problemSentences(t, i18n.language, problems));
    // refused because something has changed that the page does not show yet
    void utils.slices.get.invalidate({ id: sliceId });
    void utils.deployments.plan.invalidate({ sliceId });
  };
  const [pending, setPending] = useState<readonly string[]>([]);
  const begin = (wish: string) => setPending((wishes) => [...wishes, wish]);
  const end = (wish: string) => setPending((wishes) => wishes.toSpliced(wishes.indexOf(wish), 1));
  const start = trpc.deployments.start.useMutation({
    onMutate: ({ kind, vmId }) => begin(wishOf(kind, vmId)),
    onSuccess,
    onError,
    onSettled: (_deployment, _error, { kind, vmId }) => end(wishOf(kind, vmId)),
  });
  const cancel = trpc.deployments.cancel.useMutation({
    onMutate: () => begin('cancel'),
    onSuccess,
    onError,
    onSettled: () => end('cancel'),
  });
  const retry = trpc.deployments.retry.useMutation({
    onMutate: () => begin('retry'),
    onSuccess,
    onError,
    onSettled: () => end('retry'),
  });
  const [startNow, cancelNow, retryNow] = [start.mutate, cancel.mutate, retry.mutate];
  const commands = useMemo(
    () => ({
      start: (kind: DeploymentKind, vmId?: number, onFailure: FailurePolicy = 'keep') =>
        startNow({ sliceId, kind, vmId: vmId ?? null, onFailure, idempotencyKey: randomKey() }),
      cancel: (id: number) => cancelNow({ id }),
      retry: (id: number) => retryNow({ id }),
      undo: (deploymentId: number) =>
        startNow({
          sliceId,
          kind: 'update',
          change: { from: 'before', deploymentId },
          idempotencyKey: randomKey(),
        }),
    }),
    [sliceId, startNow, cancelNow, retryNow],
  );
  return { ...commands, isPending: (action, vmId) => pending.includes(wishOf(action, vmId)) };
}

function wishOf(action: SliceAction, vmId: number | null | undefined): string {
  return vmId == null ? action : `${action}:${vmId}`;
}
