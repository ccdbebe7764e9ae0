import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

/** A password that can be shown, and that says when caps lock spoils it. */
export function PasswordField({ description, ...props }: PasswordInputProps) {
  const { t } = useTranslation('auth');
  const [capsLock, setCapsLock] = useState(false);
  const [visible, setVisible] = useState(false);
  const watch = (event: KeyboardEvent<HTMLInputElement>) => setCapsLock(event.getModifierState('CapsLock'));
  return (
    <PasswordInput
      {...props}
      description={capsLock ? t('capsLock') : description}
      visible={visible}
      onVisibilityChange={setVisible}
      visibilityToggleButtonProps={{
        'aria-label': visible ? t('hidePassword') : t('showPassword'),
        'aria-pressed': visible,
        tabIndex: 0,
      }}
      onKeyDown={watch}
      onKeyUp={watch}
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}
