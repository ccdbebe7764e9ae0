import { Anchor, Text } from '@mantine/core';
import { Ban, CircleCheck, KeyRound, Pencil, Power, ScrollText, Trash2, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Webhook } from '#shared/webhook';
import { notifyDone, notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useActionsColumn } from '../ui/actions-column';
import { since } from '../ui/columns';
import { confirmDestroy } from '../ui/confirm';
import type { Column } from '../ui/DataTable';
import { formatCount, formatMoment } from '../ui/format';
import { SortedTable } from '../ui/SortedTable';
import { StatusBadge } from '../ui/StatusBadge';
import { useEventWords } from './event-words';
import classes from './webhooks.module.css';

type Key = 'name' | 'url' | 'state' | 'events' | 'created' | 'actions';

/** Whether it is called, and whether that works. */
function State({ webhook: { active, failingSince, disabledAt } }: { webhook: Webhook }) {
  const { t, i18n } = useTranslation('webhooks');
  const when = (at: string) => formatMoment(Date.parse(at), i18n.language);
  if (!active)
    return disabledAt === null ? (
      <StatusBadge tone="neutral" icon={Ban} label={t('off')} />
    ) : (
      <StatusBadge
        tone="danger"
        icon={TriangleAlert}
        label={t('gaveUp')}
        title={t('gaveUpWhy', { when: when(disabledAt) })}
      />
    );
  return failingSince === null ? (
    <StatusBadge tone="success" icon={CircleCheck} label={t('on')} />
  ) : (
    <StatusBadge
      tone="warning"
      icon={TriangleAlert}
      label={t('failing')}
      title={t('failingSince', { when: when(failingSince) })}
    />
  );
}

/** Switches on and off, and deletes after asking; the list is asked for again. */
function useCommands() {
  const { t } = useTranslation('webhooks');
  const utils = trpc.useUtils();
  const settled = { onError: notifyError, onSettled: () => void utils.webhooks.list.invalidate() };
  const update = trpc.webhooks.update.useMutation({
    ...settled,
    onSuccess: ({ name, active }) => notifyDone(t(active ? 'enabled' : 'disabled', { name })),
  });
  const remove = trpc.webhooks.delete.useMutation(settled);
  return {
    toggle: ({ id, active }: Webhook) => update.mutate({ id, active: !active }),
    remove: ({ id, name }: Webhook) =>
      confirmDestroy({
        title: t('delete.title', { name }),
        goes: [t('delete.goes')],
        stays: t('delete.stays'),
        confirmLabel: t('delete.label'),
        onConfirm: () => remove.mutate({ id }),
      }),
  };
}

export interface WebhooksTableProps {
  webhooks: readonly Webhook[];
  /** Who looks: others' are marked with whose they are. */
  userId: number;
  onOpen: (panel: 'edit' | 'secret' | 'calls', id: number) => void;
}

export function WebhooksTable({ webhooks, userId, onOpen }: WebhooksTableProps) {
  const { t, i18n } = useTranslation('webhooks');
  const { toggle, remove } = useCommands();
  const eventWords = useEventWords();
  const columns: Column<Webhook, Key>[] = [
    {
      key: 'name',
      header: t('name'),
      sortValue: ({ name }) => name,
      render: ({ id, name, owner, allSlices }) => (
        <div>
          <Anchor component="button" fw={500} className={classes.name ?? ''} onClick={() => onOpen('calls', id)}>
            {name}
          </Anchor>
          {allSlices || owner.id !== userId ? (
            <Text size="xs" c="dimmed">
              {[
                ...(allSlices ? [t('allSlices')] : []),
                ...(owner.id === userId ? [] : [t('of', { name: owner.name })]),
              ].join(' · ')}
            </Text>
          ) : null}
        </div>
      ),
    },
    {
      key: 'url',
      header: t('url'),
      wide: true,
      sortValue: ({ url }) => url,
      render: ({ url }) => <span className={classes.url}>{url}</span>,
    },
    { key: 'state', header: t('state'), render: (webhook) => <State webhook={webhook} /> },
    {
      key: 'events',
      header: t('events'),
      kind: 'end',
      sortValue: ({ events }) => events.length,
      render: ({ events }) => (
        <span title={events.map(eventWords).join('\n')}>{formatCount(events.length, i18n.language)}</span>
      ),
    },
    since('created', t('created'), ({ createdAt }) => createdAt),
    useActionsColumn<Webhook>(
      ({ name }) => name,
      (webhook) => [
        { label: t('actions.calls'), icon: ScrollText, onClick: () => onOpen('calls', webhook.id) },
        { label: t('actions.edit'), icon: Pencil, onClick: () => onOpen('edit', webhook.id) },
        { label: t('actions.secret'), icon: KeyRound, onClick: () => onOpen('secret', webhook.id) },
        {
          label: t(webhook.active ? 'actions.disable' : 'actions.enable'),
          icon: webhook.active ? Ban : Power,
          onClick: () => toggle(webhook),
        },
        { label: t('actions.delete'), icon: Trash2, danger: true, onClick: () => remove(webhook) },
      ],
    ),
  ];
  return (
    <SortedTable
      caption={t('caption')}
      columns={columns}
      rows={webhooks}
      rowKey={({ id }) => id}
      onOpen={({ id }) => onOpen('calls', id)}
    />
  );
}
