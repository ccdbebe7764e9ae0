import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '#shared/auth';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { QuotaBars } from '../quota/QuotaBars';
import { SliceLimits } from '../quota/SliceLimits';
import { EmailForm, NameForm } from './ProfileForms';
import { LoadingRows } from '../ui/LoadingRows';
import { SettingsRow } from './SettingsRow';

function OwnQuota() {
  const quota = trpc.quotas.mine.useQuery();
  if (quota.isPending) return <LoadingRows rows={2} height={70} />;
  if (quota.data === undefined) return <ErrorState error={quota.error} onRetry={() => void quota.refetch()} />;
  return (
    <>
      <QuotaBars quota={quota.data} />
      <SliceLimits limits={quota.data.limits} />
    </>
  );
}

export function ProfileSection({ user }: { user: User }) {
  const { t } = useTranslation(['account', 'common', 'quota']);
  return (
    <>
      <SettingsRow title={t('profile.name')} help={t('profile.nameHelp')}>
        <NameForm user={user} />
      </SettingsRow>
      <SettingsRow title={t('profile.email')} help={t('profile.emailHelp')}>
        <EmailForm user={user} />
      </SettingsRow>
      <SettingsRow title={t('profile.role')} help={t('profile.roleHelp')}>
        <Text size="sm">{t(`common:user.role.${user.role}`)}</Text>
      </SettingsRow>
      <SettingsRow title={t('quota:mine')} help={t('profile.quotaHelp')} wide>
        <OwnQuota />
      </SettingsRow>
    </>
  );
}
