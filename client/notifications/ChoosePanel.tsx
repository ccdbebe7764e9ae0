import { Stack, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { notificationKindNames, type NotificationKind } from '#shared/notification-kinds';
import { ErrorState } from '../api/ErrorState';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { LoadingRows } from '../ui/LoadingRows';
import { SidePanel } from '../ui/SidePanel';

/** Which kinds the reader is told of in the app; each switch is kept at once. */
export function ChoosePanel({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('notifications');
  return (
    <SidePanel opened={opened} onClose={onClose} title={t('choose')} closeOnClickOutside>
      <Choices />
    </SidePanel>
  );
}

function Choices() {
  const { t } = useTranslation('notifications');
  const utils = trpc.useUtils();
  const preferences = trpc.notifications.preferences.useQuery();
  const change = trpc.notifications.setPreferences.useMutation({
    onMutate: (wanted) => utils.notifications.preferences.setData(undefined, wanted),
    onError: notifyError,
    onSettled: () => utils.notifications.preferences.invalidate(),
  });
  if (preferences.data === undefined)
    return preferences.error === null ? (
      <LoadingRows rows={6} />
    ) : (
      <ErrorState error={preferences.error} onRetry={() => void preferences.refetch()} />
    );
  const { muted } = preferences.data;
  const set = (kind: NotificationKind, wanted: boolean) =>
    change.mutate({ muted: wanted ? muted.filter((one) => one !== kind) : [...muted, kind] });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('chooseHelp')}
      </Text>
      {notificationKindNames.map((kind) => (
        <Switch
          key={kind}
          label={t(`kind.${kind}`)}
          checked={!muted.includes(kind)}
          disabled={change.isPending}
          onChange={(event) => set(kind, event.currentTarget.checked)}
        />
      ))}
    </Stack>
  );
}
