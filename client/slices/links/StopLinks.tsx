import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LinkRun } from '#shared/links/schema';
import type { Slice } from '#shared/slice';
import { notifyDone, notifyError } from '../../api/error-message';
import { trpc } from '../../api/trpc';
import { ActionButton } from '../../ui/ActionButton';

interface StopLinksProps {
  slice: Slice;
  run: LinkRun;
  /** Why the reader may not. */
  reason: string | null;
  /** Offers to leave the links as they are, too, also while they are put back. */
  both?: boolean;
}

/** Ends a run of link changes now. */
export function StopLinks({ slice, run, reason, both = false }: StopLinksProps) {
  const { t } = useTranslation('links');
  const utils = trpc.useUtils();
  const stop = trpc.links.stop.useMutation({
    onSuccess: (answer) => {
      utils.links.get.setData({ id: slice.id }, answer);
      notifyDone(t('run.stopped'));
    },
    onError: notifyError,
  });
  const runs = run.status === 'running';
  if (!runs && !both) return null;
  const button = (restore: boolean) => (
    <ActionButton
      size="xs"
      variant="default"
      disabledReason={reason}
      loading={stop.isPending && stop.variables.restore === restore}
      onClick={() => stop.mutate({ id: slice.id, restore })}
    >
      {t(restore ? 'run.stop' : 'run.keep')}
    </ActionButton>
  );
  return (
    <Group gap="xs">
      {runs ? button(true) : null}
      {both ? button(false) : null}
    </Group>
  );
}
