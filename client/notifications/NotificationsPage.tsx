import { Button, Switch } from '@mantine/core';
import { Bell, Settings2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { trpc } from '../api/trpc';
import { keyset, listedPages } from '../api/keyset';
import { useFilters } from '../hooks/filters';
import { ListPage } from '../layouts/ListPage';
import { EmptyState } from '../ui/EmptyState';
import { ChoosePanel } from './ChoosePanel';
import { NotificationList } from './NotificationList';
import { useRead } from './use-read';

/** Everything that the reader was told of. */
export function Component() {
  const { t } = useTranslation('notifications');
  const filters = useFilters();
  const unread = filters.get('unread') === '1';
  const query = trpc.notifications.list.useInfiniteQuery({ unread }, keyset);
  const list = listedPages(query);
  const read = useRead();
  const [choosing, setChoosing] = useState(false);
  const clear = () => filters.set({ unread: null });
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      action={
        <>
          <Button variant="default" leftSection={<Settings2 size={16} />} onClick={() => setChoosing(true)}>
            {t('choose')}
          </Button>
          <Button
            disabled={list.rows?.some(({ readAt }) => readAt === null) !== true}
            loading={read.isPending}
            onClick={() => read.upTo(list.rows ?? [])}
          >
            {t('readAll')}
          </Button>
        </>
      }
      list={list}
      loading={{ rows: 8 }}
      filtersLabel={t('filter')}
      filters={() => (
        <Switch
          label={t('onlyUnread')}
          checked={unread}
          onChange={(event) => filters.set({ unread: event.currentTarget.checked ? '1' : null })}
        />
      )}
      narrowed={unread ? { search: '', clear } : null}
      empty={
        <EmptyState icon={Bell} title={t('empty.title')}>
          {t('empty.text')}
        </EmptyState>
      }
      panels={<ChoosePanel opened={choosing} onClose={() => setChoosing(false)} />}
    >
      {(items) => <NotificationList items={items} onRead={read.one} />}
    </ListPage>
  );
}
