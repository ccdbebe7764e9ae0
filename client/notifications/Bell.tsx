import { ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { skipToken } from '@tanstack/react-query';
import { Bell as BellIcon } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { unreadCounted } from '#shared/notification-kinds';
import { appErrorOf } from '../api/app-error';
import { trpc } from '../api/trpc';
import { useRightsChanged } from '../hooks/rights';
import { usePausableStream } from '../hooks/stream-pause';
import classes from './notifications.module.css';
import { sliceOfPath } from './words';

const BellPanel = lazy(async () => ({ default: (await import('./BellPanel')).BellPanel }));

/** How many notifications are not read, live. What the page of a slice shows anyway is read by whoever looks at it. */
function useUnread(): number {
  const utils = trpc.useUtils();
  const { pathname } = useLocation();
  const shown = sliceOfPath(pathname);
  const [unread, setUnread] = useState(0);
  const [ofShown, setOfShown] = useState(0);
  const stream = usePausableStream();
  const rightsChanged = useRightsChanged();
  const subscription = trpc.notifications.watch.useSubscription(
    stream.paused ? skipToken : { lastEventId: stream.after },
    {
      onData: ({ id, data }) => {
        stream.seen(id);
        setUnread(data.unread);
        void utils.notifications.list.invalidate();
        const concerns = data.fresh.some(({ happening }) => 'slice' in happening && happening.slice.id === shown);
        if (concerns) setOfShown((count) => count + 1);
      },
      onError: (error) => {
        if (appErrorOf(error)?.code === 'UNAUTHENTICATED') rightsChanged(() => subscription.reset());
      },
    },
  );
  const { mutate } = trpc.notifications.markRead.useMutation({ onSuccess: (answer) => setUnread(answer.unread) });
  const any = unread > 0;
  useEffect(() => {
    if (shown !== null && any) mutate({ sliceId: shown });
    // asked again when the page is left for another, and when something new of what it shows has come
  }, [shown, ofShown, any, mutate]);
  return unread;
}

/** The bell: how much is unread, and what it is. It comes after the first page, with its texts. */
export function Bell() {
  const { t } = useTranslation('notifications');
  const unread = useUnread();
  const [opened, panel] = useDisclosure(false);
  const [used, setUsed] = useState(false);
  if (opened && !used) setUsed(true);
  const many = unread >= unreadCounted;
  const label = many
    ? t('manyUnread', { count: unreadCounted - 1 })
    : unread === 0
      ? t('none')
      : t('unread', { count: unread });
  return (
    <div className={classes.bell}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={panel.open}>
        <BellIcon size={18} aria-hidden />
      </ActionIcon>
      {/* beside the button, which would cut it off */}
      {unread === 0 ? null : (
        <span className={classes.count} aria-hidden>
          {many ? t('many', { count: unreadCounted - 1 }) : unread}
        </span>
      )}
      {used ? (
        <Suspense>
          <BellPanel opened={opened} onClose={panel.close} unread={unread} />
        </Suspense>
      ) : null}
    </div>
  );
}
