import { ActionIcon, Anchor, Tooltip } from '@mantine/core';
import {
  Ban,
  Check,
  CircleCheck,
  CircleX,
  Clock,
  Disc3,
  Gauge,
  Network,
  Share2,
  TriangleAlert,
  Webhook,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Notification } from '#shared/notification';
import { notificationKinds, type NotificationKind } from '#shared/notification-kinds';
import { RelativeTime } from '../ui/RelativeTime';
import classes from './notifications.module.css';
import { pathOf, sentenceOf } from './words';

const icons: Record<NotificationKind, LucideIcon> = {
  'deployment.succeeded': CircleCheck,
  'deployment.failed': CircleX,
  'deployment.cancelled': Ban,
  'slice.degraded': TriangleAlert,
  'lease.expiring': Clock,
  'lease.expired': Clock,
  'slice.idle': Clock,
  'slice.internet': Gauge,
  'line.admitted': Clock,
  'line.dropped': Clock,
  'slice.network': Network,
  'slice.shared': Share2,
  'template.shared': Share2,
  'image.ready': Disc3,
  'image.broken': Disc3,
  'webhook.failing': Webhook,
  'webhook.disabled': Webhook,
};

export interface NotificationListProps {
  items: readonly Notification[];
  onRead: (id: number) => void;
  /** Told when one is followed. */
  onFollow?: (() => void) | undefined;
}

/** Notifications with what they lead to; the unread ones stand out, and can be marked as read. */
export function NotificationList({ items, onRead, onFollow }: NotificationListProps) {
  const { t } = useTranslation('notifications');
  return (
    <ul className={classes.list} aria-label={t('title')}>
      {items.map(({ id, at, readAt, happening }) => {
        const Icon = icons[happening.kind];
        const path = pathOf(happening);
        const sentence = sentenceOf(happening);
        return (
          <li key={id} className={classes.item} data-unread={readAt === null || undefined}>
            <span className={classes.icon} data-tone={notificationKinds[happening.kind].tone} aria-hidden>
              <Icon size={16} />
            </span>
            <div className={classes.text}>
              {path === null ? (
                <span>{sentence}</span>
              ) : (
                <Anchor
                  component={Link}
                  to={path}
                  size="sm"
                  c="inherit"
                  onClick={() => {
                    if (readAt === null) onRead(id);
                    onFollow?.();
                  }}
                >
                  {sentence}
                </Anchor>
              )}
              <span className={classes.when}>
                {readAt === null ? <strong>{t('isNew')} · </strong> : null}
                <RelativeTime at={at} />
              </span>
            </div>
            {readAt === null ? (
              <Tooltip label={t('read')}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`${t('read')}: ${sentence}`}
                  onClick={() => onRead(id)}
                >
                  <Check size={16} />
                </ActionIcon>
              </Tooltip>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
