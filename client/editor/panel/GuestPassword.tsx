import { Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { drawingLimits } from '#shared/topology/limits';
import { guestPasswordSchema } from '#shared/topology/schema';
import { CommittedName } from './CommittedName';

const choices = ['builtin', 'none', 'own'] as const;
const hashSchema = guestPasswordSchema.startsWith('$');
type Choice = (typeof choices)[number];

interface GuestPasswordProps {
  value: string;
  problem: string | undefined;
  onChange: (password: string) => void;
}

/** How one signs in at a guest's console. Of a password of one's own the drawing has a hash only. Give it the VM's key as `key`. */
export function GuestPassword({ value, problem, onChange }: GuestPasswordProps) {
  const { t } = useTranslation('editor');
  // nothing is changed before there is a hash
  const [asked, setAsked] = useState(false);
  const kept: Choice = value === 'builtin' || value === 'none' ? value : 'own';
  const choice = asked ? 'own' : kept;
  return (
    <Stack gap={4}>
      <Select
        label={t('vm.password')}
        description={t('vm.passwordHint')}
        data={choices.map((one) => ({ value: one, label: t(`vm.passwordIs.${one}`) }))}
        value={choice}
        error={problem}
        allowDeselect={false}
        onChange={(next) => {
          setAsked(next === 'own');
          if (next === 'builtin' || next === 'none') onChange(next);
        }}
      />
      {choice === 'own' && (
        <CommittedName
          label={t('vm.passwordHash')}
          description={t('vm.passwordHashHint')}
          value={kept === 'own' ? value : ''}
          schema={hashSchema}
          maxLength={drawingLimits.passwordHashLength}
          invalid={t('vm.passwordHashInvalid')}
          onChange={(hash) => {
            setAsked(true);
            onChange(hash);
          }}
        />
      )}
    </Stack>
  );
}
