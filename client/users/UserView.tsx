import { Anchor, Badge, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Account } from '#shared/user';
import { SettingsRow } from '../account/SettingsRow';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { notifyDone, notifyError } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { QuotaBars } from '../quota/QuotaBars';
import { SliceLimits } from '../quota/SliceLimits';
import { usePageTitle } from '../hooks/page-title';
import { usePanel } from '../hooks/panel';
import { ActionButton } from '../ui/ActionButton';
import { LoadingRows } from '../ui/LoadingRows';
import { PageHeader } from '../ui/PageHeader';
import { RelativeTime } from '../ui/RelativeTime';
import { SidePanel } from '../ui/SidePanel';
import { DeleteUserPanel } from './DeleteUserPanel';
import { PasswordLink, type Link as OneTimeLink } from './PasswordLink';
import { UserQuotaPanel } from '../quota/QuotaPanels';
import { userRefusal, type Onlooker, type UserDeed } from './refusal';
import { UserForm } from './UserForm';
import { UserStateBadge } from './UserStateBadge';
import { UserTokens } from './UserTokens';

/** Everything about one account, and what an administrator can do with it. */
export function UserView({ account, by }: { account: Account; by: Onlooker }) {
  const { t } = useTranslation(['users', 'common']);
  usePageTitle(account.name);
  const panel = usePanel(['delete']);
  const reason = (deed: UserDeed): string | null => {
    const refusal = userRefusal(account, deed, by);
    return refusal === null ? null : t(`refused.${refusal}`);
  };
  return (
    <>
      <PageHeader
        breadcrumbs={[
          <Anchor key="users" component={Link} to="/users" size="sm">
            {t('title')}
          </Anchor>,
        ]}
        title={
          <Group gap="xs" component="span">
            {account.name}
            <UserStateBadge disabledAt={account.disabledAt} />
            {account.id === by.id ? (
              <Badge variant="light" color="gray" tt="none">
                {t('you')}
              </Badge>
            ) : null}
          </Group>
        }
        description={<Facts account={account} />}
      />
      <SettingsRow title={t('profile.title')} help={t('profile.help')}>
        <UserForm account={account} roleReason={reason('role')} />
      </SettingsRow>
      <AccessRows account={account} reason={reason} />
      <QuotaRow account={account} />
      {account.kind === 'service' ? (
        <SettingsRow title={t('tokens.title')} help={t('tokens.help')} wide>
          <UserTokens account={account} />
        </SettingsRow>
      ) : null}
      <SettingsRow title={t('delete.title')} help={t('delete.help')}>
        <ActionButton
          variant="default"
          c={reason('delete') === null ? 'var(--mantine-color-error)' : undefined}
          disabledReason={reason('delete')}
          onClick={() => panel.open('delete')}
        >
          {t('delete.label')}
        </ActionButton>
      </SettingsRow>
      <DeleteUserPanel account={account} opened={panel.name === 'delete'} onClose={panel.close} />
    </>
  );
}

function Facts({ account }: { account: Account }) {
  const { t } = useTranslation('users');
  return (
    <Group gap="0.125rem 0.875rem" component="span">
      <span style={{ overflowWrap: 'anywhere' }}>{account.kind === 'service' ? t('kind.service') : account.email}</span>
      <span>
        {t('facts.created')} <RelativeTime at={account.createdAt} />
      </span>
      <span>
        {account.lastUsedAt === null ? (
          t('facts.never')
        ) : (
          <>
            {t('facts.lastUsed')} <RelativeTime at={account.lastUsedAt} />
          </>
        )}
      </span>
      {account.kind === 'person' ? <span>{t('facts.sessions', { count: account.sessions })}</span> : null}
      <Anchor component={Link} to={`/audit?user=${account.id}`} size="sm">
        {t('activity')}
      </Anchor>
    </Group>
  );
}

interface AccessRowsProps {
  account: Account;
  reason: (deed: UserDeed) => string | null;
}

