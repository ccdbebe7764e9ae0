import { Button, Group } from '@mantine/core';
import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '#shared/auth';
import { ChangePasswordForm } from '../forms/ProfileForms';
import { StatusBadge } from '../ui/StatusBadge';
import { SecondFactorPanel, type SecondFactorTask } from './SecondFactorPanel';
import { SettingsRow } from './SettingsRow';

export function SecuritySection({ user }: { user: User }) {
  const { t } = useTranslation('account');
  const [task, setTask] = useState<SecondFactorTask | null>(null);
  return (
    <>
      <SettingsRow title={t('password.title')} help={t('password.help')}>
        <ChangePasswordForm />
      </SettingsRow>
      <SettingsRow title={t('factor.title')} help={t('factor.help')}>
        <Group gap="sm">
          {user.secondFactor ? (
            <>
              <StatusBadge tone="success" icon={ShieldCheck} label={t('factor.on')} />
              <Button variant="default" onClick={() => setTask('renew')}>
                {t('factor.renew')}
              </Button>
              <Button variant="default" onClick={() => setTask('disable')}>
                {t('factor.disable')}
              </Button>
            </>
          ) : (
            <>
              <StatusBadge tone="neutral" icon={ShieldOff} label={t('factor.off')} />
              <Button onClick={() => setTask('setUp')}>{t('factor.setUp')}</Button>
            </>
          )}
        </Group>
      </SettingsRow>
      <SecondFactorPanel task={task} email={user.email} onClose={() => setTask(null)} />
    </>
  );
}
