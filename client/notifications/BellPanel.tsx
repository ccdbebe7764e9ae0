import { Anchor, Button, Group } from '@mantine/core';
import { Bell } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { trpc } from '../api/trpc';
import { keyset, listedPages } from '../api/keyset';
import { ListStates } from '../layouts/ListPage';
import { EmptyState } from '../ui/EmptyState';
import { SidePanel } from '../ui/SidePanel';
import { NotificationList } from './NotificationList';
import { useRead } from './use-read';

const shown = 20;

/** What the bell opens: the newest notifications, and the way to all of them. */
export function BellPanel({ opened, onClose, unread }: { opened: boolean; onClose: () => void; unread: number }) {
  const { t } = useTranslation('notifications');
  const list = trpc.notifications.list.useInfiniteQuery({ limit: shown }, { ...keyset, enabled: opened });
  const listed = listedPages(list);
  const read = useRead();
  return (
    <SidePanel opened={opened} onClose={onClose} title={t('title')} closeOnClickOutside>
      <Group justify="space-between" mb="xs">
        <Anchor component={Link} to="/notifications" size="sm" onClick={onClose}>
          {t('all')}
        </Anchor>
        <Button
          size="xs"
          variant="default"
          disabled={unread === 0}
          loading={read.isPending}
          onClick={() => read.upTo(listed.rows ?? [])}
        >
          {t('readAll')}
        </Button>
      </Group>
      <ListStates
        list={listed}
        loading={{ rows: 5 }}
        empty={
          <EmptyState icon={Bell} title={t('empty.title')}>
            {t('empty.text')}
          </EmptyState>
        }
      >
        {(items) => <NotificationList items={items} onRead={read.one} onFollow={onClose} />}
      </ListStates>
    </SidePanel>
  );
}