function AccessRows({ account, reason }: AccessRowsProps) {
  const { t } = useTranslation('users');
  const utils = trpc.useUtils();
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const id = { id: account.id };
  const options = {
    onSuccess: (changed: Account) => {
      utils.users.get.setData(id, changed);
      void utils.users.list.invalidate();
      void utils.tokens.list.invalidate();
    },
    onError: notifyError,
  };
  const disable = trpc.users.disable.useMutation(options);
  const enable = trpc.users.enable.useMutation(options);
  const removeFactor = trpc.users.removeSecondFactor.useMutation(options);
  const signOut = trpc.users.signOut.useMutation(options);
  const reset = trpc.users.resetPassword.useMutation({ onSuccess: setLink, onError: notifyError });
  const ask = (what: 'disable' | 'factor' | 'signOut', onConfirm: () => void) =>
    confirmDestroy({
      title: t(`access.${what}.ask`, { name: account.name }),
      goes: [...t(`access.${what}.goes`, { returnObjects: true })],
      stays: t(`access.${what}.stays`),
      confirmLabel: t(`access.${what}.confirm`),
      onConfirm,
    });
  const isDisabled = account.disabledAt !== null;
  return (
    <>
      <SettingsRow
        title={t('access.disable.title')}
        help={t(isDisabled ? 'access.disable.disabled' : 'access.disable.enabled')}
      >
        {isDisabled ? (
          <ActionButton
            variant="default"
            loading={enable.isPending}
            disabledReason={reason('enable')}
            onClick={() => enable.mutate(id)}
          >
            {t('access.disable.enable')}
          </ActionButton>
        ) : (
          <ActionButton
            variant="default"
            loading={disable.isPending}
            disabledReason={reason('disable')}
            onClick={() => ask('disable', () => disable.mutate(id))}
          >
            {t('access.disable.label')}
          </ActionButton>
        )}
      </SettingsRow>
      {account.kind === 'service' ? null : (
        <>
          <SettingsRow title={t('access.password.title')} help={t('access.password.help')}>
            <ActionButton
              variant="default"
              loading={reset.isPending}
              disabledReason={reason('resetPassword')}
              onClick={() => reset.mutate(id)}
            >
              {t('access.password.label')}
            </ActionButton>
          </SettingsRow>
          <SettingsRow
            title={t('access.factor.title')}
            help={t(account.secondFactor ? 'access.factor.on' : 'access.factor.off')}
          >
            <ActionButton
              variant="default"
              loading={removeFactor.isPending}
              disabledReason={reason('removeSecondFactor')}
              onClick={() => ask('factor', () => removeFactor.mutate(id))}
            >
              {t('access.factor.label')}
            </ActionButton>
          </SettingsRow>
        </>
      )}
      <SettingsRow title={t('access.signOut.title')} help={t('access.signOut.help')}>
        <ActionButton
          variant="default"
          loading={signOut.isPending}
          disabledReason={reason('signOut')}
          onClick={() =>
            ask('signOut', () =>
              signOut.mutate(id, {
                onSuccess: () => notifyDone(t('access.signOut.done', { name: account.name })),
              }),
            )
          }
        >
          {t('access.signOut.label')}
        </ActionButton>
      </SettingsRow>
      <SidePanel opened={link !== null} onClose={() => setLink(null)} title={t('link.title', { name: account.name })}>
        {link === null ? null : <PasswordLink link={link} onDone={() => setLink(null)} />}
      </SidePanel>
    </>
  );
}

function QuotaRow({ account }: { account: Account }) {
  const { t } = useTranslation('users');
  const quota = trpc.quotas.ofUser.useQuery({ userId: account.id });
  const panel = usePanel(['quota']);
  return (
    <SettingsRow title={t('quota.title')} help={t('quota.help')} wide>
      {quota.data !== undefined ? (
        <>
          <QuotaBars quota={quota.data} />
          <SliceLimits limits={quota.data.limits} />
          <ActionButton variant="default" mt="md" onClick={() => panel.open('quota')}>
            {t('quota.change')}
          </ActionButton>
        </>
      ) : quota.error === null ? (
        <LoadingRows rows={2} height={60} />
      ) : (
        <ErrorState error={quota.error} onRetry={() => void quota.refetch()} />
      )}
      <UserQuotaPanel account={account} opened={panel.name === 'quota'} onClose={panel.close} />
    </SettingsRow>
  );
}
