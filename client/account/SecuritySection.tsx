import { Button, Group } from '@mantine/core';
import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '#shared/auth';
import { ChangePasswordForm } from './ProfileForms';
import { StatusBadge } from '../ui/StatusBadge';
import { SecondFactorPanel, type SecondFactorTask } from './SecondFactorPanel';
import { SettingsRow } from './SettingsRow';

export function SecuritySection({ user }: { user: User }) {
  const { t } = useTranslation('account');
  const on = user.secondFactor;
  const [task, setTask] = useState<SecondFactorTask | null>(null);
  return (
    <>
      <SettingsRow title={t('password.title')} help={t('password.help')}>
        <ChangePasswordForm />
      </SettingsRow>
      <SettingsRow title={t('factor.title')} help={t('factor.help')}>
        <Group gap="sm">
          <StatusBadge
            tone={on ? 'success' : 'neutral'}
            icon={on ? ShieldCheck : ShieldOff}
            label={t(on ? 'factor.on' : 'factor.off')}
          />
          {/* one button for both, so that the focus comes back to it when it has done its work */}
          <Button variant={on ? 'default' : 'filled'} onClick={() => setTask(on ? 'disable' : 'setUp')}>
            {t(on ? 'factor.disable' : 'factor.setUp')}
          </Button>
          {on ? (
            <Button variant="default" onClick={() => setTask('renew')}>
              {t('factor.renew')}
            </Button>
          ) : null}
        </Group>
      </SettingsRow>
      <SecondFactorPanel task={task} email={user.email} onClose={() => setTask(null)} />
    </>
  );
}
