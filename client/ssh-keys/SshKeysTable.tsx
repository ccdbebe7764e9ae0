import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SshKey } from '#shared/ssh-key';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useActionsColumn } from '../ui/actions-column';
import { since } from '../ui/columns';
import { confirmDestroy } from '../ui/confirm';
import type { Column } from '../ui/DataTable';
import { SortedTable } from '../ui/SortedTable';

type Key = 'name' | 'type' | 'fingerprint' | 'created' | 'actions';

/** Asks, deletes, and has the list asked for again. */
function useDelete() {
  const { t } = useTranslation('sshKeys');
  const utils = trpc.useUtils();
  const remove = trpc.sshKeys.delete.useMutation({
    onError: notifyError,
    onSettled: () => void utils.sshKeys.list.invalidate(),
  });
  return ({ id, name }: SshKey) =>
    confirmDestroy({
      title: t('confirm.title', { name }),
      goes: [t('confirm.goes')],
      stays: t('confirm.stays'),
      confirmLabel: t('confirm.label'),
      onConfirm: () => remove.mutate({ id }),
    });
}

/** Public keys by name and fingerprint, as `ssh-keygen -l` shows them. */
export function SshKeysTable({ keys }: { keys: readonly SshKey[] }) {
  const { t } = useTranslation('sshKeys');
  const remove = useDelete();
  const columns: Column<SshKey, Key>[] = [
    {
      key: 'name',
      header: t('name'),
      sortValue: ({ name }) => name,
      render: ({ name }) => <span style={{ overflowWrap: 'anywhere' }}>{name}</span>,
    },
    { key: 'type', header: t('type'), sortValue: ({ type }) => type, render: ({ type }) => type },
    {
      key: 'fingerprint',
      header: t('fingerprint'),
      kind: 'mono',
      wide: true,
      render: ({ fingerprint }) => <span style={{ overflowWrap: 'anywhere' }}>{fingerprint}</span>,
    },
    since('created', t('created'), ({ createdAt }) => createdAt),
    useActionsColumn<SshKey>(
      ({ name }) => name,
      (key) => [{ label: t('delete'), icon: Trash2, danger: true, onClick: () => remove(key) }],
    ),
  ];
  return <SortedTable caption={t('caption')} columns={columns} rows={keys} rowKey={({ id }) => id} />;
}
