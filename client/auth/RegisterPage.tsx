import { Alert, Anchor } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { setSessionUser, trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { RegisterForm } from './RegisterForm';
import { usePageTitle } from '../hooks/page-title';
import { returnPath } from '../hooks/return-path';
import { useSession } from '../hooks/session';
import { AuthCard } from './AuthCard';
import { LoadingRows } from '../ui/LoadingRows';

export function Component() {
  const { t } = useTranslation('auth');
  const session = useSession();
  const queryClient = useQueryClient();
  const [search] = useSearchParams();
  const register = trpc.auth.register.useMutation();
  usePageTitle(t('register'));
  if (session.user !== null) return <Navigate to={returnPath(search)} replace />;
  return (
    <AuthCard
      title={t('register')}
      footer={
        <>
          {t('haveAccount')}{' '}
          <Anchor component={Link} underline="always" to={{ pathname: '/login', search: search.toString() }}>
            {t('signIn')}
          </Anchor>
        </>
      }
    >
      {session.isPending ? (
        <LoadingRows rows={4} height={60} />
      ) : session.error !== null ? (
        <ErrorState error={session.error} onRetry={session.refetch} />
      ) : session.registrationOpen ? (
        <RegisterForm
          domains={session.registrationDomains}
          save={async (input) => setSessionUser(queryClient, await register.mutateAsync(input))}
        />
      ) : (
        <Alert variant="light" color="gray" icon={<Lock size={18} />} title={t('closedTitle')}>
          {t('closed')}
        </Alert>
      )}
    </AuthCard>
  );
}
