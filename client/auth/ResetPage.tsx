import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { CircleCheck, Link2Off } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { appErrorOf } from '../api/app-error';
import { trpc } from '../api/trpc';
import { ResetForm } from './ResetForm';
import { usePageTitle } from '../hooks/page-title';
import { AuthCard } from './AuthCard';

/** The link's token: taken out of the address at once, so that it stays in no history and on no shared screen. */
function useLinkToken(): string {
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState('');
  const given = hash.slice(1);
  if (given !== '' && given !== token) setToken(given);
  useEffect(() => {
    if (hash !== '') void navigate(pathname, { replace: true });
  }, [hash, navigate, pathname]);
  return token;
}

/** `autoFocus` is for fields and buttons; this for a link. */
function focusIt(link: HTMLElement | null): void {
  link?.focus();
}

export function Component() {
  const { t } = useTranslation(['auth', 'reset']);
  usePageTitle(t('reset:title'));
  const token = useLinkToken();
  const utils = trpc.useUtils();
  const reset = trpc.auth.resetPassword.useMutation();
  // which token is of no use: another link may be opened in the same tab
  const [refused, setRefused] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);

  const save = async ({ password }: { password: string }) => {
    try {
      await reset.mutateAsync({ token, password });
    } catch (error) {
      if (appErrorOf(error)?.code !== 'LINK_INVALID') throw error;
      setRefused(token);
      return;
    }
    setDone(token);
    // who was signed in with the account here is no more
    await utils.auth.me.invalidate();
  };

  const signIn = (
    <Anchor component={Link} to="/login">
      {t('signIn')}
    </Anchor>
  );
  if (token !== '' && token === done)
    return (
      <AuthCard title={t('reset:title')}>
        <Alert variant="light" icon={<CircleCheck size={18} />} title={t('reset:doneTitle')} role="status">
          <Stack gap="sm" align="flex-start">
            <Text size="sm">{t('reset:done')}</Text>
            <Button component={Link} to="/login" ref={focusIt}>
              {t('signIn')}
            </Button>
          </Stack>
        </Alert>
      </AuthCard>
    );
  return (
    <AuthCard title={t('reset:title')} footer={signIn}>
      {token === '' || token === refused ? (
        <Alert variant="light" color="red" icon={<Link2Off size={18} />} title={t('reset:invalidTitle')} role="alert">
          {t('reset:invalid')}
        </Alert>
      ) : (
        <ResetForm key={token} save={save} />
      )}
    </AuthCard>
  );
}
