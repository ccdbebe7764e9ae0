import { Button } from '@mantine/core';
import { LogOut, Share2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Slice } from '#shared/slice';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyDone, notifyError } from '../api/error-message';
import { SliceSharePanel } from '../sharing/SharePanel';
import { usePanel } from '../hooks/panel';
import { useSession } from '../hooks/session';
import { ActionButton } from '../ui/ActionButton';

/** The way to those whom the slice is shared with; for one of them, the way out. `reason`: why it cannot be shared. */
export function SliceSharing({ slice, reason }: { slice: Slice; reason: string | null }) {
  const { t } = useTranslation('sharing');
  const { user } = useSession();
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const panel = usePanel(['share']);
  const leave = trpc.slices.unshare.useMutation({
    onSuccess: () => {
      notifyDone(t('leave.done', { name: slice.name }));
      void utils.slices.list.invalidate();
      void navigate('/slices');
    },
    onError: notifyError,
  });
  const isGuest = slice.access === 'view' || slice.access === 'operate';
  const confirmLeave = (userId: number) =>
    confirmDestroy({
      title: t('leave.title', { name: slice.name }),
      goes: [t('leave.goes', { name: slice.name })],
      stays: t('leave.staysSlice', { owner: slice.owner.name }),
      confirmLabel: t('leave.confirm'),
      onConfirm: () => leave.mutate({ id: slice.id, userId }),
    });
  return (
    <>
      <ActionButton
        size="sm"
        variant="default"
        leftSection={<Share2 size={14} />}
        disabledReason={reason}
        onClick={() => panel.open('share')}
      >
        {t('share')}
      </ActionButton>
      {isGuest && user !== null ? (
        <Button
          size="sm"
          variant="default"
          leftSection={<LogOut size={14} />}
          loading={leave.isPending}
          onClick={() => confirmLeave(user.id)}
        >
          {t('leave.label')}
        </Button>
      ) : null}
      <SliceSharePanel slice={slice} opened={panel.name === 'share' && reason === null} onClose={panel.close} />
    </>
  );
}
