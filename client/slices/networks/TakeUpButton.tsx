import { Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NetworkJoin } from '#shared/networks/schema';
import type { Problem } from '#shared/errors';
import type { Slice } from '#shared/slice';
import { appErrorOf } from '../../api/app-error';
import { notifyDone, notifyError } from '../../api/error-message';
import { randomKey } from '../../api/random-key';
import { trpc } from '../../api/trpc';
import { ActionButton } from '../../ui/ActionButton';
import { confirmDestroy } from '../../ui/confirm';
import { Reasons } from '../snapshots/TakeSnapshot';

interface TakeUpButtonProps {
  slice: Slice;
  join: NetworkJoin;
  /** Why the reader may not. */
  reason: string | null;
}

/** Has a network take up the addresses that it was given, by an update of the slice; which VMs start anew for it is said before. */
export function TakeUpButton({ slice, join, reason }: TakeUpButtonProps) {
  const { t } = useTranslation('networks');
  const utils = trpc.useUtils();
  const [against, setAgainst] = useState<readonly Problem[]>([]);
  const fail = (error: unknown) => {
    const problems = appErrorOf(error)?.problems ?? [];
    if (problems.length === 0) notifyError(error);
    else setAgainst(problems);
  };
  const start = trpc.deployments.start.useMutation({
    onSuccess: (deployment) => {
      utils.deployments.get.setData({ id: deployment.id }, deployment);
      notifyDone(t('takeUp.done'));
    },
    onError: fail,
    onSettled: () => {
      void utils.slices.get.invalidate({ id: slice.id });
      void utils.networks.get.invalidate({ id: slice.id });
    },
  });
  const wish = { sliceId: slice.id, kind: 'update', change: { from: 'joins' } } as const;
  const apply = () => start.mutate({ ...wish, idempotencyKey: randomKey() });
  const ask = async () => {
    setAgainst([]);
    try {
      const plan = await utils.deployments.plan.fetch(wish, { staleTime: 0 });
      if (!plan.runnable) return setAgainst(plan.problems);
      const restarted = plan.steps.filter(({ resource, action }) => resource === 'vm' && action === 'start');
      if (restarted.length === 0) return apply();
      confirmDestroy({
        title: t('takeUp.title', { range: join.range }),
        goes: restarted.map(({ label }) => t('takeUp.goes', { vm: label })),
        stays: t('takeUp.stays'),
        confirmLabel: t('takeUp.label'),
        onConfirm: apply,
      });
    } catch (error) {
      fail(error);
    }
  };
  return (
    <Stack gap="xs">
      <Text size="sm">{t('takeUp.help', { range: join.range, subnet: join.subnet })}</Text>
      {against.length === 0 ? null : <Reasons title={t('takeUp.refused')} problems={against} />}
      <Group>
        <ActionButton size="xs" disabledReason={reason} loading={start.isPending} onClick={() => void ask()}>
          {t('takeUp.label')}
        </ActionButton>
      </Group>
    </Stack>
  );
}
