import { Button } from '@mantine/core';
import { SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { idSchema } from '#shared/primitives';
import { appErrorOf } from '../api/app-error';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { useSession } from '../hooks/session';
import { EmptyState } from '../ui/EmptyState';
import { LoadingRows } from '../ui/LoadingRows';
import { AdminsOnly } from './AdminsOnly';
import { UserView } from './UserView';

/** One account. */
export function Component() {
  const { userId } = useParams();
  const session = useSession();
  const id = idSchema.safeParse(Number(userId));
  if (session.user === null || !session.can('users:manage')) return <AdminsOnly />;
  return id.success ? <OneUser key={id.data} id={id.data} ownId={session.user.id} /> : <NoSuchUser />;
}

function OneUser({ id, ownId }: { id: number; ownId: number }) {
  const account = trpc.users.get.useQuery({ id });
  // asked only where it decides something: whoever looks is an administrator, so only they can be the last one
  const admins = trpc.users.list.useQuery(
    { role: 'admin', kind: 'person', state: 'enabled', limit: 2 },
    { enabled: id === ownId },
  );
  if (account.data !== undefined)
    return <UserView account={account.data} by={{ id: ownId, isLastAdmin: admins.data?.items.length === 1 }} />;
  if (account.error === null) return <LoadingRows rows={6} height={72} wholePage />;
  if (appErrorOf(account.error)?.code === 'NOT_FOUND') return <NoSuchUser />;
  return <ErrorState wholePage error={account.error} onRetry={() => void account.refetch()} />;
}

function NoSuchUser() {
  const { t } = useTranslation('users');
  return (
    <EmptyState
      wholePage
      icon={SearchX}
      title={t('notFound.title')}
      action={
        <Button component={Link} to="/users" variant="default">
          {t('notFound.back')}
        </Button>
      }
    />
  );
}
