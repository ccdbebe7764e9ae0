import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';

/** Whether the server heals the slice by itself; `reason`: why that cannot be changed. */
export function HealSwitch({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('slices');
  const utils = trpc.useUtils();
  const set = trpc.slices.setHeal.useMutation({
    onSuccess: ({ id, driftPolicy, healGaveUpAt }) =>
      utils.slices.get.setData({ id }, (known) => known && { ...known, driftPolicy, healGaveUpAt }),
    onError: notifyError,
  });
  if (slice.status === 'destroyed') return null;
  return (
    <Switch
      size="xs"
      mb="sm"
      label={t('header.healByItself')}
      checked={(set.isPending ? set.variables.driftPolicy : slice.driftPolicy) === 'heal'}
      disabled={reason !== null || set.isPending}
      description={reason ?? undefined}
      onChange={(event) => set.mutate({ id: slice.id, driftPolicy: event.currentTarget.checked ? 'heal' : 'report' })}
    />
  );
}
