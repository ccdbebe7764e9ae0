import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Slice } from '#shared/slice';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';

/** Whether the slice comes back by itself after a restart of its machine; `reason`: why that cannot be changed. */
export function RestartSwitch({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('slices');
  const utils = trpc.useUtils();
  const set = trpc.slices.setRestart.useMutation({
    onSuccess: ({ id, restartAfterReboot }) =>
      utils.slices.get.setData({ id }, (known) => known && { ...known, restartAfterReboot }),
    onError: notifyError,
  });
  if (slice.status === 'destroyed') return null;
  return (
    <Switch
      size="xs"
      mb="sm"
      label={t('header.restartAfterReboot')}
      checked={set.isPending ? set.variables.restartAfterReboot : slice.restartAfterReboot}
      disabled={reason !== null || set.isPending}
      description={reason ?? undefined}
      onChange={(event) => set.mutate({ id: slice.id, restartAfterReboot: event.currentTarget.checked })}
    />
  );
}
