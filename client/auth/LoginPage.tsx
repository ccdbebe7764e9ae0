import { Anchor } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { setSessionUser, trpc } from '../api/trpc';
import { LoginForm } from './LoginForm';
import { usePageTitle } from '../hooks/page-title';
import { returnPath } from '../hooks/return-path';
import { useSession } from '../hooks/session';
import { AuthCard } from './AuthCard';

export function Component() {
  const { t } = useTranslation('auth');
  const session = useSession();
  const queryClient = useQueryClient();
  const [search] = useSearchParams();
  const login = trpc.auth.login.useMutation();
  usePageTitle(t('signIn'));
  if (session.user !== null) return <Navigate to={returnPath(search)} replace />;
  return (
    <AuthCard
      title={t('signIn')}
      footer={
        session.registrationOpen ? (
          <>
            {t('noAccount')}{' '}
            <Anchor component={Link} underline="always" to={{ pathname: '/register', search: search.toString() }}>
              {t('register')}
            </Anchor>
          </>
        ) : undefined
      }
    >
      <LoginForm save={async (input) => setSessionUser(queryClient, await login.mutateAsync(input))} />
    </AuthCard>
  );
}
